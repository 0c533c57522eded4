// Verifying what a hook gets: the code in five languages that the server hands out, and a verifier that says why one fails.

import { useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { useLoad } from '../live.js';
import { Copy, Field, Problem, Tabs, html } from '../parts.js';
import { VERIFIERS } from './webhook-words.js';

async function loadText(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`The server has no ${path}.`);
  return response.text();
}

export function Snippets() {
  const [language, setLanguage] = useState(VERIFIERS[0].language);
  const { path } = VERIFIERS.find((one) => one.language === language);
  const { data, error, reload } = useLoad(() => loadText(path), [path]);
  return html`
    <section class="card" data-testid="snippets">
      <div class="row"><h2>Verify its messages</h2><span class="push"></span>${data && html`<${Copy} text=${data} />`}</div>
      <p class="fine">Anybody can POST to your receiver; only the server can sign. Check the signature over the body as it came, before reading it.</p>
      <${Tabs} tabs=${VERIFIERS.map((one) => [one.language, one.language])} chosen=${language} choose=${setLanguage} label="Language" />
      ${error && html`<div class="notice row">
        <span>${error.message} The scheme is that of Standard Webhooks: any of its libraries verifies the messages too.</span>
        <button type="button" class="small push" onClick=${reload}>Try again</button>
      </div>`}
      ${data && html`<pre class="snippet" tabindex="0" role="region" aria-label=${`verification in ${language}`}>${data}</pre>
        <p class="fine">The same file: <a href=${path}>${path}</a></p>`}
    </section>`;
}

const FIELDS = [
  { name: 'id', label: 'webhook-id' },
  { name: 'timestamp', label: 'webhook-timestamp', hint: 'seconds since 1970' },
  { name: 'signature', label: 'webhook-signature', hint: 'v1,…' },
];

export function Verifier({ path }) {
  const [message, setMessage] = useState({ id: '', timestamp: '', signature: '', body: '' });
  const [answer, setAnswer] = useState(null);
  const [problem, setProblem] = useState(null);
  const put = (patch) => {
    setMessage((before) => ({ ...before, ...patch }));
    setAnswer(null);
  };
  const verify = async (event) => {
    event.preventDefault();
    setProblem(null);
    try {
      setAnswer(await api.post(`${path}/verify`, message));
    } catch (error) {
      setProblem(error);
    }
  };
  return html`
    <section class="card" data-testid="verifier">
      <h2>Why does a signature fail?</h2>
      <p class="fine">Paste what your receiver got: three headers, and the body byte for byte. Nothing is kept.</p>
      <form class="stack" onSubmit=${verify}>
        ${FIELDS.map(({ name, label, hint }) => html`
          <${Field} key=${name} label=${label} hint=${hint}>
            <input class="mono" value=${message[name]} onInput=${({ target }) => put({ [name]: target.value })} autocomplete="off" spellcheck=${false} data-testid=${`verify-${name}`} />
          <//>`)}
        <${Field} label="body">
          <textarea class="mono" value=${message.body} onInput=${({ target }) => put({ body: target.value })} spellcheck=${false} data-testid="verify-body"></textarea>
        <//>
        <div class="row"><button class="primary" data-testid="verify">Verify</button></div>
      </form>
      <${Problem} error=${problem} />
      ${answer && html`<div class=${`notice ${!answer.valid ? 'bad' : answer.problems.length > 0 ? 'warn' : 'good'}`} role="status" data-testid="verify-result">
        <strong>${answer.valid ? 'The signature is good.' : 'The signature is not good.'}</strong>
        ${answer.problems.length > 0 && html`<ul>${answer.problems.map((one) => html`<li>${one}</li>`)}</ul>`}
      </div>`}
    </section>`;
}
