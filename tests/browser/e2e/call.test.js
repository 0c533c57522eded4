// Calls between tabs of the demo page, in a real browser.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Cast, launch } from '../support/browser.js';
import { startServer } from '../support/server.js';

const TIMEOUT = { timeout: 60_000 };
let server;
let browser;
let cast;

before(async () => {
  browser = await launch();
});
// A server of its own for each: who has left is remembered for the grace period.
beforeEach(async () => {
  server = await startServer({ HOOKSWITCH__SESSION__RESUME_GRACE_SECS: '3' });
  cast = await Cast.gather(browser, server.url);
});
afterEach(async () => {
  await cast.leave();
  await server.stop();
});
after(() => browser?.close());

test('two tabs call each other and see each other', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  const bob = await cast.enter('bob');
  await alice.calls('bob');
  await bob.is('ringing');
  await alice.is('ringing');
  await bob.answers();
  await Promise.all([alice.is('talking'), bob.is('talking')]);
  await Promise.all([alice.sees(), bob.sees()]);
  await bob.at('hangup').click();
  await Promise.all([alice.endedWith(0, 'hangup'), bob.endedWith(0, 'hangup')]);
});

test('a camera is used where there is one', TIMEOUT, async () => {
  const alice = await cast.enter('alice', '');
  const bob = await cast.enter('bob', '');
  await alice.calls('bob');
  await bob.answers();
  await Promise.all([alice.sees(), bob.sees()]);
  assert.equal(await alice.page.locator('#drawn').isVisible(), false);
});

test('without a camera a drawn picture is sent, and a line says so', TIMEOUT, async () => {
  await cast.context.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
  });
  const alice = await cast.enter('alice', '');
  const bob = await cast.enter('bob', '');
  await alice.calls('bob');
  await bob.answers();
  await Promise.all([alice.sees(), bob.sees()]);
  await alice.page.getByText('You send a drawn picture and a tone: no camera was found.').waitFor();
});

test('who is online is listed, and called with a click', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  const bob = await cast.enter('bob');
  await alice.page.getByRole('button', { name: 'Call bob' }).click();
  await bob.is('ringing');
  await bob.answers();
  await alice.is('talking');
  await bob.page.close();
  await alice.page.getByRole('button', { name: 'Call bob' }).waitFor({ state: 'detached', timeout: 40_000 });
});

test('a form logs in, and a reload keeps the name', TIMEOUT, async () => {
  const alice = await cast.enter(null);
  await alice.at('login-user').fill('alice');
  await alice.at('login').click();
  await alice.is('idle');
  await alice.page.reload();
  await alice.page.getByRole('button', { name: 'Log out' }).click();
  await alice.at('login-user').waitFor();
});

test('a declined call ends with 100104', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  const bob = await cast.enter('bob');
  await alice.calls('bob');
  await bob.at('decline').click();
  await alice.endedWith(100104, 'refused');
});

test('a cancelled call stops ringing with 100101', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  const bob = await cast.enter('bob');
  await alice.calls('bob');
  await bob.is('ringing');
  await alice.at('cancel').click();
  await Promise.all([alice.endedWith(100101, 'cancelled'), bob.endedWith(100101, 'cancelled')]);
});

test('who talks already is busy, and who is not there is offline', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  const bob = await cast.enter('bob');
  const carol = await cast.enter('carol');
  await alice.calls('bob');
  await bob.is('ringing');
  await carol.calls('bob');
  await carol.endedWith(100103, 'busy');
  await carol.calls('nobody');
  await carol.endedWith(100102, 'offline');
});

test('of two devices one answers, and the other hears that it was answered elsewhere', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  const desk = await cast.enter('bob');
  const phone = await cast.enter('bob');
  await alice.calls('bob');
  await Promise.all([desk.is('ringing'), phone.is('ringing')]);
  await phone.answers();
  await desk.endedWith(0, 'answered elsewhere');
  await Promise.all([alice.sees(), phone.sees()]);
});

test('two who call each other at the same moment talk', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  const bob = await cast.enter('bob');
  await Promise.all([alice.at('peer').fill('bob'), bob.at('peer').fill('alice')]);
  const at = Date.now() + 1000;
  const clickAt = (then) => {
    const click = () => document.querySelector('[data-testid=call]').click();
    return new Promise((done) => setTimeout(() => done(click()), then - Date.now()));
  };
  await Promise.all([alice, bob].map(({ page }) => page.evaluate(clickAt, at)));
  await Promise.all([alice.is('talking'), bob.is('talking')]);
  await Promise.all([alice.sees(), bob.sees()]);
});

test('a call that the business server places is answered and seen like any other', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  const bob = await cast.enter('bob');
  const headers = { authorization: 'Bearer dev', 'content-type': 'application/json' };
  const body = JSON.stringify({ caller: 'alice', callee: 'bob', flags: 3 });
  const placed = await fetch(`${server.url}/api/v1/calls`, { method: 'POST', headers, body });
  assert.equal(placed.status, 201);
  await alice.is('ringing');
  await bob.answers();
  await Promise.all([alice.sees(), bob.sees()]);
});

test('every control has a name that can be read aloud', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  const bob = await cast.enter('bob');
  await alice.calls('bob');
  await bob.answers();
  await bob.is('talking');
  const nameless = await bob.page.evaluate(() => {
    const controls = [...document.querySelectorAll('button, input, a, img')];
    const name = (one) => one.ariaLabel || one.alt !== undefined || one.labels?.[0]?.textContent || one.textContent;
    return controls.filter((one) => one.checkVisibility() && !name(one)).map((one) => one.outerHTML);
  });
  assert.deepEqual(nameless, []);
});
