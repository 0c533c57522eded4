// The console's list of calls and its page of one call, against the real server.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test as nodeTest } from 'node:test';
import { Desk, SERVER_AWAY } from '../support/console.js';
import { look } from '../support/look.js';
import { Receiver } from '../support/receiver.js';

const test = (name, body) => nodeTest(name, { timeout: 30_000 }, body);
const desk = new Desk({ permissions: ['clipboard-read', 'clipboard-write'] });

let receiver;

before(async () => {
  receiver = await Receiver.start();
});
after(() => receiver.stop());

test('a call comes, rings, talks and is finished in the list, after one question', async () => {
  const page = await desk.open('/calls');
  await page.getByText('No call yet').waitFor();
  assert.equal(await page.getByTestId('calls-table').count(), 1, 'the columns are shown before there is a row');
  await look(page, 'console-calls-empty');
  const [alice, bob] = await desk.people('alice', 'bob');
  const id = await alice.call('bob');
  const row = rowOf(page, id);
  await row.getByText('ringing', { exact: true }).waitFor();
  await bob.answer(id);
  await row.getByText('talking', { exact: true }).waitFor();
  await look(page, 'console-calls');

  await row.getByTestId('finish-call').click();
  await page.getByTestId('confirm-dialog').getByText('Finish the call of alice and bob?').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('confirm-dialog').waitFor({ state: 'detached' });
  assert.equal((await desk.api('GET', `/calls/${id}`)).state, 'talking');
  await row.getByTestId('finish-call').click();
  await page.getByTestId('confirm').click();
  assert.equal((await alice.hears('finish', id)).reason, 'forced');
  await row.getByText('0 forced', { exact: true }).waitFor();
  assert.equal(await row.getByTestId('finish-call').count(), 0);
});

test('a question goes with the screen that asked it, and nothing is done', async () => {
  const [rosa, sven] = await desk.people('rosa', 'sven');
  const id = await rosa.call('sven');
  await sven.answer(id);
  const page = await desk.open('/users');
  await page.getByTestId('user-row').first().waitFor();
  await page.getByTestId('nav-calls').click();
  await rowOf(page, id).getByTestId('finish-call').click();
  await page.getByTestId('confirm-dialog').waitFor();
  await page.goBack();
  await page.getByTestId('users-table').waitFor();
  await page.getByTestId('confirm-dialog').waitFor({ state: 'detached' });
  assert.equal((await desk.api('GET', `/calls/${id}`)).state, 'talking');
  await page.getByTestId('user-row').filter({ hasText: 'sven' }).first().getByTestId('kick').click();
  await page.getByTestId('confirm').waitFor();
  await page.keyboard.press('Escape');
  rosa.hangup('sven', id);
});

