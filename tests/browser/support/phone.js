// A client without a browser: it logs in over the native protocol, calls, and is called.

import { WebSocket } from 'ws';

const WAIT_MS = 10_000;

export class Phone {
  heard = [];
  #waiting = [];
  #frames = 0;

  /**
   * @param {string} url of the server
   * @param {string} user in development mode any name
   * @param {{ device?: string, userAgent?: string, credentials?: object }} options `credentials`: what proves the name, instead of any password
   */
  static async login(url, user, { device = 'desk', userAgent = 'hookswitch-tests', credentials = { user, password: 'any' } } = {}) {
    const phone = new Phone();
    phone.user = user;
    phone.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, { headers: { 'user-agent': userAgent } });
    phone.socket.on('message', (text) => phone.#hear(JSON.parse(text)));
    await new Promise((resolve, reject) => phone.socket.once('open', resolve).once('error', reject));
    phone.send({ type: 'login', device, ...credentials });
    const answer = await phone.until(({ type }) => type === 'logged_in' || type === 'error', 'the answer to its login');
    if (answer.type === 'error') throw new Error(`${user} was not let in: ${answer.error_code} ${answer.message}`);
    return phone;
  }

  send(frame) {
    this.#frames += 1;
    this.socket.send(JSON.stringify({ id: this.#frames, ...frame }));
    return this.#frames;
  }

  #hear(frame) {
    this.heard.push(frame);
    this.#waiting = this.#waiting.filter(({ isIt, resolve }) => !isIt(frame) || resolve(frame));
  }

  /** The first frame that fits: one that was heard already, or one that comes. */
  async until(isIt, what = String(isIt)) {
    const heard = this.heard.find(isIt);
    if (heard) return heard;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.user} waited in vain for ${what}`)), WAIT_MS);
      const found = (frame) => {
        clearTimeout(late);
        resolve(frame);
      };
      this.#waiting.push({ isIt, resolve: found });
    });
  }

  /** @returns {Promise<string>} the call's id */
  async call(user, fields = {}) {
    const id = this.send({ type: 'call', event: 'request', user, flags: 3, ...fields });
    const answer = await this.until((frame) => frame.type === 'ok' && frame.id === id, `the answer to a call to ${user}`);
    return answer.call;
  }

  /** Waits for an event of a call: `request`, `reply`, `start` or `finish`. */
  async hears(event, call) {
    return this.until((frame) => frame.type === 'call' && frame.event === event && (!call || frame.call === call), `${event} of ${call ?? 'any call'}`);
  }

  /** Answers whoever rings. */
  async answer(call) {
    const { user, call: id } = await this.hears('request', call);
    this.send({ type: 'call', event: 'reply', user, call: id, error_code: 0 });
    await this.hears('start', id);
    return id;
  }

  async refuse(call, error_code = 100104) {
    const { user, call: id } = await this.hears('request', call);
    this.send({ type: 'call', event: 'reply', user, call: id, error_code });
  }

  hangup(user, call) {
    this.send({ type: 'call', event: 'finish', user, call });
  }

  cancel(user, call) {
    this.send({ type: 'call', event: 'reply', user, call, error_code: 100101 });
  }

  leave() {
    this.send({ type: 'logout' });
    this.socket.close();
  }
}
