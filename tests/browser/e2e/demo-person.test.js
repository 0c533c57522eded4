// What a person's page offers beside the call itself.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cast, launch } from '../support/browser.js';
import { look } from '../support/look.js';
import { startServer } from '../support/server.js';

const TIMEOUT = { timeout: 60_000 };
const isMock = Boolean(process.env.HOOKSWITCH_MOCK);
let server;
let browser;
let cast;
let alice;
let bob;

// Two people for all of them, who try one thing after the other.
before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  cast = await Cast.gather(browser, server.url);
  await cast.context.grantPermissions(['camera', 'microphone', 'clipboard-read', 'clipboard-write']);
  await cast.context.addInitScript(() => {
    navigator.mediaDevices.getDisplayMedia = async () => {
      const canvas = document.createElement('canvas');
      canvas.getContext('2d').fillRect(0, 0, 9, 9);
      return canvas.captureStream(5);
    };
  });
  alice = await cast.enter('alice', '');
  bob = await cast.enter('bob', '');
});
after(async () => {
  await cast.leave().finally(() => Promise.all([server.stop(), browser.close()]));
});

const talk = () => alice.talksTo(bob, 'bob');
const sentTrack = (page, kind) => page.evaluate((wanted) => window.person.connection.getSenders().find(({ track }) => track?.kind === wanted).track.id, kind);

test('the first screen leads to a call on one page, and to a login', TIMEOUT, async () => {
  const page = await cast.visit('/');
  await look(page, 'demo-welcome');
  await page.getByTestId('see-call').click();
  await page.frameLocator('[name=alice]').getByText('connected', { exact: true }).waitFor();
  await page.close();
});

test('sound and picture are switched off and on, and the screen is shared, without a new negotiation', TIMEOUT, async () => {
  await talk();
  const { page } = alice;
  await page.getByRole('button', { name: 'Mute', exact: true }).click();
  assert.equal(await page.evaluate(() => window.person.sending.local.stream.getAudioTracks()[0].enabled), false);
  await page.getByRole('button', { name: 'Camera off' }).click();
  assert.equal(await page.evaluate(() => window.person.sending.local.stream.getVideoTracks()[0].enabled), false);
  await page.getByRole('button', { name: 'Camera on' }).click();
  const camera = await sentTrack(page, 'video');
  await page.getByRole('button', { name: 'Share screen' }).click();
  await page.getByText('your screen').waitFor();
  assert.notEqual(await sentTrack(page, 'video'), camera);
  await page.getByRole('button', { name: 'Stop sharing' }).click();
  await page.getByText('you', { exact: true }).waitFor();
  assert.equal(await sentTrack(page, 'video'), camera);
  assert.equal(await page.evaluate(() => window.peerConnections.length), 1);
});

test('another microphone is chosen in mid-call', TIMEOUT, async () => {
  await talk();
  const before = await sentTrack(alice.page, 'audio');
  await alice.page.getByTestId('tab-devices').click();
  const choice = alice.page.getByTestId('device-microphone');
  await choice.locator('option').nth(2).waitFor({ state: 'attached' });
  await choice.selectOption({ index: 2 });
  await alice.page.waitForFunction((id) => window.person.connection.getSenders().every(({ track }) => track.id !== id), before);
  await look(alice.page, 'demo-devices');
});

test('the line’s quality is drawn second by second and summed up in a line', TIMEOUT, async () => {
  await talk();
  await alice.sees();
  await alice.page.getByTestId('tab-quality').click();
  const quality = alice.page.getByTestId('quality');
  await quality.getByText('host → host · udp').waitFor();
  await quality.locator('polyline').first().waitFor();
  const summary = await quality.getByTestId('line-summary').textContent();
  assert.match(summary, /^connected in \d+ ms · direct · (VP8|VP9|AV1|H264) \d+x\d+ · \d+\.\d % loss$/);
  await look(alice.page, 'demo-quality');
});

