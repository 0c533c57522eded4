// The list of calls: those that go on and those that are over, the newest first, as they change.

import { can } from '../api.js';
import { Export } from '../export.js';
import { DOORS, REASONS, STATES, plural } from '../format.js';
import { CurlButton, Empty, Filters, Pager, Problem, Table, html, usePickedColumns } from '../parts.js';
import { callHref, go } from '../route.js';
import { fromLocalInput, toLocalInput, useStore, utc } from '../store.js';
import { COLUMNS, FINISH, INITIAL_COLUMNS } from './calls-columns.js';
import { filtersOf, useCalls } from './calls-live.js';

export default function Calls({ query, setQuery }) {
  const isUtc = useStore(utc);
  const filters = filtersOf(query);
  const { rows, fresh, next, isLoaded, error, reload } = useCalls(filters, { cursor: query.cursor });
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
  const shown = can('control') ? [...columns, FINISH] : columns;
  const live = rows.filter(({ state }) => state !== 'ended').length;
  return html`
    <div class="screen-head">
      <h1>Calls</h1>${isLoaded && html`<span class="fine">${live ? `${plural(live, 'call')} on this page ${live === 1 ? 'goes' : 'go'} on` : 'none on this page goes on'}</span>`}
      <span class="push"></span>
      <${Export} filters=${filters} /><${CurlButton} path="/calls" params=${filters} />${picker}
    </div>
    <${Filters} fields=${fields} query=${query} setQuery=${setQuery} />
    <${Problem} error=${error} retry=${reload} />
    ${isLoaded && html`<div class="card">
      <${Table} caption="Calls, the newest first" testid="calls-table" rowTestid="call-row" columns=${shown.map((column) => ({ ...column, render: (call) => column.render(call, { longest }) }))}
        rows=${rows} rowKey=${({ id }) => id} rowClass=${({ id }) => (fresh.has(id) ? 'fresh' : '')} open=${({ id }) => go(callHref(id).slice(1))} />
      ${rows.length === 0 && (Object.keys(filters).length || query.cursor ? html`<${NoneFits} />` : html`<${NoneYet} />`)}
    </div>`}
    ${(next || query.cursor) && html`<${Pager} cursor=${query.cursor} next=${next} setQuery=${setQuery} shown=${plural(rows.length, 'call')} />`}`;
}

function NoneFits() {
  return html`<${Empty} title="No call fits">Take a filter away, or widen the time.<//>`;
}

function NoneYet() {
  return html`<${Empty} title="No call yet">
    <p>Calls appear here by themselves. Make the first one in the <a href="/" target="_blank" rel="noopener">demo</a>, or give a client of yours a token:</p>
    <pre tabindex="0">hookswitch token alice</pre>
  <//>`;
}
