// Tokens and accounts.

import { useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { Copy, Dialog, Field, Time, attempt, html } from '../parts.js';

const LIFETIMES = [[300, '5 minutes'], [3600, '1 hour'], [86_400, '1 day'], [2_592_000, '30 days'], [31_536_000, '1 year']];

/** A user token: made in a dialog, shown once. */
export function MintButton({ user = '' }) {
  const [isOpen, setOpen] = useState(false);
  return html`<button type="button" class="small" onClick=${() => setOpen(true)} data-testid="mint">Mint a token</button>
    ${isOpen && html`<${Mint} user=${user} close=${() => setOpen(false)} />`}`;
}

function Mint({ user, close }) {
  const [minted, setMinted] = useState(null);
  const onSubmit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    await attempt(async () => setMinted(await api.post('/tokens', { user: form.get('user'), ttl_secs: Number(form.get('ttl_secs')) })));
  };
  if (minted) {
    return html`<${Dialog} title="The token, shown this once" onClose=${close} testid="minted">
      <p>Its bearer is that user until <${Time} at=${minted.expires_at} />. It is kept nowhere.</p>
      <pre class="wrap" tabindex="0" data-testid="token">${minted.token}</pre>
      <div class="row"><${Copy} text=${minted.token} label="Copy the token" /><button type="button" class="push" onClick=${close}>Done</button></div>
    <//>`;
  }
  return html`<${Dialog} title="Mint a token" onClose=${close}>
    <form class="stack" onSubmit=${onSubmit}>
      <${Field} label="User" hint="Who the bearer will be. Nobody needs to be registered first.">
        <input name="user" required pattern="[A-Za-z0-9._@:+\\-]+" maxlength="128" defaultValue=${user} autocomplete="off" autocapitalize="none" spellcheck=${false} data-testid="mint-user" /><//>
      <${Field} label="Good for"><select name="ttl_secs" defaultValue="3600">${LIFETIMES.map(([secs, words]) => html`<option value=${secs} selected=${secs === 3600}>${words}</option>`)}</select><//>
      <div class="row"><button type="button" class="push" onClick=${close}>Cancel</button><button class="primary" data-testid="mint-confirm">Mint</button></div>
    </form>
  <//>`;
}

/** An account for who brings no tokens: made, or given a new password. */
export function AccountButton({ user = '', label = 'Add an account', onDone }) {
  const [isOpen, setOpen] = useState(false);
  const onSubmit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const name = form.get('user') ?? user;
    const isDone = await attempt(() => api.put(`/users/${encodeURIComponent(name)}`, { password: form.get('password') }), `${name} may log in with that password.`);
    if (!isDone) return;
    setOpen(false);
    onDone?.();
  };
  return html`<button type="button" class="small" onClick=${() => setOpen(true)} data-testid="account">${label}</button>
    ${isOpen && html`<${Dialog} title=${user ? `A password for ${user}` : 'An account with a password'} onClose=${() => setOpen(false)}>
      <form class="stack" onSubmit=${onSubmit}>
        ${!user && html`<${Field} label="User"><input name="user" required pattern="[A-Za-z0-9._@:+\\-]+" maxlength="128" autocomplete="off" autocapitalize="none" data-testid="account-user" /><//>`}
        <${Field} label="Password" hint="Kept as an argon2id hash. Sessions that are there stay.">
          <input name="password" type="password" required maxlength="1024" autocomplete="new-password" data-testid="account-password" /><//>
        <div class="row"><button type="button" class="push" onClick=${() => setOpen(false)}>Cancel</button><button class="primary" data-testid="account-confirm">Set the password</button></div>
      </form>
    <//>`}`;
}
