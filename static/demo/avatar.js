// @ts-check
// A letter on a colour: who it is, at a glance.

import { html } from '/ui/html.js';
import { hueOf } from '/demo/local-media.js';

/** @param {{ user: string }} props */
export function Avatar({ user }) {
  return html`<span class="avatar" style=${{ '--hue': String(hueOf(user)) }} aria-hidden="true">${user.slice(0, 1)}</span>`;
}
