// Somebody at a page of one of the libraries: what they do, and a log of what the library told and of every frame of its sockets.

import { randomUUID } from 'node:crypto';

const WAIT_MS = 12_000;

/** The pages, by the names of tests. */
export const PAGES = { jQuery: 'jquery', SignalWire: 'signalwire', vertojs: 'vertojs', 'the native SDK': 'native' };

export class Person {
  /** What happened, in order: `{ kind: 'frame', way, at, socket, text, frame }`, `{ kind: 'state', state, … }` and whatever else pages tell. */
  log = [];
  #waiting = [];
  #from = 0;

  /**
   * Opens a page in a window of its own, so that no two people share what a browser keeps; with a `context`, in a tab of that window,
   * which is quicker.
   */
  static async enter(stage, library, user, { context } = {}) {
    const person = new Person();
    Object.assign(person, { stage, library, user, isGuest: context !== undefined });
    person.isNative = library === 'the native SDK';
    person.context = context ?? (await stage.browser.newContext());
    if (!context) await person.context.exposeBinding('tell', ({ page }, facts) => page.person.#note(facts));
    person.page = await person.context.newPage();
    person.page.person = person;
    person.page.on('pageerror', (error) => stage.complaints.push(`${library} of ${user}: ${error.stack ?? error}`));
    await person.#listen();
    await person.loadAnew();
    return person;
  }

  /** Loads the page, which forgets whatever it does not keep. */
  async loadAnew() {
    await this.page.goto(`${this.stage.pages.origin}/pages/${PAGES[this.library]}.html`);
    await this.page.waitForFunction(() => 'phone' in window);
  }

  /** Follows the sockets of the page, as the browser itself sees them. */
  async #listen() {
    const tools = await this.context.newCDPSession(this.page);
    const frame = (way) => ({ requestId, timestamp, response: { payloadData: text } }) => {
      const socket = this.stage.sockets.get(`${this.user} ${requestId}`);
      const entry = { kind: 'frame', way, at: timestamp * 1000, socket, text, frame: text.startsWith('#') ? null : JSON.parse(text) };
      socket.log.push(entry);
      this.#note(entry);
    };
    tools.on('Network.webSocketCreated', ({ requestId, url }) => {
      this.stage.sockets.set(`${this.user} ${requestId}`, { user: this.user, library: this.library, url, log: [] });
    });
    tools.on('Network.webSocketFrameSent', frame('out'));
    tools.on('Network.webSocketFrameReceived', frame('in'));
    tools.on('Network.webSocketClosed', ({ requestId, timestamp }) => {
      const socket = this.stage.sockets.get(`${this.user} ${requestId}`);
      socket.closedAt = timestamp * 1000;
      this.#note({ kind: 'gone', socket });
    });
    await tools.send('Network.enable');
  }

  #note(entry) {
    this.log.push(entry);
    this.#waiting = this.#waiting.filter(({ test, resolve }) => !test(entry) || resolve(entry));
  }

  /** What is asked for from now on happens from now on. */
  anew() {
    this.#from = this.log.length;
  }

  /** What is asked for is what ever happened to this person. */
  ever() {
    this.#from = 0;
    return this;
  }

  /** What happened since `anew`. */
  since() {
    return this.log.slice(this.#from);
  }

  /** The first of the log, since `anew`, that fits; or the first to come. */
  async until(test, what = String(test)) {
    const found = this.since().find(test);
    if (found) return found;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        const seen = this.since().map(({ kind, way, text, state }) => (kind === 'frame' ? `${way} ${text.slice(0, 300)}` : `${kind} ${state ?? ''}`));
        reject(new Error(`${this.user} (${this.library}) waited in vain for ${what}; what there was:\n${seen.join('\n')}`));
      }, WAIT_MS);
      const resolved = (entry) => {
        clearTimeout(late);
        resolve(entry);
      };
      this.#waiting.push({ test, resolve: resolved });
    });
  }

  /** Waits for the last thing known to be a state. @param {string} state */
  async is(state) {
    await this.until((entry) => entry.kind === 'state' && entry.state === state, `being ${state}`);
  }

  /** Waits for a request of the server's. @returns {Promise<any>} its params */
  async asked(method, test = () => true) {
    const fits = ({ kind, way, frame }) => kind === 'frame' && way === 'in' && frame?.method === method && test(frame.params);
    return (await this.until(fits, method)).frame.params;
  }

  /** Waits for a frame of the native protocol. */
  async heard(event) {
    const fits = ({ kind, way, frame }) => kind === 'frame' && way === 'in' && frame?.event === event;
    return (await this.until(fits, event)).frame;
  }

  /** Waits for a request of its own, and for its answer. @returns {Promise<{ request: any, result?: any, error?: any, ms: number }>} */
  async answered(method, test = () => true) {
    const asks = ({ kind, way, frame }) => kind === 'frame' && way === 'out' && frame?.method === method && test(frame.params);
    const asked = await this.until(asks, `sending ${method}`);
    const answers = ({ kind, way, frame, socket }) =>
      kind === 'frame' && way === 'in' && socket === asked.socket && frame && !('method' in frame) && frame.id === asked.frame.id;
    const answer = await this.until(answers, `the answer to ${method}`);
    return { request: asked.frame, result: answer.frame.result, error: answer.frame.error, ms: answer.at - asked.at };
  }

  /** Asks the page. */
  does(deed, ...facts) {
    return this.page.evaluate(([name, rest]) => window.phone[name](...rest), [deed, facts]);
  }

  async login(options = {}) {
    const url = `${options.through ?? this.stage.server.url}${this.isNative ? '/ws' : '/verto'}`.replace(/^http/, 'ws');
    // In somebody else's window the jQuery library would find that one's session.
    const own = this.isGuest && this.library === 'jQuery' ? { sessid: randomUUID() } : {};
    return this.does('login', { url, user: this.user, password: 'any', ...own, ...options });
  }

  /** Calls; what is asked of the two from now on is about this call. @param {Person | string} other */
  async calls(other) {
    for (const person of [this, other]) if (person instanceof Person) person.anew();
    await this.does('call', other.user ?? other);
  }

  /** Calls, is answered, and both talk. @param {Person} other */
  async talksTo(other) {
    await this.calls(other);
    await other.is('ringing');
    await other.does('answer');
    await Promise.all([this.is('talking'), other.is('talking')]);
  }

  /** How this party's end of a call came over the wire. @returns {Promise<{ code: number, cause: string, variables?: any }>} */
  async ended() {
    if (this.isNative) {
      const { error_code, reason } = await this.until(({ kind, way, frame }) => kind === 'frame' && way === 'in' && isEnd(frame), 'the end').then(({ frame }) => frame);
      return { code: error_code, cause: reason };
    }
    const { causeCode, cause, variables } = await this.asked('verto.bye');
    return { code: causeCode, cause, variables };
  }

  async leave() {
    await this.does('leave').catch(() => {});
    await this.page.close();
  }
}

/** A frame of the native protocol about a call that is over. */
const isEnd = (frame) => frame?.type === 'call' && (frame.event === 'finish' || (frame.event === 'reply' && frame.error_code !== 0));
