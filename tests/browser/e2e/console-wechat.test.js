// The console's screens of calls with WeChat users, whom the server's simulator plays: workers, accounts, one call.

import assert from 'node:assert/strict';
import { test as nodeTest } from 'node:test';
import { Desk } from '../support/console.js';
import { look } from '../support/look.js';

const test = (name, body) => nodeTest(name, { timeout: 40_000 }, body);
const desk = new Desk({ permissions: ['clipboard-read', 'clipboard-write'] });

/** A fact of a card, by its name. */
const fact = (card, name) => desk.page.getByTestId(card).locator(`dt:text-is("${name}") + dd`);

test('a call with a WeChat user is seen in its worker while it goes on, and in its own page afterwards', async () => {
  const page = await desk.open('/workers');
  await page.getByTestId('pool-busy').getByText(/^0 of \d+$/).waitFor();

  const alice = await desk.phone('alice');
  const call = await alice.call('wechat:dev:answer');
  await alice.hears('start', call);
  const row = page.getByTestId('worker-row').filter({ has: page.locator(`a[title="${call}"]`) });
  await row.locator('.chip').getByText('talking').waitFor();
  await page.getByTestId('pool-busy').getByText(/^1 of/).waitFor();
  await look(page, 'console-workers');

  await row.getByRole('link').click();
  await fact('call-media', 'Phase').getByText('talking', { exact: true }).waitFor();
  alice.hangup('wechat:dev:answer', call);
  await fact('call-media', 'Phase').getByText('hung up').waitFor();
  assert.match(await fact('call-media', 'SDK said').textContent(), /calling → talking/);
  assert.match(await fact('call-media', 'From WeChat').textContent(), /of sound.*of video.*dropped/);
  await page.getByTestId('tab-steps').click();
  const steps = await page.getByTestId('steps-table').locator('tbody tr').allTextContents();
  const places = [/calling.*SDK/, /talking.*SDK/, /hung up.*worker/].map((what) => steps.findIndex((step) => what.test(step)));
  assert.ok(places[0] > 0 && places.every((place, index) => index === 0 || place > places[index - 1]), steps.join('\n'));
});

test('a worker that crashes is told with its reason, in the pool and in the call', async () => {
  const alice = await desk.phone('alice');
  const call = await alice.call('wechat:dev:crash-talk');
  assert.equal((await alice.hears('finish', call)).error_code, 100106);
  const page = await desk.open('/overview');
  await page.getByTestId('feed').getByText(/Media worker \d+ failed: crashed: signal 11/).waitFor();
  await desk.open('/workers');
  await page.getByTestId('worker-ends').locator('dt:text-is("crashed") + dd').getByText('1', { exact: true }).waitFor();
  const failed = page.getByTestId('failure-row').first();
  assert.match(await failed.textContent(), /talking.*crashed/);
  await failed.getByRole('link').click();
  await fact('call-media', 'Detail').getByText(/signal 11/).waitFor();
  await page.getByTestId('sentence').getByText(/Picture and sound failed.*100106/).waitFor();
});

test('an account says where its pushes go and how it fares, and calls a WeChat user from a form', async () => {
  const page = await desk.open('/workers');
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  const account = page.getByTestId('wechat-account');
  await account.getByText('dev', { exact: true }).waitFor();
  const [{ appid, push_path: path }] = (await desk.api('GET', '/wechat/accounts')).items;
  assert.ok((await account.textContent()).includes(appid));
  if (path) {
    await page.getByTestId('copy-push').click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), desk.url + path);
  }
  await look(page, 'console-wechat');

  desk.expect(/409/);
  await page.getByTestId('wechat-call').click();
  await page.getByTestId('wechat-device').fill('alice');
  await page.getByTestId('wechat-openid').fill('refuse');
  await page.getByTestId('wechat-call-confirm').click();
  await page.getByTestId('toasts').getByText(/no session/).waitFor();
  await desk.phone('alice');
  await page.getByTestId('wechat-call-confirm').click();
  await page.getByTestId('sentence').getByText(/wechat:dev:refuse declined.*100104/).waitFor();
  await fact('call-media', 'SDK said').getByText('calling → rejected').waitFor();
});
