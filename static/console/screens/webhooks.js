// Webhooks: the business server's hooks, how each fares, and the way to add one.

import { useState } from '/vendor/hooks.js';
import { can, everything } from '../api.js';
import { duration, plural } from '../format.js';
import { useEvents, useEvery, useLoad, useSoon } from '../live.js';
import { Chip, CurlButton, Empty, Problem, Table, html } from '../parts.js';
import { href } from '../route.js';
import { loadFares, loadVerdicts, successOf } from './hook-figures.js';
import { HookForm } from './webhook-form.js';
import { HookPage } from './webhook-page.js';
import { HookState, PolicyChip, Receiver } from './webhook-parts.js';

const REFRESH_MS = 10_000;

/** The hooks, each with how it fares. */
async function load() {
  const hooks = await everything('/webhooks');
  const [verdicts, ...fares] = await Promise.all([loadVerdicts(), ...hooks.map(({ name }) => loadFares(name))]);
  return hooks.map((hook, index) => ({ ...hook, fares: fares[index], verdicts: verdicts.get(hook.name) ?? null }));
}

export default function Webhooks({ query, setQuery }) {
  const { data, error, reload } = useLoad(load, []);
  const [made, setMade] = useState(null);
  const soon = useSoon(reload, 1500);
  useEvents(soon);
  useEvery(REFRESH_MS, reload);
  const show = (patch) => {
    setQuery({ hook: '', form: '', ...patch }, { replace: false });
    scrollTo(0, 0);
  };
  const hooks = data ?? [];
  const hook = hooks.find(({ name }) => name === query.hook);
  const onSaved = (registered) => {
    setMade(registered.secret ? registered : null);
    reload();
    show({ hook: registered.name });
  };

  if (query.form && can('admin') && data) {
    return html`<${HookForm} key=${query.form} hook=${query.form === 'edit' ? hook : null} taken=${hooks.map(({ name }) => name)}
      onSaved=${onSaved} onClose=${() => show({ hook: query.hook })} />`;
  }
  if (query.hook && (hook || made?.name === query.hook)) {
    return html`<${HookPage} key=${query.hook} hook=${hook ?? made} secret=${made?.name === query.hook ? made.secret : null}
      forgetSecret=${() => setMade(null)} reload=${reload} show=${show} />`;
  }
  return html`
    <div class="screen-head">
      <h1>Webhooks</h1>
      <span class="push"></span>
      <${CurlButton} path="/webhooks" />
      ${can('admin') && html`<button type="button" class="primary" onClick=${() => show({ form: 'new' })} data-testid="add-webhook">Add a webhook</button>`}
    </div>
    <${Problem} error=${error} retry=${reload} />
    ${query.hook && data && html`<p class="notice warn">There is no hook named ${query.hook} (any more).</p>`}
    ${data && html`
      <section class="card">
        <${Table} columns=${COLUMNS} rows=${hooks} rowKey=${({ name }) => name} open=${({ name }) => show({ hook: name })}
          caption="Webhooks" testid="webhooks-table" rowTestid="webhook-row" />
        ${hooks.length === 0 && html`<${NoHooks} add=${() => show({ form: 'new' })} />`}
      </section>`}
    ${hooks.length > 0 && html`<p class="fine">Success: of the latest 200 deliveries, those acknowledged. Verdict times: of the latest 200 calls.</p>`}`;
}

const COLUMNS = [
  { key: 'name', title: 'Name', render: nameCell },
  { key: 'state', title: 'State', render: (hook) => html`<${HookState} hook=${hook} />` },
  { key: 'what', title: 'Hears', render: ({ veto, events }) => html`<span class="row tight">
    ${events.map((event) => html`<${Chip} key=${event}>${event}<//>`)}
    ${!veto && events.length === 0 && html`<${Chip} tone="warn" title="neither asked nor told: choose events or the veto">nothing<//>`}
  </span>` },
  { key: 'url', title: 'URL', className: 'wrap', render: ({ url }) => html`<span class="mono">${url}</span>` },
  { key: 'success', title: 'Success', number: true, render: ({ fares }) => success(fares) },
  { key: 'verdict', title: 'Verdict p50 / p95', number: true, render: ({ verdicts }) => (verdicts ? `${duration(verdicts.p50)} / ${duration(verdicts.p95)}` : '–') },
  { key: 'backlog', title: 'Backlog', number: true, render: ({ name, fares }) => backlog(name, fares) },
];

/** The name, and right below it what its failure means for callers: that must not be scrolled out of sight. */
function nameCell(hook) {
  const { name, source, veto } = hook;
  return html`<a class="user" title=${name} href=${href('/webhooks', { hook: name })}>${name}</a>
    ${source === 'file' && html` <${Chip} title="from the configuration file: read-only here">file<//>`}
    ${veto && html`<span class="row tight"><${Chip} tone="info">veto<//><${PolicyChip} hook=${hook} /></span>`}`;
}

function success(fares) {
  const share = successOf(fares);
  if (share === null) return html`<span class="fine">–</span>`;
  const tone = share > 0.99 ? 'good' : share > 0.9 ? 'warn' : 'bad';
  return html`<${Chip} tone=${tone} title=${fares.lastError ?? ''}>${Math.floor(100 * share)} %<//>`;
}

function backlog(name, { waiting, isMore }) {
  if (waiting === 0) return html`<span class="fine">0</span>`;
  return html`<a href=${href('/deliveries', { hook: name, state: 'pending' })}>${isMore ? `${waiting}+` : waiting}</a>`;
}

function NoHooks({ add }) {
  return html`
    <${Empty} title="No hook yet">
      <p>A hook is your business server’s ear and voice: it hears what becomes of every call, and may refuse a call before it rings.</p>
      ${can('admin')
        ? html`<button type="button" class="primary" onClick=${add}>Add the first one</button>`
        : html`<p>Adding one needs a key of scope admin.</p>`}
    <//>
    <${Receiver} />`;
}
