export const codes = Object.freeze({
  SUCCESS: 0,
  BAD_PARAMETER: 21,
  ADDRESS_FORBIDDEN: 113,
  SERVER_DRAINING: 120,
  BAD_LOGIN: 200,
  HOOK_UNREACHABLE: 206,
  HOOK_TIMEOUT: 207,
  NOT_LOGGED_IN: 208,
  LOGGED_IN_ELSEWHERE: 209,
  KICKED: 211,
  TOKEN_INVALID: 215,
  TOKEN_EXPIRED: 220,
  ALREADY_IN_CALL: 440,
  CANCELLED: 100101,
  OFFLINE: 100102,
  BUSY: 100103,
  REFUSED: 100104,
  TIMEOUT: 100105,
  DISCONNECTED: 100106,
  NOT_IN_CALL: 100107
});
const CODE_WORDS = /* @__PURE__ */ new Map([
  [codes.SUCCESS, "success"],
  [codes.BAD_PARAMETER, "bad parameter"],
  [codes.ADDRESS_FORBIDDEN, "address forbidden"],
  [codes.SERVER_DRAINING, "server draining"],
  [codes.BAD_LOGIN, "bad name or password"],
  [codes.HOOK_UNREACHABLE, "business server unreachable"],
  [codes.HOOK_TIMEOUT, "business server timed out"],
  [codes.NOT_LOGGED_IN, "not logged in"],
  [codes.LOGGED_IN_ELSEWHERE, "logged in elsewhere"],
  [codes.KICKED, "kicked"],
  [codes.TOKEN_INVALID, "token invalid"],
  [codes.TOKEN_EXPIRED, "token expired"],
  [codes.ALREADY_IN_CALL, "already in a call"],
  [codes.CANCELLED, "cancelled"],
  [codes.OFFLINE, "offline"],
  [codes.BUSY, "busy"],
  [codes.REFUSED, "refused"],
  [codes.TIMEOUT, "timeout"],
  [codes.DISCONNECTED, "disconnected"],
  [codes.NOT_IN_CALL, "not in a call"]
]);
export const flags = Object.freeze({ AUDIO: 1, VIDEO: 2 });
export function describeCode(code) {
  return CODE_WORDS.get(code) ?? "application code";
}
export class HookswitchError extends Error {
  /**
   * @param {number} code one of `codes`, or an application's own
   * @param {string} [message] plain English
   */
  constructor(code, message) {
    super(message || describeCode(code));
    this.name = "HookswitchError";
    this.code = code;
  }
}
const GATHER_MS = 1e3;
const CANDIDATE_BATCH_MS = 20;
const MAX_IN_FLIGHT = 100;
const MAX_HELD_SIGNALS = 256;
class Emitter {
  /** @type {Map<keyof Events, Set<(event: any) => void>>} */
  #listeners = /* @__PURE__ */ new Map();
  /**
   * Adds a listener.
   *
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {(event: Events[Name]) => void} listener
   * @returns {() => void} removes it again
   */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? /* @__PURE__ */ new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => this.off(name, listener);
  }
  /**
   * Removes a listener.
   *
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {(event: Events[Name]) => void} listener
   */
  off(name, listener) {
    this.#listeners.get(name)?.delete(listener);
  }
  /**
   * @internal
   * @template {keyof Events} Name
   * @param {Name} name
   * @param {Events[Name]} event
   */
  _emit(name, event) {
    for (const listener of [...this.#listeners.get(name) ?? []]) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
function tabDevice() {
  const key = "hookswitch.device";
  try {
    const device = sessionStorage.getItem(key) ?? `web-${randomId()}`;
    sessionStorage.setItem(key, device);
    return device;
  } catch {
    return `web-${randomId()}`;
  }
}
function asError(error) {
  return error instanceof Error ? error : new Error(String(error));
}
function otherDoor(facts) {
  return facts.role === "caller" ? facts.callee_door : facts.caller_door;
}
class Link {
  /** @type {ConnectOptions} */
  #options;
  /** @type {LinkHandlers} */
  #handlers;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ConnectionState} */
  #state = "connecting";
  /** @type {Map<number, Entry>} */
  #outbox = /* @__PURE__ */ new Map();
  #nextId = 1;
  #resume = "";
  #session = "";
  #lastSeq = 0;
  #attempts = 0;
  #startedAt = Date.now();
  #silenceMs = 5e4;
  #lastHeard = 0;
  #probing = false;
  /** @type {HookswitchError | null} */
  #refusal = null;
  /** @type {Closing | null} */
  #closing = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #probeTimer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watchdog;
  /**
   * @param {ConnectOptions} options
   * @param {LinkHandlers} handlers
   */
  constructor(options, handlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.device = options.device ?? tabDevice();
    if (typeof window !== "undefined") {
      window.addEventListener("online", this.#wake);
      document.addEventListener("visibilitychange", this.#wake);
    }
    this.#attempt();
  }
  get state() {
    return this.#state;
  }
  /**
   * Sends a frame now or as soon as there is a line; `answered` hears the server's `ok` before any later frame is read.
   *
   * @param {Frame} frame
   * @param {(answer: Frame) => void} [answered]
   * @returns {Promise<Frame>}
   */
  send(frame, answered) {
    if (this.#state === "closed") {
      return Promise.reject(new HookswitchError(codes.NOT_LOGGED_IN, "this client is closed; connect again"));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#outbox.set(id, {
        frame: { ...frame, id },
        sent: false,
        sentAt: 0,
        resolve: (answer) => {
          answered?.(answer);
          resolve(answer);
        },
        reject
      });
      this.#pump();
    });
  }
  /**
   * Frames not answered yet. In a new session the old ids mean nothing, so the owner says what becomes of each.
   *
   * @param {(frame: Frame, sent: boolean) => 'send' | 'drop' | { answer: Frame } | { error: Error }} decide
   */
  settle(decide) {
    for (const [id, entry] of [...this.#outbox]) {
      const fate = decide(entry.frame, entry.sent);
      if (fate === "send") continue;
      this.#outbox.delete(id);
      if (fate === "drop") entry.resolve({ type: "ok", id });
      else if ("answer" in fate) entry.resolve(fate.answer);
      else entry.reject(fate.error);
    }
  }
  /** @param {(frame: Frame) => boolean} wanted */
  pending(wanted) {
    return [...this.#outbox.values()].some((entry) => wanted(entry.frame));
  }
  /** Logs out: the session and its call end at once. */
  logout() {
    if (this.#state === "online") this.#socket?.send(JSON.stringify({ type: "logout" }));
    this.#stop(codes.NOT_LOGGED_IN, null);
  }
  #wake = () => {
    if (this.#state === "online") {
      if (Date.now() - this.#lastHeard > this.#replyTimeout) this.#probe();
    } else if (this.#retryTimer !== void 0) {
      this.#attempt();
    }
  };
  get #replyTimeout() {
    return this.#options.replyTimeoutMs ?? 5e3;
  }
  async #attempt() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = void 0;
    this.#refusal = null;
    this.#closing = null;
    let login;
    try {
      login = await this.#credentials();
    } catch (error) {
      if (this.#state === "connecting") return this.#stop(codes.NOT_LOGGED_IN, asError(error));
      this.#handlers.error(asError(error));
      return this.#retry(1e3);
    }
    if (this.#state === "closed") return;
    let socket;
    try {
      const url = new URL(this.#options.url ?? "/ws", globalThis.location?.href);
      url.protocol = url.protocol.replace("http", "ws");
      const Socket = this.#options.WebSocket ?? globalThis.WebSocket;
      socket = new Socket(url.href);
    } catch (error) {
      return this.#stop(codes.BAD_PARAMETER, asError(error));
    }
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: "login", ...login }));
    socket.onmessage = (event) => this.#read(String(event.data));
    socket.onclose = (event) => this.#lost(event.code);
    socket.onerror = () => {
    };
    this.#expect(2 * this.#replyTimeout);
  }
  /** @returns {Promise<Frame>} */
  async #credentials() {
    const { user, password, token, getToken } = this.#options;
    if (this.#resume) return { resume: this.#resume, last_seq: this.#lastSeq };
    if (getToken) return { token: await getToken(), device: this.device };
    if (token) return { token, device: this.device };
    return { user, password, device: this.device };
  }
  /**
   * Gives the socket up unless something is heard in time.
   *
   * @param {number} ms
   */
  #expect(ms) {
    clearTimeout(this.#probeTimer);
    this.#probeTimer = setTimeout(() => this.#lost(1006), ms);
  }
  #probe() {
    if (this.#probing) return;
    this.#probing = true;
    this.#socket?.send('{"type":"ping"}');
    this.#expect(this.#replyTimeout);
  }
  // A browser shows no WebSocket pings, so a line that died in silence is found by asking.
  #watch() {
    const now = Date.now();
    const oldest = [...this.#outbox.values()].find((entry) => entry.sent);
    const unanswered = oldest !== void 0 && now - oldest.sentAt > this.#replyTimeout;
    const quietFor = now - this.#lastHeard;
    if (quietFor > this.#silenceMs || unanswered && quietFor > this.#replyTimeout) this.#probe();
  }
  /** @param {string} text */
  #read(text) {
    this.#lastHeard = Date.now();
    if (this.#state === "online") {
      clearTimeout(this.#probeTimer);
      this.#probing = false;
    }
    const frame = JSON.parse(text);
    if (typeof frame.seq === "number" && frame.type !== "logged_in") {
      if (frame.seq <= this.#lastSeq) return;
      this.#lastSeq = frame.seq;
    }
    switch (frame.type) {
      case "logged_in":
        return this.#loggedIn(frame);
      case "ok":
        return this.#answered(frame, (entry) => entry.resolve(frame));
      case "error": {
        const error = new HookswitchError(frame.error_code, frame.message);
        if (this.#state !== "online") {
          this.#refusal = error;
        } else if (frame.id === void 0) {
          this.#handlers.error(error);
        } else {
          this.#answered(frame, (entry) => entry.reject(error));
        }
        return;
      }
      case "pong":
        return;
      case "closing":
        this.#closing = { errorCode: frame.error_code, reconnect: frame.reconnect, message: frame.message };
        return this.#handlers.closing(this.#closing);
      default:
        return this.#handlers.frame(frame);
    }
  }
  /** @param {Frame} frame */
  #loggedIn(frame) {
    clearTimeout(this.#probeTimer);
    this.#probing = false;
    const newSession = frame.session !== this.#session;
    this.#session = frame.session;
    this.#resume = frame.resume;
    if (!frame.resumed) this.#lastSeq = frame.seq ?? 0;
    this.#silenceMs = 2e3 * frame.heartbeat_secs;
    this.#attempts = 0;
    clearInterval(this.#watchdog);
    this.#watchdog = setInterval(() => this.#watch(), Math.min(1e3, this.#silenceMs / 4, this.#replyTimeout / 2));
    this.#handlers.loggedIn(frame, newSession);
    for (const entry of this.#outbox.values()) entry.sent = false;
    this.#setState("online");
    this.#pump();
  }
  /**
   * @param {Frame} frame
   * @param {(entry: Entry) => void} deliver
   */
  #answered(frame, deliver) {
    const entry = this.#outbox.get(frame.id);
    if (!entry) return;
    this.#outbox.delete(frame.id);
    deliver(entry);
    this.#pump();
  }
  #pump() {
    if (this.#state !== "online" || this.#socket?.readyState !== 1) return;
    let inFlight = 0;
    for (const entry of this.#outbox.values()) {
      if (inFlight++ >= MAX_IN_FLIGHT) return;
      if (entry.sent) continue;
      entry.sent = true;
      entry.sentAt = Date.now();
      this.#socket.send(JSON.stringify(entry.frame));
    }
  }
  /** @param {number} code of the close frame; 1006 without one */
  #lost(code) {
    this.#drop();
    if (this.#state === "closed") return;
    const refusal = this.#refusal;
    if (refusal && this.#resume) {
      this.#resume = "";
      this.#attempt();
      return;
    }
    if (refusal && refusal.code !== codes.SERVER_DRAINING && code !== 4429) return this.#stop(refusal.code, refusal);
    const closing = this.#closing;
    if (code === 4401 || code === 4409 || code === 4411 || closing && !closing.reconnect) {
      const byCode = code === 4409 ? codes.LOGGED_IN_ELSEWHERE : code === 4411 ? codes.KICKED : codes.NOT_LOGGED_IN;
      const reason = closing?.errorCode ?? byCode;
      return this.#stop(reason, new HookswitchError(reason, closing?.message));
    }
    if (code === 4400 || code === 4413) this.#blame(code);
    const waited = Date.now() - this.#startedAt;
    if (this.#state === "connecting" && waited >= (this.#options.connectTimeoutMs ?? 1e4)) {
      return this.#stop(codes.NOT_LOGGED_IN, refusal ?? new Error("the server cannot be reached"));
    }
    this.#retry(code === 4429 ? 1e3 : 0);
    if (this.#state === "online") this.#setState("reconnecting");
  }
  // A frame that the server cannot read would close every further socket too.
  /** @param {number} code */
  #blame(code) {
    const sent = [...this.#outbox.values()].filter((entry) => entry.sent);
    const size = (entry) => JSON.stringify(entry.frame).length;
    const largest = Math.max(...sent.map(size));
    for (const entry of code === 4413 ? sent.filter((one) => size(one) === largest) : sent) {
      this.#outbox.delete(entry.frame.id);
      entry.reject(new HookswitchError(codes.BAD_PARAMETER, code === 4413 ? "the frame is too big" : void 0));
    }
  }
  /** @param {number} leastMs */
  #retry(leastMs) {
    const { minBackoffMs = 250, maxBackoffMs = 5e3 } = this.#options;
    const step = Math.min(maxBackoffMs, minBackoffMs * 2 ** this.#attempts++);
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#attempt(), Math.max(leastMs, step * (0.5 + Math.random() / 2)));
  }
  #drop() {
    clearTimeout(this.#probeTimer);
    clearInterval(this.#watchdog);
    this.#probing = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
  /**
   * @param {number} code
   * @param {Error | null} error
   */
  #stop(code, error) {
    if (this.#state === "closed") return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = void 0;
    this.#drop();
    this.#resume = "";
    if (typeof window !== "undefined") {
      window.removeEventListener("online", this.#wake);
      document.removeEventListener("visibilitychange", this.#wake);
    }
    const outbox = [...this.#outbox.values()];
    this.#outbox.clear();
    this.#setState("closed");
    this.#handlers.closed(code);
    for (const entry of outbox) entry.reject(error ?? new HookswitchError(code));
    if (error) this.#handlers.error(error);
  }
  /** @param {ConnectionState} state */
  #setState(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#handlers.state(state);
  }
}
export function connect(options) {
  return new Promise((resolve, reject) => {
    const client = new Client(options, resolve, reject);
    void client;
  });
}
export class Client extends Emitter {
  /** @type {Link} */
  #link;
  /** @type {Set<Call>} */
  #calls = /* @__PURE__ */ new Set();
  /** @type {Set<string>} */
  #watched = /* @__PURE__ */ new Set();
  /** @type {Call[] | null} */
  #unannounced = [];
  /**
   * @internal
   * @param {ConnectOptions} options
   * @param {(client: Client) => void} resolve
   * @param {(error: Error) => void} reject
   */
  constructor(options, resolve, reject) {
    super();
    this.user = options.user ?? "";
    this.session = "";
    this.iceServers = [];
    this.online = /* @__PURE__ */ new Set();
    this.#link = new Link(options, {
      loggedIn: (frame, newSession) => {
        this.#loggedIn(frame, newSession);
        resolve(this);
        if (this.#unannounced) setTimeout(() => this.#announceAll(), 0);
      },
      frame: (frame) => this.#frame(frame),
      state: (state) => {
        if (state === "reconnecting") for (const call of this.calls) call._lineLost();
        this._emit("state", state);
      },
      closing: (closing) => this._emit("closing", closing),
      error: (error) => {
        reject(error);
        this._emit("error", error);
      },
      closed: (code) => {
        for (const call of this.calls) call._end(code === codes.NOT_LOGGED_IN ? codes.DISCONNECTED : code, "disconnected");
      }
    });
    this.device = this.#link.device;
  }
  /** Whether the line to the server is up. */
  get state() {
    return this.#link.state;
  }
  /** The calls that have not ended; at most one, but for moments. */
  get calls() {
    return [...this.#calls];
  }
  /**
   * Calls a user. Calling somebody who is ringing here answers that call.
   *
   * @param {string} user
   * @param {CallOptions} [options]
   * @returns {Call} in state `dialing`
   */
  call(user, options = {}) {
    const ringing = this.calls.find((one) => one.user === user && one.role === "callee" && one.state === "ringing");
    if (ringing) {
      ringing.answer({ media: options.media }).catch((error) => ringing._emit("error", asError(error)));
      return ringing;
    }
    const call = new Call(this, this.#link, {
      user,
      role: "caller",
      state: "dialing",
      flags: options.flags ?? (options.media ? flags.AUDIO | flags.VIDEO : 0),
      param: options.param ?? 0,
      user_str: options.userStr ?? ""
    });
    this.#calls.add(call);
    call._dial(options);
    return call;
  }
  /**
   * Watches the presence of users; `['*']` is everybody, where the server allows it. Kept across reconnects.
   *
   * @param {string[]} users
   * @returns {Promise<string[]>} those who are online
   */
  async watch(users) {
    const { online = [] } = await this.#link.send({ type: "watch", users });
    for (const user of users) this.#watched.add(user);
    for (const user of online) this.online.add(user);
    return online;
  }
  /**
   * @param {string[]} users
   * @returns {Promise<void>}
   */
  async unwatch(users) {
    for (const user of users) {
      this.#watched.delete(user);
      this.online.delete(user);
    }
    if (users.includes("*")) this.online = new Set([...this.online].filter((user) => this.#watched.has(user)));
    await this.#link.send({ type: "unwatch", users });
  }
  /** Logs out. A call ends at once, there is no grace. */
  logout() {
    this.#link.logout();
  }
  /**
   * @internal
   * @param {Call} call
   */
  _forget(call) {
    this.#calls.delete(call);
  }
  /**
   * @internal
   * @param {Frame} request that was held back while a call of ours to the same user was under way
   */
  _incoming(request) {
    this.#add({ ...request, role: "callee", state: "ringing" });
  }
  #announceAll() {
    const calls = this.#unannounced ?? [];
    this.#unannounced = null;
    for (const call of calls) if (call.state !== "ended") this._emit("call", call);
  }
  /** @param {Frame} facts */
  #add(facts) {
    const call = new Call(this, this.#link, facts);
    this.#calls.add(call);
    if (this.#unannounced) this.#unannounced.push(call);
    else this._emit("call", call);
  }
  /**
   * @param {Frame} frame
   * @param {boolean} newSession
   */
  #loggedIn(frame, newSession) {
    this.user = frame.user;
    this.session = frame.session;
    this.iceServers = frame.ice_servers ?? [];
    if (frame.resumed) return;
    const snapshot = (frame.calls ?? []).filter((facts) => this.#isOurs(facts));
    this.#reconcile(snapshot);
    if (newSession) this.#settle(snapshot);
    if (this.#watched.size > 0) this.#watchAgain();
  }
  // The call of another device of this user is that device's alone.
  /** @param {Frame} facts */
  #isOurs(facts) {
    const owner = facts.role === "caller" ? facts.caller_device : facts.callee_device;
    return typeof owner !== "string" || owner === this.device;
  }
  /** @param {Frame[]} snapshot */
  #reconcile(snapshot) {
    for (const call of this.calls) {
      const facts = snapshot.find((one) => one.id === call.id) ?? snapshot.find((one) => call._isTheSame(one));
      if (facts) call._catchUp(facts);
      else if (call.id !== null) call._end(codes.DISCONNECTED, "disconnected");
    }
    for (const facts of snapshot) {
      const known = this.calls.some((call) => call.id === facts.id);
      if (!known && !this.#isBeingEnded(facts)) this.#add({ ...facts, call: facts.id, sdp: facts.sdp, restored: true });
    }
  }
  // A call that was ended here while the line was down is over for this side.
  /** @param {Frame} facts */
  #isBeingEnded(facts) {
    return this.#link.pending((frame) => {
      const ends = frame.event === "finish" || frame.event === "reply" && frame.error_code !== 0;
      return ends && (frame.call === void 0 ? frame.user === facts.user : frame.call === facts.id);
    });
  }
  // The server has forgotten the ids of the old session: only what cannot take effect twice is said again.
  /** @param {Frame[]} snapshot */
  #settle(snapshot) {
    this.#link.settle((frame, sent) => {
      if (frame.type === "call" && frame.event === "request") {
        if (!sent) return "send";
        const facts = snapshot.find((one) => one.role === "caller" || one.user === frame.user);
        if (facts) return { answer: { type: "ok", call: facts.id } };
        return { error: new HookswitchError(codes.DISCONNECTED) };
      }
      if (frame.call === void 0) return "send";
      return snapshot.some((one) => one.id === frame.call) ? "send" : "drop";
    });
  }
  async #watchAgain() {
    const before = new Set(this.online);
    try {
      const { online = [] } = await this.#link.send({ type: "watch", users: [...this.#watched] });
      this.online = new Set(online);
    } catch (error) {
      return this._emit("error", asError(error));
    }
    for (const user of before) if (!this.online.has(user)) this._emit("presence", { user, online: false });
    for (const user of this.online) if (!before.has(user)) this._emit("presence", { user, online: true });
  }
  /** @param {Frame} frame */
  #frame(frame) {
    if (frame.type === "presence") {
      if (frame.online) this.online.add(frame.user);
      else this.online.delete(frame.user);
      this._emit("presence", { user: frame.user, online: frame.online });
    } else if (frame.type === "signal") {
      this.calls.find((call) => call.id === frame.call)?._signal(frame.data);
    } else if (frame.type === "call") {
      this.#callFrame(frame);
    }
  }
  /** @param {Frame} frame */
  #callFrame(frame) {
    const call = frame.call === void 0 ? this.calls.find((one) => one._concerns(frame)) : this.calls.find((one) => one.id === frame.call) ?? this.calls.find((one) => one._holds(frame));
    if (call) return call._event(frame);
    if (frame.event === "request") {
      const rival = this.calls.find((one) => one._mayBe(frame));
      if (rival) rival._cross(frame);
      else this._incoming(frame);
    } else if (frame.event === "reply" && frame.error_code === 0 && frame.placed) {
      this.#add({ ...frame, role: "caller", state: "ringing" });
    }
  }
}
export class Call extends Emitter {
  /** @type {Client} */
  #client;
  /** @type {Link} */
  #link;
  /** @type {CallState} */
  #state;
  /** @type {CallMedia | null} */
  #media = null;
  /** @type {RtcSignal[]} */
  #heldSignals = [];
  /** @type {Frame | null} */
  #heldRequest = null;
  #requesting = false;
  #rejoined = false;
  /** @type {Promise<void> | null} */
  #answering = null;
  /** @type {{ code: number, reason: string } | null} */
  #ending = null;
  /**
   * @internal
   * @param {Client} client
   * @param {Link} link
   * @param {Frame} facts
   */
  constructor(client, link, facts) {
    super();
    this.#client = client;
    this.#link = link;
    this.#state = facts.state === "requested" ? facts.role === "caller" ? "dialing" : "ringing" : facts.state;
    this.id = facts.call ?? null;
    this.user = facts.user;
    this.role = facts.role;
    this.flags = facts.flags ?? 0;
    this.param = facts.param ?? 0;
    this.userStr = facts.user_str ?? "";
    this.room = facts.room ?? 0;
    this.door = facts.door ?? null;
    this.offer = facts.role === "callee" && this.#state === "ringing" ? facts.sdp ?? null : null;
    this.placed = facts.placed === true;
    this.restored = facts.restored === true;
    this.errorCode = 0;
    this.reason = "";
    this.#rejoined = this.restored && this.#state === "talking";
  }
  /**
   * @internal
   * Whether the call was talking before this side knew.
   */
  get _rejoined() {
    return this.#rejoined;
  }
  get state() {
    return this.#state;
  }
  /**
   * The peer connection in use, for statistics and for `replaceTrack`; another one after a reload of the other page. Null
   * until there is one.
   *
   * @returns {RTCPeerConnection | null}
   */
  get peerConnection() {
    return this.#media?.peerConnection ?? null;
  }
  /**
   * Wires WebRTC to the call: offer, answer, candidates, ICE restarts, and a new start after a reload of either page. Needed
   * only where it was not given to `client.call` or `answer`.
   *
   * @param {MediaOptions} options
   * @returns {CallMedia}
   */
  media(options) {
    if (this.#state === "ended") throw new HookswitchError(codes.NOT_IN_CALL);
    this.#media?.close();
    const media = new CallMedia(this, this.#client, options);
    this.#media = media;
    const held = this.#heldSignals;
    this.#heldSignals = [];
    if (this.#state === "talking") media._started(null, held);
    return media;
  }
  /**
   * Accepts an incoming call. On one that was placed for this user, or found again after a reload, attaches the media only.
   *
   * @param {AnswerOptions} [options]
   * @returns {Promise<void>} once the server has heard it; state `talking` follows by itself
   */
  async answer(options = {}) {
    if (this.role === "caller" || this.#state === "talking") {
      if (options.media) this.media(options.media);
      return;
    }
    this.#answering ??= this.#answer(options).catch((error) => {
      this.#answering = null;
      throw error;
    });
    await this.#answering;
  }
  /** @param {AnswerOptions} options */
  async #answer(options) {
    const open = this.#state === "ringing" || this.#state === "dialing";
    if (this.role !== "callee" || !open) throw new HookswitchError(codes.NOT_IN_CALL);
    const media = options.media ? this.media(options.media) : this.#media;
    const sdp = options.sdp ?? await media?._answer(this.offer);
    if (
      /** @type {CallState} */
      this.#state === "ended"
    ) throw new HookswitchError(this.errorCode);
    await this.#send("reply", { error_code: 0, param: options.param, user_str: options.userStr, sdp });
  }
  /**
   * Refuses an incoming call.
   *
   * @param {number} [code] what the caller gets
   * @param {EndOptions} [options]
   * @returns {Promise<void>}
   */
  decline(code = codes.REFUSED, options = {}) {
    return this.#finish("reply", code, "refused", options);
  }
  /**
   * Takes back an outgoing call that nobody has answered.
   *
   * @param {EndOptions} [options]
   * @returns {Promise<void>}
   */
  async cancel(options = {}) {
    if (this.id === null) {
      this.#link.settle((frame, sent) => sent || !this.#isRequest(frame) ? "send" : "drop");
      if (!this.#link.pending((frame) => this.#isRequest(frame))) return this._end(codes.CANCELLED, "cancelled");
    }
    return this.#finish("reply", codes.CANCELLED, "cancelled", options);
  }
  /**
   * Ends the call, whatever state it is in: cancels, declines or hangs up.
   *
   * @param {number} [code] what the other party gets, where the call was talking
   * @param {EndOptions} [options]
   * @returns {Promise<void>}
   */
  async hangup(code = codes.SUCCESS, options = {}) {
    if (this.#state === "talking") return this.#finish("finish", code, "hangup", options);
    if (this.role === "caller") return this.cancel(options);
    return this.decline(code || codes.REFUSED, options);
  }
  /**
   * Sends any JSON to the other party's device; it arrives as a `signal` event. May arrive twice where the server was
   * restarted meanwhile.
   *
   * @param {unknown} data
   * @returns {Promise<void>}
   */
  async signal(data) {
    if (this.#state === "ended") throw new HookswitchError(codes.NOT_IN_CALL);
    await this.#link.send({ type: "signal", call: this.id, data });
  }
  /** @param {Frame} frame */
  #isRequest(frame) {
    return frame.type === "call" && frame.event === "request" && frame.user === this.user;
  }
  /**
   * @param {'reply' | 'finish'} event
   * @param {number} code
   * @param {string} reason
   * @param {EndOptions} options
   */
  async #finish(event, code, reason, options) {
    if (this.#state === "ended" || this.#ending) return;
    this.#ending = { code, reason };
    const told = this.#send(event, { error_code: code, param: options.param, user_str: options.userStr }, () => {
      if (this.#state !== "talking") this._end(code, reason);
    });
    if (this.#client.state !== "online") this._lineLost();
    await told.catch((error) => this._emit("error", asError(error)));
  }
  /**
   * @param {'reply' | 'finish'} event
   * @param {Frame} fields
   * @param {() => void} [answered]
   */
  async #send(event, fields, answered) {
    const call = this.id ?? void 0;
    await this.#link.send({ type: "call", event, user: this.user, call, ...fields }, answered);
  }
  /**
   * @internal
   * @param {CallOptions} options
   */
  async _dial(options) {
    try {
      const sdp = options.sdp ?? (options.media && await this.media(options.media)._offer());
      if (this.#state === "ended") return;
      if (this.role === "callee") return await this.#answer({ param: options.param, userStr: options.userStr });
      this.#requesting = true;
      const { user, param } = this;
      const fields = { user, flags: this.flags, param, user_str: this.userStr, ring_secs: options.ringSecs, sdp };
      await this.#link.send({ type: "call", event: "request", ...fields }, (answer) => this.#requested(answer));
    } catch (error) {
      const refused = error instanceof HookswitchError;
      if (!refused) this._emit("error", asError(error));
      const code = refused ? error.code : codes.DISCONNECTED;
      this._end(code, refused ? code === codes.DISCONNECTED ? "disconnected" : "" : "media_failed");
    }
  }
  /** @param {Frame} answer */
  #requested(answer) {
    const request = this.#heldRequest;
    this.#heldRequest = null;
    if (answer.call) this.id ??= answer.call;
    if (request && request.call === this.id) this.#merge(request);
    else if (request) this.#client._incoming(request);
  }
  // Both called each other at once, and the other's call survived: ours is its acceptance, without our offer.
  /** @param {Frame} request */
  #merge(request) {
    this.role = "callee";
    this.offer = request.sdp ?? null;
    this.flags = request.flags;
    this.param = request.param;
    this.userStr = request.user_str;
    this.door = request.door ?? null;
    this.#media?._forgetOffer();
  }
  /**
   * @internal
   * @param {Frame} frame without an id, since it tells of no call: 21, 440 and 100107
   */
  _concerns(frame) {
    if (frame.user !== this.user) return false;
    if (frame.error_code === codes.NOT_IN_CALL) return this.#ending !== null || this.#answering !== null;
    return this.role === "caller" && this.id === null && this.#requesting;
  }
  /**
   * @internal
   * @param {Frame} frame
   */
  _holds(frame) {
    return this.#heldRequest !== null && this.#heldRequest.call === frame.call;
  }
  /**
   * @internal
   * @param {Frame} request whether it and our own, not yet answered, may turn out to be one call
   */
  _mayBe(request) {
    return this.id === null && this.role === "caller" && this.user === request.user;
  }
  /**
   * @internal
   * @param {Frame} request
   */
  _cross(request) {
    if (this.#requesting) {
      this.#heldRequest = request;
    } else {
      this.id = request.call;
      this.#merge(request);
    }
  }
  /**
   * @internal
   * @param {Frame} facts of a snapshot
   */
  _isTheSame(facts) {
    return this.id === null && this.#requesting && (facts.role === "caller" || facts.user === this.user);
  }
  /**
   * @internal
   * @param {Frame} facts of a snapshot: events may have been lost
   */
  _catchUp(facts) {
    this.id = facts.id;
    this.user = facts.user;
    this.role = facts.role;
    this.door = otherDoor(facts) ?? this.door;
    if (facts.state === "talking" && this.#state !== "talking") {
      this.#rejoined = true;
      this.room = facts.room;
      this.#setState("talking");
      this.#media?._rejoin();
    } else if (facts.state === "ringing") {
      this.#setState("ringing");
    }
  }
  /**
   * @internal
   * @param {Frame} frame
   */
  _event(frame) {
    if (this._holds(frame)) {
      this.#heldRequest = null;
      return;
    }
    this.user = frame.user;
    this.door = frame.door ?? this.door;
    if (frame.event === "request") {
      if (this.#requesting && this.role === "caller") this.#merge(frame);
    } else if (frame.event === "start") {
      this.room = frame.param;
      this.#setState("talking");
      this.#media?._started(frame.sdp ?? null, []);
    } else if (frame.event === "finish" || frame.error_code !== 0) {
      this._end(frame.error_code, frame.reason ?? "");
    } else {
      this.placed ||= frame.placed === true;
      this.#setState("ringing");
    }
  }
  /**
   * @internal
   * @param {any} data
   */
  _signal(data) {
    if (data === null || typeof data !== "object" || !data.rtc) return this._emit("signal", data);
    if (this.#media) return this.#media._signal(data.rtc);
    const signal = data.rtc;
    if (signal.hello || signal.description) {
      this.#heldSignals = this.#heldSignals.filter((held) => held.from === signal.from);
    }
    if (this.#heldSignals.length < MAX_HELD_SIGNALS) this.#heldSignals.push(signal);
  }
  /** @internal */
  _lineLost() {
    if (this.#ending) this._end(this.#ending.code, this.#ending.reason);
  }
  /**
   * @internal
   * @param {number} code
   * @param {string} reason
   */
  _end(code, reason) {
    if (this.#state === "ended") return;
    this.errorCode = code;
    this.reason = reason;
    this.#client._forget(this);
    this.#media?.close();
    const request = this.#heldRequest;
    this.#heldRequest = null;
    this.#setState("ended");
    this._emit("ended", { errorCode: code, reason });
    if (request) this.#client._incoming(request);
  }
  /** @param {CallState} state */
  #setState(state) {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    this._emit("state", { state, previous });
  }
}
const HEAL_MS = { caller: 1500, callee: 4e3 };
const GUARD_MS = { caller: 8e3, callee: 12e3 };
const UNHEARD_MS = 2e3;
const MAX_GUARD_MS = 6e4;
export class CallMedia {
  /** @type {Call} */
  #call;
  /** @type {Client} */
  #client;
  /** @type {MediaOptions} */
  #options;
  /** @type {RTCPeerConnection | null} */
  #pc = null;
  #id = "";
  /** @type {string | null} */
  #remoteId = null;
  #remoteOffer = "";
  #closed = false;
  #live = false;
  #tries = 0;
  /** @type {RTCIceCandidateInit[]} */
  #candidates = [];
  /** @type {Promise<unknown>} */
  #chain = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #candidateTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #healTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #guardTimer;
  /**
   * @internal
   * @param {Call} call
   * @param {Client} client
   * @param {MediaOptions} options
   */
  constructor(call, client, options) {
    this.#call = call;
    this.#client = client;
    this.#options = options;
    this.remoteStream = null;
  }
  /** The peer connection in use; another one after a reload of the other page. Null until there is one. */
  get peerConnection() {
    return this.#pc;
  }
  /** Ends the WebRTC side; done by itself when the call ends. The local stream stays the application's. */
  close() {
    this.#closed = true;
    this.#release();
  }
  /**
   * @internal
   * @returns {Promise<SessionDescription>} for a request: complete, since nothing is known of the other party yet
   */
  _offer() {
    return this.#run(async () => {
      const pc = await this.#open(true);
      await pc.setLocalDescription();
      await gathered(pc);
      return this.#description(pc);
    });
  }
  /**
   * @internal
   * @param {SessionDescription | null} offer
   * @returns {Promise<SessionDescription | undefined>} for a reply; none where the offer is yet to come
   */
  _answer(offer) {
    return this.#run(async () => {
      if (!offer) return void 0;
      const pc = await this.#open(false);
      await this.#accept(pc, offer.session ?? "", offer);
      await pc.setLocalDescription();
      if (!this.#trickles) await gathered(pc);
      return this.#description(pc);
    });
  }
  /**
   * @internal
   * @param {SessionDescription | null} answer that came with start
   * @param {RtcSignal[]} held signals that came before there was media
   */
  _started(answer, held) {
    this.#live = true;
    this.#background(async () => {
      const pc = this.#pc;
      if (answer && pc?.signalingState === "have-local-offer") {
        await this.#accept(pc, answer.session ?? "", answer);
      } else if (this.#call.role === "caller") {
        if (!pc) await this.#restart();
      } else if (!pc?.remoteDescription) {
        if (this.#call.offer) await this.#answerOffer(this.#call.offer.session ?? "", this.#call.offer);
        else if (this.#call._rejoined && !held.some((signal) => signal.description && !signal.to)) await this.#restart();
      }
      this.#flush();
      this.#guard();
    });
    for (const signal of held) if (!signal.hello) this._signal(signal);
  }
  /** @internal */
  _rejoin() {
    this.#live = true;
    if (this.#pc?.connectionState !== "connected") this.#background(() => this.#restart());
  }
  /** @internal */
  _forgetOffer() {
    this.#background(async () => this.#release());
  }
  /**
   * @internal
   * @param {RtcSignal} signal
   */
  _signal(signal) {
    this.#background(async () => {
      if (signal.to && signal.to !== this.#id) return;
      if (signal.hello) await this.#hello(signal.from);
      else if (signal.description?.type === "offer") await this.#offered(signal.from, signal.description);
      else if (signal.description) await this.#answered(signal.from, signal.description);
      else if (signal.from === this.#remoteId) await this.#addCandidates(signal.candidates ?? []);
    });
  }
  get #polite() {
    return this.#call.role === "callee";
  }
  get #trickles() {
    return (this.#call.door ?? "native") === "native";
  }
  /**
   * One step at a time: a negotiation must not be overtaken by the next.
   *
   * @template Result
   * @param {() => Promise<Result>} step
   * @returns {Promise<Result>}
   */
  #run(step) {
    const result = this.#chain.then(step);
    this.#chain = result.catch(() => {
    });
    return result;
  }
  /** @param {() => Promise<void>} step */
  #background(step) {
    this.#run(async () => {
      if (!this.#closed) await step();
    }).catch((error) => {
      if (!this.#closed) this.#call._emit("error", asError(error));
    });
  }
  #release() {
    clearTimeout(this.#candidateTimer);
    clearTimeout(this.#healTimer);
    clearTimeout(this.#guardTimer);
    this.#candidateTimer = void 0;
    this.#candidates = [];
    const pc = this.#pc;
    this.#pc = null;
    if (!pc) return;
    pc.onicecandidate = pc.ontrack = pc.onnegotiationneeded = pc.onconnectionstatechange = null;
    pc.close();
  }
  /**
   * A new peer connection in place of the old one.
   *
   * @param {boolean} offering
   */
  async #open(offering) {
    const stream = await this.#options.localStream;
    if (this.#closed) throw new HookswitchError(this.#call.errorCode, "the call has ended");
    this.#release();
    const pc = new RTCPeerConnection({ iceServers: this.#client.iceServers, ...this.#options.rtcConfiguration });
    this.#pc = pc;
    this.#id = randomId();
    this.#remoteId = null;
    this.#remoteOffer = "";
    for (const track of stream?.getTracks() ?? []) if (stream) pc.addTrack(track, stream);
    if (offering) this.#wantBoth(pc);
    pc.onicecandidate = ({ candidate }) => candidate && this.#trickle(candidate.toJSON());
    pc.ontrack = ({ track, streams }) => this.#arrived(streams[0] ?? new MediaStream([track]));
    pc.onnegotiationneeded = () => this.#renegotiate(pc);
    pc.onconnectionstatechange = () => this.#connection(pc);
    return pc;
  }
  // Who has no camera still wants to see.
  /** @param {RTCPeerConnection} pc */
  #wantBoth(pc) {
    const wanted = this.#call.flags & (flags.AUDIO | flags.VIDEO) || flags.AUDIO | flags.VIDEO;
    const kinds = pc.getTransceivers().map(({ sender }) => sender.track?.kind);
    if (wanted & flags.AUDIO && !kinds.includes("audio")) pc.addTransceiver("audio", { direction: "recvonly" });
    if (wanted & flags.VIDEO && !kinds.includes("video")) pc.addTransceiver("video", { direction: "recvonly" });
  }
  /** @param {MediaStream} stream */
  #arrived(stream) {
    if (stream === this.remoteStream) return;
    this.remoteStream = stream;
    this.#options.onRemoteStream?.(stream);
  }
  /**
   * @param {RTCPeerConnection} pc
   * @returns {SessionDescription} with the candidates known by now, which therefore need not be sent again
   */
  #description(pc) {
    const { type, sdp } = (
      /** @type {RTCSessionDescription} */
      pc.localDescription
    );
    this.#candidates = [];
    return { type, sdp, session: this.#id };
  }
  /** @param {RTCPeerConnection} pc */
  #sendDescription(pc) {
    const { type, sdp } = this.#description(pc);
    this.#send({ from: this.#id, to: this.#remoteId || void 0, description: { type, sdp } });
    this.#guard();
  }
  /** @param {RtcSignal} rtc */
  #send(rtc) {
    if (this.#live && this.#trickles) this.#call.signal({ rtc }).catch(() => {
    });
  }
  // Before start nobody knows which device will answer, so there is nobody to send candidates to.
  /** @param {RTCIceCandidateInit} candidate */
  #trickle(candidate) {
    this.#candidates.push(candidate);
    if (!this.#live || this.#candidateTimer !== void 0) return;
    this.#candidateTimer = setTimeout(() => this.#flush(), CANDIDATE_BATCH_MS);
  }
  #flush() {
    clearTimeout(this.#candidateTimer);
    this.#candidateTimer = void 0;
    if (this.#candidates.length === 0) return;
    this.#send({ from: this.#id, to: this.#remoteId || void 0, candidates: this.#candidates });
    this.#candidates = [];
  }
  /**
   * @param {RTCPeerConnection} pc
   * @param {string} from
   * @param {{ type: RTCSdpType, sdp: string }} description
   */
  async #accept(pc, from, { type, sdp }) {
    this.#remoteId = from;
    this.#tries = 0;
    if (type === "offer") this.#remoteOffer = originOf(sdp);
    await pc.setRemoteDescription({ type, sdp });
  }
  /**
   * @param {string} from
   * @param {{ type: RTCSdpType, sdp: string }} offer
   */
  async #answerOffer(from, offer) {
    const waiting = this.#pc?.signalingState === "stable" && this.#remoteId === null;
    const known = this.#pc !== null && (waiting || this.#remoteId === from);
    const pc = known && this.#pc ? this.#pc : await this.#open(false);
    await this.#accept(pc, from, offer);
    await pc.setLocalDescription();
    this.#sendDescription(pc);
  }
  /**
   * @param {string} from
   * @param {{ type: RTCSdpType, sdp: string }} offer
   */
  async #offered(from, offer) {
    const pc = this.#pc;
    if (pc?.signalingState === "closed") return this.#restart();
    if (pc && from === this.#remoteId) {
      if (originOf(offer.sdp) === this.#remoteOffer) return;
      if (pc.signalingState !== "stable" && !this.#polite) return;
    }
    await this.#answerOffer(from, offer);
  }
  /**
   * @param {string} from
   * @param {{ type: RTCSdpType, sdp: string }} answer
   */
  async #answered(from, answer) {
    if (this.#pc?.signalingState !== "have-local-offer") return;
    await this.#accept(this.#pc, from, answer);
    this.#flush();
  }
  /** @param {string} from */
  async #hello(from) {
    const pc = this.#pc;
    if (from === this.#remoteId && pc?.connectionState === "connected") return;
    if (pc?.signalingState === "have-local-offer" && this.#remoteId === null) this.#sendDescription(pc);
    else await this.#restart();
  }
  /** @param {RTCIceCandidateInit[]} candidates */
  async #addCandidates(candidates) {
    for (const candidate of candidates) {
      await this.#pc?.addIceCandidate(candidate).catch(() => {
      });
    }
  }
  async #again() {
    const pc = this.#pc;
    if (pc === null || this.#remoteId !== null) await this.#restart();
    else if (this.#polite) this.#sayHello();
    else this.#sendDescription(pc);
  }
  #sayHello() {
    this.#send({ from: this.#id, hello: true });
    this.#guard();
  }
  /** A new peer connection on this side, and so on the other. */
  async #restart() {
    const pc = await this.#open(!this.#polite);
    if (this.#polite) {
      this.#sayHello();
    } else {
      await pc.setLocalDescription();
      this.#sendDescription(pc);
    }
  }
  /** @param {RTCPeerConnection} pc */
  #renegotiate(pc) {
    this.#background(async () => {
      if (pc !== this.#pc || !this.#live || !pc.remoteDescription || pc.signalingState !== "stable") return;
      await pc.setLocalDescription();
      this.#sendDescription(pc);
    });
  }
  /** @param {RTCPeerConnection} pc */
  #connection(pc) {
    const state = pc.connectionState;
    clearTimeout(this.#healTimer);
    if (state === "connected") {
      this.#tries = 0;
      clearTimeout(this.#guardTimer);
    } else if (state === "disconnected") {
      this.#healTimer = setTimeout(() => this.#heal(pc), HEAL_MS[this.#call.role]);
    } else if (state === "failed") {
      this.#healTimer = setTimeout(() => this.#heal(pc), this.#polite ? HEAL_MS.caller : 0);
    }
    this.#options.onConnectionState?.(state);
  }
  /** @param {RTCPeerConnection} pc */
  #heal(pc) {
    if (pc !== this.#pc) return;
    pc.restartIce();
    this.#guard();
  }
  #guard() {
    clearTimeout(this.#guardTimer);
    const patience = this.#remoteId === null ? UNHEARD_MS : GUARD_MS[this.#call.role];
    const wait = Math.min(MAX_GUARD_MS, patience * 2 ** this.#tries);
    this.#guardTimer = setTimeout(() => {
      if (this.#closed || this.#pc === null || this.#pc.connectionState === "connected") return;
      if (this.#client.state !== "online" || !this.#trickles) return this.#guard();
      this.#tries += 1;
      this.#background(() => this.#again());
    }, wait);
  }
}
function originOf(sdp) {
  return /^o=.*$/m.exec(sdp)?.[0] ?? sdp;
}
function gathered(pc) {
  if (pc.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      pc.removeEventListener("icegatheringstatechange", check);
      resolve();
    };
    const check = () => pc.iceGatheringState === "complete" && done();
    const timer = setTimeout(done, GATHER_MS);
    pc.addEventListener("icegatheringstatechange", check);
  });
}
