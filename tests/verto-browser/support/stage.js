// What all tests share: pages, a server, a browser, a business server, and people who stay logged in from one test to the next.

import { Receiver } from '../../browser/support/receiver.js';
import { launch } from '../../browser/support/browser.js';
import { startServer } from '../../browser/support/server.js';
import { servePages } from './pages.js';
import { Person } from './person.js';

/** How long calls ring: long enough for whoever answers in these tests. */
export const RING_SECS = 6;

const BEAT_MS = 50;

export class Stage {
  complaints = [];
  /** Every socket of every page, with its frames. */
  sockets = new Map();
  #people = [];

  async open() {
    this.#watchTheMachine();
    [this.pages, this.receiver, this.browser] = await Promise.all([servePages(), Receiver.start(), launch()]);
    this.server = await startServer({
      HOOKSWITCH__SERVER__ALLOWED_ORIGINS: this.pages.origin,
      HOOKSWITCH__CALL__RING_TIMEOUT_SECS: String(RING_SECS),
      HOOKSWITCH__VERTO__EVENT_CHANNELS: 'lobby,presence,hookswitch.calls',
    });
    const [jane, sam, sue, vic, nora] = await Promise.all([
      this.enter('jQuery', 'jane'),
      this.enter('SignalWire', 'sam'),
      this.enter('SignalWire', 'sue'),
      this.enter('vertojs', 'vic'),
      this.enter('the native SDK', 'nora'),
    ]);
    const [jack, vera, ned] = await Promise.all([this.beside(jane, 'jack'), this.beside(vic, 'vera'), this.beside(nora, 'ned')]);
    Object.assign(this, { callers: [jane, sam, vic, nora], callees: [jack, sue, vera, ned], jane, jack, sam, sue, vic, vera, nora, ned });
    await Promise.all(this.#people.map((person) => person.login()));
  }

  /** How late a timer was at most: what a machine that is busy with other things adds to every answer. */
  lateMs = 0;
  #watchTheMachine() {
    let due = performance.now() + BEAT_MS;
    this.watch = setInterval(() => {
      this.lateMs = Math.max(this.lateMs, performance.now() - due);
      due = performance.now() + BEAT_MS;
    }, BEAT_MS);
  }

  /** Somebody at a page, who leaves with everybody else. */
  async enter(library, user, options) {
    const person = await Person.enter(this, library, user, options);
    this.#people.push(person);
    return person;
  }

  /** Somebody else with the same library, in a tab beside. @param {Person} person */
  async beside(person, user) {
    return this.enter(person.library, user, { context: person.context });
  }

  /** What is asked for from now on happens from now on, to everybody. */
  anew() {
    for (const person of this.#people) person.anew();
  }

  /** What pages complained of since this was asked last. */
  complained() {
    return this.complaints.splice(0);
  }

  /** The Verto sockets there were. */
  verto() {
    return [...this.sockets.values()].filter(({ url }) => url.endsWith('/verto'));
  }

  async api(method, path, body) {
    const response = await fetch(`${this.server.url}/api/v1${path}`, {
      method,
      headers: { authorization: 'Bearer dev', 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  async close() {
    clearInterval(this.watch);
    await Promise.all([this.browser?.close(), this.pages?.stop(), this.receiver?.stop()]);
    await this.server?.stop();
  }
}
