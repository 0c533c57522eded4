// What is above every screen: how the server is, whether the page moves, search, and the viewer's choices.

import { useEffect, useRef, useState } from '/vendor/hooks.js';
import { api, me, signOut } from './api.js';
import { liveState, paused, useEvery, useLoad } from './live.js';
import { Dialog, Icon, html, toast } from './parts.js';
import { go } from './route.js';
import { Store, theme, useStore, utc } from './store.js';

const HEALTH_EVERY_MS = 10_000;
const CALL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const USER_NAME = /^[A-Za-z0-9._@:+-]{1,128}$/;
const THEMES = { system: 'light', light: 'dark', dark: 'system' };

/** The last `GET /health`, or null: what the overview and the health screen show is what the dot shows. */
export const health = new Store(null);

/** The health in one colour and a few words. */
export function verdict(report) {
  if (!report) return { tone: '', words: 'unknown' };
  const failing = report.checks.filter(({ ok }) => !ok);
  if (report.draining) return { tone: 'warn', words: 'stopping' };
  if (!report.ok) return { tone: 'bad', words: failing.length ? failing.map(({ name }) => name.replaceAll('_', ' ')).join(', ') : 'not well' };
  const hinted = report.checks.filter(({ detail }) => detail);
  if (hinted.length) return { tone: 'warn', words: hinted.length === 1 ? 'one warning' : `${hinted.length} warnings` };
  return { tone: 'good', words: 'healthy' };
}

function useHealth() {
  const { data, error, reload } = useLoad(() => api.get('/health'), []);
  useEvery(HEALTH_EVERY_MS, reload);
  useEffect(() => health.set(error ? null : (data ?? null)), [data, error]);
  return { report: useStore(health), isAway: error?.status === 0 };
}

function Health() {
  const { report, isAway } = useHealth();
  const { tone, words } = isAway ? { tone: 'bad', words: 'out of reach' } : verdict(report);
  return html`<a class="state" href="#/health" data-testid="health"><span class=${`dot ${tone}`}></span>${words}</a>
    ${report && html`<span class="fine version">${report.version}</span>`}`;
}

function Live() {
  const state = useStore(liveState);
  const isPaused = useStore(paused);
  const words = isPaused ? 'Paused' : { connecting: 'Connecting', live: 'Live', paused: 'Paused', reconnecting: 'Reconnecting' }[state];
  const tone = { Live: 'good', Connecting: '' }[words] ?? 'warn';
  return html`<button type="button" class="state" onClick=${() => paused.set(!isPaused)} aria-pressed=${String(isPaused)} data-testid="live"
    title=${isPaused ? 'Go on' : 'Hold the page still'}>
    <span class=${`dot ${tone} ${words === 'Live' ? 'live' : ''}`}></span><span role="status">${words}</span><${Icon} name=${isPaused ? 'play' : 'pause'} size=${14} />
  </button>`;
}

function Search({ input }) {
  const onSubmit = (event) => {
    event.preventDefault();
    const text = input.current.value.trim();
    if (text === '') return;
    if (!USER_NAME.test(text)) {
      toast('Give the id of a call, or the name of a user.', 'warn');
      return;
    }
    go(`${CALL_ID.test(text) ? '/calls' : '/users'}/${encodeURIComponent(text)}`);
    input.current.value = '';
    input.current.blur();
  };
  return html`<form class="search" role="search" onSubmit=${onSubmit}>
    <${Icon} name="search" size=${16} />
    <input ref=${input} type="search" aria-label="Find a call by its id, or a user by name" placeholder="Call id or user" data-testid="search"
      autocomplete="off" autocapitalize="none" spellcheck=${false} />
    <kbd>/</kbd>
  </form>`;
}

const KEYS = [
  ['/', 'Find a call by its id, or a user by name'],
  ['?', 'This list'],
  ['g then o, c, u', 'Go to the overview, calls, users'],
  ['g then w, d, t, h', 'Go to webhooks, deliveries, trace, health'],
  ['g then m, x', 'Go to media workers, WeChat accounts'],
  ['p', 'Hold the page still, or go on'],
  ['↑ ↓ Home End', 'Walk the rows of a table'],
  ['Enter', 'Open a row'],
  ['Esc', 'Close a dialog'],
];
const GOES = { o: 'overview', c: 'calls', u: 'users', w: 'webhooks', d: 'deliveries', t: 'trace', h: 'health', m: 'workers', x: 'wechat' };

function Keys({ close }) {
  return html`<${Dialog} title="Keys" onClose=${close} testid="help">
    <dl class="facts">${KEYS.map(([keys, what]) => html`<dt><kbd>${keys}</kbd></dt><dd>${what}</dd>`)}</dl>
    <p class="row"><a href="/api/docs" target="_blank" rel="noopener">API reference</a><a href="/docs/" target="_blank" rel="noopener">Documentation</a>
      <button type="button" class="push" onClick=${close} autofocus>Close</button></p>
  <//>`;
}

function useKeys(search, setHelp) {
  useEffect(() => {
    let isGoing = false;
    const onKeyDown = (event) => {
      const isTyping = event.target.closest?.('input, textarea, select, [contenteditable]');
      if (isTyping && event.key === 'Escape') event.target.blur();
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
      const to = isGoing && GOES[event.key];
      isGoing = event.key === 'g';
      if (to) go(`/${to}`);
      else if (event.key === '?') setHelp(true);
      else if (event.key === 'p') paused.set(!paused.value);
      else if (event.key === '/') {
        event.preventDefault();
        search.current.focus();
      }
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

export function Header({ isMenuOpen, toggleMenu }) {
  const chosen = useStore(theme);
  const isUtc = useStore(utc);
  const who = useStore(me);
  const search = useRef(null);
  const [isHelp, setHelp] = useState(false);
  useKeys(search, setHelp);
  return html`<header class="top">
    <button type="button" class="quiet menu" aria-expanded=${String(isMenuOpen)} aria-controls="navigation" aria-label="Menu" onClick=${toggleMenu} data-testid="menu"><${Icon} name="menu" /></button>
    <a class="brand" href="#/overview"><img src="/ui/icon.svg" width="26" height="26" alt="" />hookswitch</a>
    <${Health} /><${Live} /><${Search} input=${search} />
    <div class="row choices">
      <button type="button" class="quiet" onClick=${() => theme.set(THEMES[chosen])} aria-label=${`Colours: ${chosen}`} title=${`Colours: ${chosen}`} data-testid="theme"><${Icon} name=${chosen} /></button>
      <button type="button" class="quiet" onClick=${() => utc.set(!isUtc)} title="Times in UTC or in this zone" data-testid="zone">${isUtc ? 'UTC' : 'Local'}</button>
      <button type="button" class="quiet" onClick=${() => setHelp(true)} aria-label="Keys" title="Keys (?)"><${Icon} name="help" /></button>
      <a class="button quiet wide-only" href="/api/docs" target="_blank" rel="noopener">API</a>
      <a class="button quiet wide-only" href="/docs/" target="_blank" rel="noopener">Docs</a>
      <button type="button" class="quiet" onClick=${() => signOut()} title=${`Sign out (${who?.name || who?.id}, ${who?.scope})`} aria-label="Sign out" data-testid="sign-out"><${Icon} name="out" /></button>
    </div>
    ${isHelp && html`<${Keys} close=${() => setHelp(false)} />`}
  </header>`;
}
