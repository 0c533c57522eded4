// @ts-check
// What the server says besides calls: facts for this page, its REST API, and its flight recorder.

import { Model } from '/demo/model.js';
import { tap } from '/demo/tap.js';

/**
 * @typedef {import('/ui/ladder-data.js').Trace} Trace
 *
 * @typedef {object} Facts
 * @property {boolean} development
 * @property {string} version
 * @property {number} ring_timeout_secs
 * @property {string | null} api_key in development mode, where it is no secret
 * @property {boolean} turn
 * @property {string} started_at
 */

const POLL_MS = 400;
const AFTER_FAILURE_MS = 3000;
const AT_ONCE = 500;
const MOST = 1500;

/** Where the server tells nothing, this page does without. @type {Facts} */
const NO_FACTS = { development: location.pathname === '/', version: '', ring_timeout_secs: 60, api_key: null, turn: false, started_at: '' };

/** @returns {Promise<Facts>} */
export async function fetchFacts() {
  try {
    const response = await fetch('/demo/facts');
    return response.ok ? await response.json() : NO_FACTS;
  } catch {
    return NO_FACTS;
  }
}

/** @type {Promise<Facts>} */
export const facts = fetchFacts();

/** The server's address, as a shell or another page needs it. */
export const origin = location.origin;

/**
 * @param {string} method
 * @param {string} path below `/api/v1`, or with it
 * @param {unknown} [body]
 * @returns {Promise<Response>}
 */
export async function rest(method, path, body) {
  const { api_key } = await facts;
  /** @type {Record<string, string>} */
  const headers = { authorization: `Bearer ${api_key}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const url = path.startsWith('/demo/') ? path : `/api/v1${path}`;
  return fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
}

/** The server's own record of every message. Asked for again and again, since a stream in each tab would use up the browser's connections. */
class Recorder extends Model {
  /** @type {Trace[]} */
  items = [];
  #last = 0;
  #known = new Set();
  #viewers = 0;
  #isAbsent = false;
  /** There was more than fits into one answer. */
  #isBehind = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @returns {() => void} no longer needed by this viewer */
  watch() {
    this.#viewers += 1;
    if (this.#viewers === 1) void this.#poll();
    return () => {
      this.#viewers -= 1;
      if (this.#viewers === 0) clearTimeout(this.#timer);
    };
  }

  countAnew() {
    this.#last = 0;
  }

  async #poll() {
    const { api_key } = await facts;
    if (api_key === null || this.#isAbsent || this.#viewers === 0) return;
    // A server that is not there is not asked: the browser would complain of each answer that does not come.
    const isThere = document.hidden || tap.isLineLost || (await this.#read());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), this.#isBehind ? 0 : isThere ? POLL_MS : AFTER_FAILURE_MS);
  }

  /** @returns {Promise<boolean>} whether there was an answer */
  async #read() {
    try {
      const response = await rest('GET', `/trace?after=${this.#last}&limit=${AT_ONCE}`);
      this.#isAbsent = response.status === 404;
      if (!response.ok) return true;
      const { items } = await response.json();
      this.#isBehind = items.length === AT_ONCE;
      this.#take(items);
      return true;
    } catch {
      this.#isBehind = false;
      return false;
    }
  }

  /** @param {Trace[]} items */
  #take(items) {
    this.#last = items.at(-1)?.n ?? this.#last;
    const fresh = items.filter(({ n, at }) => !this.#known.has(`${n} ${at}`));
    if (fresh.length === 0) return;
    for (const { n, at } of fresh) this.#known.add(`${n} ${at}`);
    this.items = [...this.items, ...fresh].slice(-MOST);
    if (this.#known.size > 10 * MOST) this.#known = new Set(this.items.map(({ n, at }) => `${n} ${at}`));
    this.changed();
  }
}

export const recorder = new Recorder();
// A server that was started anew counts from one again.
tap.listen(() => tap.seen.at(-1)?.way === 'closed' && recorder.countAnew());