test('filters are in the address and outlive a reload, and each is taken away with its chip', async () => {
  const [carol, dave, erin] = await desk.people('carol', 'dave', 'erin');
  const refused = await carol.call('dave');
  await dave.refuse(refused);
  await carol.until(({ call, event, error_code }) => call === refused && event === 'reply' && error_code === 100104);
  const offline = await carol.call('nowhere');
  const ringing = await carol.call('erin');
  await erin.hears('request', ringing);
  const page = await desk.open('/calls');
  await page.getByTestId('filter-state').selectOption('ended');
  await page.getByTestId('filter-user').fill('dave');
  await page.waitForURL(/#\/calls\?state=ended&user=dave$/);
  await exactly(page, [refused]);
  await page.reload();
  await exactly(page, [refused]);
  assert.equal(await page.getByTestId('filter-user').inputValue(), 'dave');
  await page.getByTestId('active-filters').getByText('user: dave').click();
  await page.waitForURL(/#\/calls\?state=ended$/);
  await rowOf(page, offline).waitFor();
  assert.equal(await rowOf(page, ringing).count(), 0);

  const { requested_at: from } = await desk.api('GET', `/calls/${offline}`);
  await desk.open(`/calls?caller=carol&from=${from}`);
  await exactly(page, [ringing, offline]);
  await page.getByTestId('filter-reason').selectOption('offline');
  await exactly(page, [offline]);
  carol.cancel('erin', ringing);
});

test('a call that no longer fits the filters leaves the list by itself', async () => {
  const [frank, grace] = await desk.people('frank', 'grace');
  const page = await desk.open('/calls?state=ringing&caller=frank');
  const id = await frank.call('grace');
  await rowOf(page, id).waitFor();
  await grace.answer(id);
  await rowOf(page, id).waitFor({ state: 'detached' });
  frank.hangup('grace', id);
});

test('everything that fits is exported as CSV and as JSON, page after page', async () => {
  const [judy] = await desk.people('judy');
  const ids = [];
  for (let n = 0; n < 60; n += 1) ids.push(await judy.call('nobody', { user_str: n === 0 ? '=1+1, "quoted"' : `number ${n}` }));
  // What has ended is written a moment later.
  while ((await desk.api('GET', '/calls?caller=judy&reason=offline&limit=500')).items.length < ids.length);
  const page = await desk.open('/calls?caller=judy&reason=offline');
  await page.getByTestId('older').click();
  await page.waitForURL(/cursor=/);
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="call-row"]').length === 10);
  await page.getByRole('button', { name: 'Newer' }).click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="call-row"]').length === 50);

  const csv = (await saved(page, 'export-csv')).trimEnd().split('\r\n');
  assert.match(csv[0], /^id,state,caller,callee,/);
  assert.deepEqual(csv.slice(1).map((line) => line.split(',')[0]), [...ids].reverse());
  assert.ok(csv[60].includes(`"'=1+1, ""quoted"""`), 'a text is quoted, and is no formula');
  assert.ok(csv[60].includes(',100102,offline,offline,server,'));
  const json = JSON.parse(await saved(page, 'export-json'));
  assert.deepEqual(json.map(({ id }) => id), [...ids].reverse());
  assert.equal(json[59].user_str, '=1+1, "quoted"');
});

test('columns that were chosen stay chosen', async () => {
  const [kim] = await desk.people('kim');
  const id = await kim.call('nobody', { user_str: 'about the invoice' });
  const page = await desk.open('/calls?caller=kim');
  await exactly(page, [id]);
  await page.getByText('Columns').click();
  await page.getByLabel('Text', { exact: true }).check();
  await page.getByLabel('Setup').uncheck();
  await page.reload();
  await page.getByText('about the invoice').waitFor();
  assert.equal(await page.getByRole('columnheader', { name: 'Setup' }).count(), 0);
});

test('the keyboard walks the rows and opens a call', async () => {
  const [liam] = await desk.people('liam');
  const first = await liam.call('nobody');
  await liam.call('nobody');
  const page = await desk.open('/calls?caller=liam');
  await rowOf(page, first).waitFor();
  await page.getByTestId('call-row').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(first));
});

