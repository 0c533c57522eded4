// Dialogs: the one that asks before something is destroyed, and those that screens fill.

import { html } from '/ui/html.js';
import { useEffect, useRef, useState } from '/vendor/hooks.js';
import { Store, useStore } from './store.js';

/** A modal dialog: Escape and a click beside it close it. The focus goes back where it was. */
export function Dialog({ title, onClose, children, testid, wide = false }) {
  const dialog = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  const onClick = (event) => event.target === dialog.current && onClose();
  const onCancel = (event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog ref=${dialog} class=${wide ? 'wide' : ''} aria-label=${title} data-testid=${testid} onMouseDown=${onClick} onCancel=${onCancel}>
    <div class="stack"><h2>${title}</h2>${children}</div>
  </dialog>`;
}

/** Asks once before something that cannot be taken back. `body` is text or a node. */
export function Confirm({ title, body, action = 'Yes', danger = true, onYes, onNo }) {
  const [isBusy, setBusy] = useState(false);
  const yes = () => {
    setBusy(true);
    onYes();
  };
  return html`<${Dialog} title=${title} onClose=${onNo} testid="confirm-dialog">
    ${body && html`<p>${body}</p>`}
    <div class="row">
      <button type="button" class="push" onClick=${onNo} autofocus>Cancel</button>
      <button type="button" class=${danger ? 'danger sure' : 'primary'} disabled=${isBusy} onClick=${yes} data-testid="confirm">${action}</button>
    </div>
  <//>`;
}

const asked = new Store(null);

/** Asks, and resolves to whether the answer was yes: `if (await confirm({ title, body, action })) …`. */
export function confirm(question) {
  return new Promise((resolve) => asked.set({ ...question, resolve }));
}

/** Where `confirm` shows its question. Whoever goes to another screen has answered with no. */
export function Dialogs() {
  const question = useStore(asked);
  const answer = (isYes) => () => {
    asked.set(null);
    question.resolve(isYes);
  };
  useEffect(() => {
    if (!question) return undefined;
    const leave = answer(false);
    addEventListener('hashchange', leave);
    return () => removeEventListener('hashchange', leave);
  }, [question]);
  if (!question) return null;
  return html`<${Confirm} key=${question.title} ...${question} onYes=${answer(true)} onNo=${answer(false)} />`;
}
