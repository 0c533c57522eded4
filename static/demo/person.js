// @ts-check
// One person of a call. Everything that makes the call is in the SDK; here is what a page has to know of it.

import { connect, flags } from '/sdk/hookswitch.js';
import { Model } from '/demo/model.js';
import { ring, ringBack, silence } from '/demo/ringer.js';
import { Sending } from '/demo/sending.js';
import { tap, tappedSocket } from '/demo/tap.js';
import { WeChatMedia, isWeChat } from '/demo/wechat-media.js';

/**
 * @typedef {import('/sdk/hookswitch.js').Call} Call
 * @typedef {import('/sdk/hookswitch.js').Client} Client
 * @typedef {import('/sdk/hookswitch.js').MediaOptions} MediaOptions
 *
 * @typedef {object} PersonOptions
 * @property {boolean} isDrawn no camera is asked for
 * @property {boolean} isSilent rings and tones are somebody else's to play
 */

export class Person extends Model {
  sending = new Sending();
  /** @type {Client | null} */
  client = null;
  /** @type {Call | null} */
  call = null;
  /** The call that has ended, until the next. @type {Call | null} */
  last = null;
  /** @type {MediaStream | null} */
  remote = null;
  /** The media of a call with a WeChat user. @type {WeChatMedia | null} */
  wechat = null;
  /** @type {RTCPeerConnectionState | ''} */
  mediaState = '';
  /** Milliseconds from the yes to the first connection of media. @type {number | null} */
  connectedInMs = null;
  isListed = true;
  isLoggingIn = false;
  /** The JWT of the login, where it was one. */
  token = '';
  /** Only through a TURN server, from the next peer connection on. */
  isRelayOnly = false;
  /** Why the login was refused, or the session lost. @type {unknown} */
  problem = null;
  /** What went wrong with a call's media. @type {unknown} */
  mediaProblem = null;
  /** Milliseconds since 1970, 0 before. */
  talkingSince = 0;
  callSince = 0;
  /** What the caller asked for; null is the server's own. @type {number | null} */
  ringSecs = null;
  /** Milliseconds of the last loss of the line, from close to online. @type {number | null} */
  lastOutageMs = null;
  #lostAt = 0;
  /** @type {{ token: string } | { user: string, password: string }} */
  #credentials = { token: '' };
  /** When this side said yes, or heard it. */
  #agreedAt = 0;

  /** @param {PersonOptions} options */
  constructor(options) {
    super();
    this.options = options;
    this.sending.listen(() => {
      if (this.sending.local) this.wechat?.hear(this.sending.local.stream);
      this.changed();
    });
  }

  get user() {
    return this.client?.user ?? '';
  }

  get isOnline() {
    return this.client?.state === 'online';
  }

  /** @returns {string[]} who else is online */
  get others() {
    return [...(this.client?.online ?? [])].filter((user) => user !== this.user && !user.startsWith('robo-') && !isWeChat(user)).sort();
  }

