// What a call survives: reloads of the page, a lost line, and the death of the server.

import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Cast, launch } from '../support/browser.js';
import { startServer } from '../support/server.js';

const TIMEOUT = { timeout: 90_000 };
// What Chromium says of a socket that has no server, and of a question whose server died over it.
const LOST_SOCKET = /WebSocket connection to|net::ERR_(CONNECTION|EMPTY|SOCKET|INCOMPLETE_CHUNKED)/;
let server;
let browser;
let cast;
let alice;
let bob;

// Two people for all of them, whose call is as good as new after each.
before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  cast = await Cast.gather(browser, server.url);
  alice = await cast.enter('alice');
  bob = await cast.enter('bob');
});
beforeEach(async () => {
  await alice.talksTo(bob, 'bob');
  await Promise.all([alice.sees(), bob.sees()]);
});
afterEach(async () => {
  await alice.at('hangup').click();
  await Promise.all([alice.endedWith(0, 'hangup'), bob.endedWith(0, 'hangup')]);
  cast.noComplaints(LOST_SOCKET);
});
after(async () => {
  await cast?.leave(LOST_SOCKET).finally(() => Promise.all([browser.close(), server.stop()]));
});

test('the caller’s tab is reloaded', TIMEOUT, async () => {
  await alice.page.reload();
  await alice.is('talking');
  await Promise.all([alice.sees(), bob.sees()]);
});

test('the callee’s tab is reloaded', TIMEOUT, async () => {
  await bob.page.reload();
  await bob.is('talking');
  await Promise.all([alice.sees(), bob.sees()]);
});

test('both tabs are reloaded at once, and then again one by one', TIMEOUT, async () => {
  await Promise.all([alice.page.reload(), bob.page.reload()]);
  await Promise.all([alice.sees(), bob.sees()]);
  await bob.page.reload();
  await Promise.all([alice.sees(), bob.sees()]);
  await alice.page.reload();
  await Promise.all([alice.sees(), bob.sees()]);
});

test('the server is killed and started again', TIMEOUT, async () => {
  await server.restart();
  await Promise.all([alice, bob].map(({ page }) => page.getByText('connected', { exact: true }).waitFor()));
  await Promise.all([alice.is('talking'), bob.is('talking')]);
  await Promise.all([alice.sees(), bob.sees()]);
});

test('a tab is reloaded after the server was killed and started again', TIMEOUT, async () => {
  await server.restart();
  await bob.page.reload();
  await Promise.all([alice.sees(), bob.sees()]);
});

test('a peer connection that died is replaced', TIMEOUT, async () => {
  await bob.page.evaluate(() => window.peerConnections.at(-1).close());
  await bob.page.waitForFunction(() => window.peerConnections.length > 1, null, { timeout: 60_000 });
  await Promise.all([alice.sees(), bob.sees()]);
});

test('a call outlives several deaths of the server', TIMEOUT, async () => {
  for (let death = 0; death < 3; death += 1) {
    await server.restart();
    await Promise.all([alice, bob].map(({ page }) => page.getByText('connected', { exact: true }).waitFor()));
  }
  await Promise.all([alice.is('talking'), bob.is('talking')]);
});
