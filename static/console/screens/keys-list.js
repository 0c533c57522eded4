// The API keys: who may do what, since when, and when each was used last.

import { useState } from '/vendor/hooks.js';
import { api, everything, me } from '../api.js';
import { href } from '../route.js';
import { useEvery, useLoad } from '../live.js';
import { Chip, CurlButton, Dialog, Empty, Field, Problem, Table, Time, attempt, confirm, html } from '../parts.js';
import { Once } from './once.js';

const REFRESH_MS = 10_000;
const SCOPES = {
  read: 'Sees calls, users, hooks and health. Changes nothing: for dashboards and those who look.',
  control: 'And ends calls, places calls, kicks users: for the business server and for support.',
  admin: 'And makes keys, hooks, accounts and tokens: for the operator.',
};
const TONES = { read: '', control: 'info', admin: 'warn' };

export function Keys() {
  const { data, error, reload } = useLoad(() => everything('/keys'), []);
  const [isMaking, setMaking] = useState(false);
  useEvery(REFRESH_MS, reload);
  const revoke = async (key) => {
    const isSelf = key.id === me.value?.id;
    const body = `Whoever uses “${key.name}” is refused from now on.${isSelf ? ' You are signed in with it yourself.' : ''} This cannot be undone.`;
    if (!(await confirm({ title: `Revoke the key ${key.name || key.id}?`, body, action: 'Revoke' }))) return;
    if (await attempt(() => api.del(`/keys/${encodeURIComponent(key.id)}`), `The key ${key.name || key.id} is revoked.`)) reload();
  };
  return html`
    <div class="stack">
      <div class="row">
        <p class="fine">Each scope includes the ones before it. The server keeps a key’s hash, never the key.</p>
        <span class="push"></span>
        <${CurlButton} path="/keys" />
        <button type="button" class="primary" onClick=${() => setMaking(true)} data-testid="new-key">New key</button>
      </div>
      <${Problem} error=${error} retry=${reload} />
      ${data?.length === 0 && html`<${Empty} title="No keys but the one of development mode">
        <p>Make one for each program and person, so that each can be revoked alone.</p>
        <button type="button" onClick=${() => setMaking(true)}>New key</button>
      <//>`}
      ${data?.length > 0 && html`<section class="card"><${Table} columns=${columns(revoke)} rows=${data} rowKey=${({ id }) => id} caption="API keys" testid="keys-table" rowTestid="key-row" /></section>`}
      ${isMaking && html`<${NewKey} onClose=${() => setMaking(false)} onMade=${reload} />`}
    </div>`;
}

const columns = (revoke) => [
  { key: 'name', title: 'Name', render: ({ name, id }) => html`<strong>${name || id}</strong>${id === me.value?.id && html` <${Chip} tone="info">you<//>`}` },
  { key: 'scope', title: 'Scope', render: ({ scope }) => html`<${Chip} tone=${TONES[scope]} title=${SCOPES[scope]}>${scope}<//>` },
  { key: 'id', title: 'Id', className: 'nowrap', render: ({ id }) => html`<span class="mono" title=${id}>…${id.slice(-12)}</span>` },
  { key: 'created', title: 'Made', render: ({ created_at: at }) => html`<${Time} at=${at} />` },
  { key: 'used', title: 'Last used', render: ({ last_used_at: at }) => (at ? html`<${Time} at=${at} relative />` : html`<span class="fine">not since the server started</span>`) },
  { key: 'do', title: 'Actions', render: (key) => html`<span class="row actions">
    <a class="button small" href=${href('/keys', { tab: 'audit', key: key.id })}>Audit</a>
    <button type="button" class="danger small" onClick=${() => revoke(key)} data-testid="revoke-key">Revoke</button>
  </span>` },
];

function NewKey({ onClose, onMade }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState('read');
  const [made, setMade] = useState(null);
  const [problem, setProblem] = useState(null);
  const make = async (event) => {
    event.preventDefault();
    try {
      setMade(await api.post('/keys', { name: name.trim(), scope }));
      onMade();
    } catch (error) {
      setProblem(error);
    }
  };
  if (made) {
    return html`<${Dialog} title=${`The key ${made.name}`} onClose=${onClose} testid="made-key">
      <${Once} text=${made.key} what="key" testid="api-key-once" />
      <p class="fine">Its id is <code>${made.id}</code>: lists and the audit name it so.</p>
      <div class="row"><button type="button" class="primary push" onClick=${onClose} data-testid="done">Done</button></div>
    <//>`;
  }
  return html`<${Dialog} title="A new API key" onClose=${onClose} testid="key-form">
    <form class="stack" onSubmit=${make}>
      <${Field} label="Name" hint="who or what will use it">
        <input value=${name} onInput=${({ target }) => setName(target.value)} required maxlength="100" autofocus autocomplete="off" data-testid="key-name" />
      <//>
      <fieldset class="stack">
        <legend class="fine">What it may do</legend>
        ${Object.entries(SCOPES).map(([one, doc]) => html`<label class="choice" key=${one}>
          <input type="radio" name="scope" value=${one} checked=${scope === one} onChange=${() => setScope(one)} data-testid=${`scope-${one}`} />
          <span><strong>${one}</strong> <span class="fine">${doc}</span></span>
        </label>`)}
      </fieldset>
      <${Problem} error=${problem} />
      <div class="row">
        <button type="button" class="push" onClick=${onClose}>Cancel</button>
        <button class="primary" data-testid="make-key">Make the key</button>
      </div>
    </form>
  <//>`;
}
