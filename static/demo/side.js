// @ts-check
// Beside the picture: the state of the call, whom to call, and who is here.

import { html } from '/ui/html.js';
import { useEffect, useState } from '/vendor/hooks.js';
import { Avatar } from '/demo/avatar.js';
import { useModel } from '/demo/model.js';
import { say } from '/demo/settings.js';
import { isWeChat } from '/demo/wechat-media.js';
import { codeName } from '/demo/words.js';

/** @typedef {import('/demo/person.js').Person} Person */

const FIRST_NAMES = ['alice', 'bob', 'carol', 'dave'];

/** @param {{ person: Person }} props */
export function Status({ person }) {
  useModel(person);
  const { call, last } = person;
  const state = call?.state ?? 'idle';
  const title = call ? say('callWith', { user: call.user }) : last ? say('lastCall', { user: last.user }) : say('noCall');
  return html`
    <section class="card status">
      <div class="row">
        <h2>${title}</h2>
        <${Clock} since=${person.talkingSince} />
        <span class="state" data-testid="state" data-state=${state} role="status">${state}</span>
      </div>
      <dl class="facts" hidden=${last === null}>
        <dt>${say('code')}</dt>
        <dd><span data-testid="error-code">${last ? String(last.errorCode) : ''}</span> <span class="fine">${last ? codeName(last.errorCode) : ''}</span></dd>
        <dt>${say('reason')}</dt>
        <dd id="reason">${last?.reason.replaceAll('_', ' ') || '–'}</dd>
      </dl>
    </section>`;
}

/** @param {{ since: number }} props */
function Clock({ since }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!since) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [since]);
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return html`<span class="clock number" hidden=${!since}>${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}</span>`;
}

/** @param {{ person: Person }} props */
export function DialForm({ person }) {
  useModel(person);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    person.dial(String(form.get('peer')).trim());
  };
  return html`
    <form class="card dial" onSubmit=${submit}>
      <h2><label for="peer">${say('callSomebody')}</label></h2>
      <div class="row">
        <input data-testid="peer" id="peer" name="peer" autocomplete="off" autocapitalize="none" spellcheck=${false} maxlength="128"
          placeholder=${person.user === 'bob' ? 'alice' : 'bob'} required />
        <button class="primary" data-testid="call" id="call" disabled=${person.call !== null}>${say('call')}</button>
      </div>
    </form>`;
}

/** @param {{ person: Person }} props */
export function People({ person }) {
  useModel(person);
  const { others } = person;
  /** @param {string} user */
  const dial = (user) => {
    const field = /** @type {HTMLInputElement | null} */ (document.getElementById('peer'));
    if (field) field.value = user;
    person.dial(user);
  };
  const absent = missingName(person);
  return html`
    <section class="card">
      <h2>${say('onlineNow')}</h2>
      <ul class="plain people" data-testid="people">
        ${others.map((user) => html`
          <li key=${user}>
            <${Avatar} user=${user} />
            <span>${user}</span>
            <button type="button" class="small" aria-label=${say('callUser', { user })} disabled=${person.call !== null} onClick=${() => dial(user)}>${say('call')}</button>
          </li>`)}
      </ul>
      ${others.length === 0 ? html`<p class="fine">${say(person.isListed ? 'nobody' : 'notListed')}</p>` : null}
      ${absent ? html`<p class="fine"><a href=${addressFor(absent)} target="_blank" rel="noopener">${say('openTab', { user: absent })}</a></p>` : null}
    </section>`;
}

/** Whoever is missing can be opened in a tab beside this one. @param {{ person: Person }} props */
export function Invitation({ person }) {
  useModel(person);
  const user = missingName(person);
  const isMissed = person.last?.reason === 'offline';
  if (!user || (!isMissed && (person.last !== null || person.others.length > 0))) return null;
  return html`<a class="pill" href=${addressFor(user)} target="_blank" rel="noopener">${say('openTab', { user })}</a>`;
}

/**
 * @param {Person} person
 * @returns {string | undefined} the one who was called in vain, or the first who is not here
 */
function missingName({ last, user, others }) {
  if (last?.reason === 'offline' && !isWeChat(last.user)) return last.user;
  return FIRST_NAMES.find((name) => name !== user && !others.includes(name));
}

/** @param {string} user */
function addressFor(user) {
  const link = new URL(location.pathname, location.href);
  link.searchParams.set('user', user);
  if (new URLSearchParams(location.search).get('media') === 'fake') link.searchParams.set('media', 'fake');
  return link.href;
}
