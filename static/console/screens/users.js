// Who is here: with which devices, since when, and in which call.

import { kickUser } from '../actions.js';
import { api, can } from '../api.js';
import { plural } from '../format.js';
import { useEvents, useLoad, useSoon } from '../live.js';
import { CallLink, Chip, CurlButton, Empty, Filters, Pager, Problem, Table, Time, User, html } from '../parts.js';
import { go, userHref } from '../route.js';
import { AccountButton, MintButton } from './users-dialogs.js';

const RELOAD_MS = 400;

/** `idle`, `ringing`, `talking` and so on; what a user does now. */
export function statusOf({ online, call }) {
  if (call) return call.state;
  return online ? 'idle' : 'offline';
}

export function Status({ user }) {
  const status = statusOf(user);
  return html`<${Chip} word=${status}>${status === 'idle' && html`<span class="dot good"></span>`}${status}<//>`;
}

const earliest = ({ sessions }) => sessions.map(({ since }) => since).sort()[0];

const COLUMNS = [
  { key: 'user', title: 'User', render: ({ user }) => html`<${User} name=${user} />` },
  { key: 'status', title: 'Status', render: (user) => html`<${Status} user=${user} />` },
  { key: 'call', title: 'Call', render: ({ user, call }) => call && html`<${CallLink} id=${call.id}>with ${call.caller === user ? call.callee : call.caller}<//>` },
  {
    key: 'devices',
    title: 'Devices',
    render: ({ sessions }) => sessions.map(({ session, device, connected }) => html`<${Chip} key=${session} word=${device || 'unnamed'} tone=${connected ? '' : 'warn'} title=${connected ? 'connected' : 'the line is lost, the grace period runs'} /> `),
  },
  { key: 'door', title: 'Doors', render: ({ sessions }) => [...new Set(sessions.map(({ door }) => door))].join(', ') },
  { key: 'address', title: 'Addresses', render: ({ sessions }) => html`<span class="mono">${[...new Set(sessions.map(({ address }) => address).filter(Boolean))].join(', ')}</span>` },
  { key: 'since', title: 'Since', render: (user) => html`<${Time} at=${earliest(user)} short />` },
];

export default function Users({ query, setQuery }) {
  const params = { online: query.online, limit: 100, cursor: query.cursor };
  const { data, error, reload } = useLoad(() => api.get('/users', params), [query.online, query.cursor]);
  const soon = useSoon(reload, RELOAD_MS);
  useEvents(soon);
  const fields = [{ name: 'online', label: 'Online', options: ['true', 'false'] }];
  const kick = {
    key: 'kick',
    title: html`<span class="unseen">Actions</span>`,
    render: ({ user, online }) => online && html`<button type="button" class="small danger" data-testid="kick" onClick=${() => kickUser(user).then(reload)}>Kick</button>`,
  };
  const rows = data?.items ?? [];
  return html`
    <div class="screen-head"><h1>Users</h1>${data && html`<span class="fine">${plural(rows.filter(({ online }) => online).length, 'user')} of this page online</span>`}
      <span class="push"></span>
      ${can('admin') && html`<${MintButton} /><${AccountButton} onDone=${reload} />`}
      <${CurlButton} path="/users" params=${{ online: query.online }} />
    </div>
    <${Filters} fields=${fields} query=${query} setQuery=${setQuery} />
    <${Problem} error=${error} retry=${reload} />
    ${data && html`<div class="card"><${Table} caption="Users by name" testid="users-table" rowTestid="user-row" columns=${can('control') ? [...COLUMNS, kick] : COLUMNS} rows=${rows}
      rowKey=${({ user }) => user} open=${({ user }) => go(userHref(user).slice(1))} />
      ${rows.length === 0 && html`<${Empty} title=${query.online === 'false' ? 'Nobody with an account is away' : 'Nobody is here'}>
        <p>Whoever has a token may log in under its name; nobody needs to be registered first. Open the <a href="/" target="_blank" rel="noopener">demo</a>, or mint a token:</p>
        <pre tabindex="0">hookswitch token alice</pre><//>`}</div>`}
    ${(data?.next_cursor || query.cursor) && html`<${Pager} cursor=${query.cursor} next=${data?.next_cursor} setQuery=${setQuery} first="First" before="Before" after="After" />`}`;
}
