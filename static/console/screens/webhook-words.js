// What the screens about hooks say: events, policies, and what to do about each way a test may fail.

export const EVENT_GROUPS = [
  { group: 'call.*', doc: 'every step of every call', events: [
    ['call.requested', 'somebody calls'],
    ['call.ringing', 'the callee’s devices ring'],
    ['call.started', 'they talk'],
    ['call.finished', 'it is over, with code and reason'],
  ] },
  { group: 'user.*', doc: 'who comes and goes', events: [
    ['user.online', 'a user’s first session'],
    ['user.offline', 'a user’s last session is gone'],
  ] },
  { group: 'worker.*', doc: 'media workers', events: [['worker.failed', 'a media worker died']] },
];

/** The two policies of a hook that gives no verdict, with what they mean for callers. */
export const POLICIES = {
  allow: {
    tone: 'warn',
    label: 'allow on failure',
    consequence: 'Calls go through unasked while the hook is down or slow. Nobody is cut off, and nobody is stopped either.',
  },
  refuse: {
    tone: 'bad',
    label: 'refuse on failure',
    consequence: 'Nobody can call anybody while the hook is down. Callers get 207 where it was too slow, 206 otherwise.',
  },
};

const BY_STATUS = {
  400: 'The receiver could not read the message. It must take a JSON body.',
  401: 'The receiver does not take the signature. Does it have this hook’s secret, and does it check the body as it came, byte for byte? The verifier below says why a signature fails.',
  403: 'The receiver does not take the signature, or something in front of it asks for a login. The verifier below says why a signature fails.',
  404: 'There is no such path at the receiver. Check the URL.',
  405: 'The receiver does not take POST at this path.',
  408: 'The receiver gave up waiting. The server would try again.',
  410: 'The answer 410 says “no more events”: after an event it would stop this hook. Answer 2xx instead.',
  413: 'The receiver takes no message of this size. An event with a call has some two kilobytes.',
  415: 'The receiver does not take application/json.',
  429: 'The receiver asks for fewer messages. The server would try again, and honours Retry-After.',
};

/**
 * A test's outcome in words, and what to do.
 * @param {{ ok: boolean, status?: number, latency_ms: number, error?: string }} report
 * @param {{ veto: boolean, timeout_ms: number }} hook
 * @returns {{ title: string, advice: string }}
 */
export function explainTest({ ok, status, latency_ms: ms, error }, hook) {
  if (ok) {
    const slow = hook.veto && ms > hook.timeout_ms / 2;
    const advice = slow
      ? `Verdicts are waited for ${hook.timeout_ms} ms, and this took more than half of that. Make the receiver faster, or wait longer.`
      : 'It is reached, and it answers. Check in the receiver that it verifies the signature.';
    return { title: `Answered ${status} in ${ms} ms`, advice };
  }
  if (status) return { title: `Answered ${status} in ${ms} ms`, advice: BY_STATUS[status] ?? adviceForClass(status) };
  return { title: `No answer: ${error ?? 'unknown cause'}`, advice: adviceForError(error ?? '') };
}

function adviceForClass(status) {
  if (status >= 500) return 'The receiver failed while it handled the message. Its own log says why; the server would try again.';
  if (status >= 300 && status < 400) return 'Redirects are not followed. Register the address it redirects to.';
  return 'The receiver refuses the message. An event that is answered like this is given up at once, and can be replayed.';
}

function adviceForError(error) {
  if (/no answer within/.test(error)) return 'The receiver is too slow or hangs. It should answer first and work afterwards.';
  if (/address refused/.test(error)) return 'The server does not call this address. Private addresses need webhooks.allow_private = true.';
  if (/refused/i.test(error)) return 'Nothing listens at this address and port. Is the receiver running, and reachable from the server?';
  if (/certificate|tls|handshake/i.test(error)) return 'TLS failed. Is the certificate valid for this name, and from an authority that the server knows?';
  if (/dns|lookup|resolve|no address/i.test(error)) return 'The name has no address. Check the host in the URL, and the server’s DNS.';
  return 'The connection broke before an answer came. The receiver’s log may say why.';
}

/** The smallest business server: it refuses calls to “blocked”, and hears every event. */
export const RECEIVER = `import { createServer } from 'node:http';

createServer(async (request, response) => {
  const { type, data } = JSON.parse(Buffer.concat(await request.toArray()));
  console.log(type, data.source_user ?? '', data.target_user ?? '');
  const isBlocked = type === 'call.request' && data.target_user === 'blocked';
  const verdict = isBlocked ? { error_code: 403, message: 'not today' } : { error_code: 0 };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(verdict));
}).listen(9000, '127.0.0.1');
`;

/** The verification examples that the server itself hands out. */
export const VERIFIERS = [
  { language: 'Python', path: '/docs/receivers/verify.py' },
  { language: 'Node', path: '/docs/receivers/verify.mjs' },
  { language: 'Go', path: '/docs/receivers/verify.go' },
  { language: 'PHP', path: '/docs/receivers/verify.php' },
  { language: 'Ruby', path: '/docs/receivers/verify.rb' },
];
