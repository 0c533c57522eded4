// @ts-check
// The first screen: see a call at once, or log in for a call between two tabs.

import { html } from '/ui/html.js';
import { useEffect, useRef } from '/vendor/hooks.js';
import { useModel } from '/demo/model.js';
import { say } from '/demo/settings.js';
import { tellProblem } from '/demo/words.js';

/**
 * @param {{ person: import('/demo/person.js').Person, isDevelopment: boolean, isHidden: boolean,
 *   onLogin: (user: string, secret: string) => void, initialUser: string }} props
 */
export function Welcome({ person, isDevelopment, isHidden, onLogin, initialUser }) {
  useModel(person);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const needsSecret = !isDevelopment || person.problem !== null;
  useEffect(() => {
    if (isHidden || person.isLoggingIn) return;
    const field = form.current?.elements.namedItem(person.problem ? 'secret' : 'user');
    if (field instanceof HTMLElement) field.focus();
  }, [isHidden, person.problem]);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const fields = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    onLogin(String(fields.get('user')).trim(), String(fields.get('secret') ?? ''));
  };
  return html`
    <main class="welcome" hidden=${isHidden}>
      <section class="see">
        <div class="see-words">
          <h2>${say('seeTitle')}</h2>
          <p>${say('seeText')}</p>
          <a class="button primary big" data-testid="see-call" href="/demo/two.html">${say('seeButton')}</a>
        </div>
        <svg class="see-picture" viewBox="0 0 300 190" aria-hidden="true">
          <g class="lanes"><path d="M40 46V180 M150 46V180 M260 46V180" /></g>
          <g class="shots"><path d="M40 70H144 M150 96H254 M260 122H156 M150 148H46 M150 160H254" /></g>
          <g class="tips"><path d="M150 70l-10-5v10z M260 96l-10-5v10z M150 122l10-5v10z M40 148l10-5v10z M260 160l-10-5v10z" /></g>
          <circle class="left" cx="40" cy="26" r="19" /><circle class="right" cx="260" cy="26" r="19" /><rect x="124" y="10" width="52" height="32" rx="8" />
          <path class="chip-lines" d="M134 21h32M134 31h32" /><text x="40" y="32">A</text><text x="260" y="32">B</text>
        </svg>
      </section>
      <section class="card login">
        <h2>${say('twoTabs')}</h2>
        <ol class="fine"><li>${say('step1')}</li><li>${say('step2')}</li><li>${say('step3')}</li></ol>
        <form class="stack" ref=${form} onSubmit=${submit}>
          <label>${say('yourName')} <input data-testid="login-user" name="user" autocomplete="username" autocapitalize="none" spellcheck=${false}
            maxlength="128" placeholder="alice" defaultValue=${initialUser} required /></label>
          <label hidden=${!needsSecret}>${say('secret')} <input data-testid="login-secret" name="secret" type="password" autocomplete="current-password" /></label>
          <p class="problem" role="alert" hidden=${person.problem === null}>${person.problem ? tellProblem(person.problem) : ''}</p>
          <button data-testid="login" disabled=${person.isLoggingIn}>${say('logIn')}</button>
        </form>
        <p class="fine" hidden=${!isDevelopment}>${say('anyName')}</p>
      </section>
    </main>`;
}

/** Browsers keep cameras to themselves on plain http. */
export function InsecureHint() {
  if (isSecureContext) return null;
  return html`
    <aside class="notice warn">
      <strong>${say('insecure')}</strong> ${say('insecureWays')} <code>--unsafely-treat-insecure-origin-as-secure=${location.origin}</code>
    </aside>`;
}
