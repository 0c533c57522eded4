// The SDK against a mock of the protocol, in Node: the line, the calls, and what goes wrong with both.

import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, test as nodeTest } from 'node:test';
import { WebSocket } from 'ws';
import { connect, describeCode } from '../../static/sdk/hookswitch.js';
import { MockServer } from './support/mock-server.js';

// Every browser has it, Node 18 not yet.
globalThis.crypto ??= webcrypto;

const test = (name, body) => nodeTest(name, { timeout: 5000 }, body);

/** @type {MockServer} */
let server;
/** @type {import('../../static/sdk/hookswitch.js').Client[]} */
let clients;

beforeEach(async () => {
  server = await MockServer.start();
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.logout();
  await server.stop();
});

test('the npm package has the version of the server', async () => {
  const read = (path) => readFile(new URL(path, import.meta.url), 'utf8');
  const [, version] = /^version = "(.*)"$/m.exec(await read('../../Cargo.toml'));
  assert.equal(JSON.parse(await read('../../static/sdk/package.json')).version, version);
});

test('a login that is refused rejects with its code', async () => {
  await assert.rejects(login('alice', { password: 'wrong' }), { name: 'HookswitchError', code: 200 });
});

test('a server that cannot be reached is tried for a while and then given up', async () => {
  const url = server.url;
  await server.stop();
  await assert.rejects(login('alice', { url, connectTimeoutMs: 100 }), /cannot be reached/);
  await server.listen(0);
});

test('a call is dialled, rings, is answered and hung up, and both sides hear each step', async () => {
  const [alice, bob] = await both();
  const incoming = next(bob, 'call');
  const call = alice.call('bob', { flags: 3, userStr: 'hi', param: 7 });
  assert.equal(call.state, 'dialing');
  const ringing = await incoming;
  assert.deepEqual([ringing.role, ringing.state, ringing.user, ringing.userStr, ringing.param], ['callee', 'ringing', 'alice', 'hi', 7]);
  await state(call, 'ringing');
  ringing.answer();
  await Promise.all([state(call, 'talking'), state(ringing, 'talking')]);
  assert.equal(call.room, ringing.room);
  assert.ok(call.room > 0);
  ringing.hangup(5);
  await Promise.all([state(call, 'ended'), state(ringing, 'ended')]);
  assert.deepEqual([call.errorCode, call.reason, ringing.errorCode, ringing.reason], [5, 'hangup', 5, 'hangup']);
  assert.deepEqual([alice.calls, bob.calls], [[], []]);
});

test('a refusal ends both sides with its code', async () => {
  const [call, ringing] = await ring(...(await both()));
  await ringing.decline();
  await state(call, 'ended');
  assert.deepEqual([call.errorCode, call.reason, ringing.errorCode, ringing.reason], [100104, 'refused', 100104, 'refused']);
  assert.equal(describeCode(call.errorCode), 'refused');
});

test('a cancelled call stops ringing', async () => {
  const [call, ringing] = await ring(...(await both()));
  await call.cancel();
  await state(ringing, 'ended');
  assert.deepEqual([call.errorCode, ringing.errorCode, ringing.reason], [100101, 100101, 'cancelled']);
});

test('hangup before start cancels on one side and declines on the other', async () => {
  const [alice, bob] = await both();
  const [call, ringing] = await ring(alice, bob);
  await ringing.hangup();
  await state(call, 'ended');
  assert.equal(call.errorCode, 100104);
  const [second, secondRinging] = await ring(alice, bob);
  await second.hangup();
  await state(secondRinging, 'ended');
  assert.equal(secondRinging.errorCode, 100101);
});

test('offline, busy, a second call of one’s own and a call to oneself end with their codes', async () => {
  const [alice, bob] = await both();
  const carol = await login('carol');
  assert.equal((await state(alice.call('nobody'), 'ended')).errorCode, 100102);
  assert.equal((await state(alice.call('alice'), 'ended')).errorCode, 21);
  await ring(alice, bob);
  assert.equal((await state(carol.call('bob'), 'ended')).errorCode, 100103);
  assert.equal((await state(alice.call('carol'), 'ended')).errorCode, 440);
  assert.equal(alice.calls.length, 1);
});

test('of two devices one answers and the other is told so', async () => {
  const alice = await login('alice');
  const phone = await login('bob', { device: 'phone' });
  const desk = await login('bob', { device: 'desk' });
  const rings = Promise.all([next(phone, 'call'), next(desk, 'call')]);
  alice.call('bob');
  const [onPhone, onDesk] = await rings;
  await onDesk.answer();
  await state(onPhone, 'ended');
  assert.deepEqual([onPhone.errorCode, onPhone.reason], [0, 'answered_elsewhere']);
  assert.equal((await state(onDesk, 'talking')).state, 'talking');
});

