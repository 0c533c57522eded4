// Event channels, messages outside of calls, and the speed test.

import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';

export function channelsAndMessages(stage) {
  // One test after the other: each begins with people who have forgotten the one before.
  beforeEach(() => stage.anew());

  it('what one broadcasts, every subscriber hears, the sender too, under the name of the login', async () => {
    const { jane, jack, sam } = stage;
    const all = [jane, jack, sam];
    for (const person of all) assert.equal(await person.does('subscribe', 'lobby'), true);
    for (const [sender, words] of [[jane, 'from jQuery'], [sam, 'from SignalWire']]) {
      await sender.does('broadcast', 'lobby', { words, userid: 'somebody-else' });
      for (const person of all) {
        const said = await person.until(({ kind, channel, data }) => kind === 'event' && channel === 'lobby' && data.words === words, words);
        assert.equal(said.userid, sender.user);
      }
      assert.deepEqual(Object.keys((await sender.answered('verto.broadcast', ({ data }) => data.words === words)).result), ['sessid']);
    }
    const { sessions } = await stage.api('GET', '/users/jack');
    assert.deepEqual(sessions.map(({ door, channels }) => [door, channels]), [['verto', ['lobby']]]);
    const event = await jack.asked('verto.event');
    assert.equal(JSON.stringify(event).includes('sessid'), false, 'a session of somebody else is nobody’s business');
  });

  it('a channel is heard with what is below it, and no more once it is given up', async () => {
    const { jane, jack, sam } = stage;
    await jane.does('broadcast', 'lobby.door', { words: 'a step further' });
    for (const person of [jane, jack]) await person.until(({ kind, data }) => kind === 'event' && data.words === 'a step further');
    await sam.does('unsubscribe', 'lobby');
    await sam.answered('verto.unsubscribe');
    await jane.does('broadcast', 'lobby', { words: 'without Sam' });
    await jack.until(({ kind, data }) => kind === 'event' && data.words === 'without Sam');
    // What comes next for Sam is something else.
    await jane.does('message', 'sam', 'and now to you');
    await sam.until(({ kind, body }) => kind === 'message' && body === 'and now to you');
    const heard = sam.since().filter(({ kind, data }) => kind === 'event' && data.words === 'without Sam');
    assert.deepEqual(heard, []);
  });

  it('a channel that a user may not have can be neither heard nor spoken on', async () => {
    const { jane, sam, jack } = stage;
    assert.equal(await sam.does('subscribe', 'staff').catch(() => false), false);
    const { error, result } = await sam.answered('verto.subscribe');
    assert.deepEqual((error ?? result).unauthorizedChannels, ['staff']);
    await jane.does('broadcast', 'staff', { words: 'is anybody there?' });
    const answer = await jane.answered('verto.broadcast');
    assert.deepEqual([answer.result.code, answer.result.message], [-32002, 'Permission Denied.']);
    await jane.does('broadcast', 'lobby', { words: 'so here then' });
    await jack.until(({ kind, data }) => kind === 'event' && data.words === 'so here then');
  });

  it('a message finds its user outside of any call, whatever the library, and is from whoever logged in', async () => {
    const { jane, jack, sam } = stage;
    for (const to of [jack, sam]) {
      await jane.does('message', to.user, `hello ${to.user}`);
      const { from, inCall } = await to.until(({ kind, body }) => kind === 'message' && body === `hello ${to.user}`);
      assert.deepEqual([from, inCall], ['jane', false]);
    }
  });

  it('whoever may sees all calls as they go, and how somebody is; nobody can speak for the server', async () => {
    const { jane, sam, vic, vera } = stage;
    assert.equal(await jane.does('subscribe', 'hookswitch.calls'), true);
    assert.equal(await sam.does('subscribe', 'presence.vera'), true);
    await vic.calls(vera);
    await vera.is('ringing');
    const presence = (state) => sam.until(({ kind, channel, data }) => kind === 'event' && channel === 'presence.vera' && data.channelCallState === state, state);
    await presence('RINGING');
    await vera.does('hangup');
    await presence('DOWN');
    const steps = ['ringing', 'ended'].map((step) => jane.until(({ kind, channel, data }) => kind === 'event' && channel === 'hookswitch.calls' && data.call.state === step, step));
    for (const { data } of await Promise.all(steps)) assert.deepEqual([data.call.caller, data.call.callee], ['vic', 'vera']);
    await jane.does('broadcast', 'hookswitch.calls', { call: 'made up' });
    assert.equal((await jane.answered('verto.broadcast')).result.code, -32002);
    await vic.is('idle');
  });

  it('the speed test tells how long it took in both directions', async () => {
    for (const person of [stage.jane, stage.sam]) {
      const { upDur, downDur } = await person.does('speedTest', 65_536);
      assert.ok(upDur >= 1 && downDur >= 1, `${person.library}: ${upDur} ms up, ${downDur} ms down`);
    }
  });
}
