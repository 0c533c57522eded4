// The demo calls a WeChat user that the server plays: sound both ways, its picture drawn, and each way such a call ends.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test as nodeTest } from 'node:test';
import { rest } from '../support/api.js';
import { Cast, launch } from '../support/browser.js';
import { assertAccessible } from '../support/look.js';
import { startServer } from '../support/server.js';

const test = (name, body) => nodeTest(name, { timeout: 40_000, skip: Boolean(process.env.HOOKSWITCH_MOCK) }, body);
const HEADER = 16;
const PCM = 1;

let server;
let browser;
let cast;

before(async () => {
  if (process.env.HOOKSWITCH_MOCK) return;
  [server, browser] = await Promise.all([startServer(), launch()]);
});
beforeEach(async () => {
  if (server) cast = await Cast.gather(browser, server.url);
});
afterEach(() => cast?.leave());
after(() => Promise.all([browser?.close(), server?.stop()]));

/** Counts whole frames of sound that are not silence, by direction. */
function listenTo(page) {
  const heard = { framesent: 0, framereceived: 0, closed: 0 };
  page.on('websocket', (socket) => {
    if (!socket.url().includes('/media?')) return;
    for (const way of ['framesent', 'framereceived']) {
      socket.on(way, ({ payload }) => {
        if (typeof payload === 'string' || payload[0] !== PCM) return;
        assert.equal(payload.length, HEADER + 640);
        if (payload.subarray(HEADER).some((byte) => byte !== 0)) heard[way] += 1;
      });
    }
    socket.on('close', () => (heard.closed += 1));
  });
  return heard;
}

const counted = (page, what, least) => page.waitForFunction(([name, n]) => window.person.wechat?.counters[name] >= n, [what, least], { polling: 100 });

test('whoever calls a WeChat user is heard, hears the echo and sees the picture; others refuse, are busy, do not answer, or crash', async () => {
  const alice = await cast.enter('alice', '');
  const heard = listenTo(alice.page);
  await alice.at('wechat-answer').click();
  await alice.is('talking');
  const id = await alice.page.evaluate(() => window.person.call.id);
  await counted(alice.page, 'drawn', 10);
  await counted(alice.page, 'soundIn', 25);
  await alice.page.waitForFunction(() => document.getElementById('remote-video').videoWidth === 320);
  await alice.at('wechat-counters').getByText(/drawn/).waitFor();
  await assertAccessible(alice.page, 'a call with a WeChat user');
  await alice.page.screenshot({ path: 'test-results/demo-wechat.png', fullPage: true });
  while (heard.framereceived < 5) await alice.page.waitForTimeout(50);
  assert.ok(heard.framesent >= 5);
  await alice.at('hangup').click();
  await alice.endedWith(0, 'hangup');
  while (heard.closed === 0) await alice.page.waitForTimeout(20);
  assert.equal(await alice.page.evaluate(() => window.person.wechat), null);

  const { media } = await rest(server.url, 'GET', `/calls/${id}`);
  assert.ok(media.up.audio >= 10 && media.down.audio >= 10 && media.down.video >= 10, JSON.stringify(media));
  assert.equal(media.sockets, 1);

  for (const [deed, code, reason] of [['refuse', 100104, 'refused'], ['busy', 100103, 'busy'], ['silent', 100105, 'timeout'], ['crash-talk', 100106, 'media failed']]) {
    await alice.at(`wechat-${deed}`).click();
    await alice.endedWith(code, reason);
  }
});

test('a browser without a decoder for H.264 says so, and sound goes on, after a reload too', async () => {
  await cast.context.addInitScript(() => delete window.VideoDecoder);
  const alice = await cast.enter('alice');
  await alice.at('wechat-answer').click();
  await alice.at('wechat-blind').waitFor();
  await counted(alice.page, 'soundIn', 20);
  await alice.page.reload();
  await alice.is('talking');
  await counted(alice.page, 'soundIn', 20);
  await alice.at('hangup').click();
  await alice.endedWith(0, 'hangup');
});
