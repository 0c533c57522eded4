// @ts-check
// Alice and Bob on one page: each in a frame with a session of its own, and between them everything that is said.

import { html } from '/ui/html.js';
import { render } from '/vendor/preact.js';
import { useCallback, useMemo, useState } from '/vendor/hooks.js';
import { Flow } from '/demo/flow.js';
import { Header } from '/demo/header.js';
import { KeyHelp, useKeys } from '/demo/keys.js';
import { useModel } from '/demo/model.js';
import { Panels } from '/demo/panels.js';
import { useLine } from '/demo/quality.js';
import { remember, remembered, say, settings } from '/demo/settings.js';
import { InsecureHint } from '/demo/welcome.js';

/** @typedef {import('/demo/person.js').Person} Person */

const NAMES = /** @type {const} */ (['alice', 'bob']);
/** @type {Map<string, Person>} */
const frames = new Map();
Object.assign(window, { people: everybody });

function Page() {
  useModel(settings);
  const [people, setPeople] = useState(/** @type {Person[]} */ ([]));
  const [hasCamera, setCamera] = useState(remembered('camera') === 'yes');
  const [isHelping, setHelping] = useState(false);
  const asked = useMemo(() => new URLSearchParams(location.search).get('media') === 'fake', []);
  useKeys(everybody, callByKey, useCallback(() => setHelping(true), []));
  /** @param {Event} event */
  const loaded = (event) => {
    const { name, contentWindow } = /** @type {HTMLIFrameElement} */ (event.currentTarget);
    const person = /** @type {any} */ (contentWindow)?.person;
    if (!person) return;
    frames.set(name, person);
    setPeople(everybody());
  };
  const toggle = () => {
    frames.clear();
    setPeople([]);
    setCamera(!hasCamera);
    remember('camera', hasCamera ? 'no' : 'yes');
  };
  const [alice, bob] = people;
  return html`
    <a class="skip" href="#flow">${say('skip')}</a>
    <${Header} onHelp=${() => setHelping(true)} />
    <${InsecureHint} />
    <main class="two">
      <div class="halves">
        ${NAMES.map((name) => html`
          <iframe key=${`${name} ${hasCamera}`} name=${name} title=${say('frameOf', { user: name })} src=${addressOf(name, hasCamera && !asked)} onLoad=${loaded}
            allow="camera; microphone; display-capture; autoplay; clipboard-write"></iframe>`)}
      </div>
      <p class="row fine two-note">
        <span>${say('twoHint')}</span>
        <label class="inline push"><input type="checkbox" checked=${hasCamera} onChange=${toggle} /> ${say('useCamera')}</label>
      </p>
      <section class="card" id="flow"><h2>${say('tab.flow')}</h2>${alice && bob ? html`<${Flow} people=${people} />` : null}</section>
      ${alice && bob ? html`<${More} person=${alice} peer=${bob} />` : null}
    </main>
    <${KeyHelp} isOpen=${isHelping} onClose=${() => setHelping(false)} />`;
}

/** @param {{ person: Person, peer: Person }} props */
function More({ person, peer }) {
  const line = useLine(person);
  useModel(person);
  return html`<${Panels} person=${person} peer=${peer} line=${line} hasFlow=${false} />`;
}

/**
 * @param {string} user
 * @param {boolean} hasCamera only one can have the camera's sound, or it would hear itself
 */
function addressOf(user, hasCamera) {
  const url = new URL('/demo/', location.href);
  url.searchParams.set('user', user);
  url.searchParams.set('in', 'two');
  if (!hasCamera || user !== 'alice') url.searchParams.set('media', 'fake');
  if (hasCamera && user !== 'alice') url.searchParams.set('quiet', '1');
  return url.href;
}

/** @returns {Person[]} the caller of the first call first */
function everybody() {
  return NAMES.flatMap((name) => frames.get(name) ?? []);
}

/** @param {Person} caller */
function callByKey(caller) {
  caller.dial(caller.user === 'bob' ? 'alice' : 'bob');
}

render(html`<${Page} />`, document.body);
