// The waits between the tries of a delivery, and where one stands among them.

import { html } from '../parts.js';

/** Business-server contract, "Events". The server lengthens each wait by up to a fifth of itself. */
const WAITS = ['at once', '5 s', '30 s', '2 min', '10 min', '30 min', '2 h', '6 h', '12 h'];

/** @param {{ delivery: { state: string, attempts: number } }} props */
export function RetryLadder({ delivery }) {
  const { state, attempts } = delivery;
  const rung = (index) => {
    if (index < attempts) return state === 'delivered' && index === attempts - 1 ? 'good' : 'bad';
    return state === 'pending' && index === attempts ? 'next' : 'ahead';
  };
  const words = { good: 'delivered', bad: 'failed', next: 'next', ahead: '' };
  const shown = WAITS.map((wait, index) => ({ wait, is: rung(index) }));
  return html`
    <ol class="rungs plain" aria-label="tries of this delivery">
      ${shown.map(({ wait, is }, index) => html`
        <li class=${is} aria-current=${is === 'next' ? 'step' : null}>
          <span class="fine">${index === 0 ? wait : `+ ${wait}`}</span>
          <strong>${words[is] || (state === 'pending' ? 'to come' : 'not needed')}</strong>
        </li>`)}
    </ol>`;
}
