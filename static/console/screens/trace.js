// Trace: everything that goes between clients, server and hooks, as it goes, of one user, one call or all.

import { useEffect, useMemo, useRef, useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { ago, bytes, count, plural } from '../format.js';
import { paused, useTrace } from '../live.js';
import { CallLink, Chip, CurlButton, Empty, Filters, JsonView, Problem, Spark, Table, Time, User, download, html } from '../parts.js';
import { useStore } from '../store.js';
import { KEPT, KINDS, gistOf, isWanted, rateOf, wayOf } from './trace-model.js';

const SHOWN = 300;
const SECOND = 1000;

/** The rows, the newest first; `follow` is false while the viewer holds them still. */
function useRows(user, call, isHeld) {
  const [rows, setRows] = useState([]);
  const [problem, setProblem] = useState(null);
  const waiting = useRef([]);
  const [start, setStart] = useState(null);
  const key = `${user ?? ''}|${call ?? ''}`;
  const take = (items) => {
    waiting.current = [...items].reverse().concat(waiting.current).slice(0, KEPT);
  };
  const show = () => {
    if (waiting.current.length === 0) return;
    const fresh = waiting.current;
    waiting.current = [];
    setRows((before) => {
      const newest = before[0]?.n ?? -1;
      return fresh.filter(({ n }) => n > newest).concat(before).slice(0, KEPT);
    });
  };
  useEffect(() => {
    let isWanted = true;
    setRows([]);
    setStart(null);
    waiting.current = [];
    loadAll({ user, call }, () => isWanted).then((items) => {
      if (!isWanted) return;
      take(items);
      show();
      setStart({ key, after: items.at(-1)?.n ?? 0 });
    }, (error) => isWanted && setProblem(error));
    return () => {
      isWanted = false;
    };
  }, [key]);
  const isReady = start?.key === key;
  const state = useTrace(isReady ? { user, call, after: start.after } : null, (item) => take([item]));
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setInterval(show, 200);
    return () => clearInterval(timer);
  }, [isHeld]);
  return { rows, problem, state, isLoaded: isReady, waiting, clear: () => setRows([]) };
}

/** What the server still remembers, the oldest first. */
async function loadAll(filter, isWanted) {
  const items = [];
  let after;
  do {
    const page = await api.get('/trace', { ...filter, after, limit: 500 });
    items.push(...page.items);
    after = page.next_cursor === null ? undefined : items.at(-1)?.n;
  } while (after !== undefined && isWanted());
  return items.slice(-KEPT);
}

export default function Trace({ query, setQuery }) {
  const { user, call, kind = '', text = '' } = query;
  const [isHeld, setHeld] = useState(false);
  const isPaused = useStore(paused);
  const [opened, setOpened] = useState(null);
  const { rows, problem, state, isLoaded, waiting, clear } = useRows(user, call, isHeld);
  const wanted = useMemo(() => rows.filter((row) => isWanted(row, kind, text)), [rows, kind, text]);
  const oldest = rows.at(-1);
  const save = () => download('hookswitch-trace.jsonl', 'application/x-ndjson', wanted.toReversed().map((row) => `${JSON.stringify(row)}\n`).join(''));
  const fields = [
    { name: 'user', label: 'User', placeholder: 'alice' },
    { name: 'call', label: 'Call', placeholder: 'id' },
    { name: 'kind', label: 'Kind', options: Object.keys(KINDS) },
    { name: 'text', label: 'Text', placeholder: 'anything in a row' },
  ];
  return html`
    <div class="screen-head">
      <h1>Trace</h1>
      <${Chip} tone=${isHeld || isPaused ? 'warn' : state === 'live' ? 'good' : 'warn'}><span class="dot ${state === 'live' && !isHeld ? 'good' : 'warn'}"></span>${isHeld ? 'held' : isPaused ? 'paused' : state}<//>
      <span class="push"></span>
      <${Rate} rows=${rows} />
      <button type="button" onClick=${() => setHeld(!isHeld)} aria-pressed=${String(isHeld)} data-testid="trace-hold">${isHeld ? `Go on${waiting.current.length ? ` (${plural(waiting.current.length, 'row')} wait)` : ''}` : 'Hold'}</button>
      <button type="button" onClick=${clear} disabled=${rows.length === 0}>Clear</button>
      <button type="button" onClick=${save} disabled=${wanted.length === 0} data-testid="trace-download">Download JSONL</button>
      <${CurlButton} path="/trace" params=${{ user, call }} />
    </div>
    <p class="fine">The server remembers its latest messages in memory only, so a restart forgets them; bodies are shown without what is private.
      ${oldest ? html` Here: ${plural(rows.length, 'row')}, back to <${Time} at=${oldest.at} precise /> (${ago(oldest.at)}); the latest ${count(KEPT)} are kept.` : ''}</p>
    <${Filters} fields=${fields} query=${query} setQuery=${setQuery} />
    <${Problem} error=${problem} />
    ${isLoaded && wanted.length === 0 && html`<${Empty} title=${rows.length > 0 ? 'No row matches' : 'Nothing was said yet'}>
      <p>${rows.length > 0 ? 'Take a filter away to see more.' : html`Make a call, in the <a href="/">demo</a> for instance, and watch its messages come.`}</p>
    <//>`}
    ${wanted.length > 0 && html`
      <section class="card">
        <${Table} columns=${COLUMNS} rows=${wanted.slice(0, SHOWN)} rowKey=${({ n }) => String(n)} caption="Messages, the newest first" testid="trace-table" rowTestid="trace-row"
          open=${({ n }) => setOpened(opened === n ? null : n)}
          expanded=${(row) => opened === row.n && html`<div class="detail"><${JsonView} value=${row} label=${`row ${row.n}`} /></div>`} />
      </section>
      ${wanted.length > SHOWN && html`<p class="fine">The newest ${count(SHOWN)} of ${count(wanted.length)} are shown. A filter narrows them down; the download has them all.</p>`}`}`;
}

/** Messages per second over the last minute, drawn anew each second. */
function Rate({ rows }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND);
    return () => clearInterval(timer);
  }, []);
  const rates = rateOf(rows, now);
  const latest = rates.at(-2);
  return html`<span class="row tight fine" data-testid="trace-rate"><${Spark} values=${rates} label=${`messages per second over the last minute, ${latest} now`} /> <span class="number">${latest}/s</span></span>`;
}

const COLUMNS = [
  { key: 'at', title: 'At', className: 'number left', render: ({ at }) => html`<${Time} at=${at} precise />` },
  { key: 'kind', title: 'Kind', render: ({ kind }) => html`<${Chip} tone=${KINDS[kind]?.tone ?? ''}>${KINDS[kind]?.label ?? kind}<//>` },
  { key: 'way', title: 'From → to', render: (row) => wayOf(row) },
  { key: 'gist', title: 'What', className: 'wrap', render: (row) => html`<strong>${gistOf(row)}</strong>` },
  { key: 'user', title: 'User', render: ({ user }) => (user ? html`<${User} name=${user} />` : '') },
  { key: 'call', title: 'Call', render: ({ call }) => (call ? html`<${CallLink} id=${call} />` : '') },
  { key: 'bytes', title: 'Size', number: true, render: ({ bytes: size }) => (size ? bytes(size) : '') },
];
