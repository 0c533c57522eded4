// One user: what is going on, with which devices, and the calls so far.

import { deleteAccount, finishCall, kickUser } from '../actions.js';
import { api, can } from '../api.js';
import { duration } from '../format.js';
import { useEvents, useLoad, useSoon } from '../live.js';
import { CallLink, Chip, CurlButton, Elapsed, Empty, Problem, StateChip, Table, Time, User as UserLink, html } from '../parts.js';
import { callHref, go, href } from '../route.js';
import { Status } from './users.js';
import { AccountButton, MintButton } from './users-dialogs.js';

const RELOAD_MS = 250;

const SESSIONS = [
  { key: 'device', title: 'Device', render: ({ device }) => device || html`<span class="fine">unnamed</span>` },
  { key: 'line', title: 'Line', render: ({ connected }) => html`<${Chip} word=${connected ? 'connected' : 'lost'} tone=${connected ? 'good' : 'warn'} title=${connected ? undefined : 'The session waits for the client to come back.'} />` },
  { key: 'door', title: 'Door', render: ({ door }) => door },
  { key: 'address', title: 'Address', render: ({ address }) => html`<span class="mono">${address}</span>` },
  { key: 'since', title: 'Since', render: ({ since }) => html`<${Time} at=${since} />` },
  { key: 'client', title: 'Client', render: ({ client }) => html`<span class="fine clip" title=${client}>${client ?? ''}</span>` },
  { key: 'session', title: 'Session', render: ({ session }) => html`<code title=${session}>…${session.slice(-12)}</code>` },
];

/** Shown where somebody has come through the Verto door. */
const VERTO = [
  { key: 'sessid', title: 'Sessid', render: ({ sessid }) => html`<code>${sessid ?? ''}</code>` },
  { key: 'channels', title: 'Channels', render: ({ channels }) => channels?.map((channel) => html`<${Chip} key=${channel} word=${channel} /> `) },
];

const CALLS = [
  { key: 'requested', title: 'Requested', render: (call) => html`<${Time} at=${call.requested_at} short />` },
  { key: 'way', title: 'Way', render: (call, name) => (call.caller === name ? 'to' : 'from') },
  { key: 'other', title: 'With', render: (call, name) => html`<${UserLink} name=${call.caller === name ? call.callee : call.caller} />` },
  { key: 'outcome', title: 'State or end', render: (call) => html`<${StateChip} call=${call} />` },
  { key: 'talked', title: 'Talked', number: true, render: (call) => (call.state === 'talking' ? html`<${Elapsed} since=${call.started_at} />` : duration(call.talk_ms)) },
  { key: 'id', title: 'Id', render: (call) => html`<${CallLink} id=${call.id} />` },
];

function Doing({ user, reload }) {
  const { call } = user;
  if (!call) return null;
  const other = call.caller === user.user ? call.callee : call.caller;
  return html`<section class="card"><div class="row"><h2>In a call</h2><${StateChip} call=${call} /><span>with <${UserLink} name=${other} /></span>
    <strong><${Elapsed} since=${call.started_at ?? call.requested_at} /></strong><a class="push" href=${callHref(call.id)}>Open the call</a>
    ${can('control') && html`<button type="button" class="small danger" data-testid="finish-call" onClick=${() => finishCall(call).then(reload)}>Finish</button>`}</div></section>`;
}

export default function UserPage({ params }) {
  const name = params.user;
  const user = useLoad(() => api.get(`/users/${encodeURIComponent(name)}`), [name]);
  const calls = useLoad(() => api.get('/calls', { user: name, limit: 20 }), [name]);
  const reload = () => Promise.all([user.reload(), calls.reload()]);
  const soon = useSoon(reload, RELOAD_MS);
  useEvents(({ event, data: { data: facts } }) => {
    if (event === 'gap' || facts?.user === name || facts?.call?.caller === name || facts?.call?.callee === name) soon();
  });
  const { data } = user;
  const rows = calls.data?.items ?? [];
  return html`
    <div class="screen-head"><h1>${name}</h1>${data && html`<${Status} user=${data} />`}<span class="push"></span>
      ${can('admin') && html`<${MintButton} user=${name} /><${AccountButton} user=${name} label="Set a password" onDone=${reload} />
        <button type="button" class="small danger" onClick=${() => deleteAccount(name).then(reload)} data-testid="delete-account">Delete the account</button>`}
      ${can('control') && data?.online && html`<button type="button" class="small danger" data-testid="kick" onClick=${() => kickUser(name).then(reload)}>Kick</button>`}
      <${CurlButton} path=${`/users/${encodeURIComponent(name)}`} />
    </div>
    <${Problem} error=${user.error ?? calls.error} retry=${reload} />
    ${data && html`<${Doing} user=${data} reload=${reload} />
      <section class="card"><h2>Sessions</h2>${data.sessions.length > 0
        ? html`<${Table} caption="Sessions" testid="sessions-table" columns=${data.sessions.some(({ door }) => door === 'verto') ? [...SESSIONS, ...VERTO] : SESSIONS} rows=${data.sessions} rowKey=${({ session }) => session} />`
        : html`<p class="fine">No device is logged in. Calls to ${name} end with 100102 offline.</p>`}</section>`}
    ${calls.data && html`<section class="card"><div class="row"><h2>Calls</h2><a class="push" href=${href('/calls', { user: name })}>All calls of ${name}</a>
        <a href=${href('/trace', { user: name })}>Trace ${name}</a></div>
      ${rows.length > 0
        ? html`<${Table} caption=${`The last calls of ${name}`} columns=${CALLS.map((column) => ({ ...column, render: (call) => column.render(call, name) }))} rows=${rows} rowKey=${({ id }) => id} open=${({ id }) => go(callHref(id).slice(1))} />`
        : html`<${Empty} title=${`${name} was in no call yet`}>Any name may log in with a token of its own; check the spelling if you expected calls.<//>`}
    </section>`}`;
}
