// The console's frame and its overview, against the real server.

import assert from 'node:assert/strict';
import { test as nodeTest } from 'node:test';
import { Desk, SERVER_AWAY, openConsole } from '../support/console.js';
import { look } from '../support/look.js';

const test = (name, body) => nodeTest(name, { timeout: 30_000 }, body);
const REFUSED_KEY = /\b401\b/;
const desk = new Desk();

test('an empty server says how to begin, and when the first call comes it is shown', async () => {
  const page = await desk.open('/overview');
  await page.getByTestId('welcome').waitFor();
  await look(page, 'console-overview-empty');
  const [alice, bob] = await desk.people('alice', 'bob');
  await alice.call('bob');
  await bob.hears('request');
  await page.getByTestId('welcome').waitFor({ state: 'detached' });
});

test('a key signs in and is kept for this tab alone', async () => {
  desk.expect(REFUSED_KEY);
  const cast = await desk.gather();
  const page = await cast.visit('/console/');
  await page.getByText('the key is dev').waitFor();
  await look(page, 'console-sign-in');
  await page.getByTestId('api-key').fill('hsk_wrong');
  await page.getByTestId('sign-in').click();
  await page.getByText('The server does not know this key.').waitFor();
  await page.getByTestId('api-key').fill('dev');
  await page.getByTestId('sign-in').click();
  await page.getByTestId('stat-ringing').waitFor();
  await page.reload();
  await page.getByTestId('stat-ringing').waitFor();
  assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes('dev')), false);

  const other = await cast.visit('/console/');
  await other.getByTestId('api-key').waitFor();
  await page.getByTestId('sign-out').click();
  await page.getByTestId('api-key').waitFor();
  await page.reload();
  await page.getByTestId('api-key').waitFor();
});

test('a key that was revoked leads back to the sign-in, with a word', async () => {
  desk.expect(REFUSED_KEY);
  const { id, key } = await desk.api('POST', '/keys', { name: 'short', scope: 'read' });
  const page = await openConsole(await desk.gather(), '', key);
  await page.getByTestId('stat-ringing').waitFor();
  await desk.api('DELETE', `/keys/${id}`);
  // By its address: the screen that is open may have asked first, and its links are gone then.
  await page.evaluate(() => { location.hash = '#/calls'; });
  await page.getByText('The server no longer takes this key.').waitFor();
  await page.getByTestId('api-key').waitFor();
});

