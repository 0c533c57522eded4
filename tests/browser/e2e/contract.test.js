// The page as somebody else's test drives it: by its test ids and its address alone, in a browser without a camera.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { rest } from '../support/api.js';
import { launch } from '../support/browser.js';
import { startServer } from '../support/server.js';

const TIMEOUT = { timeout: 60_000 };
const BUTTONS = ['answer', 'decline', 'cancel', 'hangup'];
let server;
let browser;

before(async () => {
  browser = await launch(['--no-sandbox', '--disable-gpu']);
});
beforeEach(async () => {
  server = await startServer();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await server.stop();
});
after(() => browser?.close());

const id = (name) => `[data-testid=${name}]`;
const one = (page, name) => page.locator(id(name));
const offered = async (page) => {
  const visible = await Promise.all(BUTTONS.map((name) => one(page, name).isVisible()));
  return BUTTONS.filter((_, index) => visible[index]);
};
const text = (page, name, wanted) =>
  page.waitForFunction(([selector, words]) => document.querySelector(selector).textContent === words, [id(name), wanted]);
const plays = (page, name) =>
  page.waitForFunction((selector) => {
    const video = document.querySelector(selector);
    return video.videoWidth > 0 && !video.paused && video.currentTime > 0.3;
  }, id(name), { polling: 100 });

// Runs in the page. To the browser whatever a test does there is done by the user, so its own refusal never comes.
function refuseSound() {
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    return this.muted ? play.call(this) : Promise.reject(new DOMException('no click yet', 'NotAllowedError'));
  };
}

async function logIn(page, user, query = '') {
  await page.goto(`${server.url}/${query}`);
  await page.fill(id('login-user'), user);
  await page.click(id('login'));
}

async function callAndHangUp(alice, bob) {
  await alice.fill(id('peer'), 'bob');
  await text(alice, 'state', 'idle');
  assert.deepEqual(await offered(alice), []);
  await alice.click(id('call'));
  await Promise.all([text(alice, 'state', 'ringing'), text(bob, 'state', 'ringing')]);
  assert.deepEqual([await offered(alice), await offered(bob)], [['cancel'], ['answer', 'decline']]);
  await bob.click(id('answer'));
  await Promise.all([text(alice, 'state', 'talking'), text(bob, 'state', 'talking')]);
  assert.deepEqual([await offered(alice), await offered(bob)], [['hangup'], ['hangup']]);
  await Promise.all([alice, bob].flatMap((page) => [plays(page, 'local-video'), plays(page, 'remote-video')]));
  await alice.click(id('hangup'));
  await Promise.all([text(alice, 'state', 'idle'), text(bob, 'state', 'idle')]);
  await Promise.all([text(alice, 'error-code', '0'), text(bob, 'error-code', '0')]);
  assert.deepEqual([await offered(alice), await offered(bob)], [[], []]);
}

test('two browser contexts, logged in by the form: a call, a refusal by its code alone, and a name that is not there', TIMEOUT, async () => {
  const [alice, bob] = [await browser.newPage(), await browser.newPage()];
  await logIn(alice, 'alice');
  await logIn(bob, 'bob');
  await callAndHangUp(alice, bob);
  await alice.fill(id('peer'), 'bob');
  await alice.click(id('call'));
  await bob.click(id('decline'));
  await text(alice, 'error-code', '100104');
  await text(alice, 'state', 'idle');
  await alice.fill(id('peer'), 'nobody');
  await alice.click(id('call'));
  await text(alice, 'error-code', '100102');
  await alice.fill(id('peer'), 'alice');
  await alice.click(id('call'));
  await text(alice, 'error-code', '21');
  await text(alice, 'state', 'idle');
});

test('two pages of one context, with a drawn picture', TIMEOUT, async () => {
  const context = await browser.newContext();
  const [alice, bob] = [await context.newPage(), await context.newPage()];
  await logIn(alice, 'alice', '?media=fake');
  await logIn(bob, 'bob', '?media=fake');
  await callAndHangUp(alice, bob);
});

test('two contexts, logged in by the address, and the picture comes back without a click after a reload', TIMEOUT, async () => {
  const [alice, bob] = [await browser.newPage(), await browser.newPage()];
  await alice.goto(`${server.url}/?user=alice&media=fake`);
  await bob.goto(`${server.url}/?user=bob&media=fake`);
  await alice.fill(id('peer'), 'bob');
  await alice.click(id('call'));
  await bob.click(id('answer'));
  await plays(alice, 'remote-video');
  await alice.reload();
  await text(alice, 'state', 'talking');
  await Promise.all([plays(alice, 'local-video'), plays(alice, 'remote-video'), plays(bob, 'remote-video')]);
});

test('who has not clicked yet sees, and hears after a click', TIMEOUT, async () => {
  const [alice, bob] = [await browser.newPage(), await browser.newPage()];
  await alice.addInitScript(refuseSound);
  await alice.goto(`${server.url}/?user=alice&media=fake`);
  await bob.goto(`${server.url}/?user=bob&media=fake`);
  await Promise.all([alice, bob].map((page) => page.getByText('connected', { exact: true }).waitFor()));
  await rest(server.url, 'POST', '/calls', { caller: 'alice', callee: 'bob', flags: 3 });
  await bob.click(id('answer'));
  await Promise.all([plays(alice, 'local-video'), plays(alice, 'remote-video'), plays(bob, 'remote-video')]);
  await alice.getByRole('button', { name: 'Turn the sound on' }).click();
  assert.equal(await one(alice, 'remote-video').evaluate((video) => video.muted), false);
});
