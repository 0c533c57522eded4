// Trace: everything that goes between clients, server and hooks, as it goes, of one user, one call or all.

import { useEffect, useMemo, useRef, useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { ago, bytes, count, moment, plural } from '../format.js';
import { paused, useTrace } from '../live.js';
import { CallLink, Chip, CurlButton, Empty, Filters, JsonView, Problem, Spark, Table, Time, User, download, html } from '../parts.js';
import { useStore, utc } from '../store.js';
import { KEPT, KINDS, gistOf, isWanted, rateOf, wayOf } from './trace-model.js';

const SHOWN = 300;
const SECOND = 1000;
const DRAW_MS = 200;

const CALL_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const USER_NAME = /^[A-Za-z0-9._@:+-]{1,128}$/;

/** What the server still remembers, the oldest first. */
async function loadAll(filter, isWanted) {
  const items = [];
  let cursor;
  do {
    const page = await api.get('/trace', { ...filter, cursor, limit: 500 });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && isWanted());
  return items;
}

/**
 * The rows, the newest first: what the server remembers, then what it says. While they are held, what comes waits.
 *
 * @param {string | null} key the filter as JSON; null asks for nothing
 */
function useRows(key, isHeld) {
  const [rows, setRows] = useState([]);
  const [problem, setProblem] = useState(null);
  const [start, setStart] = useState(null);
  const waiting = useRef([]);
  const show = () => {
    const fresh = waiting.current;
    if (fresh.length === 0) return;
    waiting.current = [];
    setRows((before) => fresh.toReversed().concat(before).slice(0, KEPT));
  };
  useEffect(() => {
    let isWanted = true;
    setRows([]);
    setProblem(null);
    waiting.current = [];
    if (key === null) return undefined;
    loadAll(JSON.parse(key), () => isWanted).then((items) => {
      if (!isWanted) return;
      waiting.current = items.slice(-KEPT);
      show();
      setStart({ key, after: items.at(-1)?.n ?? 0 });
    }, (error) => isWanted && setProblem(error));
    return () => {
      isWanted = false;
    };
  }, [key]);
  const isLoaded = start !== null && start.key === key;
  const state = useTrace(isLoaded ? { ...JSON.parse(key), after: start.after } : null, (item) => {
    waiting.current = [...waiting.current, item].slice(-KEPT);
  });
  // Rows are drawn a few times a second, however many come.
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => (isHeld ? setTick(waiting.current.length) : show()), DRAW_MS);
    return () => clearInterval(timer);
  }, [isHeld]);
  return { rows, problem, state, isLoaded, waits: isHeld ? waiting.current.length : 0, clear: () => setRows([]) };
}

export default function Trace({ query, setQuery }) {
  const { user, call, kind = '', text = '' } = query;
  const [isHeld, setHeld] = useState(false);
  const isPaused = useStore(paused);
  const [opened, setOpened] = useState(null);
  const wrong = user && !USER_NAME.test(user) ? 'No user has such a name.' : call && !CALL_ID.test(call) ? 'A call’s id is a UUID; this is none yet.' : '';
  const { rows, problem, state, isLoaded, waits, clear } = useRows(wrong ? null : JSON.stringify({ user, call }), isHeld);
  const wanted = useMemo(() => rows.filter((row) => isWanted(row, kind, text)), [rows, kind, text]);
  const isLoading = !isLoaded && !wrong && !problem;
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
      <${State} word=${isHeld ? 'held' : isPaused ? 'paused' : isLoaded ? state : isLoading ? 'loading' : 'stopped'} />
      <span class="push"></span>
      <${Rate} rows=${rows} />
      <button type="button" onClick=${() => setHeld(!isHeld)} aria-pressed=${String(isHeld)} data-testid="trace-hold">${isHeld ? `Go on${waits ? ` (${plural(waits, 'row waits', 'rows wait')})` : ''}` : 'Hold'}</button>
      <button type="button" onClick=${clear} disabled=${rows.length === 0}>Clear</button>
      <button type="button" onClick=${save} disabled=${wanted.length === 0} data-testid="trace-download">Download JSONL</button>
      <${CurlButton} path="/trace" params=${{ user, call }} />
    </div>
    <p class="fine">The server remembers its latest messages in memory only, so a restart forgets them; bodies are shown without what is private.
      ${oldest ? html` Here: ${plural(rows.length, 'row')}, back to <${Time} at=${oldest.at} precise /> (${ago(oldest.at)}); the latest ${count(KEPT)} are kept.` : ''}</p>
    <${Filters} fields=${fields} query=${query} setQuery=${setQuery} />
    ${wrong && html`<p class="notice warn">${wrong}</p>`}
    <${Problem} error=${problem} />
    ${isLoading && html`<p class="fine">Loading…</p>`}
    ${isLoaded && wanted.length === 0 && html`<${Empty} title=${rows.length > 0 ? 'No row matches' : 'Nothing was said yet'}>
      <p>${rows.length > 0 ? 'Take a filter away to see more.' : html`Make a call, in the <a href="/">demo</a> for instance, and watch its messages come.`}</p>
    <//>`}
    ${wanted.length > 0 && html`
      <section class="card">
        <${Table} columns=${COLUMNS} rows=${wanted.slice(0, SHOWN)} rowKey=${keyOf} caption="Messages, the newest first" testid="trace-table" rowTestid="trace-row"
          open=${(row) => setOpened(opened === keyOf(row) ? null : keyOf(row))}
          expanded=${(row) => opened === keyOf(row) && html`<div class="detail"><${JsonView} value=${row} label=${`row ${row.n}`} /></div>`} />
      </section>
      ${wanted.length > SHOWN && html`<p class="fine">The newest ${count(SHOWN)} of ${count(wanted.length)} are shown. A filter narrows them down; the download has them all.</p>`}`}`;
}

/** How the page follows the server. What only begins is neither well nor ill. */
function State({ word }) {
  const tone = { live: 'good', loading: '', connecting: '' }[word] ?? 'warn';
  return html`<span class=${`chip ${tone}`} data-testid="trace-state"><span class=${`dot ${tone}`}></span>${word}</span>`;
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

/** Numbers begin anew when the server does. */
const keyOf = ({ n, at }) => `${at} ${n}`;

/** The time of day to the millisecond; the day when pointed at. */
function Clock({ at }) {
  const isUtc = useStore(utc);
  const whole = moment(at, { isUtc, precise: true });
  return html`<time datetime=${at} title=${whole}>${whole.slice(11)}</time>`;
}

const COLUMNS = [
  { key: 'at', title: 'At', className: 'number left', render: ({ at }) => html`<${Clock} at=${at} />` },
  { key: 'kind', title: 'Kind', render: ({ kind }) => html`<${Chip} tone=${KINDS[kind]?.tone ?? ''}>${KINDS[kind]?.label ?? kind}<//>` },
  { key: 'gist', title: 'What', className: 'wrap', render: (row) => html`<strong>${gistOf(row)}</strong>` },
  { key: 'way', title: 'From → to', className: 'way', render: (row) => wayOf(row) },
  { key: 'user', title: 'User', render: ({ user }) => (user ? html`<${User} name=${user} />` : '') },
  { key: 'call', title: 'Call', render: ({ call }) => (call ? html`<${CallLink} id=${call} />` : '') },
  { key: 'bytes', title: 'Size', number: true, render: ({ bytes: size }) => (size ? bytes(size) : '') },
];
