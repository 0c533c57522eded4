// The accounts of WeChat: whether pushes come, whether WeChat gives a token, what it refused; and a call from here.

import { useState } from '/vendor/hooks.js';
import { api, can } from '../api.js';
import { code, count, plural } from '../format.js';
import { useEvents, useEvery, useLoad, useSoon } from '../live.js';
import { Chip, Copy, CurlButton, Dialog, Empty, Field, Problem, Table, Time, attempt, html } from '../parts.js';
import { callHref } from '../route.js';
import { inWords } from './workers.js';

const REFRESH_MS = 5000;
const OUTCOMES = { verified: 'good', accepted: 'good', matched: 'good', pending: 'warn', refused: 'warn', repeated: '', ignored: '' };
const TOKENS = { valid: 'good', failed: 'bad', none: '' };

export default function WeChat() {
  const { data, error, reload } = useLoad(() => api.get('/wechat/accounts'), []);
  useEvents(useSoon(reload));
  useEvery(REFRESH_MS, reload);
  const accounts = data?.items ?? [];
  return html`
    <div class="screen-head"><h1>WeChat accounts</h1><span class="push"></span>
      ${can('control') && accounts.length > 0 && html`<${CallButton} accounts=${accounts} />`}
      <${CurlButton} path="/wechat/accounts" />
    </div>
    <div class="stack">
      <p class="fine">Mini programs whose users call devices, and are called by them. Each call has a <a href="#/workers">worker</a>.</p>
      <${Problem} error=${error} retry=${reload} />
      ${data && accounts.length === 0 && html`<div class="card"><${Empty} title="No account is configured">
        <p>Add a mini program to the configuration as <code>[[wechat.account]]</code>: <a href="/docs/wechat">how to</a>.</p><//></div>`}
      ${accounts.map((account) => html`<${Account} key=${account.name} account=${account} />`)}
    </div>`;
}

function Account({ account }) {
  const { name, appid, simulated, third_party: isPlatform, device_user: template, push_path: path, last_push: last, pushes, refused, token, errors } = account;
  const address = path && location.origin + path;
  return html`<section class="card" data-testid="wechat-account" data-id=${name}>
    <div class="row"><h2>${name}</h2>
      ${simulated && html`<${Chip} tone="warn" title="WeChat and its users are played by this server">simulated<//>`}
      ${isPlatform && html`<${Chip}>third-party platform<//>`}
    </div>
    <dl class="facts">
      <dt>Mini program</dt><dd>${appid ? html`<code>${appid}</code>` : html`<span class="fine">none is needed</span>`}</dd>
      <dt>Push address</dt><dd>${address
        ? html`<span class="row"><code data-testid="push-address">${address}</code><${Copy} text=${address} testid="copy-push" /></span>
          <span class="fine">For WeChat’s console, in security mode. WeChat must reach it: put the server’s public name in.</span>`
        : html`<span class="fine">none is needed</span>`}</dd>
      <dt>Last push</dt><dd data-testid="last-push">${last
        ? html`<${Time} at=${last.at} relative /> ${last.kind} <${Chip} tone=${OUTCOMES[last.outcome] ?? 'bad'}>${inWords(last.outcome)}<//> ${last.errcode !== 0 && code(last.errcode)}`
        : html`<span class="fine">none since the start${address && !simulated ? ': enter the push address in WeChat’s console' : ''}</span>`}</dd>
      <dt>Pushes</dt><dd class="number">${count(pushes)}${refused > 0 && html`, <span class="problem">${count(refused)} refused</span>`}</dd>
      <dt>Access token</dt><dd data-testid="token-state">${token
        ? html`<${Chip} tone=${TOKENS[token.state]}>${token.state === 'none' ? 'not asked for yet' : token.state}<//>
          ${token.expires_at && html` until <${Time} at=${token.expires_at} short />`} ${token.error && html`<span class="problem">${token.error}</span>`}`
        : html`<span class="fine">none is needed</span>`}</dd>
      <dt>Device’s user</dt><dd><code>${template}</code></dd>
    </dl>
    ${errors.length > 0 && html`<h3>${plural(errors.length, 'error')} of WeChat’s API, since the start</h3>
      <${Table} caption=${`Errors of ${name}`} testid="errors-table" rowTestid="error-row" columns=${ERRORS} rows=${errors} rowKey=${({ errcode, meaning }) => `${errcode} ${meaning}`} />`}
  </section>`;
}

const ERRORS = [
  { key: 'errcode', title: 'errcode', number: true, render: ({ errcode }) => errcode ?? '–' },
  { key: 'meaning', title: 'Meaning', className: 'wrap', render: ({ meaning }) => meaning },
  { key: 'advice', title: 'What to do', className: 'wrap', render: ({ advice }) => advice },
  { key: 'count', title: 'Times', number: true, render: (error) => count(error.count) },
  { key: 'last', title: 'Last', render: ({ last_at: at }) => html`<${Time} at=${at} relative />` },
];

/** A device calls a WeChat user, as over the API. */
function CallButton({ accounts }) {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  const onSubmit = async (event) => {
    event.preventDefault();
    const filled = [...new FormData(event.target)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
    if (await attempt(async () => {
      const { id } = await api.post('/wechat/calls', Object.fromEntries(filled));
      location.hash = callHref(id);
    })) close();
  };
  const text = { autocomplete: 'off', autocapitalize: 'none', spellcheck: false, maxlength: 128 };
  return html`<button type="button" class="small primary" onClick=${() => setOpen(true)} data-testid="wechat-call">Call a WeChat user</button>
    ${isOpen && html`<${Dialog} title="Call a WeChat user" onClose=${close} testid="wechat-call-dialog"><form class="stack" onSubmit=${onSubmit}>
      <${Field} label="Account"><select name="account">${accounts.map(({ name }) => html`<option>${name}</option>`)}</select><//>
      <${Field} label="Device" hint="The user that the device is logged in as. It must be online."><input name="device" required ...${text} data-testid="wechat-device" /><//>
      <${Field} label="openid" hint=${accounts.some(({ simulated }) => simulated) && 'Of a simulated account, what the user does: answer, refuse, busy, silent, crash-talk.'}><input name="openid" required ...${text} data-testid="wechat-openid" /><//>
      <${Field} label="Call with"><select name="room_type"><option value="video">picture and sound</option><option value="voice">sound</option></select><//>
      <${Field} label="Name that the phone shows"><input name="listener_name" ...${text} /><//>
      <div class="row"><button type="button" class="push" onClick=${close}>Cancel</button><button class="primary" data-testid="wechat-call-confirm">Call</button></div>
    </form><//>`}`;
}
