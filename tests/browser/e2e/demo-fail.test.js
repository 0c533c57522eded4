// "Make it fail": each way ends as promised, and afterwards the page is as good as before.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Cast, Person, launch } from '../support/browser.js';
import { look } from '../support/look.js';
import { startServer } from '../support/server.js';

const TIMEOUT = { timeout: 90_000, skip: Boolean(process.env.HOOKSWITCH_MOCK) };
// What Chromium says of a socket that has no server, and of a question to a server that is being replaced.
const LOST_SERVER = /WebSocket connection to|net::ERR_(CONNECTION|EMPTY|SOCKET)/;
let server;
let browser;
let cast;

before(async () => {
  browser = await launch();
});
beforeEach(async () => {
  server = await startServer();
  cast = await Cast.gather(browser, server.url, { viewport: { width: 1280, height: 900 } });
});
afterEach(async () => {
  await cast.leave(LOST_SERVER).finally(() => server.stop());
});
after(() => browser?.close());

/** @returns {Promise<string>} what the page tells about it */
async function fails(page, name, code) {
  await page.getByTestId(`fail-${name}`).click();
  const result = page.locator(`[data-testid=fail-result][data-name=${name}]`);
  await result.waitFor({ timeout: 40_000 });
  assert.equal(await result.getAttribute('data-code'), String(code), `${name}: ${await result.textContent()}`);
  return result.textContent();
}

async function hooks() {
  const response = await fetch(`${server.url}/api/v1/webhooks`, { headers: { authorization: 'Bearer dev' } });
  return (await response.json()).items;
}

test('calls fail with the code that is promised, beside a robot', TIMEOUT, async () => {
  const alice = await cast.enter('alice');
  await alice.page.getByTestId('tab-fail').click();
  assert.match(await fails(alice.page, 'busy', 100103), /100103.*busy/s);
  await alice.endedWith(100103, 'busy');
  await fails(alice.page, 'refuse', 100104);
  await fails(alice.page, 'no-answer', 100105);
  await fails(alice.page, 'offline', 100102);
  await fails(alice.page, 'veto', 403);
  await fails(alice.page, 'slow-hook', 207);
  assert.deepEqual(await hooks(), []);
  await look(alice.page, 'demo-fail');
  await alice.page.getByTestId('tab-flow').click();
  await alice.page.getByRole('button', { name: /server → alice: reply 207/ }).waitFor();
  await alice.page.getByTestId('tab-fail').click();
  assert.match(await fails(alice.page, 'drop-socket', 0), /3 of 3 messages/);
  await alice.sees();
});

test('Alice and Bob outlive a dropped socket, dropped media and a restart of the server', TIMEOUT, async () => {
  const page = await cast.visit('/demo/two.html?media=fake');
  const [alice, bob] = ['alice', 'bob'].map((name) => new Person(page.frame({ name })));
  await fails(page, 'drop-socket', 0);
  await page.getByTestId('flow').getByRole('button', { name: /logged_in resumed/ }).waitFor();
  await fails(page, 'restart', 0);
  await fails(page, 'drop-media', 0);
  await Promise.all([alice.sees(), bob.sees()]);
  await bob.at('hangup').click();
  await Promise.all([alice.endedWith(0, 'hangup'), bob.endedWith(0, 'hangup')]);
  await fails(page, 'offline', 100102);
});
