// The picture of the README: both people of a call on one page, and what is said between them. Written to docs/demo.png where
// HOOKSWITCH_SCREENSHOT is set.

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Cast, Person, launch } from '../support/browser.js';
import { startServer } from '../support/server.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

test('a call looks good', { timeout: 60_000 }, async () => {
  const [server, browser] = await Promise.all([startServer(), launch()]);
  const cast = await Cast.gather(browser, server.url, { viewport: { width: 1240, height: 1100 }, isSharp: true });
  const page = await cast.visit('/demo/two.html?media=fake');
  const [alice, bob] = ['alice', 'bob'].map((name) => new Person(page.frame({ name })));
  await alice.page.getByRole('button', { name: 'Call bob' }).click();
  await bob.answers();
  await Promise.all([alice.sees(), bob.sees()]);
  // A call begins with a coarse picture, and sharpens as the encoder learns what the line can carry.
  await alice.page.getByText('0:05', { exact: true }).waitFor();
  await page.getByTestId('flow').getByRole('button', { name: /server → bob: start/ }).waitFor();
  const path = here(process.env.HOOKSWITCH_SCREENSHOT ? '../../../docs/demo.png' : '../test-results/demo.png');
  await mkdir(dirname(path), { recursive: true });
  // A click may have scrolled.
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path });
  await cast.leave().finally(() => Promise.all([browser.close(), server.stop()]));
});
