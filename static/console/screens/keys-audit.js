// The audit: who did what, to what, from where, and how it came out.

import { api } from '../api.js';
import { code, count } from '../format.js';
import { useLoad } from '../live.js';
import { callHref, userHref } from '../route.js';
import { Chip, CurlButton, Empty, Filters, Pager, Problem, Table, Time, html } from '../parts.js';

const WANTED = ['key', 'action', 'target', 'from', 'to'];
/** The control holds a moment of the viewer's own zone; the address and the API hold it in UTC. */
const MOMENT = {
  type: 'datetime-local',
  show: (value) => {
    const at = new Date(value);
    return Number.isNaN(at.getTime()) ? '' : new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  },
  read: (value) => new Date(value).toISOString(),
};
const FIELDS = [
  { name: 'key', label: 'Key', placeholder: 'id, dev or cli' },
  { name: 'action', label: 'Action', placeholder: 'webhooks_put' },
  { name: 'target', label: 'Target', placeholder: 'users/alice' },
  { name: 'from', label: 'From', ...MOMENT },
  { name: 'to', label: 'To', ...MOMENT },
];

export function Audit({ query, setQuery }) {
  const params = { cursor: query.cursor, ...Object.fromEntries(WANTED.map((name) => [name, query[name]])) };
  const { data, error, reload } = useLoad(() => api.get('/audit', params), [JSON.stringify(params)]);
  const isFiltered = WANTED.some((name) => query[name]);
  return html`
    <div class="stack">
      <div class="row">
        <p class="fine">What was changed and what was denied, the newest first. Denied attempts that come in a crowd share a row.</p>
        <span class="push"></span>
        <button type="button" class="small" onClick=${reload}>Look again</button>
        <${CurlButton} path="/audit" params=${params} />
      </div>
      <${Filters} fields=${FIELDS} query=${query} setQuery=${setQuery} />
      <${Problem} error=${error} retry=${reload} />
      ${data?.items.length === 0 && html`<${Empty} title=${isFiltered ? 'No row matches' : 'Nothing was changed yet'}>
        <p>${isFiltered ? 'Take a filter away to see more.' : 'Whatever a key changes leaves a row here: a hook, a token, a call that was ended.'}</p>
      <//>`}
      ${data?.items.length > 0 && html`
        <section class="card"><${Table} columns=${COLUMNS} rows=${data.items} rowKey=${({ id }) => String(id)} caption="Audit" testid="audit-table" rowTestid="audit-row" /></section>
        <${Pager} cursor=${query.cursor} next=${data.next_cursor} setQuery=${setQuery} />`}
    </div>`;
}

const COLUMNS = [
  { key: 'at', title: 'When', render: ({ at }) => html`<${Time} at=${at} />` },
  { key: 'who', title: 'Key', render: ({ key, key_name: name, scope }) => html`${name || key || html`<span class="fine">no known key</span>`} ${scope && html`<span class="fine">${scope}</span>`}` },
  { key: 'action', title: 'Action', render: ({ action }) => html`<span class="mono">${action}</span>` },
  { key: 'target', title: 'Target', className: 'wrap', render: ({ target }) => targetLink(target) },
  { key: 'status', title: 'Outcome', render: outcome },
  { key: 'address', title: 'From', render: ({ address }) => html`<span class="mono">${address ?? 'command line'}</span>` },
  { key: 'request', title: 'Request', className: 'nowrap', render: ({ request_id: id }) => (id ? html`<span class="mono fine" title=${id}>…${id.slice(-12)}</span>` : '–') },
];

function targetLink(target) {
  if (!target) return '–';
  const [kind, name] = target.split('/');
  const to = { calls: callHref, users: userHref }[kind];
  return to && name ? html`<a class="mono" href=${to(name)}>${target}</a>` : html`<span class="mono">${target}</span>`;
}

function outcome({ status, error_code: error, times }) {
  const tone = status === null || status === undefined ? '' : status < 400 ? 'good' : status === 401 || status === 403 ? 'bad' : 'warn';
  const word = { 401: 'denied', 403: 'denied' }[status] ?? (status >= 400 ? 'failed' : 'done');
  return html`<${Chip} tone=${tone}>${word} ${status ?? ''}<//> ${error ? code(error) : ''} ${times > 1 && html`<span class="fine">${count(times)} times</span>`}`;
}