test('tabs of one browser see each other’s messages', TIMEOUT, async () => {
  await talk();
  for (const { page } of [alice, bob]) {
    await page.getByTestId('tab-flow').click();
    const flow = page.getByTestId('flow');
    await flow.getByRole('button', { name: /alice → server: request/ }).waitFor();
    await flow.getByRole('button', { name: /bob → server: reply/ }).waitFor();
  }
});

test('a check before the call tries everything, and its report can be copied', { ...TIMEOUT, skip: isMock }, async () => {
  const { page } = alice;
  await page.keyboard.press('h');
  await alice.is('idle');
  await page.getByTestId('tab-check').click();
  await page.getByTestId('check-run').click();
  await page.getByTestId('check-copy').click();
  for (const name of ['secure', 'socket', 'login', 'camera', 'ice', 'resume']) {
    assert.equal(await page.getByTestId(`check-${name}`).getAttribute('data-verdict'), 'good', name);
  }
  // Whether it is loud or quiet: Chromium's false microphone falls silent once its false camera was used.
  await page.getByTestId('check-microphone').getByText('Fake Default Audio Input').waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\[good\] Resume after a drop/);
  await look(page, 'demo-check');
});

test('the code for what was done makes the same call when pasted into a page', { ...TIMEOUT, skip: isMock }, async () => {
  await talk();
  await alice.page.getByTestId('tab-use').click();
  const code = await alice.page.getByTestId('use-page').textContent();
  assert.match(await alice.page.getByTestId('use-curl').textContent(), /"caller":"alice","callee":"bob"/);
  await alice.page.getByTestId('use-token-mint').click();
  assert.equal(JSON.parse(await alice.page.getByTestId('use-token').textContent()).payload.sub, 'alice');
  await alice.at('hangup').click();
  await alice.is('idle');
  await look(alice.page, 'demo-use');
  await alice.page.getByRole('button', { name: 'Log out' }).click();
  // A page of the server's origin whose content is the code; the policy of the server's own pages allows no script in it.
  const context = await browser.newContext({ bypassCSP: true });
  const pasted = await context.newPage();
  await pasted.goto(`${server.url}/healthz`);
  await pasted.setContent(code);
  await pasted.getByText('online').waitFor();
  await pasted.getByRole('button', { name: 'Call bob' }).click();
  await bob.answers();
  await pasted.getByText('talking').waitFor();
  await bob.sees();
  await pasted.getByRole('button', { name: 'Hang up' }).click();
  await pasted.getByText('ended: 0 success (hangup)').waitFor();
  await context.close();
});

test('the keyboard alone logs in, calls and hangs up', TIMEOUT, async () => {
  const aaron = await cast.enter('aaron');
  const carol = await cast.enter(null);
  await carol.page.keyboard.type('carol');
  await carol.page.keyboard.press('Enter');
  await carol.page.getByRole('button', { name: 'Call aaron' }).waitFor();
  await carol.at('peer').press('Tab');
  await carol.page.keyboard.press('c');
  await aaron.is('ringing');
  await aaron.page.keyboard.press('a');
  await carol.is('talking');
  await carol.page.keyboard.press('h');
  await carol.endedWith(0, 'hangup');
  await carol.page.keyboard.press('?');
  await carol.page.getByRole('dialog').waitFor();
  await look(carol.page, 'demo-keys');
  await Promise.all([aaron, carol].map((one) => one.page.close()));
});

test('the page speaks Chinese to whoever wants it, and remembers, as it does with the light', TIMEOUT, async () => {
  const { page } = await cast.enter('erin');
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByText('已连接', { exact: true }).waitFor();
  await page.getByRole('button', { name: '自动' }).click();
  await page.getByRole('button', { name: '浅色' }).click();
  await page.reload();
  await page.getByText('已连接', { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  const latin = await page.evaluate(() => document.querySelector('.call-view').innerText.match(/\b(Call|Nobody|Online|Answer|Share)\b/g));
  assert.equal(latin, null);
  await look(page, 'demo-chinese');
  await page.close();
});

test('a browser that prefers Chinese gets it at once', TIMEOUT, async () => {
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  await page.goto(server.url);
  await page.getByRole('link', { name: '看一次通话' }).waitFor();
  await context.close();
});
