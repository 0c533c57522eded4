// What a test looks at beside what it does: accessibility, and pictures for people.

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const PICTURES = fileURLToPath(new URL('../test-results/', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PHONE = { width: 390, height: 844 };
const LOOKS = [
  { kind: 'light', colorScheme: 'light', rules: null },
  // What the other looks share with the first is not asked again.
  { kind: 'dark', colorScheme: 'dark', rules: ['color-contrast'] },
  { kind: 'phone', colorScheme: 'light', viewport: PHONE, rules: ['target-size', 'scrollable-region-focusable'] },
];

let axe;

/** Fails where axe-core finds a serious or critical violation, of these rules or of any. */
export async function assertAccessible(page, what, rules = null) {
  axe ??= await readFile(AXE, 'utf8');
  // A string is evaluated by the debugger, which the page's content security policy does not bind; it is half a megabyte.
  if (await page.evaluate(() => !window.axe)) await page.evaluate(`(() => { ${axe} })()`);
  const violations = await page.evaluate(async (only) => {
    const { violations: found } = await window.axe.run(document, { resultTypes: ['violations'], ...(only && { runOnly: only }) });
    const isGrave = ({ impact }) => impact === 'serious' || impact === 'critical';
    return found.filter(isGrave).map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).slice(0, 3).join(' | ')}`);
  }, rules);
  assert.deepEqual(violations, [], `accessibility of ${what}`);
}

/**
 * Pictures of the page, light, dark and as on a phone, in test-results; each look is held to axe-core, and must not be
 * wider than its window.
 */
export async function look(page, name) {
  await mkdir(PICTURES, { recursive: true });
  const before = page.viewportSize();
  await page.evaluate(() => scrollTo(0, 0));
  for (const { kind, colorScheme, viewport, rules } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    if (viewport) await page.setViewportSize(viewport);
    // Of the window alone: after each change of its size Chromium is waited for, a second and more.
    await page.screenshot({ path: `${PICTURES}${name}-${kind}.png` });
    await assertAccessible(page, `${name}, ${kind}`, rules);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name}, ${kind}: the page is ${overflow} pixels wider than its window`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(before);
}
