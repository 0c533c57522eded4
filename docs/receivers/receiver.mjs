// A business server for hookswitch: refuses calls to `blocked`, sends those to `support` to `bob`, prints events.
// Node 18 or later, no packages.
//
// Start it:  HOOK_SECRET=whsec_… PORT=9000 node receiver.mjs

import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { HOOK_SECRET, PORT = '9000' } = process.env;
if (!HOOK_SECRET) throw new Error('HOOK_SECRET is not set: it is the secret that the hook was registered with');
const KEY = Buffer.from(HOOK_SECRET.replace(/^whsec_/, ''), 'base64');
const TOLERANCE_SECS = 300;

/** Standard Webhooks: a fresh timestamp, and among the signatures one of `id.timestamp.body` with our key. */
function isAuthentic(headers, body) {
  const sentAt = headers['webhook-timestamp'] ?? '';
  if (!/^\d+$/.test(sentAt) || Math.abs(Date.now() / 1000 - Number(sentAt)) > TOLERANCE_SECS) return false;
  const mac = createHmac('sha256', KEY).update(`${headers['webhook-id']}.${sentAt}.`).update(body).digest('base64');
  const expected = Buffer.from(`v1,${mac}`);
  return (headers['webhook-signature'] ?? '').split(' ').map((given) => Buffer.from(given))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

/** Whether a call may ring, and where. Your own rules go here; the caller waits for them. */
function verdict(call) {
  switch (call.target_user) {
    case 'blocked': return { error_code: 403, message: 'nobody may call this user' };
    case 'support': return { error_code: 0, target_user: 'bob' };
    default: return { error_code: 0 };
  }
}

/** What becomes of calls and users. An event may come twice, then with the same `webhook-id`. */
function onEvent(type, data) {
  console.log(type, JSON.stringify(data));
}

const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  if (!isAuthentic(request.headers, body)) {
    response.writeHead(401).end();
    return;
  }
  const { type, data } = JSON.parse(body);
  if (type === 'call.request') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(verdict(data)));
    return;
  }
  onEvent(type, data);
  response.end();
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/`));
