// The console's screens about hooks, against the real server and a business server that fails on purpose.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, afterEach, before, beforeEach, test as nodeTest } from 'node:test';
import { Desk } from '../support/console.js';
import { look } from '../support/look.js';
import { talk } from '../support/phone.js';
import { Receiver } from '../support/receiver.js';

const test = (name, body) => nodeTest(name, { timeout: 60_000 }, body);
const desk = new Desk();

let receiver;
// What a hook was sent outlives it, so that each test has one of its own.
let hook;
let tests = 0;

before(async () => {
  receiver = await Receiver.start();
});

after(() => receiver.stop());

beforeEach(() => {
  receiver.status = 200;
  receiver.answer = { error_code: 0 };
  hook = `crm-${++tests}`;
});

afterEach(async () => {
  await desk.leave();
  for (const { name } of (await desk.api('GET', '/webhooks')).items) await desk.api('DELETE', `/webhooks/${name}`);
});

test('a hook is added step by step, its secret is shown once, and a test event reaches it', async () => {
  const page = await desk.open('/webhooks');
  await page.getByText('No hook yet').waitFor();
  assert.equal(await page.getByTestId('webhooks-table').count(), 1);
  await look(page, 'console-webhooks-empty');
  await page.getByTestId('add-webhook').click();
  await page.getByTestId('webhook-name').fill(hook);
  await page.getByTestId('webhook-url').fill(receiver.url);
  await page.getByTestId('webhook-description').fill('asks the customer database');
  await page.getByTestId('webhook-veto').check();
  await page.getByTestId('save-webhook').click();
  assert.equal(await page.getByTestId('webhook-form').count(), 1, 'a veto hook is not saved before its policy was chosen');
  await page.getByTestId('on-failure-refuse').check();
  await page.getByTestId('webhook-timeout').fill('700');
  await look(page, 'console-webhook-form');
  await page.getByTestId('save-webhook').click();

  const secret = await page.getByTestId('webhook-secret').textContent();
  assert.match(secret, /^whsec_[A-Za-z0-9+/]+=*$/);
  const ping = receiver.next(({ body }) => body.type === 'ping');
  await page.getByTestId('send-test').click();
  await page.getByTestId('test-result').getByText(/^Answered 200 in \d+ ms$/).waitFor();
  assert.ok((await ping).headers['webhook-signature'].split(' ').includes(signature(secret, await ping)));
  await look(page, 'console-webhook');
  await page.getByTestId('forget-secret').click();
  assert.equal(await page.getByTestId('webhook-secret').count(), 0);
  const { url, veto, events, on_failure: policy, timeout_ms: timeout, description } = await desk.api('GET', `/webhooks/${hook}`);
  assert.deepEqual(
    { url, veto, events, policy, timeout, description },
    { url: receiver.url, veto: true, events: ['call.*'], policy: 'refuse', timeout: 700, description: 'asks the customer database' },
  );
});

test('a test event that fails says what to do about it', async () => {
  await register(hook, { veto: true });
  const page = await desk.open(`/webhooks?hook=${hook}`);
  const advice = { 404: 'no such path', 410: 'no more events', 500: 'Its own log says why', 401: 'does not take the signature', 302: 'Redirects are not followed' };
  for (const [status, words] of Object.entries(advice)) {
    receiver.status = Number(status);
    await page.getByTestId('send-test').click();
    await page.getByTestId('test-result').getByText(`Answered ${status}`).waitFor();
    await page.getByTestId('test-result').getByText(words).waitFor();
  }
  await register(hook, { veto: true, url: 'http://127.0.0.1:1/' });
  await page.getByTestId('send-test').click();
  await page.getByTestId('test-result').getByText('Nothing listens at this address').waitFor();
});

test('the verifier takes what the server signed, and says why it takes nothing else', async () => {
  await register(hook);
  const heard = receiver.next();
  await desk.api('POST', `/webhooks/${hook}/test`);
  const { headers, text } = await heard;
  const page = await desk.open(`/webhooks?hook=${hook}`);
  await page.getByTestId('verify-id').fill(headers['webhook-id']);
  await page.getByTestId('verify-timestamp').fill(headers['webhook-timestamp']);
  await page.getByTestId('verify-signature').fill(headers['webhook-signature']);
  await page.getByTestId('verify-body').fill(text);
  await page.getByTestId('verify').click();
  await page.getByTestId('verify-result').getByText('The signature is good.').waitFor();
  await page.getByTestId('verify-body').fill(`${text} `);
  await page.getByTestId('verify').click();
  await page.getByTestId('verify-result').getByText('The signature is not good.').waitFor();
  assert.notEqual(await page.getByTestId('verify-result').locator('li').count(), 0, 'it says why');
});

test('the verification examples are shown in five languages', async () => {
  await register(hook);
  const page = await desk.open(`/webhooks?hook=${hook}`);
  for (const [language, words] of Object.entries({ Python: 'import', Node: 'node:crypto', Go: 'package main', PHP: '<?php', Ruby: 'openssl' })) {
    await page.getByTestId('snippets').getByRole('tab', { name: language }).click();
    await page.getByRole('region', { name: `verification in ${language}` }).getByText(words).first().waitFor();
  }
});

