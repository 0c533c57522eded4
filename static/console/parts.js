// What screens are made of.

import { html } from '/ui/html.js';
import { useEffect, useId, useRef, useState } from '/vendor/hooks.js';
import { curl } from './api.js';
import { ago, code, moment, stopwatch, TONES } from './format.js';
import { Icon } from './icons.js';
import { callHref, userHref } from './route.js';
import { Store, useStore, utc } from './store.js';

export { Icon, html };
export { Confirm, Dialog, Dialogs, confirm } from './dialogs.js';
export { Table, usePickedColumns } from './table.js';

/** A word in its colour. */
export function Chip({ word, tone = TONES[word] ?? '', title, children }) {
  return html`<span class=${`chip ${tone}`} title=${title}>${children ?? word}</span>`;
}

/** A state of a call; of one that is over the number and the name of its end. */
export function StateChip({ call }) {
  const { state, reason, error_code } = call;
  if (state === 'ended') return html`<${Chip} word=${reason} title=${code(error_code)}>${error_code} ${reason.replaceAll('_', ' ')}<//>`;
  return html`<${Chip} word=${state}><span class=${`dot live ${TONES[state]}`}></span>${state}<//>`;
}

/** A code: always its number and its name. */
export function Code({ value }) {
  return html`<span class="code">${code(value)}</span>`;
}

/**
 * A moment in the zone that was chosen; the other zone, to the millisecond, when pointed at. `short` leaves today's date out,
 * `relative` says how long ago it was.
 */
export function Time({ at, precise = false, relative = false, short = false }) {
  const isUtc = useStore(utc);
  if (!at) return html`<span class="fine">–</span>`;
  const other = moment(at, { isUtc: !isUtc, precise: true });
  const mine = moment(at, { isUtc, precise: precise || relative });
  if (relative) return html`<time datetime=${at} title=${`${mine} (${other})`}>${ago(at)}</time>`;
  const today = moment(Date.now(), { isUtc }).slice(0, 11);
  return html`<time datetime=${at} title=${other}>${short && mine.startsWith(today) ? mine.slice(11) : mine}</time>`;
}

/** How long something goes on, second by second. */
export function Elapsed({ since, until }) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (until) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return html`<span class="number">${stopwatch((until ? Date.parse(until) : Date.now()) - Date.parse(since))}</span>`;
}

export function User({ name }) {
  return html`<a href=${userHref(name)} class="user" title=${name}>${name}</a>`;
}

/** A call's id, short enough to be told apart, whole when pointed at. */
export function CallLink({ id, children }) {
  return html`<a href=${callHref(id)} class="mono" title=${id}>${children ?? `…${id.slice(-12)}`}</a>`;
}

/** Puts a text on the clipboard; `text` may be a function. `bare` shows the drawing alone. */
export function Copy({ text, label = 'Copy', bare = false, testid }) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'function' ? await text() : text);
      setDone(true);
    } catch {
      toast('The browser did not let the page copy.', 'bad');
    }
  };
  const words = isDone ? 'Copied' : label;
  return html`<button type="button" class=${`small ${bare ? 'quiet bare' : ''}`} onClick=${copy} data-testid=${testid} title=${bare ? words : undefined}>
    <${Icon} name=${isDone ? 'check' : 'copy'} size=${15} /><span class=${bare ? 'unseen' : ''} aria-live="polite">${words}</span>
  </button>`;
}

/** The request as a command for a terminal. */
export function CurlButton({ method = 'GET', path, params, body, label = 'Copy as curl' }) {
  return html`<${Copy} label=${label} text=${() => curl(method, path, { params, body })} />`;
}

/** Says that there is nothing, and what to do about it. */
export function Empty({ title, children }) {
  return html`<div class="empty"><strong>${title}</strong>${children}</div>`;
}

