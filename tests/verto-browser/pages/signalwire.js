// npm `@signalwire/js`: `new Verto(…)`, notifications for whatever happens to a call.

import { Phone, SIZE } from './phone.js';

const STATES = { trying: 'dialing', ringing: 'ringing', active: 'talking', held: 'held', destroy: 'idle' };

class SignalWirePhone extends Phone {
  login({ url, user, password }) {
    this.user = user;
    this.session = new Verto({ host: url, login: user, passwd: password });
    this.session.remoteElement = 'remote';
    this.session.on('signalwire.notification', (notification) => this.#hear(notification));
    this.session.on('signalwire.socket.close', () => this.tell('closed'));
    return new Promise((resolve) => {
      const settle = (success) => () => {
        this.tell('login', { success });
        resolve(success);
      };
      this.session.on('signalwire.ready', settle(true));
      this.session.on('signalwire.error', settle(false));
      this.session.setVideoSettings({ ...SIZE }).then(() => this.session.connect());
    });
  }

  #hear({ type, call, msg, error, eventChannel, data }) {
    if (type === 'vertoClientReady') this.tell('ready');
    if (type === 'userMediaError') this.tell('problem', { error: String(error) });
    if (type === 'event' && msg) this.tell('message', { from: msg.from, body: msg.body, inCall: call !== undefined });
    if (type === 'event' && eventChannel) this.tell('event', { channel: eventChannel, data });
    if (type === 'participantData') this.tell('display', { name: call.displayName });
    const state = type === 'callUpdate' && STATES[call.state];
    if (!state || (state === 'idle' && call.id !== this.current?.id)) return;
    this.current = call;
    this.is(state, state === 'idle' ? { cause: call.cause, causeCode: call.causeCode } : {});
  }

  call(number) {
    this.current = this.session.newCall({ destinationNumber: number, callerName: 'Sig Wire', callerNumber: this.user, video: { ...SIZE } });
    this.is('dialing');
    return this.current.id;
  }

  answer() {
    this.current.answer();
  }

  hangup() {
    this.current.hangup();
  }

  hold() {
    return this.current.hold();
  }

  unhold() {
    return this.current.unhold();
  }

  dtmf(digits) {
    this.current.dtmf(digits);
  }

  say(to, body) {
    this.current.message(to, body);
  }

  async subscribe(channel) {
    const handler = ({ eventChannel, data, userid }) => this.tell('event', { channel: eventChannel, data, userid });
    const { subscribedChannels = [] } = await this.session.subscribe({ channels: [channel], handler });
    return subscribedChannels.includes(channel);
  }

  unsubscribe(channel) {
    return this.session.unsubscribe({ channels: [channel] });
  }

  broadcast(channel, data) {
    this.session.broadcast({ channel, data });
  }

  async speedTest(bytes) {
    const { upDur, downDur } = await this.session.speedTest(bytes);
    return { upDur, downDur };
  }

  stats() {
    return this.current.peer.instance.getStats();
  }

  leave() {
    return this.session.disconnect();
  }
}

window.phone = new SignalWirePhone();