test('a hook is edited, paused, resumed, given a new secret, and deleted', async () => {
  await register(hook, { veto: true, on_failure: 'allow' });
  const page = await desk.open('/webhooks');
  await desk.row('webhook-row', hook).getByText('allow on failure').waitFor();
  await desk.row('webhook-row', hook).click();
  await page.getByTestId('edit-webhook').click();
  await page.getByTestId('on-failure-refuse').check();
  await page.getByTestId('event-*').check();
  await page.getByTestId('save-webhook').click();
  await page.getByTestId('webhook-facts').getByText('refuse on failure').waitFor();
  assert.deepEqual((await desk.api('GET', `/webhooks/${hook}`)).events, ['*']);

  await page.getByTestId('pause-webhook').click();
  await page.getByTestId('confirm').click();
  await page.getByText('paused', { exact: true }).waitFor();
  assert.equal((await desk.api('GET', `/webhooks/${hook}`)).enabled, false);
  await page.getByTestId('pause-webhook').click();
  await page.getByText(`${hook} is on again.`).waitFor();
  assert.equal((await desk.api('GET', `/webhooks/${hook}`)).enabled, true);

  await page.getByTestId('rotate-secret').click();
  await page.getByTestId('confirm').click();
  const secret = await page.getByTestId('rotated-secret').textContent();
  const ping = receiver.next();
  await page.getByTestId('send-test').click();
  const signatures = (await ping).headers['webhook-signature'].split(' ');
  assert.equal(signatures.length, 2, 'both secrets sign');
  assert.ok(signatures.includes(signature(secret, await ping)));

  await page.getByTestId('delete-webhook').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal((await desk.api('GET', '/webhooks')).items.length, 1, 'Cancel deletes nothing');
  await page.getByTestId('delete-webhook').click();
  await page.getByTestId('confirm').click();
  await page.getByText('No hook yet').waitFor();
  assert.deepEqual((await desk.api('GET', '/webhooks')).items, []);
});

test('the events of a call show as they are delivered, and the hooks show how they fare', async () => {
  await register(hook, { veto: true, on_failure: 'refuse' });
  await register('billing', { events: ['call.finished'] });
  const page = await desk.open('/deliveries');
  await page.getByText('No event yet').waitFor();
  assert.equal(await page.getByTestId('deliveries-table').count(), 1);
  const call = await talk(desk.url, 'alice', 'bob');
  for (const event of ['call.requested', 'call.ringing', 'call.started']) await desk.row('delivery-row', event).getByText('delivered').waitFor();
  await page.getByTestId('delivery-row').nth(4).waitFor();
  assert.equal(await page.getByTestId('deliveries-table').locator(`a[title="${call}"]`).count(), 5);
  await page.getByTestId('filter-hook').selectOption('billing');
  await page.getByTestId('delivery-row').nth(1).waitFor({ state: 'detached' });
  assert.match(page.url(), /hook=billing/);
  await desk.row('delivery-row', 'call.finished').press('Enter');
  await page.getByTestId('delivery-detail').getByText('Delivered at try 1.').waitFor();
  await desk.open('/webhooks');
  await desk.row('webhook-row', hook).getByText('100 %').waitFor();
  await desk.row('webhook-row', hook).getByText(/\d+ ms \/ \d+ ms/).waitFor();
  await look(page, 'console-webhooks');
});

test('what a hook refused is replayed: one, those that are selected, and all that match', async () => {
  await register(hook);
  receiver.status = 400;
  await talk(desk.url, 'alice', 'bob');
  const page = await desk.open('/deliveries?state=dead');
  await page.getByTestId('delivery-row').nth(3).waitFor();
  await desk.row('delivery-row', 'call.finished').press('Enter');
  await page.getByTestId('delivery-detail').getByText('the hook answered 400').waitFor();
  await look(page, 'console-deliveries');
  receiver.status = 200;

  const again = receiver.next(({ body }) => body.type === 'call.finished');
  await page.getByTestId('replay-one').click();
  await page.getByTestId('confirm').click();
  await again;
  await page.getByText('Done: 1 delivery of 1 will be sent again').waitFor();
  await page.getByTestId('delivery-row').nth(3).waitFor({ state: 'detached' });

  await desk.row('delivery-row', 'call.started').getByTestId('pick-delivery').check();
  await page.getByTestId('replay-selected').click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('delivery-row').nth(2).waitFor({ state: 'detached' });

  await page.getByTestId('replay-matching').click();
  await page.getByTestId('confirm-dialog').getByText('Replay 2 deliveries?').waitFor();
  await page.getByTestId('confirm').click();
  await page.getByText('Done: 2 deliveries of 2 will be sent again').waitFor();
  await page.getByText('No delivery matches').waitFor();
  await page.getByTestId('filter-state').selectOption('delivered');
  await page.getByTestId('delivery-row').nth(3).waitFor();
});

test('a delivery that fails shows its next try on the ladder', async () => {
  await register(hook, { events: ['call.finished'] });
  receiver.status = 503;
  await talk(desk.url, 'alice', 'bob');
  const page = await desk.open('/deliveries');
  await desk.row('delivery-row', 'call.finished').getByText('503').waitFor();
  await desk.row('delivery-row', 'call.finished').press('Enter');
  await page.getByTestId('delivery-detail').getByText(/Tried 1 time; the next try is in/).waitFor();
  assert.equal(await page.locator('.rungs [aria-current=step]').textContent().then((text) => text.includes('5 s')), true);
  await desk.open('/webhooks');
  await desk.row('webhook-row', hook).getByRole('link', { name: '1', exact: true }).click();
  await page.getByTestId('delivery-row').waitFor();
  assert.match(page.url(), /hook=crm-\d+&state=pending/);
});

async function register(name, spec = {}) {
  await desk.api('PUT', `/webhooks/${name}`, { url: receiver.url, events: ['call.*'], ...spec });
}

/** What a signature must be, from the scheme's own description. */
function signature(secret, { headers, text }) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const mac = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`);
  return `v1,${mac.digest('base64')}`;
}
