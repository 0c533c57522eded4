// Deliveries: every event for the hooks, how its delivery stands, and sending it again.

import { useState } from '/vendor/hooks.js';
import { can, everything } from '../api.js';
import { duration, plural } from '../format.js';
import { useEvents, useEvery, useLoad, useSoon } from '../live.js';
import { CallLink, Chip, CurlButton, Empty, Filters, Pager, Problem, Table, Time, html } from '../parts.js';
import { href } from '../route.js';
import { Delivery } from './delivery.js';
import { deliveriesPath, keyOf, loadAll, loadPage } from './deliveries-load.js';
import { Replaying, useReplay } from './replay.js';

const STATES = ['pending', 'delivered', 'dead'];
const REFRESH_MS = 5000;

/** A page of the list, and the hooks there are by now. */
async function load({ hook, state, cursor }) {
  const names = (await everything('/webhooks')).map(({ name }) => name);
  const wanted = names.filter((name) => !hook || name === hook);
  return { names, wanted, ...(await loadPage(wanted, state, cursor)) };
}

export default function Deliveries({ query, setQuery }) {
  const list = useLoad(() => load(query), [query.hook, query.state, query.cursor]);
  const [picked, setPicked] = useState(new Map());
  const replay = useReplay(list.reload);
  const soon = useSoon(() => !query.cursor && list.reload(), 700);
  useEvents(soon);
  useEvery(REFRESH_MS, soon);
  const { items = [], names = [], wanted = [], next = null } = list.data ?? {};
  const opened = query.open;
  const pick = (row, isPicked) => {
    const next = new Map(picked);
    if (isPicked) next.set(keyOf(row), row);
    else next.delete(keyOf(row));
    setPicked(next);
  };
  const replayPicked = async () => {
    if (await replay.ask([...picked.values()])) setPicked(new Map());
  };
  const toolbar = can('admin') && html`
    <div class="row" data-testid="replay-tools">
      <button type="button" disabled=${picked.size === 0 || replay.isRunning} onClick=${replayPicked} data-testid="replay-selected">
        Replay ${picked.size === 0 ? 'selected' : plural(picked.size, 'selected', 'selected')}
      </button>
      <button type="button" disabled=${items.length === 0 || replay.isRunning} data-testid="replay-matching"
        onClick=${() => replay.askAll((each) => loadAll(wanted, query.state, each), describe(query))}>Replay all that match</button>
    </div>`;
  const fields = [{ name: 'hook', label: 'Hook', options: names }, { name: 'state', label: 'State', options: STATES }];
  return html`
    <div class="screen-head">
      <h1>Deliveries</h1>
      <span class="push"></span>
      ${query.hook && html`<${CurlButton} path=${deliveriesPath(query.hook)} params=${{ state: query.state }} />`}
    </div>
    <div class="stack">
      <p class="fine">Each event is kept on disk until its hook has acknowledged it, and sent in order for each call.</p>
      <${Filters} fields=${fields} query=${query} setQuery=${setQuery}>${toolbar}<//>
      <${Replaying} replay=${replay} />
      <${Problem} error=${list.error} retry=${list.reload} />
      ${list.data && html`
        <section class="card"><${Table} columns=${columns(picked, pick)} rows=${items} rowKey=${keyOf} caption="Deliveries, the newest first" testid="deliveries-table" rowTestid="delivery-row"
          open=${(row) => setQuery({ open: opened === keyOf(row) ? '' : keyOf(row) })} rowClass=${(row) => (opened === keyOf(row) ? 'opened' : '')}
          expanded=${(row) => opened === keyOf(row) && html`<${Delivery} delivery=${row} replay=${replay} />`} />
          ${items.length === 0 && html`<${None} hasHooks=${names.length > 0} query=${query} />`}</section>`}
      ${items.length > 0 && html`<${Pager} cursor=${query.cursor} next=${next} setQuery=${setQuery} shown=${plural(items.length, 'delivery', 'deliveries')} />`}
    </div>`;
}

/** Why there is none, and what makes one. */
function None({ hasHooks, query: { state, cursor } }) {
  if (!hasHooks) return html`<${Empty} title="No hook is registered yet"><p>Events are delivered to hooks. <a href=${href('/webhooks')}>Add the first one</a>, then make a call.</p><//>`;
  return html`<${Empty} title=${state || cursor ? 'No delivery matches' : 'No event yet'}>
    <p>${state ? `No delivery is ${state}.` : html`Make a call, in the <a href="/">demo</a> for instance: each of its steps is an event.`}</p><//>`;
}

function describe({ hook, state }) {
  return `${state ? `every ${state} delivery` : 'every delivery'} of ${hook ? `the hook ${hook}` : 'all hooks'}`;
}

const columns = (picked, pick) => [
  ...(can('admin') ? [{
    key: 'pick',
    title: '',
    render: (row) => html`<input type="checkbox" aria-label=${`select delivery ${row.id}`} checked=${picked.has(keyOf(row))}
      onChange=${({ target }) => pick(row, target.checked)} data-testid="pick-delivery" />`,
  }] : []),
  { key: 'at', title: 'When', render: ({ at }) => html`<${Time} at=${at} relative />` },
  { key: 'hook', title: 'Hook', render: ({ hook }) => html`<a href=${href('/webhooks', { hook })}>${hook}</a>` },
  { key: 'type', title: 'Event', className: 'nowrap', render: ({ type, seq }) => html`${type} <span class="fine">no. ${seq}</span>` },
  { key: 'state', title: 'State', render: ({ state }) => html`<${Chip} word=${state} />` },
  { key: 'last', title: 'Last answer', render: ({ last_status: status, last_error: error }) => answer(status, error) },
  { key: 'next', title: 'Next try', render: nextTry },
  { key: 'attempts', title: 'Attempts', number: true, render: ({ attempts }) => attempts },
  { key: 'call', title: 'Call', render: ({ call }) => html`<${CallLink} id=${call} />` },
];

function answer(status, error) {
  if (status) return html`<${Chip} tone=${status < 300 ? 'good' : 'bad'}>${status}<//> <span class="fine">${error ?? ''}</span>`;
  return error ? html`<span class="problem">${error}</span>` : html`<span class="fine">–</span>`;
}

function nextTry({ state, attempts, next_at: at }) {
  if (state !== 'pending' || !at) return html`<span class="fine">–</span>`;
  const left = Date.parse(at) - Date.now();
  if (left <= 0) return html`<span title=${at}>due</span>`;
  return html`<span title=${at}>in ${duration(Math.max(1000, left))}</span>${attempts === 0 && html` <span class="fine">behind earlier ones</span>`}`;
}
