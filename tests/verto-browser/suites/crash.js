// The server is killed in the middle of a talk. Last of all, since everybody loses the line.

import assert from 'node:assert/strict';
import { it } from 'node:test';

export function crash(stage) {
  it('a talk of SignalWire’s library survives a killed server: its pages come back by themselves, media never stop, either may hang up', async () => {
    const { sam, sue } = stage;
    await sam.talksTo(sue);
    const [asked, { callID }] = [await sam.answered('verto.invite'), await sue.asked('verto.invite')];
    const names = new Map([[sam, asked.request.params.dialogParams.callID], [sue, callID]]);
    stage.anew();
    await stage.server.restart();
    for (const [person, name] of names) {
      assert.deepEqual(await person.asked('verto.clientReady'), { reattached_sessions: [name] });
      await person.until(({ way, frame }) => way === 'out' && frame?.result?.method === 'verto.display', 'saying that it has the call');
    }
    await Promise.all([sam.does('flows'), sue.does('flows')]);
    await sue.does('hangup');
    assert.deepEqual(await sam.ended(), { code: 16, cause: 'NORMAL_CLEARING', variables: undefined });
    await Promise.all([sam.is('idle'), sue.is('idle')]);
  });
}
