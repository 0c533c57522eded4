// Health: what is checked, how near each limit is, and what the store, the outbox and the process do.

import { api } from '../api.js';
import { bytes, count, duration, plural } from '../format.js';
import { useEvery, useLoad } from '../live.js';
import { Bar, Chip, CurlButton, Problem, Table, Time, html } from '../parts.js';
import { Invariants } from './health-invariants.js';

const REFRESH_MS = 5000;
const SECOND = 1000;

export default function Health() {
  const health = useLoad(() => api.get('/health'), []);
  const nodes = useLoad(() => api.get('/nodes'), []);
  useEvery(REFRESH_MS, () => {
    health.reload();
    nodes.reload();
  });
  return html`
    <div class="screen-head">
      <h1>Health</h1>
      <span class="push"></span>
      <${CurlButton} path="/health" />
    </div>
    <div class="stack">
      <${Problem} error=${health.error} retry=${health.reload} />
      ${health.data && html`<${Whole} health=${health.data} />`}
      ${health.data && html`<div class="panels"><${Limits} limits=${health.data.limits} /><${Figures} health=${health.data} /></div>`}
      <${Invariants} known=${health.data?.invariants} />
      <${Nodes} nodes=${nodes.data?.items ?? []} />
    </div>`;
}

const ORDER = ['bad', 'warn', 'good'];

/** What is fine and yet says something is worth a look. */
function toneOf({ ok, detail }) {
  if (!ok) return 'bad';
  return detail ? 'warn' : 'good';
}

function Whole({ health }) {
  const { ok, draining, version, uptime_secs: uptime, checks } = health;
  const having = (tone) => checks.filter((check) => toneOf(check) === tone).length;
  const [failing, notes] = [having('bad'), having('warn')];
  const well = notes === 0 ? 'All is well' : `All is well, with ${plural(notes, 'note')}`;
  const title = draining ? 'The server is stopping' : ok ? well : `${plural(failing, 'check')} ${failing === 1 ? 'needs' : 'need'} a look`;
  return html`
    <section class="card" data-testid="health-checks">
      <div class="row">
        <span class="dot ${ok ? (draining || notes > 0 ? 'warn' : 'good') : 'bad'}"></span>
        <h2>${title}</h2>
        <span class="fine push">version ${version}, up for ${duration(uptime * SECOND)}</span>
      </div>
      <ul class="plain checks">
        ${checks.toSorted((left, right) => ORDER.indexOf(toneOf(left)) - ORDER.indexOf(toneOf(right))).map((check) => html`
          <li key=${check.name}>
            <${Chip} tone=${toneOf(check)}>${{ good: 'fine', warn: 'note', bad: 'not fine' }[toneOf(check)]}<//>
            <div>
              <strong>${check.name.replaceAll('_', ' ')}</strong>
              ${check.detail && html` <span>${check.detail}</span>`}
              ${check.advice && html`<p class="fine">${check.advice}</p>`}
            </div>
          </li>`)}
      </ul>
    </section>`;
}

/** How much of something is used: words, and a bar where there is a limit. */
function Gauge({ label, value, limit, text, note }) {
  return html`
    <div class="gauge">
      <div class="row"><span>${label}</span><span class="push number">${text}</span></div>
      ${limit > 0 && value !== null && html`<${Bar} value=${value} limit=${limit} label=${label} />`}
      ${note && html`<p class="fine">${note}</p>`}
    </div>`;
}

/** Some limits bound what passes by, so that nothing is used up. */
function usage(value, limit) {
  if (value === null) return limit === null ? 'no limit' : `at most ${count(limit)}`;
  return limit === null ? `${count(value)}, no limit` : `${count(value)} of ${count(limit)}`;
}

function Limits({ limits }) {
  return html`
    <section class="card" data-testid="health-limits">
      <h2>Limits</h2>
      ${limits.length === 0 && html`<p class="fine">No limit is set.</p>`}
      ${limits.map(({ name, label, value, limit, hits }) => html`
        <${Gauge} key=${name} label=${label} value=${value} limit=${limit}
          text=${usage(value, limit)}
          note=${hits > 0 ? `refused ${plural(hits, 'time')} since the start` : null} />`)}
    </section>`;
}

function Figures({ health }) {
  const { store, outbox, process, retention } = health;
  const commits = store.commit_ms;
  const rows = [
    ['store', store.ok ? 'takes writes' : 'takes no writes', !store.ok],
    ['a commit takes', commits.count ? `${duration(commits.p50)} median, ${duration(commits.p95)} p95, ${duration(commits.p99)} p99, ${duration(commits.max)} at most` : 'nothing was written in the last minute'],
    ['commits in the last minute', count(commits.count) + (store.batch_p50 ? `, ${plural(store.batch_p50, 'write')} each (median)` : '')],
    ['waiting to be written', count(store.waiting)],
    ['store’s size', bytes(store.size_bytes)],
    ['outbox', outbox.waiting ? `${plural(outbox.waiting, 'event')}, the oldest for ${duration(outbox.oldest_secs * SECOND)}` : 'empty', outbox.oldest_secs > 60],
    ['slow readers cut', count(health.slow_readers), health.slow_readers > 0],
    ['panics', count(health.panics), health.panics > 0],
    ['event streams', count(health.event_streams)],
    ['memory', bytes(process.resident_bytes)],
    ['threads', count(process.threads)],
    ['retention', retention.days ? `${plural(retention.days, 'day')}; ${count(retention.removed)} calls removed since the start${retention.running ? ', removing now' : ''}` : 'everything is kept'],
  ];
  return html`
    <section class="card" data-testid="health-figures">
      <h2>Store, outbox, process</h2>
      <dl class="facts">
        ${rows.map(([name, text, isBad]) => html`<dt>${name}</dt><dd class=${isBad ? 'problem' : 'number'}>${text}</dd>`)}
      </dl>
      <${Gauge} label="open files" value=${process.open_files} limit=${process.open_files_limit}
        text=${`${count(process.open_files)} of ${count(process.open_files_limit)}`} />
    </section>`;
}

const NODE_COLUMNS = [
  { key: 'name', title: 'Node', render: ({ name }) => html`<strong>${name}</strong>` },
  { key: 'version', title: 'Version', render: ({ version }) => version },
  { key: 'started', title: 'Up since', render: ({ started_at: at }) => html`<${Time} at=${at} />` },
  { key: 'sockets', title: 'Sockets', number: true, render: ({ sockets }) => count(sockets) },
  { key: 'sessions', title: 'Sessions', number: true, render: ({ sessions }) => count(sessions) },
  { key: 'calls', title: 'Calls', number: true, render: ({ calls }) => count(calls) },
  { key: 'state', title: 'State', render: ({ draining }) => html`<${Chip} tone=${draining ? 'warn' : 'good'}>${draining ? 'stopping' : 'takes calls'}<//>` },
];

function Nodes({ nodes }) {
  return html`
    <section class="card">
      <h2>Nodes</h2>
      <${Table} columns=${NODE_COLUMNS} rows=${nodes} rowKey=${({ name }) => name} caption="Nodes" testid="nodes-table" />
    </section>`;
}
