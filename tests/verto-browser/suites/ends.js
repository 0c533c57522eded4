// Calls that nobody answers, for every reason there is.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

export function callsThatEndEarly(stage) {
  // Each library once as the caller, once as the callee.
  const couples = [
    ['jQuery', 'SignalWire', () => [stage.jane, stage.sue]],
    ['SignalWire', 'vertojs', () => [stage.sam, stage.vera]],
    ['vertojs', 'the native SDK', () => [stage.vic, stage.ned]],
    ['the native SDK', 'jQuery', () => [stage.nora, stage.jack]],
  ];
  const inAll = (name, title, play) =>
    describe(name, { concurrency: couples.length }, () => {
      for (const [kind, other, people] of couples) it(title(kind, other), () => play(...people()));
    });

  inAll('refused', (kind, other) => `${other} refuses a call of ${kind}, which hears CALL_REJECTED`, async (caller, callee) => {
    await caller.calls(callee);
    await callee.is('ringing');
    await callee.does('hangup');
    assert.deepEqual(await brief(caller), caller.isNative ? [100104, 'refused'] : [21, 'CALL_REJECTED']);
    await Promise.all([caller.is('idle'), callee.is('idle')]);
  });

  inAll('cancelled', (kind, other) => `${kind} gives up, and ${other} hears ORIGINATOR_CANCEL`, async (caller, callee) => {
    await caller.calls(callee);
    await callee.is('ringing');
    await caller.does('hangup');
    assert.deepEqual(await brief(callee), callee.isNative ? [100101, 'cancelled'] : [487, 'ORIGINATOR_CANCEL']);
    await Promise.all([caller.is('idle'), callee.is('idle')]);
  });

  inAll('unanswered', (kind, other) => `${other} lets a call of ${kind} ring, and both hear NO_ANSWER`, async (caller, callee) => {
    await caller.calls(callee);
    await callee.is('ringing');
    for (const person of [caller, callee]) assert.deepEqual(await brief(person), person.isNative ? [100105, 'timeout'] : [19, 'NO_ANSWER']);
    await Promise.all([caller.is('idle'), callee.is('idle')]);
  });

  describe('alone', { concurrency: 3 }, () => {
    for (const [kind, person] of [['jQuery', () => stage.jane], ['SignalWire', () => stage.sam], ['vertojs', () => stage.vic]]) {
      it(`${kind} calls a user whom nobody has seen, and hears USER_NOT_REGISTERED`, async () => {
        await person().calls(`nobody-of-${person().user}`);
        assert.deepEqual(await brief(person()), [806, 'USER_NOT_REGISTERED']);
        assert.equal((await person().answered('verto.invite')).result.message, 'CALL CREATED');
        await person().is('idle');
      });
    }
  });

  describe('two at once', { concurrency: 2 }, () => {
    it('who talks is busy for everybody else, and goes on talking', async () => {
      const { jane, vera, sam, vic } = stage;
      await jane.talksTo(vera);
      await Promise.all([sam.calls(vera), vic.calls(jane)]);
      for (const person of [sam, vic]) assert.deepEqual(await brief(person), [17, 'USER_BUSY']);
      await Promise.all([jane.does('flows'), vera.does('flows')]);
      await jane.does('hangup');
      await Promise.all([vera.is('idle'), jane.is('idle')]);
    });

    it('a call that is ended from outside says MANAGER_REQUEST, with the number that was given', async () => {
      const { jack, sue } = stage;
      await jack.talksTo(sue);
      const { variables } = await jack.asked('verto.answer');
      await stage.api('POST', `/calls/${variables.hookswitch_call}/finish`, { error_code: 42 });
      for (const person of [jack, sue]) {
        const { code, cause, variables: more } = await person.ended();
        assert.deepEqual([code, cause, more.hookswitch_error_code], [703, 'MANAGER_REQUEST', 42]);
        await person.is('idle');
      }
    });
  });

  describe('and two more', { concurrency: 2 }, () => {
    it('a library that says it is busy is believed', async () => {
      const { jane, vera } = stage;
      await jane.calls(vera);
      await vera.is('ringing');
      await vera.does('hangup', { cause: 'USER_BUSY', causeCode: 17 });
      assert.deepEqual(await brief(jane), [17, 'USER_BUSY']);
      await jane.is('idle');
    });

    it('a user with two libraries rings at both; the one that is too late hears LOSE_RACE', async () => {
      const { jack, sue } = stage;
      const also = await stage.beside(stage.vic, 'sue');
      await also.login();
      await jack.calls(sue);
      await Promise.all([sue.is('ringing'), also.is('ringing')]);
      await sue.does('answer');
      assert.deepEqual(await brief(also), [702, 'LOSE_RACE']);
      await Promise.all([jack.is('talking'), sue.is('talking'), also.is('idle')]);
      await jack.does('hangup');
      await sue.is('idle');
      await also.leave();
    });
  });

  it('a business server that forbids a call is heard: OUTGOING_CALL_BARRED with its own number, and nothing rings', async () => {
    const { jane, vera, receiver } = stage;
    await stage.api('PUT', '/webhooks/veto', { url: receiver.url, events: ['call.requested'], veto: true, timeout_ms: 2000, on_failure: 'allow' });
    try {
      receiver.answer = { error_code: 4711 };
      await jane.calls(vera);
      const { code, cause, variables } = await jane.ended();
      assert.deepEqual([code, cause, variables.hookswitch_error_code], [52, 'OUTGOING_CALL_BARRED', 4711]);
      await jane.is('idle');
      // What comes next for vera is another call: the forbidden one never rang.
      receiver.answer = { error_code: 0 };
      await stage.sam.calls(vera);
      assert.equal((await vera.asked('verto.invite')).caller_id_number, 'sam');
      await vera.does('hangup');
      await stage.sam.is('idle');
    } finally {
      receiver.answer = { error_code: 0 };
      await stage.api('DELETE', '/webhooks/veto');
    }
  });
}

/** @param {import('../support/person.js').Person} person */
async function brief(person) {
  const { code, cause } = await person.ended();
  return [code, cause];
}
