// How a hook fares, from what the API lists: its latest deliveries, and the verdicts of the latest calls.

import { api } from '../api.js';

const DELIVERIES = 200;
const CALLS = 200;
const COUNTED = 500;

/**
 * @typedef {{ delivered: number, dead: number, failing: number, waiting: number, isMore: boolean, lastError: string | null }} Fares
 * @param {string} name
 * @returns {Promise<Fares>} of the latest 200 deliveries, and all that wait up to 500
 */
export async function loadFares(name) {
  const path = `/webhooks/${encodeURIComponent(name)}/deliveries`;
  const [latest, waiting] = await Promise.all([api.get(path, { limit: DELIVERIES }), api.get(path, { state: 'pending', limit: COUNTED })]);
  const having = (test) => latest.items.filter(test).length;
  return {
    delivered: having(({ state }) => state === 'delivered'),
    dead: having(({ state }) => state === 'dead'),
    failing: having(({ state, attempts }) => state === 'pending' && attempts > 0),
    waiting: waiting.items.length,
    isMore: Boolean(waiting.next_cursor),
    lastError: latest.items.find(({ state, last_error: error }) => state !== 'delivered' && error)?.last_error ?? null,
  };
}

/** @returns {Promise<Map<string, { verdicts: number, p50: number, p95: number }>>} by hook, in the latest 200 calls */
export async function loadVerdicts() {
  const { items } = await api.get('/calls', { limit: CALLS });
  const times = new Map();
  for (const { hook, ms } of items.flatMap(({ veto }) => veto ?? [])) {
    if (!times.has(hook)) times.set(hook, []);
    times.get(hook).push(ms);
  }
  return new Map([...times].map(([hook, all]) => {
    const sorted = all.sort((left, right) => left - right);
    const rank = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
    return [hook, { verdicts: sorted.length, p50: rank(0.5), p95: rank(0.95) }];
  }));
}

/** Share of deliveries that came through, of those that are settled or failed at least once; null where there are none. */
export function successOf({ delivered, dead, failing }) {
  const tried = delivered + dead + failing;
  return tried === 0 ? null : delivered / tried;
}
