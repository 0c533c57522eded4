// Tells whether a message is hookswitch's (Standard Webhooks). Node 18 or later, no packages.
//
// Try it:  HOOK_SECRET=whsec_… node verify.mjs "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP" "$WEBHOOK_SIGNATURE" < body

import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * Throws an Error, which says why, unless the message is authentic.
 *
 * @param {Buffer} body as it came, before anything parsed it
 * @param {Record<string, string | undefined>} headers by lower-case names
 * @param {string} secret the hook's, as `whsec_…`
 */
export function verify(body, headers, secret, toleranceSecs = 300) {
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    if (!headers[name]) throw new Error(`the header ${name} is missing`);
  }
  const { 'webhook-id': id, 'webhook-timestamp': sentAt, 'webhook-signature': signatures } = headers;
  if (!/^\d+$/.test(sentAt)) throw new Error('webhook-timestamp is not a number of seconds');
  const age = Math.floor(Date.now() / 1000) - Number(sentAt);
  if (Math.abs(age) > toleranceSecs) {
    throw new Error(`the message is ${age} s old: a replay, or one of the clocks is wrong`);
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${sentAt}.`).update(body).digest('base64');
  const expected = Buffer.from(`v1,${mac}`);
  // Several, separated by spaces, while the secret is being changed.
  const fits = signatures.split(' ').map((given) => Buffer.from(given))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
  if (!fits) throw new Error('no signature fits: another secret, or the body was changed');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [id, sentAt, signatures] = process.argv.slice(2);
  const headers = { 'webhook-id': id, 'webhook-timestamp': sentAt, 'webhook-signature': signatures };
  try {
    verify(readFileSync(0), headers, process.env.HOOK_SECRET);
    console.log('ok');
  } catch (why) {
    console.error(`refused: ${why.message}`);
    process.exitCode = 1;
  }
}
