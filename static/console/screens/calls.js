// The list of calls: those that go on and those that are over, the newest first, as they change.

import { useRef, useState } from '/vendor/hooks.js';
import { api, can } from '../api.js';
import { finishCall } from '../actions.js';
import { Export } from '../export.js';
import { DOORS, REASONS, STATES, plural } from '../format.js';
import { useEvents, useLoad, useSoon } from '../live.js';
import { CurlButton, Empty, Filters, Pager, Problem, Table, html, usePickedColumns } from '../parts.js';
import { callHref, go } from '../route.js';
import { fromLocalInput, toLocalInput, useStore, utc } from '../store.js';
import { COLUMNS, INITIAL_COLUMNS } from './calls-columns.js';

const FILTERS = ['state', 'user', 'caller', 'callee', 'reason', 'door', 'from', 'to'];
/** So many rows may gather on top of a page before it is loaded anew. */
const MOST_ROWS = 300;

/** The part of the address that the API filters by. */
export function filtersOf(query) {
  return Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
}

/** Whether a call would be in a list with these filters. */
export function fits(call, { state, user, caller, callee, reason, door, from, to }) {
  const at = Date.parse(call.requested_at);
  return (
    (!state || call.state === state) &&
    (!user || call.caller === user || call.callee === user) &&
    (!caller || call.caller === caller) &&
    (!callee || call.callee === callee) &&
    (!reason || call.reason === reason) &&
    (!door || call.caller_door === door || call.callee_door === door) &&
    (!from || at >= Date.parse(from)) &&
    (!to || at <= Date.parse(to))
  );
}

/** The rows with what has happened since: the newest on top, each as far as anybody has told. */
export function merge(rows, changes, filters, mayAdd) {
  const byId = new Map(rows.map((call) => [call.id, call]));
  for (const call of changes) {
    const known = byId.get(call.id);
    if (known ? known.version >= call.version : !mayAdd) continue;
    if (fits(call, filters)) byId.set(call.id, call);
    else byId.delete(call.id);
  }
  return [...byId.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
}

/** A page of calls that follows the events. */
function useCalls(filters, cursor) {
  const [rows, setRows] = useState([]);
  const [fresh, setFresh] = useState(new Set());
  const waiting = useRef([]);
  const { data, error, isLoading, reload } = useLoad(async () => {
    const page = await api.get('/calls', { ...filters, cursor });
    setRows(merge(page.items, waiting.current, filters, !cursor));
    setFresh(new Set());
    return page;
  }, [JSON.stringify(filters), cursor]);
  const settle = useSoon(() => {
    const changes = waiting.current;
    waiting.current = [];
    if (rows.length > MOST_ROWS) {
      reload();
      return;
    }
    setRows((before) => merge(before, changes, filters, !cursor));
    setFresh(new Set(changes.map(({ id }) => id)));
  }, 120);
  useEvents(({ event, data: { data: facts } }) => {
    if (event === 'gap') reload();
    if (!facts?.call) return;
    waiting.current.push(facts.call);
    settle();
  });
  return { rows, fresh, next: data?.next_cursor ?? null, isLoaded: data !== undefined, isLoading, error, reload };
}

export default function Calls({ query, setQuery }) {
  const isUtc = useStore(utc);
  const filters = filtersOf(query);
  const { rows, fresh, next, isLoaded, error, reload } = useCalls(filters, query.cursor ?? '');
  const time = { type: 'datetime-local', show: (value) => toLocalInput(value, isUtc), read: (value) => fromLocalInput(value, isUtc) };
  const fields = [
    { name: 'state', label: 'State', options: STATES },
    { name: 'reason', label: 'Reason', options: REASONS },
    { name: 'user', label: 'User', placeholder: 'caller or callee' },
    { name: 'caller', label: 'Caller' },
    { name: 'callee', label: 'Callee' },
    { name: 'door', label: 'Door', options: DOORS },
    { name: 'from', label: 'From', ...time },
    { name: 'to', label: 'To', ...time },
  ];
  const longest = Math.max(1, ...rows.map(({ talk_ms }) => talk_ms ?? 0));
  const [columns, picker] = usePickedColumns('calls', COLUMNS, INITIAL_COLUMNS);
  const finish = {
    key: 'finish',
    title: html`<span class="unseen">Actions</span>`,
    render: (call) => call.state !== 'ended' && html`<button type="button" class="small danger" data-testid="finish-call" onClick=${() => finishCall(call)}>Finish</button>`,
  };
  const shown = can('control') ? [...columns, finish] : columns;
  const live = rows.filter(({ state }) => state !== 'ended').length;
  return html`
    <div class="screen-head">
      <h1>Calls</h1>${isLoaded && html`<span class="fine">${live ? `${plural(live, 'call')} on this page ${live === 1 ? 'goes' : 'go'} on` : 'none on this page goes on'}</span>`}
      <span class="push"></span>
      <${Export} filters=${filters} /><${CurlButton} path="/calls" params=${filters} />${picker}
    </div>
    <${Filters} fields=${fields} query=${query} setQuery=${setQuery} />
    <${Problem} error=${error} retry=${reload} />
    ${isLoaded && rows.length === 0 && (Object.keys(filters).length || query.cursor ? html`<${NoneFits} />` : html`<${NoneYet} />`)}
    ${rows.length > 0 && html`<div class="card">
      <${Table} caption="Calls, the newest first" testid="calls-table" rowTestid="call-row" columns=${shown.map((column) => ({ ...column, render: (call) => column.render(call, { longest }) }))}
        rows=${rows} rowKey=${({ id }) => id} rowClass=${({ id }) => (fresh.has(id) ? 'fresh' : '')} open=${({ id }) => go(callHref(id).slice(1))} />
    </div>`}
    ${(next || query.cursor) && html`<${Pager} cursor=${query.cursor} next=${next} setQuery=${setQuery} shown=${plural(rows.length, 'call')} />`}`;
}

function NoneFits() {
  return html`<div class="card"><${Empty} title="No call fits">Take a filter away, or widen the time.<//></div>`;
}

function NoneYet() {
  return html`<div class="card"><${Empty} title="No call yet">
    <p>Calls appear here by themselves. Make the first one in the <a href="/" target="_blank" rel="noopener">demo</a>, or give a client of yours a token:</p>
    <pre tabindex="0">hookswitch token alice</pre>
  <//></div>`;
}
