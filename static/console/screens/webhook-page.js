// One hook: what it is, how it fares, a test, how to verify its messages, and everything that may be done with it.

import { useState } from '/vendor/hooks.js';
import { api, can } from '../api.js';
import { count, duration, plural } from '../format.js';
import { Chip, CurlButton, Time, attempt, confirm, html } from '../parts.js';
import { href } from '../route.js';
import { successOf } from './hook-figures.js';
import { Once } from './once.js';
import { bodyOf } from './webhook-form.js';
import { HookState, PolicyChip, Receiver } from './webhook-parts.js';
import { Test } from './webhook-test.js';
import { Snippets, Verifier } from './webhook-verify.js';
import { POLICIES } from './webhook-words.js';

/** @param {{ hook: object, secret: string | null, forgetSecret: () => void, reload: () => void, show: (query: object) => void }} props */
export function HookPage({ hook, secret, forgetSecret, reload, show }) {
  const [rotated, setRotated] = useState(null);
  const { name } = hook;
  const path = `/webhooks/${encodeURIComponent(name)}`;
  const isFile = hook.source === 'file';
  const mayChange = can('admin') && !isFile;

  const pause = async () => {
    const words = hook.veto
      ? 'It is neither asked nor told until it is resumed: calls go through without its veto. Events of that time are lost to it.'
      : 'It hears nothing until it is resumed. Events of that time are lost to it.';
    if (hook.enabled && !(await confirm({ title: `Pause ${name}?`, body: words, action: 'Pause' }))) return;
    const done = hook.enabled ? `${name} is paused.` : `${name} is on again.`;
    if (await attempt(() => api.put(path, { ...bodyOf(hook), enabled: !hook.enabled }), done)) reload();
  };
  const rotate = async () => {
    const body = 'The server makes a new secret and shows it once. For 24 hours both sign, so that the receiver can be changed in peace; then only the new one does.';
    if (!(await confirm({ title: `Rotate the secret of ${name}?`, body, action: 'Rotate' }))) return;
    await attempt(async () => setRotated((await api.post(`${path}/rotate-secret`)).secret));
  };
  const remove = async () => {
    const body = `The hook is neither asked nor told any more, and ${hook.fares?.waiting ? `the ${plural(hook.fares.waiting, 'event')} that wait for it are` : 'what waits for it is'} given up. Its secret is gone for good.`;
    if (!(await confirm({ title: `Delete ${name}?`, body, action: 'Delete' }))) return;
    if (await attempt(() => api.del(path), `${name} is deleted.`)) {
      reload();
      show({});
    }
  };

  return html`
    <div class="screen-head">
      <a class="button quiet small" href=${href('/webhooks')}>← all hooks</a>
      <h1 data-testid="webhook-title">${name}</h1>
      <${HookState} hook=${hook} />
      <span class="push"></span>
      ${mayChange && html`
        <button type="button" onClick=${() => show({ hook: name, form: 'edit' })} data-testid="edit-webhook">Edit</button>
        <button type="button" onClick=${pause} data-testid="pause-webhook">${hook.enabled ? 'Pause' : 'Resume'}</button>`}
      ${can('admin') && html`<button type="button" onClick=${rotate} data-testid="rotate-secret">Rotate secret</button>`}
      ${mayChange && html`<button type="button" class="danger" onClick=${remove} data-testid="delete-webhook">Delete</button>`}
    </div>
    ${isFile && html`<p class="notice">This hook stands in the configuration file, so it is read-only here. Change the file and send SIGHUP: the server reads it anew without a restart. Its secret can be rotated here unless the file holds it.</p>`}
    ${hook.stopped_at && html`<p class="notice bad">It answered 410 <${Time} at=${hook.stopped_at} />, which says “no more events”: none has been sent since. Save it again to start anew.${hook.veto ? ' Its veto is still asked.' : ''}</p>`}
    ${secret && html`<section class="card" data-testid="secret-card">
      <h2>The signing secret of ${name}</h2>
      <${Once} text=${secret} what="secret" testid="webhook-secret" />
      <div class="row"><span class="fine">Next: give it to the receiver, then send a test event.</span><button type="button" class="small push" onClick=${forgetSecret} data-testid="forget-secret">I have it</button></div>
    </section>`}
    ${rotated && html`<section class="card" data-testid="rotated-card">
      <h2>The new secret of ${name}</h2>
      <${Once} text=${rotated} what="secret" testid="rotated-secret" />
      <div class="row"><span class="fine">Until ${new Date(Date.now() + 86_400_000).toLocaleString()} the old one signs as well.</span><button type="button" class="small push" onClick=${() => setRotated(null)}>I have it</button></div>
    </section>`}
    <div class="panels">
      <div class="stack">
        <${Facts} hook=${hook} path=${path} />
        <${Snippets} />
      </div>
      ${can('admin') && html`<div class="stack">
        <${Test} hook=${hook} path=${path} />
        <${Verifier} path=${path} />
      </div>`}
    </div>
    <section class="card"><${Receiver} /></section>`;
}

function Facts({ hook, path }) {
  const { name, url, veto, events, timeout_ms: timeout, on_failure: policy, description, created_at: created, updated_at: updated, fares, verdicts } = hook;
  const share = fares && successOf(fares);
  return html`
    <section class="card" data-testid="webhook-facts">
      <div class="row"><h2>What it is</h2><span class="push"></span><${CurlButton} path=${path} /></div>
      ${description && html`<p>${description}</p>`}
      <dl class="facts">
        <dt>URL</dt><dd class="mono">${url}</dd>
        <dt>hears</dt><dd class="row tight">${events.length > 0 ? events.map((event) => html`<${Chip} key=${event}>${event}<//>`) : 'no events'}</dd>
        <dt>veto</dt><dd>${veto ? `asked before every call, waited for ${duration(timeout)}` : 'not asked about calls'}</dd>
        ${veto && html`<dt>without a verdict</dt><dd><${PolicyChip} hook=${hook} /> <span class="fine">${POLICIES[policy].consequence}</span></dd>`}
        ${verdicts && html`<dt>verdicts</dt><dd class="number">${duration(verdicts.p50)} median, ${duration(verdicts.p95)} p95, of ${plural(verdicts.verdicts, 'verdict')}</dd>`}
        ${fares && html`<dt>deliveries</dt><dd class="number">
          ${share === null ? 'none yet' : `${Math.floor(100 * share)} % of the latest ${count(fares.delivered + fares.dead + fares.failing)}`}, ${fares.isMore ? `more than ${fares.waiting}` : count(fares.waiting)} waiting
          ${' '}<a href=${href('/deliveries', { hook: name })}>see them</a>
          ${fares.lastError && html`<br /><span class="problem">last failure: ${fares.lastError}</span>`}
        </dd>`}
        <dt>made</dt><dd><${Time} at=${created} />, changed <${Time} at=${updated} relative /></dd>
      </dl>
    </section>`;
}
