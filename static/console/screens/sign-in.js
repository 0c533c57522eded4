// Asks for an API key, and says where one comes from.

import { useEffect, useRef, useState } from '/vendor/hooks.js';
import { signIn, signedOutBecause } from '../api.js';
import { Field, html } from '../parts.js';
import { useStore } from '../store.js';

/** Development mode listens on this machine alone, so that elsewhere there is no use in asking for its facts. */
const LOCAL = ['127.0.0.1', 'localhost', '[::1]'];

async function demoFacts() {
  if (!LOCAL.includes(location.hostname)) return null;
  const response = await fetch('/demo/facts').catch(() => null);
  return response?.ok ? response.json() : null;
}

export default function SignIn() {
  const input = useRef(null);
  const because = useStore(signedOutBecause);
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [facts, setFacts] = useState(null);
  useEffect(() => {
    document.title = 'Sign in · hookswitch console';
    input.current.focus();
    demoFacts().then(setFacts, () => {});
  }, []);

  const enter = async (key) => {
    if (key === '') return;
    setBusy(true);
    try {
      await signIn(key);
    } catch (error) {
      setProblem(error.status === 401 ? 'The server does not know this key. Keys begin with hsk_ and are shown once, when they are made.' : error.message);
      setBusy(false);
      input.current?.select();
    }
  };
  const onSubmit = (event) => {
    event.preventDefault();
    enter(input.current.value.trim());
  };
  const devKey = facts?.api_key;
  return html`<main class="sign-in">
    <form class="card" onSubmit=${onSubmit}>
      <div class="row"><img src="/ui/icon.svg" width="36" height="36" alt="" /><h1>hookswitch console</h1></div>
      ${because && !problem && html`<p class="notice warn" role="status">${because}</p>`}
      <${Field} label="API key" hint="Kept for this tab, and forgotten with it.">
        <input ref=${input} type="password" data-testid="api-key" autocomplete="off" spellcheck=${false} required aria-describedby="sign-in-problem" />
      <//>
      <p class="problem" id="sign-in-problem" role="alert">${problem}</p>
      <button class="primary" disabled=${isBusy} data-testid="sign-in">Sign in</button>
      ${devKey
        ? html`<p class="notice row"><span>The server is in development mode: the key is <code>${devKey}</code>.</span>
            <button type="button" class="small push" onClick=${() => enter(devKey)} data-testid="sign-in-dev">Use it</button></p>`
        : html`<div class="fine stack"><p>No key yet? On the server’s machine, make one:</p>
            <pre tabindex="0">hookswitch key new --scope admin</pre>
            <p><code>read</code> sees everything, <code>control</code> also ends calls and sessions, <code>admin</code> also changes hooks, accounts and keys.</p></div>`}
    </form>
  </main>`;
}
