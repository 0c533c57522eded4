// How the server is now, how it was over the day, and what just happened.

import { api, can } from '../api.js';
import { health } from '../header.js';
import { useEvents, useEvery, useLoad, useSoon } from '../live.js';
import { CurlButton, Empty, Problem, Table, html } from '../parts.js';
import { callHref, go } from '../route.js';
import { kept, useStore } from '../store.js';
import { COLUMNS, FINISH } from './calls-columns.js';
import { useCalls } from './calls-live.js';
import { OverviewCharts, RANGES } from './overview-charts.js';
import { Feed } from './overview-feed.js';
import { Tiles } from './overview-tiles.js';

const HISTORY_EVERY_MS = 10_000;
const STATS_EVERY_MS = 5_000;

/** Hints that the viewer has read and put away, as `name: detail`. */
const putAway = kept('hints', []);

/** What the health has to say: checks that fail, and those that give a hint. */
function Warnings({ report }) {
  const hidden = useStore(putAway);
  const hintOf = ({ name, detail }) => `${name}: ${detail}`;
  const worth = (report?.checks ?? []).filter((check) => !check.ok || (check.detail && !hidden.includes(hintOf(check))));
  return worth.map((check) => {
    const { name, ok, detail, advice } = check;
    return html`<div class=${`notice ${ok ? 'warn' : 'bad'} warning`} key=${name} data-testid="warning">
      <span><strong>${name.replaceAll('_', ' ')}</strong>${detail ? `: ${detail}` : ' fails'}. ${advice}</span>
      <a href="#/health">Health</a>
      ${ok && html`<button type="button" class="small" onClick=${() => putAway.set([...hidden, hintOf(check)])} data-testid="hide-hint">Hide</button>`}
    </div>`;
  });
}

function Welcome() {
  return html`<section class="card" data-testid="welcome"><${Empty} title="Nobody has called yet">
    <p>This page fills by itself. Make a call between two people in the <a href="/" target="_blank" rel="noopener">demo</a>, or give a client of yours a token:</p>
    <pre tabindex="0">hookswitch token alice</pre>
    <p>To decide who may call whom, <a href="#/webhooks">register a hook</a>.</p>
  <//></section>`;
}

const LATEST = 8;
const LATEST_COLUMNS = COLUMNS.filter(({ key }) => ['requested', 'caller', 'callee', 'outcome', 'rang', 'talked', 'veto'].includes(key));

/** The calls that came last, as they change. */
function Latest() {
  const { rows, fresh } = useCalls({}, { limit: LATEST });
  const shown = rows.slice(0, LATEST);
  const longest = Math.max(1, ...shown.map(({ talk_ms }) => talk_ms ?? 0));
  const columns = LATEST_COLUMNS.map((column) => ({ ...column, render: (call) => column.render(call, { longest }) }));
  if (shown.length === 0) return null;
  return html`<section class="card"><div class="row"><h2>Latest calls</h2><a class="push" href="#/calls">All calls</a></div>
    <${Table} caption="Latest calls" testid="calls-table" rowTestid="call-row" columns=${can('control') ? [...columns, FINISH] : columns} rows=${shown} rowKey=${({ id }) => id}
      rowClass=${({ id }) => (fresh.has(id) ? 'fresh' : '')} open=${({ id }) => go(callHref(id).slice(1))} />
  </section>`;
}

export default function Overview({ query, setQuery }) {
  const range = RANGES[query.range] ? query.range : '1h';
  const report = useStore(health);
  const stats = useLoad(() => api.get('/stats'), []);
  const history = useLoad(() => api.get('/stats/history', { minutes: RANGES[range] }), [range]);
  const hooks = useLoad(() => api.get('/webhooks', { limit: 500 }), []);
  const newest = useLoad(() => api.get('/calls', { limit: 1 }), []);
  const soon = useSoon(stats.reload, 300);
  useEvents(({ event }) => {
    soon();
    if (event === 'call.requested' && newest.data?.items.length === 0) newest.reload();
  });
  useEvery(STATS_EVERY_MS, stats.reload);
  useEvery(HISTORY_EVERY_MS, history.reload);

  const isIdle = newest.data?.items.length === 0 && stats.data?.users_online === 0;
  const vetoHooks = (hooks.data?.items ?? []).filter(({ veto, enabled }) => veto && enabled);
  const timeout = vetoHooks.length ? Math.min(...vetoHooks.map(({ timeout_ms }) => timeout_ms)) : null;
  const minutes = history.data?.items ?? [];
  return html`
    <div class="screen-head"><h1>Overview</h1><span class="push"></span>
      <div class="row segments" role="group" aria-label="Time range">${Object.keys(RANGES).map((name) => html`<button type="button" class="small" key=${name} aria-pressed=${String(name === range)}
        onClick=${() => setQuery({ range: name === '1h' ? '' : name })} data-testid=${`range-${name}`}>${name.replace('h', ' h')}</button>`)}</div>
      <${CurlButton} path="/stats" />
    </div>
    <${Problem} error=${stats.error} retry=${stats.reload} />
    <${Warnings} report=${report} />
    ${isIdle && html`<${Welcome} />`}
    ${stats.data && html`<${Tiles} stats=${stats.data} report=${report} minutes=${minutes.slice(-60)} timeout=${timeout} />`}
    <div class="beside">
      <div class="charts"><${Problem} error=${history.error} retry=${history.reload} />
        ${minutes.length > 0 && html`<${OverviewCharts} minutes=${minutes} range=${range} timeout=${timeout} />`}</div>
      <${Feed} />
    </div>
    <${Latest} />`;
}
