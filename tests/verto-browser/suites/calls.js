// Calls that are answered: who can call whom, and what can be done in a call.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

const KINDS = ['jQuery', 'SignalWire', 'vertojs', 'the native SDK'];
const NORMAL_CLEARING = { code: 16, cause: 'NORMAL_CLEARING', variables: undefined };

export function callsInEveryPairing(stage) {
  // Four calls at a time, in which each of the eight is in one.
  for (const shift of KINDS.keys()) {
    describe(`round ${shift + 1}`, { concurrency: KINDS.length }, () => {
      for (const [n, kind] of KINDS.entries()) {
        const other = (n + shift) % KINDS.length;
        if (kind === 'the native SDK' && other === n) continue;
        it(`${kind} calls ${KINDS[other]}: sound and pictures flow both ways, and a hang-up says why`, async () => {
          const [caller, callee] = [stage.callers[n], stage.callees[other]];
          await caller.talksTo(callee);
          await Promise.all([caller.does('flows'), callee.does('flows')]);
          // The callee hangs up in half of the pairings.
          const [one, two] = (n + shift) % 2 ? [caller, callee] : [callee, caller];
          await one.does('hangup');
          assert.deepEqual(await two.ended(), two.isNative ? { code: 0, cause: 'hangup' } : NORMAL_CLEARING);
          await Promise.all([one.is('idle'), two.is('idle')]);
        });
      }
    });
  }
}

export function callsWithMore(stage) {
  /** Who can do everything, with somebody of another library. */
  const couples = [
    ['jQuery', 'SignalWire', () => [stage.jane, stage.sue]],
    ['SignalWire', 'vertojs', () => [stage.sam, stage.vera]],
    ['vertojs', 'jQuery', () => [stage.vic, stage.jack]],
  ];
  describe('three calls at once', { concurrency: couples.length }, () => {
    for (const [kind, other, people] of couples) {
      it(`${kind} holds a call with ${other} and takes it up again, sends keys and hangs up`, async () => {
        const [caller, callee] = people();
        await caller.talksTo(callee);
        await caller.does('hold');
        assert.equal((await caller.answered('verto.modify', ({ action }) => action === 'hold')).result.holdState, 'held');
        await caller.is('held');
        await caller.does('unhold');
        assert.equal((await caller.answered('verto.modify', ({ action }) => action === 'unhold')).result.holdState, 'active');
        assert.equal(await caller.page.evaluate(() => window.phone.state), 'talking');
        await caller.does('dtmf', '12#');
        assert.equal((await caller.answered('verto.info')).result.message, 'SENT');
        const { data } = await callee.asked('verto.event', ({ eventType }) => eventType === 'hookswitch.dtmf');
        assert.equal(data.dtmf, '12#');
        await caller.does('hangup');
        assert.deepEqual(await callee.ended(), NORMAL_CLEARING);
        await Promise.all([caller.is('idle'), callee.is('idle')]);
      });
    }
  });

  describe('three more', { concurrency: 3 }, () => {
    it('what one says in a call is heard in it by the other, under the name of the login', async () => {
      const { jane, sue } = stage;
      await jane.talksTo(sue);
      await jane.does('say', 'sue', 'are you there?');
      await sue.until(({ kind, from, body, inCall }) => kind === 'message' && from === 'jane' && body === 'are you there?' && inCall);
      await sue.does('say', 'jane', 'I am');
      await jane.until(({ kind, from, body, inCall }) => kind === 'message' && from === 'sue' && body === 'I am' && inCall);
      assert.deepEqual((await jane.answered('verto.info')).result.message, 'SENT');
      await jane.does('hangup');
      await sue.is('idle');
    });

    it('a native party sees the name a Verto caller gave, and its keys as a signal', async () => {
      const { jack, ned } = stage;
      await jack.talksTo(ned);
      const request = await ned.heard('request');
      assert.equal(request.user, 'jack');
      assert.equal(request.door, 'verto');
      await jack.does('dtmf', '7');
      await ned.until(({ kind, data }) => kind === 'signal' && data.dtmf === '7');
      await ned.does('hangup');
      await jack.is('idle');
    });

    it('a record of a call says that both came through the Verto door', async () => {
      const { sam, vera } = stage;
      await sam.talksTo(vera);
      const { variables } = await sam.asked('verto.answer');
      await sam.does('hangup');
      await vera.is('idle');
      const call = await stage.api('GET', `/calls/${variables.hookswitch_call}`);
      assert.deepEqual([call.caller, call.callee, call.caller_door, call.callee_door, call.reason], ['sam', 'vera', 'verto', 'verto', 'hangup']);
    });
  });

  it('what needs a media endpoint of the server is refused, and the call goes on', async () => {
    const { jane, sue } = stage;
    await jane.talksTo(sue);
    await jane.page.evaluate(() => window.phone.dialog.transfer('ned'));
    const { error } = await jane.answered('verto.modify', ({ action }) => action === 'transfer');
    assert.equal(error.code, -32002);
    await Promise.all([jane.does('flows'), sue.does('flows')]);
    await sue.does('hangup');
    assert.deepEqual(await jane.ended(), NORMAL_CLEARING);
    await jane.is('idle');
  });
}
