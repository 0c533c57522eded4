// npm `verto`: one `$.verto` for the page, one dialog for a call.

import { Phone, SIZE } from './phone.js';

const STATES = { trying: 'dialing', ringing: 'ringing', active: 'talking', held: 'held', destroy: 'idle' };

class JQueryPhone extends Phone {
  login({ url, user, password, sessid = null, loginParams = {} }) {
    return new Promise((resolve) => {
      const callbacks = {
        onWSLogin: (_, success) => {
          this.tell('login', { success });
          resolve(success);
        },
        onWSClose: () => this.tell('closed'),
        onDialogState: (dialog) => this.#turn(dialog),
        onMessage: (_, dialog, what, params) => this.#hear(dialog, what, params),
        onEvent: (_, { eventChannel, data, userid }) => this.tell('event', { channel: eventChannel, data, userid }),
      };
      this.verto = new $.verto({ login: user, passwd: password, loginParams, socketUrl: url, sessid, tag: 'remote', useVideo: true, videoParams: exactly(SIZE) }, callbacks);
      // As a page that has let its user choose one; the constructor would first try every size of it.
      this.verto.options.deviceParams.useCamera = 'any';
    });
  }

  #turn(dialog) {
    const state = STATES[dialog.state.name];
    if (state === 'idle' ? dialog === this.dialog : state) {
      this.dialog = dialog;
      this.is(state, state === 'idle' ? { cause: dialog.cause, causeCode: dialog.causeCode } : {});
    }
  }

  #hear(dialog, what, params) {
    if (what === $.verto.enum.message.clientReady) this.tell('ready', params);
    if (what === $.verto.enum.message.display) this.tell('display', { name: dialog.params.remote_caller_id_name });
    if (what === $.verto.enum.message.pvtEvent) this.tell('event', { channel: params.eventChannel, data: params.data });
    if (what !== $.verto.enum.message.info) return;
    const { from, body } = dialog ? params.msg : params;
    this.tell('message', { from, body, inCall: dialog !== null });
  }

  call(number) {
    this.dialog = this.verto.newCall({ destination_number: number, caller_id_name: 'Jay Query', caller_id_number: this.verto.options.login, useVideo: true });
    this.is('dialing');
    return this.dialog.callID;
  }

  answer() {
    this.dialog.answer({ useVideo: true });
  }

  hangup() {
    this.dialog.hangup();
  }

  hold() {
    this.dialog.hold();
  }

  unhold() {
    this.dialog.unhold();
  }

  dtmf(digits) {
    this.dialog.dtmf(digits);
  }

  /** Something for the other party of the call. */
  say(to, body) {
    this.dialog.message({ to, body });
  }

  message(to, body) {
    this.verto.message({ to, body });
  }

  subscribe(channel) {
    return new Promise((resolve) => this.verto.subscribe(channel, { readyHandler: () => resolve(true) }));
  }

  unsubscribe(channel) {
    this.verto.unsubscribe(channel);
  }

  broadcast(channel, data) {
    this.verto.broadcast(channel, data);
  }

  speedTest(bytes) {
    return new Promise((resolve) => this.verto.rpcClient.speedTest(bytes, (_, { upDur, downDur }) => resolve({ upDur, downDur })));
  }

  stats() {
    return this.dialog.rtc.peer.peer.getStats();
  }

  leave() {
    this.verto.logout();
  }
}

const exactly = ({ width, height }) => ({ minWidth: width, maxWidth: width, minHeight: height, maxHeight: height });

window.phone = new JQueryPhone();
