// What a test looks at beside what it does: accessibility, and pictures for people.

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const PICTURES = fileURLToPath(new URL('../test-results/', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const LOOKS = [
  { look: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { look: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { look: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
];

let axe;

/** Fails where axe-core finds a serious or critical violation. */
export async function assertAccessible(page, what) {
  axe ??= await readFile(AXE, 'utf8');
  // A string is evaluated by the debugger, which the page's content security policy does not bind.
  await page.evaluate(`window.axe ?? (() => { ${axe} })()`);
  const violations = await page.evaluate(async () => {
    const { violations: found } = await window.axe.run(document, { resultTypes: ['violations'] });
    const isGrave = ({ impact }) => impact === 'serious' || impact === 'critical';
    return found.filter(isGrave).map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).slice(0, 3).join(' | ')}`);
  });
  assert.deepEqual(violations, [], `accessibility of ${what}`);
}

/**
 * Pictures of the page, light, dark and as on a phone, in test-results; each look is held to axe-core, and must not be wider
 * than its window.
 */
export async function look(page, name) {
  await mkdir(PICTURES, { recursive: true });
  const before = page.viewportSize();
  await page.evaluate(() => scrollTo(0, 0));
  for (const { look: kind, colorScheme, viewport } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(viewport);
    await page.screenshot({ path: `${PICTURES}${name}-${kind}.png`, fullPage: true });
    await assertAccessible(page, `${name}, ${kind}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name}, ${kind}: the page is ${overflow} pixels wider than its window`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(before);
}
