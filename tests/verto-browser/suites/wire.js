// The wire itself: what every frame has to keep to, over all that the tests before have caused.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { faults } from '../support/wire.js';

export function theWire(stage) {
  it('every request was answered once, soon, with its own id; results came before events; the server’s ids are high', () => {
    const sockets = stage.verto();
    const frames = sockets.flatMap(({ log }) => log);
    const methods = new Set(frames.map(({ frame }) => frame?.method).filter(Boolean));
    for (const method of ['verto.invite', 'verto.answer', 'verto.bye', 'verto.info', 'verto.modify', 'verto.event', 'verto.subscribe', 'verto.broadcast', 'verto.punt', 'verto.clientReady']) {
      assert.ok(methods.has(method), `${method} was on no socket: what was tested then?`);
    }
    assert.ok(frames.length > 500, `only ${frames.length} frames`);
    for (const socket of sockets) assert.deepEqual(faults(socket, stage.lateMs), [], `${socket.library} of ${socket.user}`);
  });

  const frame = (way, at, frame) => ({ way, at, frame, text: JSON.stringify(frame) });
  const ask = (id, method = 'echo', params = {}) => ({ jsonrpc: '2.0', id, method, params });
  const answer = (id, result = {}) => ({ jsonrpc: '2.0', id, result });
  const SDP = { dialogParams: { callID: 'c' } };
  for (const [what, log] of [
    ['no answer', [frame('out', 0, ask(1)), frame('in', 2000, ask(1_000_000, 'verto.ping'))]],
    ['an answer after 1500 ms', [frame('out', 0, ask(1)), frame('in', 1500, answer(1))]],
    ['a second one', [frame('out', 0, ask(1)), frame('in', 1, answer(1)), frame('in', 2, answer(1))]],
    ['an id of another type', [frame('out', 0, ask(1)), frame('in', 1, answer('1')), frame('in', 2, answer(1))]],
    ['a result that is no object', [frame('out', 0, ask(1)), frame('in', 1, answer(1, null))]],
    ['params are no object', [frame('in', 0, ask(1_000_000, 'verto.punt', null))]],
    ['an id of the server that is not high', [frame('in', 0, ask(7, 'verto.punt'))]],
    ['before the result of its invite', [frame('out', 0, ask(1, 'verto.invite', SDP)), frame('in', 1, ask(1_000_000, 'verto.answer', { callID: 'c' })), frame('in', 2, answer(1))]],
    ['an event without a subscription', [frame('in', 0, ask(1_000_000, 'verto.event', { eventChannel: 'lobby' }))]],
  ]) {
    it(`a wire with ${what} would be found out`, () => {
      const wrong = faults({ log });
      assert.equal(wrong.length > 0 && wrong.some((one) => one.includes(what)), true, wrong.join('\n'));
    });
  }
}
