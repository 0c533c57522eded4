// Calls between tabs of the demo page, in a real browser.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { endCalls, rest } from '../support/api.js';
import { Cast, launch } from '../support/browser.js';
import { startServer } from '../support/server.js';

const TIMEOUT = { timeout: 60_000 };
let server;
let browser;
let cast;
let alice;
let bob;

// Two people for all of them; who comes besides has a name of their own.
before(async () => {
  [server, browser] = await Promise.all([startServer({ HOOKSWITCH__SESSION__RESUME_GRACE_SECS: '3' }), launch()]);
  cast = await Cast.gather(browser, server.url);
  alice = await cast.enter('alice');
  bob = await cast.enter('bob');
});
afterEach(async () => {
  await endCalls(server.url);
  await Promise.all([alice.is('idle'), bob.is('idle')]);
  cast.noComplaints();
});
after(async () => {
  await cast?.leave().finally(() => Promise.all([browser.close(), server.stop()]));
});

test('two tabs call each other and see each other', TIMEOUT, async () => {
  await alice.calls('bob');
  await bob.is('ringing');
  await alice.is('ringing');
  await bob.answers();
  await Promise.all([alice.is('talking'), bob.is('talking')]);
  await Promise.all([alice.sees(), bob.sees()]);
  await bob.at('hangup').click();
  await Promise.all([alice.endedWith(0, 'hangup'), bob.endedWith(0, 'hangup')]);
});

test('a camera is used where there is one, and without one a drawn picture, of which a line says so', TIMEOUT, async () => {
  const carol = await cast.enter('carol', '');
  const dave = await cast.enter('dave', '');
  const drawn = carol.page.getByText('You send a drawn picture and a tone: no camera was found.');
  await carol.talksTo(dave, 'dave');
  await Promise.all([carol.sees(), dave.sees()]);
  assert.equal(await carol.page.locator('#drawn').isVisible(), false);
  await carol.at('hangup').click();
  await Promise.all([carol.is('idle'), dave.is('idle')]);
  for (const { page } of [carol, dave]) {
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'));
    });
  }
  await carol.talksTo(dave, 'dave');
  await Promise.all([carol.sees(), dave.sees()]);
  await drawn.waitFor();
  await Promise.all([carol, dave].map(({ page }) => page.close()));
});

test('who is online is listed, and called with a click', TIMEOUT, async () => {
  const erin = await cast.enter('erin');
  await alice.page.getByRole('button', { name: 'Call erin' }).click();
  await erin.is('ringing');
  await erin.answers();
  await alice.is('talking');
  await erin.page.close();
  await alice.page.getByRole('button', { name: 'Call erin' }).waitFor({ state: 'detached', timeout: 40_000 });
});

test('a form logs in, and a reload keeps the name', TIMEOUT, async () => {
  const frank = await cast.enter(null);
  await frank.at('login-user').fill('frank');
  await frank.at('login').click();
  await frank.is('idle');
  await frank.page.reload();
  await frank.page.getByRole('button', { name: 'Log out' }).click();
  await frank.at('login-user').waitFor();
  await frank.page.close();
});

test('a declined call ends with 100104', TIMEOUT, async () => {
  await alice.calls('bob');
  await bob.at('decline').click();
  await alice.endedWith(100104, 'refused');
});

test('a cancelled call stops ringing with 100101', TIMEOUT, async () => {
  await alice.calls('bob');
  await bob.is('ringing');
  await alice.at('cancel').click();
  await Promise.all([alice.endedWith(100101, 'cancelled'), bob.endedWith(100101, 'cancelled')]);
});

test('who talks already is busy, and who is not there is offline', TIMEOUT, async () => {
  const grace = await cast.enter('grace');
  await alice.calls('bob');
  await bob.is('ringing');
  await grace.calls('bob');
  await grace.endedWith(100103, 'busy');
  await grace.calls('nobody');
  await grace.endedWith(100102, 'offline');
  await grace.page.close();
});

test('of two devices one answers, and the other hears that it was answered elsewhere', TIMEOUT, async () => {
  const phone = await cast.enter('bob');
  await alice.calls('bob');
  await Promise.all([bob.is('ringing'), phone.is('ringing')]);
  await phone.answers();
  await bob.endedWith(0, 'answered elsewhere');
  await Promise.all([alice.sees(), phone.sees()]);
  await phone.at('hangup').click();
  await alice.endedWith(0, 'hangup');
  await phone.page.close();
});

test('two who call each other at the same moment talk', TIMEOUT, async () => {
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
  await rest(server.url, 'POST', '/calls', { caller: 'alice', callee: 'bob', flags: 3 });
  await alice.is('ringing');
  await bob.answers();
  await Promise.all([alice.sees(), bob.sees()]);
});

test('every control has a name that can be read aloud', TIMEOUT, async () => {
  await alice.talksTo(bob, 'bob');
  const nameless = await bob.page.evaluate(() => {
    const controls = [...document.querySelectorAll('button, input, a, img')];
    const name = (one) => one.ariaLabel || one.alt !== undefined || one.labels?.[0]?.textContent || one.textContent;
    return controls.filter((one) => one.checkVisibility() && !name(one)).map((one) => one.outerHTML);
  });
  assert.deepEqual(nameless, []);
});