test('the overview follows a call from ringing to its end, and keeps the figures over a reload', async () => {
  const [carol, dave] = await desk.people('carol', 'dave');
  const page = await desk.open('/overview');
  const ringing = Number(await page.getByTestId('stat-ringing').textContent());
  const talking = Number(await page.getByTestId('stat-talking').textContent());
  const id = await carol.call('dave');
  await shows(page.getByTestId('stat-ringing'), String(ringing + 1));
  await page.getByTestId('feed').getByText('dave is being rung by carol.').waitFor();
  await dave.answer(id);
  await shows(page.getByTestId('stat-talking'), String(talking + 1));
  carol.hangup('dave', id);
  await shows(page.getByTestId('stat-talking'), String(talking));
  await page.getByTestId('feed').getByText('carol → dave: carol hung up, after').waitFor();
  await page.reload();
  await page.getByTestId('chart-ended').locator('svg[role=img]').waitFor();
  const legend = page.locator('.legend').getByText('hangup');
  await legend.waitFor();
  for (const chart of ['chart-concurrent', 'chart-setup', 'chart-veto']) await page.getByTestId(chart).locator('svg[role=img]').waitFor();
  await page.getByTestId('range-24h').click();
  await page.waitForURL(/range=24h/);
  await legend.waitFor();
  await look(page, 'console-overview');

  await legend.click();
  await page.waitForURL(/#\/calls\?.*reason=hangup/);
  await page.getByTestId('call-row').filter({ hasText: 'carol' }).waitFor();
});

test('a chart tells the values under the pointer, and a drag over it leads to the calls of that time', async () => {
  const page = await desk.open('/overview');
  const chart = page.getByTestId('chart-concurrent');
  // A line of zeros is flat, so that it does not count as visible.
  await chart.locator('.chart-line').first().waitFor({ state: 'attached' });
  const legend = chart.locator('.legend');
  await legend.getByText('Time', { exact: true }).waitFor();
  const plot = chart.locator('svg[role=img]');
  const { width, height } = await plot.boundingBox();
  await plot.hover({ position: { x: width - 20, y: height / 2 } });
  await legend.filter({ hasText: /^\s*\d\d:\d\d\s+talking\s+\d+\s+ringing\s+\d+\s*$/ }).waitFor();
  await plot.hover({ position: { x: width / 2, y: height / 2 } });
  await page.mouse.down();
  await plot.hover({ position: { x: width - 20, y: height / 2 } });
  await chart.locator('.chart-picked').waitFor();
  await page.mouse.up();
  await page.waitForURL(/#\/calls\?from=/);
  const query = new URLSearchParams(new URL(page.url()).hash.split('?')[1]);
  const minutes = (Date.parse(query.get('to')) - Date.parse(query.get('from'))) / 60_000;
  assert.ok(minutes > 15 && minutes < 35, `half an hour of an hour that is shown, but ${minutes} minutes`);
});

test('a slash finds a call by its id and a user by name, and a question mark lists the keys', async () => {
  const [erin] = await desk.people('erin');
  const id = await erin.call('nobody');
  const page = await desk.open('/overview');
  await page.getByTestId('stat-ringing').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type(id);
  await page.keyboard.press('Enter');
  await page.getByTestId('sentence').getByText('nobody was offline: no device to ring (100102 offline).').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('erin');
  await page.keyboard.press('Enter');
  await page.getByTestId('sessions-table').waitFor();
  await page.keyboard.press('?');
  await page.getByTestId('help').waitFor();
  await look(page, 'console-help');
  await page.keyboard.press('Escape');
  await page.getByTestId('help').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.getByTestId('calls-table').waitFor();
});

test('a page that is held still goes on with what it missed', async () => {
  const [frank] = await desk.people('frank');
  const page = await desk.open('/overview');
  await shows(page.getByTestId('live'), 'Live');
  await page.getByTestId('live').click();
  await shows(page.getByTestId('live'), 'Paused');
  await frank.call('missing');
  const line = page.getByTestId('feed').getByText('missing was offline');
  await desk.api('GET', '/stats');
  assert.equal(await line.count(), 0);
  await page.getByTestId('live').click();
  await shows(page.getByTestId('live'), 'Live');
  await line.waitFor();
});

test('colours and the zone of times are remembered', async () => {
  const page = await openConsole(await desk.gather(), '#/calls');
  await page.getByTestId('calls-table').waitFor();
  await page.getByTestId('theme').click();
  await page.getByTestId('theme').click();
  await page.getByTestId('zone').click();
  await page.reload();
  await shows(page.getByTestId('zone'), 'UTC');
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'dark');
  assert.match(await page.getByTestId('call-row').first().locator('time').textContent(), /Z$/);
});

test('a read key sees every screen, and no button that it may not use', async () => {
  const { key } = await desk.api('POST', '/keys', { name: 'eyes', scope: 'read' });
  const [grace, heidi] = await desk.people('grace', 'heidi');
  const id = await grace.call('heidi');
  await heidi.hears('request');
  const page = await openConsole(await desk.gather(), '#/calls?state=ringing', key);
  await page.getByTestId('call-row').filter({ hasText: 'grace' }).waitFor();
  await noButtons(page);
  await go(page, `#/calls/${id}`, page.getByTestId('sentence'));
  await noButtons(page);
  await go(page, '#/users', page.getByTestId('users-table'));
  await noButtons(page);
  await go(page, '#/users/grace', page.getByTestId('sessions-table'));
  await noButtons(page);
});

test('the page comes back by itself after the server was killed', async () => {
  desk.expect(SERVER_AWAY);
  const page = await desk.open('/overview');
  await shows(page.getByTestId('live'), 'Live');
  await desk.people('ivan');
  await page.getByTestId('feed').getByText('ivan').waitFor();
  await desk.server.restart();
  const [jane] = await desk.people('jane');
  await page.getByTestId('feed').getByText('jane').waitFor();
  await jane.call('away');
  await page.getByTestId('feed').getByText('away was offline').waitFor();
  await shows(page.getByTestId('live'), 'Live');
});

const shows = (locator, text) => locator.filter({ hasText: new RegExp(`^${text}$`) }).waitFor();

async function go(page, hash, landmark) {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await landmark.waitFor();
}

async function noButtons(page) {
  const forbidden = ['finish-call', 'kick', 'mint', 'account', 'delete-account', 'check-signature'];
  for (const id of forbidden) assert.equal(await page.getByTestId(id).count(), 0, `${id} on ${page.url()}`);
}
