// npm `vertojs`: tracks are the page's. It knows calls only: no channels, no messages, no causes.

import { media, Phone } from './phone.js';

class VertojsPhone extends Phone {
  async login({ url, user, password }) {
    this.verto = new Verto.Verto({ transportConfig: { socketUrl: url, login: user, passwd: password }, rtcConfig: {}, ice_timeout: 1000 });
    this.verto.subscribeEvent('invite', (call) => {
      this.#follow(call);
      this.is('ringing');
    });
    const success = await this.verto.login().then(() => true, () => false);
    this.tell('login', { success });
    return success;
  }

  #follow(call) {
    this.current = call;
    call.subscribeEvent('answer', () => this.is('talking'));
    call.subscribeEvent('hold', () => this.is('held'));
    call.subscribeEvent('unhold', () => this.is('talking'));
    call.subscribeEvent('track', (track) => {
      const stream = new MediaStream([...(this.remote?.getTracks() ?? []), track]);
      this.remote = stream;
      document.getElementById('remote').srcObject = stream;
    });
    call.subscribeEvent('bye', () => call === this.current && this.#rest());
  }

  /** The library leaves devices on and its connection open; a page that is done with them turns them off. */
  #rest() {
    for (const track of [...(this.local?.getTracks() ?? []), ...(this.remote?.getTracks() ?? [])]) track.stop();
    this.local = this.remote = undefined;
    this.is('idle');
  }

  async call(number) {
    this.local = await media();
    this.#follow(this.verto.call(this.local.getTracks(), number, { caller_id_name: 'Ver Tojs', caller_id_number: this.verto.options.transportConfig.login }));
    this.is('dialing');
    return this.current.id;
  }

  async answer() {
    this.local = await media();
    this.current.answer(this.local.getTracks());
    this.is('talking');
  }

  /** @param {{ cause: string, causeCode: number }} [params] the only one of the libraries that sends them */
  hangup(params) {
    this.current.hangup(params);
  }

  hold() {
    this.current.hold();
  }

  unhold() {
    this.current.unhold();
  }

  dtmf(digits) {
    this.current.dtmf(digits);
  }

  stats() {
    return this.current.getStats();
  }

  leave() {
    this.verto.logout();
  }
}

window.phone = new VertojsPhone();
