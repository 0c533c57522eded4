// Sockets that are lost, given up, or taken over.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { Cable } from '../support/cable.js';

export function sockets(stage) {
  // Each with people of its own, so that three can be tried at once: opening pages is most of it.
  describe('three at once', { concurrency: 3 }, () => lost(stage));
  describe('and three more', { concurrency: 3 }, () => loadedAnew(stage));
}

function lost(stage) {
  it('who comes again with the same session takes it over; the old page is sent off and stays away', async () => {
    const sessid = randomUUID();
    const [before, after] = [await stage.beside(stage.jane, 'pat'), await stage.beside(stage.jane, 'pat')];
    await before.login({ sessid });
    await after.login({ sessid });
    assert.deepEqual(await before.asked('verto.punt'), {});
    await before.until(({ kind }) => kind === 'gone', 'its socket to be closed');
    await stage.sam.calls('pat');
    await after.is('ringing');
    await after.does('hangup');
    await stage.sam.is('idle');
    assert.deepEqual(before.since().filter(({ kind, state }) => kind === 'state' && state === 'ringing'), []);
    await Promise.all([before.leave(), after.leave()]);
  });

  it('a second tab of SignalWire’s library sends the first one off, as it does with FreeSWITCH', async () => {
    const before = await stage.enter('SignalWire', 'paula');
    await before.login();
    const after = await stage.beside(before, 'paula');
    await after.login();
    await before.asked('verto.punt');
    await before.until(({ kind }) => kind === 'gone', 'its socket to be closed');
    await before.page.close();
    await after.leave();
  });

  it('nobody takes over a session of another user, not even by its name', async () => {
    const sessid = randomUUID();
    const [owner, thief] = [await stage.beside(stage.jane, 'olga'), await stage.beside(stage.jane, 'theo')];
    await owner.login({ sessid });
    assert.equal(await thief.login({ sessid }), false);
    const { error } = await thief.answered('login', ({ login }) => login === 'theo');
    assert.deepEqual([error.code, error.message], [-32001, 'Session in use']);
    await stage.vic.calls('olga');
    await owner.is('ringing');
    await owner.does('hangup');
    await stage.vic.is('idle');
    assert.deepEqual(owner.since().filter(({ frame }) => frame?.method === 'verto.punt'), []);
    await Promise.all([owner.leave(), thief.leave()]);
  });

  it('the jQuery library forgets its call with its socket: it comes back by itself, hears what is still there, and may call somebody else', async () => {
    const cable = await Cable.to(stage.server.url);
    try {
      const lou = await stage.beside(stage.jane, 'lou');
      await lou.login({ through: cable.url });
      await stage.sue.talksTo(lou);
      const { callID } = await lou.asked('verto.invite');
      lou.anew();
      cable.pull();
      assert.deepEqual(await lou.asked('verto.clientReady'), { reattached_sessions: [callID] });
      assert.deepEqual(stage.sue.since().filter(({ frame }) => frame?.method === 'verto.bye'), [], 'its call waits for it');
      await lou.calls(stage.jane);
      await stage.jane.is('ringing');
      const { code, cause } = await stage.sue.ended();
      assert.deepEqual([code, cause], [27, 'DESTINATION_OUT_OF_ORDER']);
      await stage.jane.does('hangup');
      await Promise.all([lou, stage.jane, stage.sue].map((person) => person.is('idle')));
      await lou.leave();
    } finally {
      await cable.stop();
    }
  });

  it('a call of SignalWire’s library goes on while its socket is lost: sound and pictures flow, and it hangs up over the new one', async () => {
    const cable = await Cable.to(stage.server.url);
    try {
      const lea = await stage.enter('SignalWire', 'lea');
      await lea.login({ through: cable.url });
      await stage.jack.talksTo(lea);
      const { callID } = await lea.asked('verto.invite');
      lea.anew();
      cable.pull();
      assert.deepEqual(await lea.asked('verto.clientReady'), { reattached_sessions: [callID] });
      await lea.until(({ way, frame }) => way === 'out' && frame?.result?.method === 'verto.display', 'saying that it has the call');
      await Promise.all([lea.does('flows'), stage.jack.does('flows')]);
      await lea.does('hangup');
      assert.deepEqual(await stage.jack.ended(), { code: 16, cause: 'NORMAL_CLEARING', variables: undefined });
      await Promise.all([lea.is('idle'), stage.jack.is('idle')]);
      await lea.leave();
    } finally {
      await cable.stop();
    }
  });

  it('a call that nobody has answered ends with the caller’s socket: the callee hears DESTINATION_OUT_OF_ORDER', async () => {
    const cable = await Cable.to(stage.server.url);
    try {
      const lena = await stage.beside(stage.jane, 'lena');
      await lena.login({ through: cable.url });
      await lena.calls('vera');
      await stage.vera.is('ringing');
      cable.pull();
      const { code, cause } = await stage.vera.ended();
      assert.deepEqual([code, cause], [27, 'DESTINATION_OUT_OF_ORDER']);
      await stage.vera.is('idle');
      await lena.leave();
    } finally {
      await cable.stop();
    }
  });
}

function loadedAnew(stage) {
  for (const [kind, people] of [['SignalWire', () => [stage.sam, stage.vera]], ['vertojs', () => [stage.vic, stage.jack]]]) {
    it(`a page of ${kind} that is loaded anew hangs up, and can call at once`, async () => {
      const [caller, callee] = people();
      await caller.talksTo(callee);
      for (const person of [caller, callee]) person.anew();
      await caller.loadAnew();
      const { code, cause } = await callee.ended();
      assert.deepEqual([code, cause], [16, 'NORMAL_CLEARING']);
      await callee.is('idle');
      await caller.login();
      assert.deepEqual(await caller.asked('verto.clientReady'), { reattached_sessions: [] });
      await refused(caller, callee);
    });
  }

  it('the jQuery library closes its socket before its page goes: its call waits for it, and ends when it calls anew', async () => {
    const { jane, sue } = stage;
    await jane.talksTo(sue);
    const { request } = await jane.answered('verto.invite');
    for (const person of [jane, sue]) person.anew();
    await jane.loadAnew();
    await jane.login();
    assert.deepEqual(await jane.asked('verto.clientReady'), { reattached_sessions: [request.params.dialogParams.callID] });
    await refused(jane, sue);
    const { code, cause } = await sue.ended();
    assert.deepEqual([code, cause], [27, 'DESTINATION_OUT_OF_ORDER']);
  });
}

async function refused(caller, callee) {
  await caller.calls(callee);
  await callee.is('ringing');
  await callee.does('hangup');
  await caller.is('idle');
}
