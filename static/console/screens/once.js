// A secret that is shown this once.

import { Copy, html } from '../parts.js';

/** @param {{ text: string, what: string, testid: string }} props `what` names it in a sentence: “This key …” */
export function Once({ text, what, testid }) {
  return html`
    <div class="notice warn stack">
      <p><strong>This ${what} is shown once.</strong> Put it where it is needed now; the server does not show it again.</p>
      <div class="row">
        <code class="secret" data-testid=${testid} tabindex="0">${text}</code>
        <${Copy} text=${text} />
      </div>
    </div>`;
}
