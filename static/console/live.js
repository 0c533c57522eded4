// What happens on the server, as it happens. EventSource cannot send the key, so the stream is read from a fetch.

import { useCallback, useEffect, useRef, useState } from '/vendor/hooks.js';
import { me, open } from './api.js';
import { Store, useStore } from './store.js';

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;

/** Whether the viewer has stopped the page from moving. */
export const paused = new Store(false);
/** `connecting` before anything went wrong, `live`, `paused` or `reconnecting`. */
export const liveState = new Store('connecting');

/** Calls `take({ id, event, data })` for each event of a stream of server-sent events. */
async function readEvents(response, take) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const event = {};
      for (const line of block.split('\n')) {
        const colon = line.indexOf(':');
        if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
      }
      if (event.data !== undefined) take({ id: event.id, event: event.event ?? 'message', data: JSON.parse(event.data) });
    }
  }
}

const isHeld = () => paused.value || document.hidden || me.value === null;

/** One stream: comes back by itself, goes on after the last event it saw, and stops while nobody looks. */
class Stream {
  #path;
  #params;
  #resumeWith;
  #take;
  #tell;
  #last;
  #abort = null;
  #closed = false;
  #wasLive = false;
  /** What it is about to do: nothing was lost before there was a line. */
  #doing = 'connecting';
  #retryMs = FIRST_RETRY_MS;
  #timer;
  #release = [];

  /**
   * @param {{ path: string, params?: object, resumeWith: string, take: (event: object) => void, tell?: (state: string) => void }} options
   *   `resumeWith` names the parameter that takes the last id
   */
  constructor({ path, params = {}, resumeWith, take, tell = () => {} }) {
    this.#path = path;
    this.#params = params;
    this.#resumeWith = resumeWith;
    this.#take = take;
    this.#tell = tell;
    const onChange = () => this.#settle();
    document.addEventListener('visibilitychange', onChange);
    this.#release = [
      () => document.removeEventListener('visibilitychange', onChange),
      paused.listen(onChange),
      me.listen(onChange),
    ];
    this.#settle();
  }

  close() {
    this.#closed = true;
    for (const release of this.#release) release();
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  #settle() {
    clearTimeout(this.#timer);
    if (isHeld()) {
      this.#tell('paused');
      this.#abort?.abort();
    } else if (!this.#abort) {
      this.#run();
    }
  }

  async #run() {
    this.#tell(this.#doing);
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const params = { ...this.#params, ...(this.#last === undefined ? {} : { [this.#resumeWith]: this.#last }) };
      const response = await open('GET', this.#path, { params, signal: abort.signal, headers: { accept: 'text/event-stream' } });
      if (response.ok) {
        this.#tell('live');
        // Without an id there is nothing to go on after: whoever listens has to look anew.
        if (this.#wasLive && this.#last === undefined) this.#take({ event: 'gap', data: { type: 'gap' } });
        this.#wasLive = true;
        this.#retryMs = FIRST_RETRY_MS;
        await readEvents(response, (event) => {
          if (event.id !== undefined) this.#last = event.id;
          if (!abort.signal.aborted) this.#take(event);
        });
      }
    } catch {
      // The line was lost, or nobody looks: either way the stream goes on after its last event.
    }
    this.#abort = null;
    if (this.#closed) return;
    if (isHeld()) return this.#tell('paused');
    if (!abort.signal.aborted) this.#doing = 'reconnecting';
    this.#tell(this.#doing);
    this.#timer = setTimeout(() => this.#settle(), abort.signal.aborted ? 0 : this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }
}

const RECENT = 60;
const listeners = new Set();
let shared = null;
/** The last events, the newest first: for a screen that opens after they came. */
export const recent = [];

function hear(event) {
  recent.unshift(event);
  recent.length = Math.min(recent.length, RECENT);
  for (const listener of [...listeners]) listener(event);
}

/** Follows the server as long as somebody is signed in. Call once. */
export function startLive() {
  const settle = () => {
    if (me.value && !shared) {
      shared = new Stream({ path: '/events', resumeWith: 'last_event_id', take: hear, tell: (state) => liveState.set(state) });
    } else if (!me.value && shared) {
      shared.close();
      shared = null;
    }
  };
  settle();
  return me.listen(settle);
}

/** Hears every event: `{ id, event: 'call.started', data: { type, timestamp, data } }`; `gap` where some were lost. */
export function useEvents(handler) {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    const listener = (event) => latest.current(event);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
}

/** Follows `/trace/live` with these filters; null follows nothing. `handler` gets each Trace. Returns the stream's state. */
export function useTrace(params, handler) {
  const [state, setState] = useState('connecting');
  const latest = useRef(handler);
  latest.current = handler;
  const key = params === null ? null : JSON.stringify(params);
  useEffect(() => {
    if (key === null) return undefined;
    const take = ({ event, data }) => event === 'trace' && latest.current(data);
    const stream = new Stream({ path: '/trace/live', params: JSON.parse(key), resumeWith: 'after', take, tell: setState });
    return () => stream.close();
  }, [key]);
  return state;
}

/** What a load brought: `{ data, error, isLoading, reload }`. Loads again when `deps` change; the old data stays meanwhile. */
export function useLoad(load, deps) {
  const [result, setResult] = useState({ data: undefined, error: null, isLoading: true });
  const latest = useRef(load);
  latest.current = load;
  const turn = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++turn.current;
    setResult((before) => ({ ...before, isLoading: true }));
    try {
      const data = await latest.current();
      if (mine === turn.current) setResult({ data, error: null, isLoading: false });
    } catch (error) {
      if (mine === turn.current) setResult((before) => ({ ...before, error, isLoading: false }));
    }
  }, []);
  useEffect(() => {
    reload();
    return () => {
      turn.current += 1;
    };
  }, deps);
  return { ...result, reload };
}

/** Calls `fn` every so often while somebody looks. */
export function useEvery(ms, fn) {
  const latest = useRef(fn);
  latest.current = fn;
  const isPaused = useStore(paused);
  useEffect(() => {
    if (isPaused) return undefined;
    const tick = () => !document.hidden && latest.current();
    const timer = setInterval(tick, ms);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [ms, isPaused]);
}

/** A function that runs `fn` soon, and once for a crowd of calls. */
export function useSoon(fn, ms = 250) {
  const latest = useRef(fn);
  latest.current = fn;
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      latest.current();
    }, ms);
  }, [ms]);
}
