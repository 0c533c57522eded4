// @ts-check
// Every frame that passes a socket of this browser, seen from outside the SDK; tabs and frames of one origin share what they see.

import { Model } from '/demo/model.js';

/**
 * @typedef {Record<string, any>} Frame
 *
 * @typedef {object} Seen
 * @property {string} id unique among all tabs
 * @property {string} tab whose clock `at` is
 * @property {string} user whose browser it is
 * @property {string} session empty until the server has named it
 * @property {'out' | 'in' | 'opened' | 'closed'} way
 * @property {number} at milliseconds since 1970, with fractions
 * @property {Frame} frame without secrets
 *
 * @typedef {object} Owner who is behind a socket
 * @property {string} user
 * @property {string} session
 */

const MOST = 1500;
/** Longer than this nobody waits for a line: its owner may be gone for good. */
const LOST_MS = 5000;
const SECRETS = new Set(['password', 'token', 'resume', 'credential']);
const UNINTERESTING = new Set(['ping', 'pong']);
const tab = crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? '';

class Tap extends Model {
  /** @type {Seen[]} */
  seen = [];
  /** Sockets of this page, by user: the page closes them to show that a call outlives its line. @type {Map<string, WebSocket>} */
  sockets = new Map();
  #known = new Set();
  /** When whose line was lost, until it is back. @type {Map<string, number>} */
  #lost = new Map();
  /** Who has said goodbye: their line is not lost. */
  #leaving = new Set();
  #count = 0;
  #channel = new BroadcastChannel('hookswitch.demo.frames');

  constructor() {
    super();
    this.#channel.onmessage = ({ data }) => {
      if (data.ask) this.#channel.postMessage({ seen: this.seen.filter((one) => one.tab === tab) });
      else for (const one of data.seen) this.#keep(one);
      if (data.seen) this.changed();
    };
    this.#channel.postMessage({ ask: true });
  }

  /**
   * @param {Owner} owner
   * @param {Seen['way']} way
   * @param {Frame} frame
   */
  note(owner, way, frame) {
    if (UNINTERESTING.has(frame.type)) return;
    const at = performance.timeOrigin + performance.now();
    const { user, session } = owner;
    const one = { id: `${tab}:${++this.#count}`, tab, user, session, way, at, frame: withoutSecrets(frame) };
    this.#keep(one);
    this.#channel.postMessage({ seen: [one] });
    this.changed();
  }

  /** Whether somebody's line has just been lost, so that the server may be gone. */
  get isLineLost() {
    const now = performance.timeOrigin + performance.now();
    return [...this.#lost.values()].some((at) => now - at < LOST_MS);
  }

  /** @param {Seen} one */
  #keep(one) {
    if (this.#known.has(one.id)) return;
    this.#known.add(one.id);
    if (one.frame.type === 'logout') this.#leaving.add(one.user);
    if (one.way === 'closed' && !this.#leaving.delete(one.user)) this.#lost.set(one.user, one.at);
    if (one.frame.type === 'logged_in') this.#lost.delete(one.user);
    this.seen.push(one);
    if (this.seen.length > MOST) this.seen.splice(0, MOST / 5).forEach(({ id }) => this.#known.delete(id));
  }
}

export const tap = new Tap();

/**
 * @param {string} user who will log in; empty where a token says it
 * @returns {new (url: string) => WebSocket} for the SDK's `connect`
 */
export function tappedSocket(user) {
  /** @type {Owner} */
  const owner = { user, session: '' };
  return class extends WebSocket {
    /** @param {string} url */
    constructor(url) {
      super(url);
      this.addEventListener('open', () => {
        if (owner.user) tap.sockets.set(owner.user, this);
        tap.note(owner, 'opened', { type: 'socket opened' });
      });
      this.addEventListener('close', ({ code }) => tap.note(owner, 'closed', { type: 'socket closed', code }));
      this.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.type === 'logged_in') {
          Object.assign(owner, { user: frame.user, session: frame.session });
          tap.sockets.set(owner.user, this);
        }
        tap.note(owner, 'in', frame);
      });
    }

    /**
     * @override
     * @param {string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>} data
     */
    send(data) {
      if (typeof data === 'string' && this.readyState === WebSocket.OPEN) tap.note(owner, 'out', JSON.parse(data));
      super.send(/** @type {string} */ (data));
    }
  };
}

/**
 * @param {any} value
 * @returns {any} what may be shown to whoever looks over the shoulder
 */
export function withoutSecrets(value) {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (SECRETS.has(key) && typeof inner === 'string') return [key, '…'];
    if (key === 'sdp' && typeof inner === 'string') return [key, `(${inner.length} bytes)`];
    return [key, withoutSecrets(inner)];
  });
  return Object.fromEntries(entries);
}
