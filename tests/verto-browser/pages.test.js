// What the server's own pages make of Verto clients: the demo's Verto phone, and the console.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Cast, launch } from '../browser/support/browser.js';
import { rest } from '../browser/support/api.js';
import { openConsole } from '../browser/support/console.js';
import { startServer } from '../browser/support/server.js';

/** What Chromium says of a script that is not there. */
const MISSING = /404|MIME type/;

describe('the server’s own pages', () => {
  let browser;
  let server;
  let cast;
  before(async () => {
    const installed = fileURLToPath(new URL('node_modules', import.meta.url));
    [browser, server] = await Promise.all([launch(), startServer({ HOOKSWITCH__DEMO__VERTO_LIBRARY_DIR: installed })]);
    cast = await Cast.gather(browser, server.url);
  });
  after(async () => {
    await cast?.leave();
    await Promise.all([browser?.close(), server?.stop()]);
  });

  it('the Verto phone is FreeSWITCH’s own library: it calls the demo, keys arrive, and the console shows all of it', async () => {
    const carol = await phone(cast, 'carol');
    const bob = await cast.enter('bob');
    await carol.at('number').fill('bob');
    await carol.at('call').click();
    await bob.answers();
    await Promise.all([bob.is('talking'), carol.is('active')]);
    await bob.sees();
    await carol.at('log').getByText('"method":"verto.answer"').first().waitFor();
    assert.match(await carol.at('log').innerText(), /"passwd":"…"/, 'no secret on the screen');

    const [call] = (await rest(server.url, 'GET', '/calls?state=talking')).items;
    assert.deepEqual([call.caller, call.caller_door, call.callee_door], ['carol', 'verto', 'native']);
    const page = await openConsole(cast, `#/calls/${call.id}`);
    const ladder = page.getByRole('group', { name: 'What was said in this call' });
    await ladder.getByText('verto.invite').first().waitFor();
    await ladder.getByText('verto.answer').first().waitFor();
    await ladder.getByText('bob · sdp').first().waitFor();
    assert.equal(await page.getByText('no longer has the first messages').count(), 0);

    await page.goto(`${server.url}/console/#/users/carol`);
    await page.getByTestId('sessions-table').getByText('verto', { exact: true }).waitFor();

    await carol.at('hangup').click();
    await Promise.all([bob.endedWith(0, 'hangup'), carol.is('idle')]);
    await page.goto(`${server.url}/console/#/calls/${call.id}`);
    await ladder.getByText('verto.bye').first().waitFor();
  });

  it('of what is installed, only the library itself is handed out', async () => {
    const found = async (path) => (await fetch(`${server.url}/demo/verto-library/${path}`)).status;
    assert.equal(await found('verto/src/jquery.verto.js'), 200);
    for (const path of ['verto/package.json', 'vertojs/dist/index.js', '%2e%2e/package.json', '']) assert.equal(await found(path), 404, path);
  });

  it('where the library is not installed, the page says how that is done', async () => {
    const bare = await startServer();
    try {
      const visitors = await Cast.gather(browser, bare.url);
      const page = await visitors.visit('/demo/verto.html?lang=en');
      await page.getByTestId('v-missing').getByText('HOOKSWITCH__DEMO__VERTO_LIBRARY_DIR').waitFor();
      assert.equal(await page.getByTestId('v-login').isVisible(), false);
      await visitors.leave(MISSING);
    } finally {
      await bare.stop();
    }
  });
});

/** The Verto phone of somebody, logged in. */
async function phone(cast, user) {
  const page = await cast.visit('/demo/verto.html?lang=en');
  const at = (id) => page.getByTestId(`v-${id}`);
  await at('user').fill(user);
  await at('login').click();
  const is = (state) => at('state').and(page.getByText(state, { exact: true })).waitFor();
  await is('idle');
  return { page, at, is };
}
