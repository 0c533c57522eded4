// The console's screens of calls with WeChat users against the real server, whose simulator plays them: workers, accounts, one call.

import assert from 'node:assert/strict';
import { after, before, test as nodeTest } from 'node:test';
import { Cast, launch } from '../support/browser.js';
import { rest } from '../support/api.js';
import { openConsole, show } from '../support/console.js';
import { look } from '../support/look.js';
import { Phone } from '../support/phone.js';
import { startServer } from '../support/server.js';

const test = (name, body) => nodeTest(name, { timeout: 40_000, skip: Boolean(process.env.HOOKSWITCH_MOCK) }, body);

let server;
let browser;
let cast;
let page;
let alice;

before(async () => {
  if (process.env.HOOKSWITCH_MOCK) return;
  [server, browser] = await Promise.all([startServer(), launch()]);
  cast = await Cast.gather(browser, server.url, { permissions: ['clipboard-read', 'clipboard-write'] });
  page = await openConsole(cast);
  alice = await Phone.login(server.url, 'alice');
});

after(async () => {
  alice?.leave();
  await cast?.leave();
  await Promise.all([browser?.close(), server?.stop()]);
});

/** A fact of a card, by its name. */
const fact = (card, name) => page.getByTestId(card).locator(`dt:text-is("${name}") + dd`);

test('a call with a WeChat user is seen in its worker while it goes on, and in its own page afterwards', async () => {
  await show(page, server.url, '/workers');
  await page.getByText('simulated', { exact: true }).waitFor();
  await page.getByTestId('pool-busy').getByText(/^0 of \d+$/).waitFor();

  const call = await alice.call('wechat:dev:answer');
  await alice.hears('start', call);
  const row = page.getByTestId('worker-row').filter({ has: page.locator(`a[title="${call}"]`) });
  await row.getByText('talking', { exact: true }).first().waitFor();
  await page.getByTestId('pool-busy').getByText(/^1 of/).waitFor();
  await row.focus();
  await look(page, 'console-workers');

  await row.getByRole('link').click();
  await page.getByTestId('call-media').waitFor();
  await fact('call-media', 'Phase').getByText('talking', { exact: true }).waitFor();
  alice.hangup('wechat:dev:answer', call);
  await fact('call-media', 'Phase').getByText('hung up').waitFor();
  assert.match(await fact('call-media', 'SDK said').textContent(), /calling → talking/);
  assert.match(await fact('call-media', 'From WeChat').textContent(), /of sound.*of video.*dropped/);
  await page.getByTestId('tab-steps').click();
  const steps = await page.getByTestId('steps-table').locator('tbody tr').allTextContents();
  const at = (what) => steps.findIndex((step) => what.test(step));
  assert.ok(at(/calling.*SDK/) >= 0 && at(/calling.*SDK/) < at(/talking.*SDK/) && at(/talking.*SDK/) < at(/hung up.*worker/), steps.join('\n'));
  await look(page, 'console-call-wechat');
});

test('a worker that crashes is told with its reason, in the pool and in the call', async () => {
  const call = await alice.call('wechat:dev:crash-talk');
  const { error_code: code } = await alice.hears('finish', call);
  assert.equal(code, 100106);
  await show(page, server.url, '/workers');
  await page.getByTestId('worker-ends').locator('.problem').getByText('1', { exact: true }).waitFor();
  const failed = page.getByTestId('failure-row').first();
  assert.match(await failed.textContent(), /talking.*crashed/);
  await failed.getByRole('link').click();
  await fact('call-media', 'Detail').getByText(/signal 11/).waitFor();
  await page.getByTestId('sentence').getByText(/Picture and sound failed.*100106/).waitFor();
});

test('an account says where its pushes go and how it fares, and calls a WeChat user from a form', async () => {
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  const account = page.getByTestId('wechat-account');
  await account.getByText('dev', { exact: true }).waitFor();
  const [known] = (await rest(server.url, 'GET', '/wechat/accounts')).items;
  assert.match(await account.textContent(), new RegExp(known.appid));
  if (known.push_path) {
    await page.getByTestId('copy-push').click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${server.url}${known.push_path}`);
  }
  await look(page, 'console-wechat');

  await page.getByTestId('wechat-call').click();
  await page.getByTestId('wechat-device').fill('nobody');
  await page.getByTestId('wechat-openid').fill('refuse');
  await page.getByTestId('wechat-call-confirm').click();
  await page.getByTestId('toasts').getByText(/offline|online/).waitFor();
  await page.getByTestId('wechat-device').fill('alice');
  await page.getByTestId('wechat-call-confirm').click();
  await page.getByTestId('sentence').getByText(/wechat:dev:refuse declined.*100104/).waitFor();
  await fact('call-media', 'SDK said').getByText('calling → rejected').waitFor();
});
