// The console's tools against the real server: Try it, trace, configuration, API keys and audit, health.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test as nodeTest } from 'node:test';
import { Desk, openConsole, show } from '../support/console.js';
import { look } from '../support/look.js';
import { talk } from '../support/phone.js';

const test = (name, body) => nodeTest(name, { timeout: 60_000 }, body);
const desk = new Desk({ permissions: ['clipboard-read', 'clipboard-write'] });

test('every call of the API is a form, and its answer is shown beside it', async () => {
  const page = await desk.open('/try');
  const { paths } = await (await fetch(`${desk.url}/api/openapi.json`)).json();
  const calls = Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
  assert.equal(await page.locator('.operations button[data-testid^="op-"]').count(), calls);

  await page.getByTestId('find-operation').fill('tokens');
  await page.getByTestId('op-tokens_mint').click();
  await page.getByTestId('try-send').click();
  await page.getByTestId('try-form').getByText('needed', { exact: true }).waitFor();
  await page.getByTestId('field-body.user').fill('alice');
  await page.getByTestId('field-body.ttl_secs').fill('60');
  assert.match(await page.getByTestId('request-code').textContent(), /-d '\{"user":"alice","ttl_secs":60\}'/);
  await page.getByTestId('try-send').click();
  await page.getByTestId('try-status').getByText('201').waitFor();
  await page.getByTestId('try-answer').getByText('"token"').waitFor();
  await page.getByText('Headers').click();
  await page.getByTestId('try-answer').getByText('x-request-id').waitFor();
  await look(page, 'console-try');
});

test('what changes something is asked about once, and done for real', async () => {
  const page = await desk.open('/try?op=users_put&path.user=carol');
  await page.getByTestId('field-body.password').fill('correct horse');
  await page.getByTestId('try-send').click();
  await page.getByTestId('confirm-dialog').getByRole('button', { name: 'Cancel' }).click();
  assert.deepEqual((await desk.api('GET', '/users')).items.map(({ user }) => user), []);
  await page.getByTestId('try-send').click();
  await page.getByTestId('confirm').click();
  await page.getByTestId('try-status').getByText('201').waitFor();
  assert.deepEqual((await desk.api('GET', '/users')).items.map(({ user }) => user), ['carol']);
});

test('the request is copied as curl, JavaScript and Python, none of which holds the key', async () => {
  const page = await desk.open('/try?op=calls_list');
  await page.getByTestId('field-query.user').fill('alice');
  for (const [language, words] of Object.entries({ curl: 'curl -sS', JavaScript: 'await fetch(', Python: 'urllib.request' })) {
    await page.getByTestId('try-form').getByRole('tab', { name: language }).click();
    await page.getByTestId('copy-request').click();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    for (const part of [words, '/api/v1/calls?user=alice', 'HOOKSWITCH_API_KEY']) assert.ok(text.includes(part), `${language} has ${part}: ${text}`);
    assert.ok(!/Bearer dev/.test(text), text);
  }
});

test('a stream is shown as it comes, until it is stopped', async () => {
  const page = await desk.open('/try?op=events_watch_all');
  await page.getByTestId('try-send').click();
  await page.getByTestId('try-status').getByText('200').waitFor();
  await desk.people('alice');
  await page.getByTestId('try-answer').getByText('user.online').first().waitFor();
  await page.getByTestId('try-stop').click();
  await page.getByTestId('try-send').getByText('Send', { exact: true }).waitFor();
});

test('the trace shows the messages of a call as they go, and can be held, filtered, opened and saved', async () => {
  const page = await desk.open('/trace');
  await page.locator('main').getByText('live', { exact: true }).waitFor();
  const call = await talk(desk.url, 'dora', 'emil');
  await desk.row('trace-row', 'call · request').first().waitFor();
  await desk.row('trace-row', 'commit').first().waitFor();
  assert.notEqual(await page.getByTestId('trace-table').locator(`a[title="${call}"]`).count(), 0, 'rows lead to their call');

  await page.getByTestId('trace-hold').click();
  const held = await page.getByTestId('trace-row').count();
  await talk(desk.url, 'dora', 'emil');
  await page.getByTestId('trace-hold').getByText(/rows? waits?/).waitFor();
  assert.equal(await page.getByTestId('trace-row').count(), held, 'nothing moves while it is held');
  await page.getByTestId('trace-hold').click();
  await page.getByTestId('trace-row').nth(held).waitFor();

  await page.getByTestId('filter-kind').selectOption('socket.opened');
  await desk.row('trace-row', 'call · request').first().waitFor({ state: 'detached' });
  await page.getByTestId('filter-kind').selectOption('');
  await desk.open(`/trace?call=${call}&text=start`);
  await desk.row('trace-row', 'call · start').first().press('Enter');
  await page.getByRole('region', { name: /^row \d+$/ }).getByText('"start"').first().waitFor();
  await look(page, 'console-trace');
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByTestId('trace-download').click()]);
  const lines = (await readFile(await saved.path(), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(lines.length > 0);
  assert.ok(lines.every((line) => line.call === call));
  assert.deepEqual(lines.map(({ n }) => n), lines.map(({ n }) => n).toSorted((left, right) => left - right), 'the oldest first');
});

