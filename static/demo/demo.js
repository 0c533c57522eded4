// @ts-check
// The demo page: one person of a call, in a tab of its own or as one of two in a frame.

import { html } from '/ui/html.js';
import { render } from '/vendor/preact.js';
import { useCallback, useEffect, useState } from '/vendor/hooks.js';
import { Header, LineState } from '/demo/header.js';
import { KeyHelp, useKeys } from '/demo/keys.js';
import { useModel } from '/demo/model.js';
import { Panels } from '/demo/panels.js';
import { Person } from '/demo/person.js';
import { LineSummary, useLine } from '/demo/quality.js';
import { facts } from '/demo/server.js';
import { say, settings } from '/demo/settings.js';
import { DialForm, Invitation, People, Status } from '/demo/side.js';
import { Stage } from '/demo/stage.js';
import { InsecureHint, Welcome } from '/demo/welcome.js';
import { WeChat, WeChatCounters } from '/demo/wechat.js';
import { tellCall } from '/demo/words.js';

const address = new URL(location.href);
const isInTwo = address.searchParams.get('in') === 'two';
const askedUser = address.searchParams.get('user') ?? '';
const person = new Person({ isDrawn: address.searchParams.get('media') === 'fake', isSilent: address.searchParams.has('quiet') });
// The page of two looks into its frames, and whoever tinkers at the browser's console can too.
Object.assign(window, { person });

function Page() {
  useModel(settings);
  useModel(person);
  const [ringTimeoutSecs, setRingTimeout] = useState(60);
  const [isDevelopment, setDevelopment] = useState(location.pathname === '/');
  const [isHelping, setHelping] = useState(false);
  const line = useLine(person);
  useEffect(() => {
    void facts.then((known) => {
      setRingTimeout(known.ring_timeout_secs);
      setDevelopment(known.development);
    });
    if (askedUser) void logIn(askedUser, '');
  }, []);
  useEffect(() => {
    document.title = title();
  });
  useKeys(everybody, callByKey, useCallback(() => setHelping(true), []));
  const isOut = person.client === null;
  const props = { person, ringTimeoutSecs };
  if (isInTwo) return html`<${Half} ...${props} line=${line} />`;
  return html`
    <a class="skip" href="#main">${say('skip')}</a>
    <${Header} person=${person} onHelp=${() => setHelping(true)} />
    <${InsecureHint} />
    <${Welcome} person=${person} isDevelopment=${isDevelopment} isHidden=${!isOut || (askedUser !== '' && person.isLoggingIn)} onLogin=${logIn} initialUser=${askedUser} />
    <main id="main" class="call-view" hidden=${isOut}>
      <div class="scene">
        <${Stage} ...${props} offer=${html`<${Invitation} person=${person} />`} />
        <${UnderStage} person=${person} line=${line} />
      </div>
      <aside class="side">
        <${Status} person=${person} />
        <${DialForm} person=${person} />
        ${isDevelopment ? html`<${WeChat} person=${person} />` : null}
        <${People} person=${person} />
      </aside>
      <div class="below">${isOut ? null : html`<${Panels} person=${person} peer=${null} line=${line} hasFlow=${true} />`}</div>
    </main>
    <${KeyHelp} isOpen=${isHelping} onClose=${() => setHelping(false)} />`;
}

/** One of two people on a page. @param {{ person: Person, ringTimeoutSecs: number, line: import('/demo/quality.js').Line }} props */
function Half({ person: one, ringTimeoutSecs, line }) {
  const other = askedUser === 'bob' ? 'alice' : 'bob';
  const offer = html`
    <button type="button" class="pill go" disabled=${!one.isOnline} onClick=${() => one.dial(other)}>${say('callUser', { user: other })}</button>`;
  return html`
    <main class="half">
      <h1 class="skip">${askedUser}</h1>
      <div class="row half-head">
        <strong>${askedUser}</strong>
        <${LineState} person=${one} />
        <span class="push"></span>
        <${Status} person=${one} />
      </div>
      <${Stage} person=${one} ringTimeoutSecs=${ringTimeoutSecs} offer=${offer} />
      <${LineSummary} person=${one} line=${line} />
    </main>`;
}

/** @param {{ person: Person, line: import('/demo/quality.js').Line }} props */
function UnderStage({ person: one, line }) {
  const because = one.sending.local?.drawnBecause ?? '';
  return html`
    <div class="under">
      <${LineSummary} person=${one} line=${line} />
      <${WeChatCounters} person=${one} />
      <p class="fine" id="drawn" hidden=${because === ''}>${because ? say('drawn', { why: say(`drawn.${because}`) }) : ''}</p>
      <p class="fine" hidden=${one.call?.state !== 'talking' || one.wechat !== null}>${say('lasting')}</p>
    </div>`;
}

/**
 * @param {string} user
 * @param {string} secret
 */
async function logIn(user, secret) {
  if (await person.logIn(user, secret)) {
    // A reload logs in again, where no secret is needed for it.
    if (!secret) remember(person.user);
  }
}

person.listen(() => person.client === null && !person.isLoggingIn && person.problem === null && remember(null));

/** @param {string | null} user */
function remember(user) {
  if (address.searchParams.get('user') === user) return;
  if (user) address.searchParams.set('user', user);
  else address.searchParams.delete('user');
  history.replaceState(null, '', address);
}

function title() {
  const { call, user } = person;
  if (call?.state === 'talking') return `${call.user} · hookswitch`;
  if (call) return tellCall(call, false).headline;
  return user ? `${user} · hookswitch` : say('title');
}

function everybody() {
  // In a frame the other one may be meant: the page around knows.
  const others = isInTwo ? /** @type {any} */ (parent).people?.() ?? [] : [];
  return [person, ...others.filter((/** @type {Person} */ other) => other !== person)];
}

/** @param {Person} caller */
function callByKey(caller) {
  const field = /** @type {HTMLInputElement | null} */ (document.getElementById('peer'));
  const user = isInTwo ? (caller.user === 'bob' ? 'alice' : 'bob') : field?.value.trim() || caller.others[0];
  if (user) caller.dial(user);
  else field?.focus();
}

render(html`<${Page} />`, document.body);