/** A sentence of the server's own documentation: what stands between backticks is code. */
export function Prose({ text }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** What went wrong with a load. */
export function Problem({ error, retry }) {
  if (!error) return null;
  return html`<div class="notice bad row" role="alert">
    <span>${error.message}${(error.fields ?? []).map((field) => html`<br />${field}`)}</span>
    ${retry && html`<button type="button" class="small push" onClick=${retry}>Try again</button>`}
  </div>`;
}

/** A labelled control. `children` gets the id of the control, where it is a function. */
export function Field({ label, hint, children }) {
  return html`<label>${label}${children}${hint && html`<span class="fine">${hint}</span>`}</label>`;
}

/** The way on and back through a list; where one is, is in the address. */
export function Pager({ cursor = '', next, setQuery, shown, first = 'Newest', before = 'Newer', after = 'Older' }) {
  const trail = useRef([]);
  const to = (place) => setQuery({ cursor: place }, { replace: false });
  const forward = () => {
    trail.current.push(cursor);
    to(next);
  };
  return html`<nav class="row pager" aria-label="Pages">
    <button type="button" class="small" disabled=${!cursor} onClick=${() => to('')}>${first}</button>
    <button type="button" class="small" disabled=${!cursor || trail.current.length === 0} onClick=${() => to(trail.current.pop())}>${before}</button>
    <button type="button" class="small" disabled=${!next} onClick=${forward} data-testid="older">${after}</button>
    ${shown !== undefined && html`<span class="fine">${shown}</span>`}
  </nav>`;
}

/** As in console.css. */
const NARROW = '(max-width: 48rem)';

function FilterText({ field, value, set }) {
  const [text, setText] = useState(value);
  const timer = useRef();
  useEffect(() => setText(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onInput = ({ target }) => {
    setText(target.value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => set(target.value.trim()), 300);
  };
  return html`<input type=${field.type ?? 'text'} step=${field.type === 'datetime-local' ? 1 : undefined} value=${text}
    placeholder=${field.placeholder ?? ''} onInput=${onInput} autocomplete="off" spellcheck=${false} data-testid=${`filter-${field.name}`} />`;
}

/**
 * Filters that live in the address, and a chip to take each of them away.
 *
 * @param {{ fields: { name: string, label: string, options?: string[], type?: string, placeholder?: string,
 *   show?: (value: string) => string, read?: (value: string) => string }[],
 *   query: object, setQuery: Function, children?: any }} props
 *   `options` makes a list to choose from; `show` and `read` turn what the address holds into what the control holds and back
 */
export function Filters({ fields, query, setQuery, children }) {
  // On a phone the controls would fill the screen; the chips below say what is set.
  const [isOpen, setOpen] = useState(() => !matchMedia(NARROW).matches);
  const set = (name, value) => setQuery({ [name]: value, cursor: '' });
  const active = fields.filter(({ name }) => query[name]);
  const clear = () => setQuery(Object.fromEntries([...active.map(({ name }) => [name, '']), ['cursor', '']]));
  return html`<form class="filters" role="search" aria-label="Filters" onSubmit=${(event) => event.preventDefault()}>
    <button type="button" class="small narrow-only" aria-expanded=${String(isOpen)} onClick=${() => setOpen(!isOpen)}>Filters</button>
    ${isOpen && html`<div class="filter-fields">${fields.map((field) => html`<${Filter} key=${field.name} field=${field} query=${query} set=${set} />`)}${children}</div>`}
    ${active.length > 0 && html`<div class="row" data-testid="active-filters">
      ${active.map(({ name, label, show = (value) => value }) => html`<button type="button" class="chip info" key=${name} title="Take this filter away"
        onClick=${() => set(name, '')}>${label.toLowerCase()}: ${show(query[name])} <${Icon} name="close" size=${13} /></button>`)}
      <button type="button" class="quiet small" onClick=${clear}>Clear all</button>
    </div>`}
  </form>`;
}

function Filter({ field, query, set }) {
  const { name, label, options, show = (value) => value, read = (value) => value } = field;
  const value = query[name] ?? '';
  return html`<label class="fine">${label}
    ${options
      ? html`<select value=${value} onChange=${({ target }) => set(name, target.value)} data-testid=${`filter-${name}`}>
          <option value="">any</option>
          ${options.map((option) => html`<option value=${option}>${option}</option>`)}
        </select>`
      : html`<${FilterText} field=${field} value=${show(value)} set=${(text) => set(name, text && read(text))} />`}
  </label>`;
}

const JSON_TOKENS = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** JSON with its kinds of values in colours. */
export function JsonView({ value, label = 'JSON' }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const parts = [];
  let done = 0;
  for (const found of text.matchAll(JSON_TOKENS)) {
    const [whole, string, colon, word] = found;
    parts.push(text.slice(done, found.index));
    const kind = string ? (colon ? 'key' : 'string') : word ? 'word' : 'digits';
    parts.push(html`<span class=${`json-${kind}`}>${string ?? whole}</span>`, colon ?? '');
    done = found.index + whole.length;
  }
  parts.push(text.slice(done));
  return html`<pre class="json" tabindex="0" role="region" aria-label=${label}>${parts}</pre>`;
}

/** A line over time, without axes. */
export function Spark({ values, label, width = 120, height = 28 }) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length < 2) return html`<svg class="spark" width=${width} height=${height} aria-hidden="true"></svg>`;
  const top = Math.max(...known, 1e-9);
  const points = values.map((value, index) => [(index * width) / (values.length - 1), value]).filter(([, value]) => value !== null && value !== undefined);
  const line = points.map(([x, value]) => `${x.toFixed(1)},${(height - 2 - (value / top) * (height - 4)).toFixed(1)}`).join(' ');
  return html`<svg class="spark" viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} role="img" aria-label=${label} preserveAspectRatio="none">
    <polygon points=${`${points[0][0]},${height} ${line} ${points.at(-1)[0]},${height}`} /><polyline points=${line} />
  </svg>`;
}

/** A share of a limit as a bar, with its words beside it. */
export function Bar({ value, limit, label }) {
  const share = limit ? Math.min(1, value / limit) : 0;
  const tone = share > 0.9 ? 'bad' : share > 0.7 ? 'warn' : 'good';
  return html`<meter class=${`bar ${tone}`} min="0" max="1" value=${share} aria-label=${label}></meter>`;
}

/** Tabs whose choice is in the address. `tabs` is a list of `[name, title]`. */
export function Tabs({ tabs, chosen, choose, label }) {
  const id = useId();
  const onKeyDown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = tabs.findIndex(([name]) => name === chosen);
    choose(tabs[(at + step + tabs.length) % tabs.length][0]);
    event.currentTarget.children[(at + step + tabs.length) % tabs.length].focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} onKeyDown=${onKeyDown}>${tabs.map(([name, title]) => html`
    <button type="button" role="tab" id=${`${id}-${name}`} aria-selected=${String(name === chosen)} tabindex=${name === chosen ? 0 : -1}
      onClick=${() => choose(name)} data-testid=${`tab-${name}`}>${title}</button>`)}</div>`;
}

const toasts = new Store([]);
const TOAST_MS = 5000;

/** Says something in passing: `good`, `bad`, `warn` or plain. */
export function toast(text, tone = '') {
  const one = { text, tone };
  toasts.set([...toasts.value, one]);
  setTimeout(() => toasts.set(toasts.value.filter((other) => other !== one)), TOAST_MS);
}

export function Toasts() {
  const shown = useStore(toasts);
  return html`<div class="toasts" role="status" aria-live="polite" data-testid="toasts">
    ${shown.map(({ text, tone }) => html`<div class=${`notice ${tone}`}>${text}</div>`)}
  </div>`;
}

/** Does something that may fail, and says how it went. Returns whether it went well. */
export async function attempt(action, done) {
  try {
    const result = await action();
    if (done) toast(typeof done === 'function' ? done(result) : done, 'good');
    return true;
  } catch (error) {
    toast([error.message, ...(error.fields ?? [])].join(' · '), 'bad');
    return false;
  }
}

/** Hands a text to the browser as a file. */
export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