test('the trace that opens says that it loads, not that a line was lost', async () => {
  const page = await openConsole(await desk.gather());
  const [list, stream] = await Promise.all([hold(page, '**/api/v1/trace?*'), hold(page, '**/api/v1/trace/live?*')]);
  await show(page, desk.url, '/trace');
  const state = page.getByTestId('trace-state');
  await state.getByText('loading', { exact: true }).waitFor();
  await page.getByText('Loading…').waitFor();
  list.release();
  await state.getByText('connecting', { exact: true }).waitFor();
  assert.equal(await page.locator('[data-testid="trace-state"].warn').count(), 0);
  stream.release();
  await state.getByText('live', { exact: true }).waitFor();
  await page.getByText('Loading…').waitFor({ state: 'detached' });
});

test('the configuration says what each setting is, where it came from, and copies as a file and as environment', async () => {
  const page = await desk.open('/config');
  const listen = page.getByTestId('setting-server.listen');
  await listen.getByText(new URL(desk.url).host).waitFor();
  await listen.getByText('127.0.0.1:8080').waitFor();
  await look(page, 'console-config');
  await page.getByTestId('filter-text').fill('ring_timeout');
  await page.getByTestId('setting-call.ring_timeout_secs').getByText('HOOKSWITCH__CALL__RING_TIMEOUT_SECS').waitFor();
  await listen.waitFor({ state: 'detached' });
  await page.getByTestId('filter-text').fill('');
  await listen.waitFor();
  await page.getByTestId('only-changed').check();
  await page.getByTestId('setting-call.ring_timeout_secs').waitFor({ state: 'detached' });
  await page.getByTestId('copy-toml').click();
  const toml = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(toml, new RegExp(`^\\[server\\]\nlisten = "${new URL(desk.url).host}"`, 'm'));
  await page.getByTestId('copy-env').click();
  const environment = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(environment, new RegExp(`^HOOKSWITCH__SERVER__LISTEN=${new URL(desk.url).host}$`, 'm'));
});

test('a key is made, shown once, used, seen in the audit, and revoked', async () => {
  const page = await desk.open('/keys');
  await page.getByTestId('new-key').click();
  await page.getByTestId('key-name').fill('support desk');
  await page.getByTestId('scope-control').check();
  await page.getByTestId('make-key').click();
  const key = await page.getByTestId('api-key-once').textContent();
  const use = () => fetch(`${desk.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await (await use()).json()).scope, 'control');
  await page.getByTestId('done').click();
  await desk.row('key-row', 'support desk').getByText('control').waitFor();
  await look(page, 'console-keys');

  await desk.row('key-row', 'support desk').getByTestId('revoke-key').click();
  await page.getByTestId('confirm').click();
  await desk.row('key-row', 'support desk').waitFor({ state: 'detached' });
  assert.equal((await use()).status, 401);

  await page.getByTestId('tab-audit').click();
  await desk.row('audit-row', 'keys').first().waitFor();
  await page.getByTestId('filter-action').fill('users_put');
  await desk.row('audit-row', 'users/carol').waitFor();
  await desk.row('audit-row', 'keys').first().waitFor({ state: 'detached' });
  assert.match(page.url(), /tab=audit.*action=users_put/);
  await look(page, 'console-audit');
});

test('the health screen shows limits, the store and the process, and checks the invariants on demand', async () => {
  const page = await desk.open('/health');
  await page.getByTestId('health-limits').locator('meter').first().waitFor({ state: 'attached' });
  await page.getByTestId('health-figures').getByText('takes writes').waitFor();
  await page.getByTestId('nodes-table').getByText('takes calls').waitFor();
  await page.getByTestId('check-invariants').click();
  await page.getByTestId('invariants').getByText('whatever is on can be ended holds').waitFor();
  await page.getByTestId('invariants').getByText('all hold', { exact: true }).waitFor();
  assert.equal(await page.getByTestId('invariants').getByText('holds', { exact: true }).count(), 15);
  await look(page, 'console-health');
});

test('a read key sees these screens and no button that it may not use', async () => {
  const { key } = await desk.api('POST', '/keys', { name: 'looks on', scope: 'read' });
  await desk.api('PUT', '/webhooks/crm', { url: `${desk.url}/demo/hook`, events: ['call.*'] });
  const seen = await openConsole(await desk.gather(), '#/webhooks?hook=crm', key);
  await seen.getByTestId('webhook-facts').waitFor();
  for (const action of ['edit-webhook', 'pause-webhook', 'rotate-secret', 'delete-webhook', 'send-test', 'verify']) {
    assert.equal(await seen.getByTestId(action).count(), 0, action);
  }
  await show(seen, desk.url, '/deliveries');
  await seen.getByText('No event yet').waitFor();
  assert.equal(await seen.getByTestId('replay-tools').count(), 0);
  await show(seen, desk.url, '/try?op=tokens_mint');
  await seen.getByText('your key has only read').waitFor();
  assert.ok(await seen.getByTestId('try-send').isDisabled());
  await show(seen, desk.url, '/keys');
  await seen.getByText('This screen needs a key of scope admin').waitFor();
  await show(seen, desk.url, '/health');
  await seen.getByTestId('health-limits').waitFor();
});

/** Keeps requests waiting until they are released. */
async function hold(page, address) {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route(address, (route) => released.then(() => route.continue()));
  return { release };
}
