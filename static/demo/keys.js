// @ts-check
// The keyboard: a letter for each button of a call, and a list of them.

import { html } from '/ui/html.js';
import { useEffect, useRef } from '/vendor/hooks.js';
import { say } from '/demo/settings.js';

/** @typedef {import('/demo/person.js').Person} Person */

const KEYS = /** @type {const} */ ([['c', 'keyCall'], ['a', 'answer'], ['d', 'decline'], ['h', 'hangUp'], ['m', 'mute'], ['?', 'keyHelp']]);

/**
 * @param {() => Person[]} people who may be meant, the most likely first
 * @param {(person: Person) => void} call
 * @param {() => void} help
 */
export function useKeys(people, call, help) {
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input:not([type=checkbox]), textarea, select, dialog *');
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const here = people().filter((person) => person.client !== null);
      const ringing = here.find((person) => person.call?.role === 'callee' && person.call.state === 'ringing');
      const engaged = here.find((person) => person.call !== null);
      const idle = here.find((person) => person.call === null);
      /** @type {Record<string, (() => unknown) | undefined | false>} */
      const acts = {
        c: idle && !engaged && (() => call(idle)),
        a: ringing && (() => ringing.answer()),
        d: ringing && (() => ringing.decline()),
        h: engaged && (() => engaged.hangUp()),
        m: engaged && (() => engaged.sending.toggleMicrophone()),
        '?': help,
      };
      const act = acts[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [people, call, help]);
}

/** @param {{ isOpen: boolean, onClose: () => void }} props */
export function KeyHelp({ isOpen, onClose }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return html`
    <dialog ref=${dialog} aria-label=${say('keys')} onClose=${onClose}>
      <div class="stack">
        <h2>${say('keys')}</h2>
        <dl class="facts">${KEYS.map(([key, words]) => html`<dt><kbd>${key}</kbd></dt><dd>${say(words)}</dd>`)}</dl>
        <button type="button" class="primary" onClick=${onClose}>${say('close')}</button>
      </div>
    </dialog>`;
}
