// The console's users, their sessions, tokens and accounts, against the real server.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test as nodeTest } from 'node:test';
import { Cast, launch } from '../support/browser.js';
import { openConsole, rest } from '../support/console.js';
import { look } from '../support/look.js';
import { Phone } from '../support/phone.js';
import { startServer } from '../support/server.js';

const test = (name, body) => nodeTest(name, { timeout: 30_000 }, body);
const NO_ACCOUNT = /\b404\b/;

let server;
let browser;
let cast;
let phones;
let expected;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(() => Promise.all([browser.close(), server.stop()]));
beforeEach(async () => {
  phones = [];
  expected = undefined;
  cast = await Cast.gather(browser, server.url);
});
afterEach(async () => {
  await cast.leave(expected);
  for (const phone of phones) phone.leave();
});

test('users come, call and go in the list, and one is kicked after a question', async () => {
  const page = await openConsole(cast, '#/users');
  await page.getByText('Nobody is here').waitFor();
  const [alice, bob] = await people('alice', 'bob');
  const row = page.getByTestId('user-row').filter({ has: page.getByRole('link', { name: 'alice', exact: true }) });
  await row.getByText('idle').waitFor();
  const id = await alice.call('bob');
  await row.getByText('ringing').waitFor();
  await bob.answer(id);
  await row.getByText('talking').waitFor();
  await row.getByText('with bob').waitFor();
  await look(page, 'console-users');
  await row.getByTestId('kick').click();
  await page.getByTestId('confirm').click();
  assert.equal((await alice.until(({ type }) => type === 'closing')).error_code, 211);
  assert.equal((await bob.hears('finish', id)).reason, 'disconnected');
  await row.waitFor({ state: 'detached' });
});

test('the page of a user shows every device, and finishes the call that is on', async () => {
  const [carol, dave] = await people('carol', 'dave');
  phones.push(await Phone.login(server.url, 'carol', { device: 'tablet', userAgent: 'Tablet/7.1' }));
  const page = await openConsole(cast, '#/users/carol');
  const sessions = page.getByTestId('sessions-table');
  await sessions.getByRole('cell', { name: 'desk', exact: true }).waitFor();
  await sessions.getByRole('cell', { name: 'tablet', exact: true }).waitFor();
  const id = await carol.call('dave');
  await dave.answer(id);
  await page.getByText('In a call').waitFor();
  await look(page, 'console-user');
  await page.getByTestId('finish-call').click();
  await page.getByTestId('confirm').click();
  assert.equal((await dave.hears('finish', id)).reason, 'forced');
  await page.getByText('In a call').waitFor({ state: 'detached' });
  await page.getByText('0 forced').waitFor();
  phones.at(-1).leave();
  await sessions.getByRole('cell', { name: 'tablet', exact: true }).waitFor({ state: 'detached' });
});

test('a token is minted, shown once, and lets its bearer in', async () => {
  const page = await openConsole(cast, '#/users');
  await page.getByTestId('mint').click();
  await page.getByTestId('mint-user').fill('erin');
  await page.getByTestId('mint-confirm').click();
  const token = await page.getByTestId('token').textContent();
  await look(page, 'console-token');
  phones.push(await Phone.login(server.url, 'erin', { credentials: { token } }));
  await page.keyboard.press('Escape');
  await page.getByTestId('token').waitFor({ state: 'detached' });
  await page.getByTestId('user-row').getByRole('link', { name: 'erin' }).waitFor();
});

test('an account is made, given a password, and deleted', async () => {
  expected = NO_ACCOUNT;
  const page = await openConsole(cast, '#/users');
  await page.getByTestId('account').click();
  await page.getByTestId('account-user').fill('frank');
  await page.getByTestId('account-password').fill('correct horse');
  await page.getByTestId('account-confirm').click();
  await page.getByTestId('user-row').getByRole('link', { name: 'frank' }).click();
  await page.getByTestId('delete-account').click();
  await page.getByTestId('confirm').click();
  await page.getByText('The account of frank is gone.').waitFor();
  const { items } = await rest(server.url, 'GET', '/users');
  assert.equal(items.some(({ user }) => user === 'frank'), false);
  await page.getByTestId('delete-account').click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('toasts').locator('.bad').waitFor();
});

async function people(...names) {
  const here = await Promise.all(names.map((name) => Phone.login(server.url, name)));
  phones.push(...here);
  return here;
}