test('a late answer ends with not in a call and harms nothing', async () => {
  const [alice, bob] = await both();
  const [, ringing] = await ring(alice, bob);
  server.calls.clear();
  await ringing.answer();
  await state(ringing, 'ended');
  assert.equal(ringing.errorCode, 100107);
});

test('calling the one who is ringing here answers', async () => {
  const [alice, bob] = await both();
  const [call, ringing] = await ring(alice, bob);
  assert.equal(bob.call('alice'), ringing);
  await state(call, 'talking');
});

test('of two calls that cross one survives, as one call object on each side', async () => {
  const [alice, bob] = await both();
  /** @type {unknown[]} */
  const incoming = [];
  bob.on('call', (call) => incoming.push(call));
  const sdp = /** @type {const} */ ({ type: 'offer', sdp: 'v=0 alice' });
  const hers = alice.call('bob', { sdp });
  const his = bob.call('alice', { sdp: { type: 'offer', sdp: 'v=0 bob' } });
  await Promise.all([state(hers, 'talking'), state(his, 'talking')]);
  assert.equal(hers.id, his.id);
  assert.deepEqual([hers.role, his.role], ['caller', 'callee']);
  assert.deepEqual(his.offer, sdp);
  assert.deepEqual(incoming, []);
});

test('where calls that cross are refused, the other’s call still rings', async () => {
  server.glare = 'busy';
  const [alice, bob] = await both();
  const incoming = next(bob, 'call');
  const hers = alice.call('bob');
  const his = bob.call('alice');
  assert.equal((await state(his, 'ended')).errorCode, 440);
  const ringing = await incoming;
  assert.equal(ringing.state, 'ringing');
  await ringing.answer();
  await state(hers, 'talking');
});

test('signals of the application arrive as they were sent', async () => {
  const [call, answered] = await talk(...(await both()));
  const heard = next(answered, 'signal');
  await call.signal({ dtmf: '5' });
  assert.deepEqual(await heard, { dtmf: '5' });
});

test('a call that the business server places appears at its caller without having been asked for', async () => {
  const [alice, bob] = await both();
  const calls = Promise.all([next(alice, 'call'), next(bob, 'call')]);
  server.place('alice', 'bob', true);
  const [placed, ringing] = await calls;
  assert.deepEqual([placed.role, placed.state, placed.placed, ringing.role], ['caller', 'ringing', true, 'callee']);
  ringing.answer();
  await state(placed, 'talking');
});

test('a lost socket is resumed, and what was said meanwhile is heard once', async () => {
  const [alice, bob] = await both();
  const [call, ringing] = await ring(alice, bob);
  const seen = [];
  call.on('state', (change) => seen.push(change.state));
  server.cut('alice');
  await state(alice, 'reconnecting');
  await ringing.answer();
  await state(alice, 'online');
  await state(call, 'talking');
  assert.deepEqual(seen, ['talking']);
});

test('frames that repeat a sequence number are ignored', async () => {
  const [alice, bob] = await both();
  const [, answered] = await talk(alice, bob);
  const heard = [];
  answered.on('signal', (data) => heard.push(data));
  const session = server.of('bob')[0];
  const frame = { type: 'signal', call: answered.id, user: 'alice', data: 1, seq: session.seq + 1 };
  for (const again of [frame, frame, { ...frame, seq: 1 }, { ...frame, seq: session.seq + 2, data: 2 }]) session.send(again);
  await until(() => heard.includes(2));
  assert.deepEqual(heard, [1, 2]);
});

test('what is sent while the line is down arrives after the resume, in order and once', async () => {
  const [alice, bob] = await both();
  const [call, answered] = await talk(alice, bob);
  const heard = [];
  answered.on('signal', (data) => heard.push(data));
  server.cut('alice');
  await state(alice, 'reconnecting');
  await Promise.all([call.signal(1), call.signal(2), call.signal(3)]);
  await until(() => heard.length === 3);
  assert.deepEqual(heard, [1, 2, 3]);
});

test('a frame whose answer was lost is sent again with the same id and takes effect once', async () => {
  const [alice, bob] = await both();
  const [call, answered] = await talk(alice, bob);
  const heard = [];
  answered.on('signal', (data) => heard.push(data));
  const session = server.of('alice')[0];
  session.send = () => {};
  const told = call.signal('once');
  await until(() => heard.length === 1);
  delete session.send;
  server.cut('alice');
  await told;
  const sent = server.received.filter((frame) => frame.data === 'once');
  assert.equal(sent.length, 2);
  assert.equal(sent[0].id, sent[1].id);
  assert.deepEqual(heard, ['once']);
});

