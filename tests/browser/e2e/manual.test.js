// The manual: its pages in a browser, and the page of the quick start as it is pasted.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { launch } from '../support/browser.js';
import { startServer } from '../support/server.js';

const options = { timeout: 60_000, skip: process.env.HOOKSWITCH_MOCK ? 'the mock has no manual' : false };
const quickStart = new URL('../../../docs/quick-start.md', import.meta.url);

let server;
let browser;
let files;
let pasted;

before(async () => {
  const [, page] = /```html\n([\s\S]*?)```/.exec(await readFile(quickStart, 'utf8'));
  files = createServer(async (request, response) => {
    const isScript = request.url === '/hookswitch.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? await (await fetch(`${server.url}/sdk/hookswitch.js`)).text() : page.replace('ws://127.0.0.1:8080', server.url.replace('http', 'ws')));
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  pasted = `http://127.0.0.1:${files.address().port}`;
  process.env.HOOKSWITCH__SERVER__ALLOWED_ORIGINS = pasted;
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(async () => {
  delete process.env.HOOKSWITCH__SERVER__ALLOWED_ORIGINS;
  files.close();
  await browser?.close();
  await server?.stop();
});

test('the page of the quick start makes a call as it is pasted', options, async () => {
  const context = await browser.newContext();
  const bob = await context.newPage();
  await bob.goto(`${pasted}/?me=bob`);
  // Who is called before being there is offline.
  const isOnline = async () => {
    const answer = await fetch(`${server.url}/api/v1/users/bob`, { headers: { authorization: 'Bearer dev' } });
    return answer.ok && (await answer.json()).online;
  };
  while (!(await isOnline())) await new Promise((resolve) => setTimeout(resolve, 100));
  const alice = await context.newPage();
  await alice.goto(`${pasted}/?me=alice&peer=bob`);
  await bob.waitForFunction(() => document.getElementById('answer').onclick !== null, null, { polling: 100 });
  await bob.getByRole('button', { name: 'Answer' }).click();
  for (const page of [alice, bob]) {
    await page.waitForFunction(() => document.getElementById('remote').videoWidth > 0, null, { polling: 200 });
  }
  await context.close();
});

test('the manual is read without a complaint, on a phone too, and its code is copied with a click', options, async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, permissions: ['clipboard-read', 'clipboard-write'] });
  const complaints = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(server.url)) complaints.push(`a request left the origin: ${request.url()}`);
  });
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${server.url}/docs/`);
  const pages = await page.locator('#pages a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  for (const path of pages.filter((path) => path.startsWith('/docs/') && !path.includes('.'))) {
    await page.goto(server.url + path);
    assert.equal(await page.locator('article h1').first().isVisible(), true, path);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${path} is wider than the phone, by ${overflow}`);
  }
  await page.goto(`${server.url}/docs/quick-start`);
  await page.getByRole('button', { name: 'Copy' }).first().click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'cargo run --release -- serve --dev\n');
  await page.getByText('On this page', { exact: true }).click();
  await page.getByRole('link', { name: 'Who logs in' }).click();
  await page.waitForURL(/#who-logs-in$/);
  await context.close();
  assert.deepEqual(complaints, []);
});
