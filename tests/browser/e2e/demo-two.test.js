// Alice and Bob on one page, and the ladder between them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cast, Person, launch } from '../support/browser.js';
import { look } from '../support/look.js';
import { startServer } from '../support/server.js';

const TIMEOUT = { timeout: 60_000 };
const isMock = Boolean(process.env.HOOKSWITCH_MOCK);
let server;
let browser;
let cast;
let page;
let alice;
let bob;

// One page for all of them, as somebody has it who tries one thing after the other.
before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  cast = await Cast.gather(browser, server.url, { viewport: { width: 1280, height: 900 } });
  await cast.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await cast.visit('/demo/two.html?media=fake');
  [alice, bob] = ['alice', 'bob'].map((name) => new Person(page.frame({ name })));
  await Promise.all([alice, bob].map((one) => one.page.getByText('connected', { exact: true }).waitFor()));
});
after(async () => {
  await cast.leave().finally(() => Promise.all([server.stop(), browser.close()]));
});

/** @param {string | RegExp} name as it is read aloud */
const arrow = (name) => page.getByTestId('flow').getByRole('button', { name });
const call = async () => {
  if (await alice.at('hangup').isVisible()) return;
  await alice.page.getByRole('button', { name: 'Call bob' }).click();
  await bob.answers();
  await Promise.all([alice.is('talking'), bob.is('talking')]);
};

test('two people on one page see each other, and each message between them is an arrow that opens', TIMEOUT, async () => {
  await call();
  await Promise.all([alice.sees(), bob.sees()]);
  await arrow(/alice → server: request/).waitFor();
  await arrow(/server → bob: request/).waitFor();
  await arrow(/bob → server: reply/).waitFor();
  await arrow(/server → alice: start/).waitFor();
  await arrow(/server → bob: start/).click();
  const details = page.getByTestId('ladder-details');
  const shown = JSON.parse(await details.locator('pre').textContent());
  assert.equal(shown.event, 'start');
  assert.equal(shown.user, 'alice');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await details.getByRole('button', { name: 'Close' }).click();
  await details.waitFor({ state: 'detached' });
  await look(page, 'demo-two');
});

test('what the ladder shows holds no secret and no SDP', TIMEOUT, async () => {
  await call();
  const whole = page.getByLabel('Before the call too');
  await whole.check();
  await arrow(/alice → server: login/).click();
  const details = page.getByTestId('ladder-details').locator('pre');
  assert.equal(JSON.parse(await details.textContent()).password, '…');
  await arrow(/server → bob: logged_in/).click();
  assert.equal(JSON.parse(await details.textContent()).resume, '…');
  await arrow(/alice → server: request/).click();
  assert.match(JSON.parse(await details.textContent()).sdp.sdp, /^\(\d+ bytes\)$/);
  await whole.uncheck();
});

test('the ladder is copied as a Mermaid diagram', TIMEOUT, async () => {
  await call();
  await arrow(/server → bob: start/).waitFor();
  await page.getByRole('button', { name: 'Copy as Mermaid' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(text, /^sequenceDiagram\n {2}participant p0 as alice/);
  assert.match(text, /p0->>p1: request/);
});

test('the keyboard alone makes a call and ends it', TIMEOUT, async () => {
  await call();
  await page.locator('h2').first().click();
  await page.keyboard.press('h');
  await Promise.all([alice.is('idle'), bob.is('idle')]);
  await page.keyboard.press('c');
  await bob.is('ringing');
  await page.keyboard.press('a');
  await Promise.all([alice.is('talking'), bob.is('talking')]);
  await page.keyboard.press('m');
  await alice.page.getByRole('button', { name: 'Unmute' }).waitFor();
  await page.keyboard.press('h');
  await Promise.all([alice.endedWith(0, 'hangup'), bob.endedWith(0, 'hangup')]);
  await page.keyboard.press('c');
  await bob.is('ringing');
  await page.keyboard.press('d');
  await alice.endedWith(100104, 'refused');
});

test('either half may be reloaded in a call, though both are of one tab', TIMEOUT, async () => {
  await call();
  const devices = await Promise.all([alice, bob].map((one) => one.page.evaluate(() => window.person.client.device)));
  assert.equal(devices[0], devices[1]);
  for (const one of [bob, alice]) {
    const isNew = page.waitForEvent('framenavigated', (frame) => frame === one.page);
    await Promise.all([isNew, one.page.evaluate(() => setTimeout(() => location.reload(), 0))]);
    await one.is('talking');
    await Promise.all([alice.sees(), bob.sees()]);
  }
});

test('the server’s own word on a message and the browser’s are one arrow with both times', { ...TIMEOUT, skip: isMock }, async () => {
  // What a page saw of a call goes with its reload.
  if (await alice.at('hangup').isVisible()) await alice.at('hangup').click();
  await Promise.all([alice.is('idle'), bob.is('idle')]);
  await call();
  await arrow(/alice → server: request .* ms/).click();
  const times = page.getByTestId('ladder-details').locator('dl');
  await times.getByText('browser alice').waitFor();
  await times.getByText('server', { exact: true }).waitFor();
  assert.equal(await arrow(/alice → server: request/).count(), 1);
  await arrow(/server → server: commit/).first().waitFor();
});