test('more frames than the server remembers ids of are never on the way at once', async () => {
  const [alice, bob] = await both();
  const [call, answered] = await talk(alice, bob);
  const heard = [];
  answered.on('signal', (data) => heard.push(data));
  server.cut('alice');
  await state(alice, 'reconnecting');
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  await Promise.all(numbers.map((number) => call.signal(number)));
  await until(() => heard.length === 300);
  assert.deepEqual(heard, numbers);
});

test('a resume that comes too late logs in again, and a call that is over by then ends as disconnected', async () => {
  const [alice, bob] = await both();
  const [call] = await talk(alice, bob);
  const session = alice.session;
  server.calls.clear();
  server.restart();
  await state(alice, 'reconnecting');
  await state(alice, 'online');
  assert.notEqual(alice.session, session);
  assert.deepEqual([call.state, call.errorCode, call.reason], ['ended', 100106, 'disconnected']);
});

test('a call that talks goes on over a restart of the server, with the same call object', async () => {
  const [alice, bob] = await both();
  const [call, answered] = await talk(alice, bob);
  server.restart();
  await Promise.all([state(alice, 'reconnecting'), state(bob, 'reconnecting')]);
  await Promise.all([state(alice, 'online'), state(bob, 'online')]);
  assert.deepEqual([alice.calls, bob.calls], [[call], [answered]]);
  const heard = next(answered, 'signal');
  await call.signal('still here');
  assert.equal(await heard, 'still here');
});

test('a request that a restarted server knows nothing of ends, and is not made twice', async () => {
  const [alice] = await both();
  server.mute = true;
  const call = alice.call('bob');
  await until(() => server.of('alice')[0].socket !== null);
  server.restart();
  server.mute = false;
  await state(call, 'ended');
  assert.equal(call.reason, 'disconnected');
  assert.equal(server.received.filter((frame) => frame.event === 'request').length, 0);
});

test('a call made while the line is down is placed when it is back', async () => {
  const [alice, bob] = await both();
  const incoming = next(bob, 'call');
  server.cut('alice');
  await state(alice, 'reconnecting');
  const call = alice.call('bob');
  await incoming;
  await state(call, 'ringing');
});

test('a call made and cancelled while the line is down is never placed', async () => {
  const [alice] = await both();
  server.cut('alice');
  await state(alice, 'reconnecting');
  const call = alice.call('bob');
  await call.cancel();
  assert.deepEqual([call.state, call.errorCode], ['ended', 100101]);
  await state(alice, 'online');
  await alice.watch(['bob']);
  assert.equal(server.received.filter((frame) => frame.type === 'call').length, 0);
});

test('a hangup while the line is down ends the call here at once and there later', async () => {
  const [alice, bob] = await both();
  const [call, answered] = await talk(alice, bob);
  server.restart();
  await state(alice, 'reconnecting');
  call.hangup();
  assert.equal(call.state, 'ended');
  const incoming = [];
  alice.on('call', (one) => incoming.push(one));
  await state(answered, 'ended');
  assert.deepEqual(incoming, []);
});

test('where the server says that frames were lost, the snapshot counts', async () => {
  const [alice, bob] = await both();
  const [call, ringing] = await ring(alice, bob);
  server.overflow = true;
  server.cut('alice');
  await state(alice, 'reconnecting');
  await ringing.answer();
  await state(alice, 'online');
  assert.equal(call.state, 'talking');
  assert.ok(call.room > 0);
});

test('a page that is loaded anew gets its call back', async () => {
  const [alice, bob] = await both();
  const [call] = await talk(alice, bob);
  server.cut('alice');
  const reloaded = await login('alice');
  const restored = await next(reloaded, 'call');
  assert.deepEqual([restored.id, restored.state, restored.role, restored.restored], [call.id, 'talking', 'caller', true]);
});

test('a device that logs in hears nothing of the call that another device of its user is in', async () => {
  const [alice, bob] = await both();
  await talk(alice, bob);
  const other = await login('alice', { device: 'other' });
  await other.watch(['bob']);
  assert.deepEqual(other.calls, []);
});

test('a device that logs in while its user is being called joins the ring', async () => {
  const [alice, bob] = await both();
  const [call] = await ring(alice, bob);
  const other = await login('bob', { device: 'other' });
  const joined = await next(other, 'call');
  assert.deepEqual([joined.role, joined.state, joined.restored], ['callee', 'ringing', true]);
  await joined.answer();
  await state(call, 'talking');
});

