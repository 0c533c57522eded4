// The server's own SDK, as a page without Verto uses it.

import { connect } from '/sdk/hookswitch.js';
import { media, Phone } from './phone.js';

const STATES = { dialing: 'dialing', ringing: 'ringing', talking: 'talking' };

class NativePhone extends Phone {
  async login({ url, user, password }) {
    this.client = await connect({ url, user, password });
    this.client.on('call', (call) => {
      this.#follow(call);
      this.is('ringing');
    });
    this.tell('login', { success: true });
    return true;
  }

  #follow(call) {
    this.current = call;
    call.on('state', ({ state }) => STATES[state] && this.is(STATES[state]));
    call.on('signal', (data) => this.tell('signal', { data }));
    call.on('ended', ({ errorCode, reason }) => {
      this.local?.getTracks().forEach((track) => track.stop());
      this.is('idle', { cause: reason, causeCode: errorCode });
    });
  }

  get #media() {
    return { localStream: this.local, onRemoteStream: (stream) => (document.getElementById('remote').srcObject = stream) };
  }

  async call(user) {
    this.local = await media();
    this.#follow(this.client.call(user, { media: this.#media }));
    this.is('dialing');
  }

  async answer() {
    this.local = await media();
    await this.current.answer({ media: this.#media });
  }

  hangup() {
    const { state } = this.current;
    if (state === 'ringing') return this.current.decline();
    return state === 'dialing' ? this.current.cancel() : this.current.hangup();
  }

  stats() {
    return this.current.peerConnection.getStats();
  }

  signal(data) {
    return this.current.signal(data);
  }

  leave() {
    this.client.logout();
  }
}

window.phone = new NativePhone();
