// One delivery: where it stands on the ladder of tries, what the hook answered, and how to send it again.

import { can } from '../api.js';
import { duration, plural } from '../format.js';
import { CallLink, CurlButton, Time, html } from '../parts.js';
import { deliveriesPath } from './deliveries-load.js';
import { RetryLadder } from './retry-ladder.js';

export function Delivery({ delivery, replay }) {
  const { id, hook, call, at, tried_at: tried, attempts, last_status: status, last_error: error } = delivery;
  const path = `${deliveriesPath(hook)}/${id}/replay`;
  return html`
    <div class="stack detail" data-testid="delivery-detail">
      <p><strong>${sentence(delivery)}</strong></p>
      <${RetryLadder} delivery=${delivery} />
      <dl class="facts">
        <dt>delivery</dt><dd class="number">${id} to ${hook}</dd>
        <dt>call</dt><dd><${CallLink} id=${call}>${call}<//></dd>
        <dt>happened</dt><dd><${Time} at=${at} precise /></dd>
        <dt>tried</dt><dd>${attempts === 0 ? 'not yet' : html`${plural(attempts, 'time')}, the last <${Time} at=${tried} precise />`}</dd>
        <dt>the hook answered</dt><dd>${status ? `HTTP ${status}` : attempts > 0 ? 'nothing' : '–'}${error ? `: ${error}` : ''}</dd>
      </dl>
      ${can('admin') && html`<div class="row">
        <button type="button" onClick=${() => replay.ask([delivery])} disabled=${replay.isRunning} data-testid="replay-one">Replay</button>
        <${CurlButton} method="POST" path=${path} label="Copy replay as curl" />
      </div>`}
    </div>`;
}

function sentence({ state, attempts, last_status: status, next_at: next }) {
  if (state === 'delivered') return `Delivered at try ${Math.max(1, attempts)}.`;
  if (state === 'dead') {
    if (status >= 400 && status < 500) return `Given up: the hook answered ${status}, which says that trying again is no use. It can be replayed.`;
    return `Given up after ${plural(attempts, 'try', 'tries')}. It can be replayed.`;
  }
  if (attempts === 0) return 'Waits for its first try, behind earlier events of its call.';
  const left = next ? Date.parse(next) - Date.now() : 0;
  return `Tried ${plural(attempts, 'time')}; the next try ${left > 0 ? `is in ${duration(left)}` : 'is due'}.`;
}