  /**
   * @param {string} user
   * @param {string} secret a password or a JWT; development mode takes any
   * @returns {Promise<boolean>} whether it was let in
   */
  async logIn(user, secret) {
    this.isLoggingIn = true;
    this.problem = null;
    const isToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret);
    this.token = isToken ? secret : '';
    this.changed();
    this.#credentials = isToken ? { token: secret } : { user, password: secret || 'demo' };
    try {
      this.client = await connect({ ...this.#credentials, WebSocket: tappedSocket(isToken ? '' : user) });
    } catch (error) {
      this.problem = error;
      return false;
    } finally {
      this.isLoggingIn = false;
      this.changed();
    }
    this.#follow(this.client);
    return true;
  }

  /** @param {Client} client */
  #follow(client) {
    client.on('call', (call) => this.#adopt(call));
    client.on('presence', () => this.changed());
    client.on('state', (state) => {
      if (state === 'reconnecting') this.#lostAt = performance.now();
      if (state === 'online' && this.#lostAt) this.lastOutageMs = performance.now() - this.#lostAt;
      if (state === 'closed') this.client = null;
      this.changed();
    });
    client.on('error', (error) => {
      // An error that did not end the session is no reason to leave the page.
      if (client.state === 'online') return;
      this.problem = error;
      this.#forget();
    });
    client.watch(['*']).then(
      () => this.changed(),
      () => {
        this.isListed = false;
        this.changed();
      },
    );
  }

  logOut() {
    this.client?.logout();
    this.last = null;
    this.#forget();
  }

  #forget() {
    this.call = null;
    this.#closeMedia();
    silence();
    this.changed();
  }

  /**
   * @param {string} user
   * @param {number | null} [ringSecs]
   * @returns {Call | null} null where a call is on
   */
  dial(user, ringSecs = null) {
    if (!this.client || this.call || !user) return null;
    // Messages are dated by the page's own clock, which may be a little behind.
    this.callSince = Math.min(Date.now(), performance.timeOrigin + performance.now());
    const call = this.client.call(user, { flags: flags.AUDIO | flags.VIDEO, ...this.#mediaFor(user), ...(ringSecs === null ? {} : { ringSecs }) });
    this.#adopt(call);
    this.ringSecs = ringSecs;
    return call;
  }

  async answer() {
    const answered = this.call;
    if (!answered) return;
    this.#agreedAt = Date.now();
    try {
      await answered.answer(this.#mediaFor(answered.user ?? ''));
    } catch (error) {
      if (answered.state !== 'ended') this.mediaProblem = error;
      this.changed();
    }
  }

  decline() {
    void this.call?.decline();
  }

  cancel() {
    void this.call?.cancel();
  }

  hangUp() {
    void this.call?.hangup();
  }

  /** As a network does that goes away; the SDK opens another. */
  dropSocket() {
    tap.sockets.get(this.user)?.close();
  }

  get connection() {
    return this.call?.peerConnection ?? null;
  }

  /** A new peer connection, as after a reload; takes new settings. */
  renewMedia() {
    if (this.call?.state === 'talking' && !isWeChat(this.call.user)) this.call.media(this.#media());
  }

  /**
   * Follows a call from now on: one of our own, an incoming one, or one that a reload of this page has found again.
   *
   * @param {Call} call
   */
  #adopt(call) {
    this.call = call;
    this.last = null;
    this.ringSecs = null;
    this.mediaProblem = null;
    this.connectedInMs = null;
    this.#agreedAt = 0;
    this.callSince = call.role === 'caller' && !call.placed && !call.restored ? this.callSince : Date.now();
    const isFound = (call.restored || call.placed) && !isWeChat(call.user);
    if (isFound && (call.role === 'caller' || call.state === 'talking')) call.media(this.#media());
    call.on('state', () => this.#moved(call));
    call.on('error', (error) => console.warn(error));
    this.#moved(call);
  }

  /** @param {Call} call */
  #moved(call) {
    if (call !== this.call) return;
    if (call.state === 'talking') {
      this.talkingSince ||= Date.now();
      this.#agreedAt ||= Date.now();
      if (isWeChat(call.user) && !this.wechat) this.#openWeChat(call);
    }
    if (call.state === 'ended') {
      this.last = call;
      this.call = null;
      this.talkingSince = 0;
      this.#closeMedia();
    }
    this.#sound();
    this.changed();
  }

  #sound() {
    if (this.options.isSilent || this.call?.state !== 'ringing') silence();
    else if (this.call.role === 'callee') ring();
    else ringBack();
  }

  /** @returns {MediaOptions} */
  #media() {
    return {
      localStream: this.sending.open(this.user, this.options.isDrawn),
      onRemoteStream: (stream) => {
        this.remote = stream;
        this.changed();
      },
      onConnectionState: (state) => this.#mediaMoved(state),
      ...(this.isRelayOnly ? { rtcConfiguration: { iceTransportPolicy: /** @type {const} */ ('relay') } } : {}),
    };
  }

  /** @param {RTCPeerConnectionState} state */
  #mediaMoved(state) {
    this.mediaState = state;
    if (state === 'connected') this.connectedInMs ??= Date.now() - this.#agreedAt;
    this.changed();
  }

  /** A WeChat user has no browser to connect to. @param {string} user */
  #mediaFor(user) {
    return isWeChat(user) ? {} : { media: this.#media() };
  }

  /** @param {Call} call */
  #openWeChat(call) {
    const sound = this.sending.open(this.user, this.options.isDrawn, false);
    this.wechat = new WeChatMedia(call.id ?? '', this.#credentials, sound, (state) => (state === null ? this.changed() : this.#mediaMoved(state)));
    this.remote = this.wechat.stream;
  }

  #closeMedia() {
    this.wechat?.stop();
    this.wechat = null;
    this.remote = null;
    this.mediaState = '';
    this.sending.close();
  }
}
