// The media workers: one process for each call with a WeChat user, and those that wait for one.

import { api } from '../api.js';
import { count, duration, plural } from '../format.js';
import { useEvents, useEvery, useLoad, useSoon } from '../live.js';
import { Bar, CallLink, Chip, CurlButton, Empty, Problem, Table, Time, html } from '../parts.js';

const REFRESH_MS = 2000;
/** The reasons that are nobody's fault; anything else is a failure. */
const PLAIN_ENDS = ['hung_up', 'declined', 'max_duration', 'rejected', 'cancelled', 'hangup_by_caller', 'hangup_by_callee', 'busy', 'no_answer', 'retired'];

export const inWords = (name) => name.replaceAll('_', ' ');

/** What was dropped, in one word where it is nothing. */
export const drops = ({ audio, video }) => (audio + video === 0 ? 'none' : `${count(audio)} sound, ${count(video)} video`);

const none = html`<span class="fine">–</span>`;

const COLUMNS = [
  { key: 'id', title: 'Worker', number: true, render: ({ id }) => id },
  { key: 'phase', title: 'Phase', render: ({ phase }) => html`<${Chip} word=${phase} />` },
  { key: 'call', title: 'Call', render: ({ call_id: call, account }) => (call ? html`<${CallLink} id=${call} /> <span class="fine">${account}</span>` : none) },
  { key: 'status', title: 'Last status', render: ({ last_status: status }) => (status ? html`${inWords(status.name)} <span class="fine">${status.n}</span>` : none) },
  { key: 'pid', title: 'Process', number: true, render: ({ pid }) => pid ?? none },
  { key: 'age', title: 'Age', number: true, render: ({ age_ms: age, started_at: at }) => html`<span title=${at}>${duration(age)}</span>` },
  { key: 'queues', title: 'Waiting to, from WeChat', number: true, render: ({ queues: { server_up: up, server_down: down, worker } }) => `${up + worker.audio_up + worker.video_up}, ${down + worker.down}` },
  { key: 'drops', title: 'Dropped', render: (worker) => drops(worker.drops) },
];

const FAILURES = [
  { key: 'at', title: 'When', render: ({ at }) => html`<${Time} at=${at} relative />` },
  { key: 'worker', title: 'Worker', number: true, render: ({ worker }) => worker },
  { key: 'call', title: 'Call', render: ({ call_id: call }) => (call ? html`<${CallLink} id=${call} />` : none) },
  { key: 'phase', title: 'While', render: ({ phase }) => phase },
  { key: 'why', title: 'Why', className: 'wrap', render: ({ reason, detail }) => html`<span class="problem">${inWords(reason)}</span> <span class="fine">${detail}</span>` },
];

export default function Workers() {
  const { data, error, reload } = useLoad(() => api.get('/workers'), []);
  useEvents(useSoon(reload));
  useEvery(REFRESH_MS, reload);
  return html`
    <div class="screen-head"><h1>Workers</h1>
      ${data?.pool.simulated && html`<${Chip} tone="warn" title="The library is the simulator: no WeChat user is called">simulated<//>`}
      <span class="push"></span><${CurlButton} path="/workers" />
    </div>
    <div class="stack">
      <p class="fine">Each call with a WeChat user has a process of its own, in which WeChat’s SDK runs.</p>
      <${Problem} error=${error} retry=${reload} />
      ${data && !data.pool.enabled && html`<div class="card"><${Empty} title="There are no calls with WeChat users here">
        <p>Set <code>cloudvoip.library</code> to the compiled shim: <a href="/docs/wechat">how to</a>. Calls between browsers need no worker.</p><//></div>`}
      ${data?.pool.enabled && html`<${Pool} ...${data} />`}
    </div>`;
}

function Pool({ items, pool: { busy, idle, max, prewarm, ends, failures = [] } }) {
  return html`
    <div class="panels">
      <section class="card" data-testid="pool">
        <h2>Pool</h2>
        <${Bar} value=${busy} limit=${max} label="workers with a call" />
        <dl class="facts">
          <dt>with a call</dt><dd class="number" data-testid="pool-busy">${count(busy)} of ${count(max)}</dd>
          <dt>waiting for one</dt><dd class="number" data-testid="pool-idle">${count(idle)}</dd>
          <dt>kept ready</dt><dd class="number">${count(prewarm)}</dd>
        </dl>
        ${busy >= max && html`<p class="problem">All are taken: another call with a WeChat user gets busy. Raise <code>cloudvoip.max_workers</code>.</p>`}
      </section>
      <section class="card" data-testid="worker-ends">
        <h2>How they ended, since the start</h2>
        ${Object.keys(ends).length === 0
          ? html`<p class="fine">None has ended yet.</p>`
          : html`<dl class="facts">${Object.entries(ends).map(([reason, n]) => html`<dt>${inWords(reason)}</dt><dd class=${PLAIN_ENDS.includes(reason) ? 'number' : 'problem'}>${count(n)}</dd>`)}</dl>`}
      </section>
    </div>
    <section class="card"><h2>${plural(items.length, 'process', 'processes')}</h2>
      ${items.length === 0
        ? html`<p class="fine">None runs: one is started with the next call, or ahead of it where <code>cloudvoip.prewarm</code> says so.</p>`
        : html`<${Table} caption="Media workers by number" testid="workers-table" rowTestid="worker-row" columns=${COLUMNS} rows=${items} rowKey=${({ id }) => String(id)} />`}
    </section>
    ${failures.length > 0 && html`<section class="card"><h2>Failed last</h2>
      <${Table} caption="Workers that failed, the latest first" testid="failures-table" rowTestid="failure-row" columns=${FAILURES} rows=${failures} rowKey=${({ worker }) => String(worker)} /></section>`}`;
}