test('a session that is replaced does not come back', async () => {
  const alice = await login('alice');
  const closing = next(alice, 'closing');
  await login('alice');
  assert.deepEqual(await closing, { errorCode: 209, reconnect: false, message: 'replaced' });
  await state(alice, 'closed');
});

test('the close code decides where nothing was said before it', async () => {
  for (const [code, comesBack] of [[4409, false], [4411, false], [4401, false], [4410, true], [4503, true], [1011, true]]) {
    const client = await login(`user${code}`);
    server.of(client.user)[0].socket.close(code);
    await state(client, comesBack ? 'reconnecting' : 'closed');
    if (comesBack) await state(client, 'online');
  }
});

test('a login refused while the server drains is tried again', async () => {
  const alice = await login('alice');
  server.refuse = 120;
  server.restart();
  await until(() => server.sockets.clients.size === 0);
  server.refuse = null;
  await state(alice, 'online');
});

test('credentials that are refused at a reconnect end the client with their code', async () => {
  const alice = await login('alice');
  const error = next(alice, 'error');
  server.refuse = 220;
  server.restart();
  await state(alice, 'closed');
  assert.equal((await error).code, 220);
  await assert.rejects(alice.watch(['bob']), { code: 208 });
});

test('a token is asked for at each login', async () => {
  let asked = 0;
  const getToken = async () => {
    asked += 1;
    return 'alice';
  };
  const alice = await login(undefined, { getToken, password: undefined });
  assert.equal(alice.user, 'alice');
  server.restart();
  await state(alice, 'reconnecting');
  await state(alice, 'online');
  assert.equal(asked, 2);
});

test('a line that died in silence is noticed, given up and resumed', async () => {
  server.heartbeatSecs = 0.05;
  const alice = await login('alice', { replyTimeoutMs: 50 });
  server.mute = true;
  await state(alice, 'reconnecting');
  server.mute = false;
  await state(alice, 'online');
});

test('a quiet line that lives is left alone', async () => {
  server.heartbeatSecs = 0.02;
  const alice = await login('alice', { replyTimeoutMs: 200 });
  const states = [];
  alice.on('state', (one) => states.push(one));
  await until(() => server.received.filter((frame) => frame.type === 'ping').length >= 3);
  assert.deepEqual(states, []);
});

test('presence is told, and told again after it was missed', async () => {
  const alice = await login('alice');
  assert.deepEqual(await alice.watch(['*']), []);
  const bob = login('bob');
  assert.deepEqual(await next(alice, 'presence'), { user: 'bob', online: true });
  assert.deepEqual([...alice.online], ['bob']);
  (await bob).logout();
  assert.deepEqual(await next(alice, 'presence'), { user: 'bob', online: false });
  const carol = login('carol');
  await carol;
  const seen = [];
  alice.on('presence', (one) => seen.push(`${one.user} ${one.online}`));
  (await carol).logout();
  server.restart();
  await login('dave');
  await until(() => alice.online.has('dave') && !alice.online.has('carol'));
});

test('logout ends the call here and there', async () => {
  const [alice, bob] = await both();
  const [call, answered] = await talk(alice, bob);
  alice.logout();
  assert.equal(call.state, 'ended');
  await state(answered, 'ended');
  assert.equal(answered.errorCode, 100106);
});

/** Logs in; unlike in a browser, where tabs differ, the device is the same for all. */
async function login(user, options = {}) {
  const url = `${server.url}/ws`;
  const quick = { minBackoffMs: 10, maxBackoffMs: 40, device: 'test', WebSocket };
  const client = await connect({ url, user, password: 'any', ...quick, ...options });
  clients.push(client);
  return client;
}

async function both() {
  return Promise.all([login('alice'), login('bob')]);
}

async function ring(alice, bob) {
  const incoming = next(bob, 'call');
  const call = alice.call('bob');
  await state(call, 'ringing');
  return [call, await incoming];
}

async function talk(alice, bob) {
  const [call, ringing] = await ring(alice, bob);
  ringing.answer();
  await Promise.all([state(call, 'talking'), state(ringing, 'talking')]);
  return [call, ringing];
}

/** The next event of that name. */
function next(emitter, name) {
  return new Promise((resolve) => {
    const off = emitter.on(name, (event) => {
      off();
      resolve(event);
    });
  });
}

/** Waits for a call or a client to be in a state. */
async function state(subject, wanted) {
  while (subject.state !== wanted) await next(subject, 'state');
  return subject;
}

/** Polls for what no event tells of. */
async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
