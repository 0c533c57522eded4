// The deliveries of several hooks as one list. Their numbers count through all hooks, so that one number is the cursor of all.

import { api, everything } from '../api.js';

const PAGE = 50;

export const deliveriesPath = (hook) => `/webhooks/${encodeURIComponent(hook)}/deliveries`;
/** Names a delivery in the address and among what is selected. */
export const keyOf = ({ hook, id }) => `${hook}/${id}`;

/** @returns {Promise<{ items: object[], next: string | null }>} the newest first, each with its hook's name */
export async function loadPage(hooks, state, cursor) {
  const pages = await Promise.all(hooks.map((hook) => loadOf(hook, state, cursor)));
  const all = pages.flatMap(({ items }) => items).sort((left, right) => right.id - left.id);
  const items = all.slice(0, PAGE);
  const isMore = all.length > PAGE || pages.some(({ next }) => next);
  return { items, next: isMore && items.length > 0 ? String(items.at(-1).id) : null };
}

async function loadOf(hook, state, cursor) {
  const { items, next_cursor: next } = await api.get(deliveriesPath(hook), { state, cursor, limit: PAGE });
  return { items: items.map((one) => ({ ...one, hook })), next };
}

/** Every delivery that matches; `each` hears how many there are so far and ends it with `false`. */
export async function loadAll(hooks, state, each) {
  const found = [];
  for (const hook of hooks) {
    const before = found.length;
    const items = await everything(deliveriesPath(hook), { state }, (count) => each(before + count));
    found.push(...items.map((one) => ({ ...one, hook })));
  }
  return found;
}