test('the page of a call grows with it, and tells who ended it and why', async () => {
  const [mia, noah] = await desk.people('mia', 'noah');
  const before = await mia.call('nobody');
  const earlier = await noah.call('mia');
  noah.cancel('mia', earlier);
  await mia.until(({ call, event }) => call === earlier && event === 'reply');
  const id = await mia.call('noah', { user_str: 'hello' });
  const page = await desk.open(`/calls/${id}`);
  const ladder = page.getByRole('group', { name: 'What was said in this call' });
  await page.getByTestId('sentence').getByText('noah is being rung by mia.').waitFor();
  await ladder.getByText('request').first().waitFor();
  assert.equal(await ladder.getByText('start').count(), 0);
  await noah.answer(id);
  await page.getByTestId('sentence').getByText('mia and noah are talking.').waitFor();
  await ladder.getByText('start').first().waitFor();
  noah.hangup('mia', id);
  await page.getByTestId('sentence').getByText(/^noah hung up, after they had talked for .+ \(0 success\)\.$/).waitFor();
  await ladder.getByText('finish').first().waitFor();
  assert.equal(await page.getByTestId('from-record').count(), 0);
  assert.equal(await page.getByTestId('finish-call').count(), 0);
  await look(page, 'console-call');

  await page.getByTestId('tab-steps').click();
  await page.getByRole('cell', { name: '0 success (hangup)' }).waitFor();
  await page.getByTestId('tab-json').click();
  await page.waitForURL(/tab=json/);
  await page.getByRole('region', { name: 'The call as JSON' }).getByText('"hello"').waitFor();
  await page.getByTestId('copy-report').click();
  await page.getByText('Copied').waitFor();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  for (const part of [/^## mia → noah, /, /noah hung up/, /```mermaid\nsequenceDiagram/, new RegExp(`"id": "${id}"`)]) assert.match(report, part);

  await page.getByText('← Previous').click();
  await page.waitForURL(new RegExp(earlier));
  await page.getByText('noah gave up').waitFor();
  await page.getByText('Next →').click();
  await page.waitForURL(new RegExp(id));
  assert.notEqual(before, earlier);
});

test('a call tells what a hook was asked and said, that it was signed, and how its events fared', async () => {
  receiver.answer = { error_code: 403, message: 'not during the night' };
  await desk.api('PUT', '/webhooks/crm', { url: receiver.url, events: ['call.*'], veto: true, timeout_ms: 900, on_failure: 'refuse' });
  const [olga] = await desk.people('olga', 'piet');
  const id = await olga.call('piet', { user_str: 'grüße “”  \\ "q"' });
  await olga.until(({ call, error_code }) => call === id && error_code === 403);
  const page = await desk.open(`/calls/${id}`);
  await page.getByTestId('sentence').getByText(/^The hook crm refused it after .*: “not during the night” \(403 application code\)\.$/).waitFor();
  const veto = page.getByTestId('veto');
  await veto.getByText('of 900 ms').waitFor();
  await veto.getByText('The answer').click();
  await veto.getByRole('region', { name: 'Body of: The answer' }).getByText('"not during the night"').waitFor();
  await veto.getByTestId('check-signature').click();
  await veto.getByText('The signature is valid.').waitFor();
  await page.getByTestId('call-deliveries').getByText('call.finished').waitFor();
  await page.getByTestId('call-deliveries').getByText('HTTP 200').first().waitFor();
  await look(page, 'console-call-vetoed');

  // A new life of the server has no messages of the old one.
  desk.expect(SERVER_AWAY);
  await desk.server.restart();
  await page.reload();
  await page.getByTestId('from-record').waitFor();
  await page.getByRole('group', { name: 'What was said in this call' }).getByText('veto?').first().waitFor();
  const end = page.getByRole('button', { name: /server → olga: reply 403\b/ });
  assert.doesNotMatch(await end.textContent(), /application code/, 'on an arrow the number is enough');
  await end.click();
  await page.getByTestId('ladder-details').getByText('403 application code', { exact: true }).waitFor();
  await look(page, 'console-call-record');
  await desk.leave();
  await desk.api('DELETE', '/webhooks/crm');
});

test('long names, and long words for how a call ended, stay within the page', async () => {
  receiver.isSilent = true;
  await desk.api('PUT', '/webhooks/slow', { url: receiver.url, events: [], veto: true, timeout_ms: 100, on_failure: 'refuse' });
  const long = 'udo.von-hohenstein-winterfeldt@branch-office-east.example.com';
  const [tess] = await desk.people('tess', long);
  const id = await tess.call(long);
  await tess.until(({ call, error_code }) => call === id && error_code === 207);
  const page = await desk.open(`/calls/${id}`);
  await page.locator('.lane-ms').getByText('207 business server timed out').waitFor();
  await look(page, 'console-call-late');
  await desk.open('/overview');
  const feed = page.getByTestId('feed').locator('.feed-lines');
  await feed.getByText('gave no verdict').first().waitFor();
  assert.equal(await feed.evaluate((box) => box.scrollWidth - box.clientWidth), 0, 'the feed is not wider than its card');
  assert.equal(await page.locator('.scroll').filter({ has: page.getByTestId('calls-table') }).evaluate((box) => box.scrollWidth - box.clientWidth), 0, 'nor are the latest calls');
  await desk.leave();
  await desk.api('DELETE', '/webhooks/slow');
  receiver.isSilent = false;
});

const rowOf = (page, id) => page.locator(`[data-testid="call-row"][data-id="${id}"]`);

/** Waits until the list shows these calls and no others, in this order. */
async function exactly(page, ids) {
  const isThere = (wanted) => [...document.querySelectorAll('[data-testid="call-row"]')].map((row) => row.dataset.id).join() === wanted;
  await page.waitForFunction(isThere, ids.join());
}

/** @returns the text of the file that a button saves */
async function saved(page, testid) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId(testid).click()]);
  return readFile(await file.path(), 'utf8');
}
