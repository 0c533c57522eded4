// The picture of the README: both people of a call, side by side. Written to docs/demo.png where HOOKSWITCH_SCREENSHOT is set.

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Cast, launch } from '../support/browser.js';
import { startServer } from '../support/server.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

test('a call looks good', { timeout: 60_000 }, async () => {
  const [server, browser] = await Promise.all([startServer(), launch()]);
  const cast = await Cast.gather(browser, server.url, { viewport: { width: 1000, height: 550 } });
  const alice = await cast.enter('alice');
  const bob = await cast.enter('bob');
  await bob.page.emulateMedia({ colorScheme: 'dark' });
  await alice.calls('bob');
  await bob.answers();
  await Promise.all([alice.sees(), bob.sees()]);
  // A call begins with a coarse picture, and sharpens as the encoder learns what the line can carry.
  await alice.page.getByText('0:05', { exact: true }).waitFor();
  const shots = [await alice.page.screenshot(), await bob.page.screenshot()];
  const picture = await sideBySide(browser, shots);
  await cast.leave();
  await browser.close();
  await server.stop();
  const path = here(process.env.HOOKSWITCH_SCREENSHOT ? '../../../docs/demo.png' : '../test-results/demo.png');
  await mkdir(fileURLToPath(new URL('.', `file://${path}`)), { recursive: true });
  await writeFile(path, picture);
});

async function sideBySide(browser, shots) {
  const page = await browser.newPage({ viewport: { width: 1660, height: 480 } });
  const images = shots.map((shot) => `<img src="data:image/png;base64,${shot.toString('base64')}">`);
  await page.setContent(`<style>
    body { margin: 0; padding: 20px; display: flex; gap: 20px; background: #cfdcda; }
    img { width: 800px; border-radius: 14px; box-shadow: 0 8px 30px rgb(0 0 0 / 25%); }
  </style>${images.join('')}`);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  return page.screenshot();
}
