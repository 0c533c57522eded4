// What release builds serve: the pages as the bundler put them together, at the addresses that they have in static/.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Cast, Person, launch } from '../support/browser.js';
import { openConsole, show } from '../support/console.js';
import { startServer } from '../support/server.js';

const options = { timeout: 60_000, skip: process.env.HOOKSWITCH_MOCK ? 'the mock has no bundle' : false };
const SCREENS = ['calls', 'users', 'webhooks', 'deliveries', 'workers', 'wechat', 'try', 'trace', 'config', 'keys', 'health', 'overview'];

let server;
let browser;
let cast;

before(async () => {
  [server, browser] = await Promise.all([startServer({ HOOKSWITCH_BUNDLE: '1' }), launch()]);
  cast = await Cast.gather(browser, server.url);
});
after(async () => {
  await cast.leave();
  await browser.close();
  await server.stop();
});

test('it is the bundle that is served', options, async () => {
  const module = async (path) => (await fetch(`${server.url}${path}`)).text();
  assert.doesNotMatch(await module('/console/app.js'), /from\s*['"]\.\//);
  assert.equal((await fetch(`${server.url}/console/format.js`)).status, 404);
});

test('two people on one page call each other', options, async () => {
  const page = await cast.visit('/demo/two.html?media=fake');
  const frame = async (name) => (await page.waitForSelector(`iframe[name=${name}]`)).contentFrame();
  const [alice, bob] = (await Promise.all(['alice', 'bob'].map(frame))).map((one) => new Person(one));
  await Promise.all([alice, bob].map((one) => one.page.getByText('connected', { exact: true }).waitFor()));
  await alice.page.getByRole('button', { name: 'Call bob' }).click();
  await bob.answers();
  await Promise.all([alice.sees(), bob.sees()]);
  await page.getByTestId('flow').getByRole('button', { name: /server → alice: start/ }).waitFor();
  await alice.at('hangup').click();
  await bob.endedWith(0, 'hangup');
  await page.close();
});

test('the demo, AnyChat’s page and the manual have what they ask for', options, async () => {
  const [, anychat, manual] = await Promise.all([cast.enter('carol'), cast.visit('/demo/anychat.html?lang=zh'), cast.visit('/docs/quick-start')]);
  await anychat.getByText('在 hookswitch 上运行的 AnyChat 视频呼叫').waitFor();
  await manual.getByRole('button', { name: 'Copy' }).first().waitFor();
});

test('the console signs in, and shows every screen', options, async () => {
  const signIn = await cast.visit('/console/');
  await signIn.getByTestId('api-key').fill('dev');
  await signIn.getByTestId('sign-in').click();
  await signIn.getByTestId('chart-ended').locator('svg[role=img]').waitFor();
  await signIn.close();
  const page = await openConsole(cast);
  for (const screen of SCREENS) await show(page, server.url, `/${screen}`);
});

test('an application imports the SDK by its address, with its names', options, async () => {
  const page = await cast.visit('/docs/');
  const names = await page.evaluate(async () => {
    const [sdk, anychat] = await Promise.all([import('/sdk/hookswitch.js'), import('/sdk/anychat-compat.js')]);
    return [typeof sdk.connect, sdk.codes.BUSY, sdk.describeCode(100103), typeof anychat.installAnyChat];
  });
  assert.deepEqual(names, ['function', 100103, 'busy', 'function']);
  assert.match(await (await fetch(`${server.url}/sdk/hookswitch.d.ts`)).text(), /export declare function connect/);
});
