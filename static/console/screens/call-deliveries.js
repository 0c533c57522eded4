// The events of a call on their way to every hook.

import { api, everything } from '../api.js';
import { plural } from '../format.js';
import { useEvery, useLoad } from '../live.js';
import { Chip, Problem, Table, Time, html } from '../parts.js';
import { href } from '../route.js';

const RELOAD_MS = 5_000;
/** A call's events are written while it goes on; the lists are read back to where it began, and no further than this. */
const MOST_READ = 2_000;

/** The deliveries that tell of a call, of one hook, in the order of its events. */
async function deliveriesOf(hook, call) {
  const found = [];
  let cursor;
  let read = 0;
  do {
    const page = await api.get(`/webhooks/${encodeURIComponent(hook)}/deliveries`, { limit: 500, cursor });
    found.push(...page.items.filter((item) => item.call === call.id).map((item) => ({ ...item, hook })));
    read += page.items.length;
    const isPast = page.items.some((item) => Date.parse(item.at) < Date.parse(call.requested_at));
    cursor = isPast || read >= MOST_READ ? null : page.next_cursor;
  } while (cursor);
  return { items: found, isCut: read >= MOST_READ && found.length === 0 };
}

export function useDeliveries(call) {
  const result = useLoad(async () => {
    const hooks = await everything('/webhooks', {});
    const lists = await Promise.all(hooks.map(({ name }) => deliveriesOf(name, call)));
    const items = lists.flatMap((list) => list.items);
    items.sort((one, other) => (one.hook === other.hook ? one.seq - other.seq : one.hook < other.hook ? -1 : 1));
    return { items, hooks: hooks.length, isCut: lists.some(({ isCut }) => isCut) };
  }, [call.id, call.version]);
  const isWaiting = call.state !== 'ended' || (result.data?.items ?? []).some(({ state }) => state === 'pending');
  useEvery(RELOAD_MS, () => isWaiting && result.reload());
  return result;
}

const COLUMNS = [
  { key: 'hook', title: 'Hook', render: ({ hook }) => html`<a href=${href('/webhooks', { name: hook })}>${hook}</a>` },
  { key: 'seq', title: 'Seq', number: true, render: ({ seq }) => seq },
  { key: 'type', title: 'Event', render: ({ type }) => html`<code>${type}</code>` },
  { key: 'state', title: 'State', render: ({ state }) => html`<${Chip} word=${state} />` },
  { key: 'attempts', title: 'Tries', number: true, render: ({ attempts }) => attempts },
  { key: 'status', title: 'Last answer', render: ({ last_status, last_error }) => (last_status ? `HTTP ${last_status}` : (last_error ?? '')) },
  { key: 'tried', title: 'Last try', render: ({ tried_at }) => html`<${Time} at=${tried_at} short precise />` },
];

export function CallDeliveries({ deliveries: { data, error, reload } }) {
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!data) return null;
  return html`<section class="card" data-testid="call-deliveries"><h2>Deliveries</h2>
    ${data.items.length > 0
      ? html`<${Table} caption="The call's events on their way to the hooks" columns=${COLUMNS} rows=${data.items} rowKey=${({ hook, id }) => `${hook} ${id}`} />`
      : html`<p class="fine">${data.hooks === 0 ? html`No hook is registered to hear of calls. <a href="#/webhooks">Add one</a>` : data.isCut ? html`Too long ago to be looked up here: see <a href="#/deliveries">Deliveries</a>.` : `No event of this call is kept for ${plural(data.hooks, 'hook')}.`}</p>`}
  </section>`;
}
