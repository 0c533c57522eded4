// The Verto page where FreeSWITCH's library is not installed, and the way from the pages of other doors to the rest of the demo.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test as nodeTest } from 'node:test';
import { Cast, launch } from '../support/browser.js';
import { look } from '../support/look.js';
import { startServer } from '../support/server.js';

const test = (name, body) => nodeTest(name, { timeout: 40_000, skip: Boolean(process.env.HOOKSWITCH_MOCK) }, body);

let server;
let browser;
let cast;

before(async () => {
  if (process.env.HOOKSWITCH_MOCK) return;
  [server, browser] = await Promise.all([startServer(), launch()]);
});
beforeEach(async () => {
  if (server) cast = await Cast.gather(browser, server.url);
});
// Whoever leaves answers for the files that were not found, and for what the browser complained of.
afterEach(() => cast?.leave());
after(() => Promise.all([browser?.close(), server?.stop()]));

test('the page says how the library is installed, and asks for none that is not there', async () => {
  const page = await cast.visit('/demo/verto.html?lang=en');
  await page.getByTestId('v-missing').waitFor();
  await look(page, 'demo-verto-missing');
});

test('the pages of other doors lead to the two people and to the console', async () => {
  for (const path of ['/demo/verto.html', '/demo/anychat.html']) {
    const page = await cast.visit(`${path}?lang=en`);
    await page.getByRole('link', { name: 'Two people' }).and(page.locator('[href="/demo/two.html"]')).waitFor();
    await page.getByRole('link', { name: 'Console' }).and(page.locator('[href="/console/"]')).waitFor();
    await page.close();
  }
  const page = await cast.visit('/demo/anychat.html?lang=zh');
  await page.getByRole('link', { name: '双人演示' }).click();
  await page.waitForURL(/two\.html/);
});
