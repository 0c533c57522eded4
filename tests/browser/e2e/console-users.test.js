// The console's users, their sessions, tokens and accounts, against the real server.

import assert from 'node:assert/strict';
import { test as nodeTest } from 'node:test';
import { Desk } from '../support/console.js';
import { look } from '../support/look.js';

const test = (name, body) => nodeTest(name, { timeout: 30_000 }, body);
const NO_ACCOUNT = /\b404\b/;
const desk = new Desk();

test('users come, call and go in the list, and one is kicked after a question', async () => {
  const page = await desk.open('/users');
  await page.getByText('Nobody is here').waitFor();
  assert.equal(await page.getByTestId('users-table').count(), 1);
  const [alice, bob] = await desk.people('alice', 'bob');
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
  const [carol, dave] = await desk.people('carol', 'dave');
  const tablet = await desk.phone('carol', { device: 'tablet', userAgent: 'Tablet/7.1' });
  const page = await desk.open('/users/carol');
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
  tablet.leave();
  await sessions.getByRole('cell', { name: 'tablet', exact: true }).waitFor({ state: 'detached' });
});

test('a token is minted, shown once, and lets its bearer in', async () => {
  const page = await desk.open('/users');
  await page.getByTestId('mint').click();
  await page.getByTestId('mint-user').fill('erin');
  await page.getByTestId('mint-confirm').click();
  const token = await page.getByTestId('token').textContent();
  await look(page, 'console-token');
  await desk.phone('erin', { credentials: { token } });
  await page.keyboard.press('Escape');
  await page.getByTestId('token').waitFor({ state: 'detached' });
  await page.getByTestId('user-row').getByRole('link', { name: 'erin' }).waitFor();
});

test('an account is made, given a password, and deleted', async () => {
  desk.expect(NO_ACCOUNT);
  const page = await desk.open('/users');
  await page.getByTestId('account').click();
  await page.getByTestId('account-user').fill('frank');
  await page.getByTestId('account-password').fill('correct horse');
  await page.getByTestId('account-confirm').click();
  await page.getByTestId('user-row').getByRole('link', { name: 'frank' }).click();
  await page.getByTestId('delete-account').click();
  await page.getByTestId('confirm').click();
  await page.getByText('The account of frank is gone.').waitFor();
  const { items } = await desk.api('GET', '/users');
  assert.equal(items.some(({ user }) => user === 'frank'), false);
  await page.getByTestId('delete-account').click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('toasts').locator('.bad').waitFor();
});
