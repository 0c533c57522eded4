// What the console's charts are drawn from.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaPath, barsPath, indexAt, linePath, scale, timeMarks, valueMarks } from '../../static/console/chart-shapes.js';

const upward = scale(0, 10, 100, 0);

test('marks of values are round, and as many as there is room for', () => {
  assert.deepEqual(valueMarks(0, 10.5, 4), [0, 5, 10]);
  assert.deepEqual(valueMarks(0, 1.05, 4), [0, 0.5, 1]);
  assert.deepEqual(valueMarks(0, 0.7, 8), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  for (const high of [1, 3, 7, 42, 99, 1234, 86_400_000]) assert.ok(valueMarks(0, high, 4).length <= 5, String(high));
});

test('marks of times are where the clock is round, in its own zone', () => {
  const noon = Date.UTC(2026, 0, 1, 12) / 1000;
  assert.deepEqual(timeMarks(noon + 60, noon + 3600, 4, 0), [noon + 900, noon + 1800, noon + 2700, noon + 3600]);
  // Half an hour off UTC, as in India: three o'clock there is no round hour elsewhere.
  const india = 5.5 * 3600;
  for (const at of timeMarks(noon, noon + 86_400, 8, india)) assert.equal((at + india) % (3 * 3600), 0);
  assert.equal(timeMarks(noon + 60, noon + 86_400, 0.5, 0).length, 2, 'steps are half a day at most');
});

test('a line breaks where there is no value, and a lone value is a dot', () => {
  assert.equal(linePath([0, 10, 20, 30, 40], [0, 10, null, 5, undefined], upward), 'M0 100L10 0M30 50h0');
  assert.equal(linePath([], [], upward), '');
});

test('an area is closed below, between its gaps', () => {
  assert.equal(areaPath([0, 10, 20], [5, 10, null], 0, upward), 'M0 50L10 0L10 100L0 100Z');
  assert.equal(areaPath([0, 10, 20], [5, 10, 10], [0, null, 5], upward), 'M0 50L0 100ZM20 0L20 50Z');
});

test('bars leave room between them, and are no wider than can be told from a wall', () => {
  assert.equal(barsPath([0, 10, 20], [10, 0, 5], upward), 'M0 100V0h9V100ZM20 100V50h9V100Z');
  assert.equal(barsPath([0], [10], upward), 'M0 100V0h40V100Z');
});

test('the pointer is at the nearest point, or in a bar', () => {
  assert.equal(indexAt([0, 60, 120], 40, false), 1);
  assert.equal(indexAt([0, 60, 120], 40, true), 0);
  assert.equal(indexAt([60, 120], 0, true), 0);
  assert.equal(indexAt([60, 120], 999, true), 1);
  assert.equal(indexAt([], 5, false), null);
});
