// @ts-check
// "Use this": the code for the call that was just made.

import { html } from '/ui/html.js';
import { useEffect, useState } from '/vendor/hooks.js';
import { CopyButton } from '/demo/flow.js';
import { useModel } from '/demo/model.js';
import { facts, origin, rest } from '/demo/server.js';
import { say } from '/demo/settings.js';
import { curlFor, decodeToken, pageFor } from '/demo/snippets.js';

/** @param {{ person: import('/demo/person.js').Person }} props */
export function UseThis({ person }) {
  useModel(person);
  const [key, setKey] = useState(/** @type {string | null} */ (null));
  useEffect(() => void facts.then(({ api_key }) => setKey(api_key)), []);
  const call = person.call ?? person.last;
  const deed = { me: person.user || 'alice', peer: call?.user ?? person.others[0] ?? (person.user === 'bob' ? 'alice' : 'bob'), role: call?.role ?? /** @type {const} */ ('caller') };
  return html`
    <div class="stack" data-testid="use">
      <p class="fine">${say(call ? 'useHint' : 'useHintIdle')}</p>
      <${Snippet} title=${say('usePage')} hint=${say('usePageHint', { origin })} text=${pageFor(deed)} testid="use-page" />
      <${Snippet} title=${say('useCurl')} hint=${say('useCurlHint')} text=${curlFor(deed, origin, key)} testid="use-curl" />
      <${Token} user=${deed.me} hasKey=${key !== null} given=${person.token} />
    </div>`;
}

/** @param {{ title: string, hint: string, text: string, testid: string }} props */
function Snippet({ title, hint, text, testid }) {
  return html`
    <section class="stack snippet">
      <div class="row"><h3>${title}</h3><span class="push"><${CopyButton} label=${say('copy')} text=${() => text} testid=${`${testid}-copy`} /></span></div>
      <p class="fine">${hint}</p>
      <pre data-testid=${testid} tabindex="0">${text}</pre>
    </section>`;
}

/** @param {{ user: string, hasKey: boolean, given: string }} props */
function Token({ user, hasKey, given }) {
  const [minted, setMinted] = useState('');
  const [problem, setProblem] = useState('');
  const token = given || minted;
  const decoded = token ? decodeToken(token) : null;
  const mint = async () => {
    const response = await rest('POST', '/tokens', { user });
    const body = await response.json();
    if (response.ok) setMinted(body.token);
    else setProblem(body.detail ?? body.title ?? String(response.status));
  };
  if (!token && !hasKey) return null;
  return html`
    <section class="stack snippet">
      <div class="row"><h3>${say('token')}</h3>
        ${given ? null : html`<button type="button" class="small push" data-testid="use-token-mint" onClick=${mint}>${say('tokenMint', { user })}</button>`}</div>
      <p class="fine">${say('tokenHint')}</p>
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : null}
      ${decoded ? html`<pre data-testid="use-token" tabindex="0">${JSON.stringify(decoded, null, 2)}</pre>
        <p class="fine">${say('tokenUntil', { time: new Date(decoded.payload.exp * 1000).toLocaleString() })}</p>` : null}
    </section>`;
}
