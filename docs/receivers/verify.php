<?php
// Tells whether a message is hookswitch's (Standard Webhooks). PHP 8.0 or later, no packages.
//
// Try it:  HOOK_SECRET=whsec_… php verify.php "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP" "$WEBHOOK_SIGNATURE" < body
// On a web server the body is file_get_contents('php://input'), and the headers are
// array_change_key_case(getallheaders()).

declare(strict_types=1);

/**
 * Throws, and says why, unless the message is authentic. $headers has lower-case names; $body is as it came, before
 * anything parsed it; $secret is the hook's, as whsec_….
 */
function verify(string $body, array $headers, string $secret, int $toleranceSecs = 300): void
{
    foreach (['webhook-id', 'webhook-timestamp', 'webhook-signature'] as $name) {
        if (($headers[$name] ?? '') === '') throw new RuntimeException("the header $name is missing");
    }
    $sentAt = $headers['webhook-timestamp'];
    if (!ctype_digit($sentAt)) throw new RuntimeException('webhook-timestamp is not a number of seconds');
    $age = time() - (int) $sentAt;
    if (abs($age) > $toleranceSecs) {
        throw new RuntimeException("the message is $age s old: a replay, or one of the clocks is wrong");
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
    if ($key === false) throw new RuntimeException('the secret is not base64');
    $signed = "{$headers['webhook-id']}.$sentAt.$body";
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    foreach (explode(' ', $headers['webhook-signature']) as $given) { // several while the secret is being changed
        if (hash_equals($expected, $given)) return;
    }
    throw new RuntimeException('no signature fits: another secret, or the body was changed');
}

if (PHP_SAPI === 'cli' && realpath($argv[0]) === __FILE__) {
    [, $id, $sentAt, $signatures] = array_pad($argv, 4, '');
    $headers = ['webhook-id' => $id, 'webhook-timestamp' => $sentAt, 'webhook-signature' => $signatures];
    try {
        verify(stream_get_contents(STDIN), $headers, (string) getenv('HOOK_SECRET'));
        echo "ok\n";
    } catch (RuntimeException $why) {
        fwrite(STDERR, "refused: {$why->getMessage()}\n");
        exit(1);
    }
}
