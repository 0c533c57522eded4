// Who gets in, and what a client that is in may have before it has done anything.

import assert from 'node:assert/strict';
import { it } from 'node:test';

export function logins(stage) {
  it('all libraries get in at their first attempt, each in its own way', async () => {
    for (const person of [stage.jane, stage.sam, stage.vic]) {
      const { result } = await person.ever().answered('login', ({ login }) => login === person.user);
      assert.equal(result.message, 'logged in');
      assert.ok(result.sessid, 'a session');
      assert.deepEqual(await person.asked('verto.clientReady'), { reattached_sessions: [] });
    }
  });

  it('the jQuery library asks without credentials first, and is told to bring some', async () => {
    const { error } = await stage.jane.ever().answered('login', ({ login }) => login === undefined);
    assert.equal(error.code, -32000);
  });

  it('a token of the server lets its user in; one that is not the server’s lets nobody in', async () => {
    const { token } = await stage.api('POST', '/tokens', { user: 'tom' });
    const [tom, other] = await Promise.all([stage.beside(stage.jane, 'tom'), stage.beside(stage.jane, 'tom')]);
    assert.equal(await tom.login({ password: 'x', loginParams: { xui_sessid: token } }), true);
    assert.equal(await other.login({ password: 'x', loginParams: { xui_sessid: `${token}x` } }), false);
    assert.equal((await other.answered('login', ({ login }) => login === 'tom')).error.code, -32001);
    await Promise.all([tom.leave(), other.leave()]);
  });
}
