// What the list of hooks and the page of one have in common.

import { Chip, Copy, html } from '../parts.js';
import { POLICIES, RECEIVER } from './webhook-words.js';

/** Whether a hook is used, in one chip. */
export function HookState({ hook }) {
  if (!hook.enabled) return html`<${Chip} tone="warn">paused<//>`;
  if (hook.stopped_at) return html`<${Chip} tone="bad" title="It answered 410, so it hears no events until it is saved again">stopped by 410<//>`;
  return html`<${Chip} tone="good">on<//>`;
}

/** What decides where the hook gives no verdict: never hidden, since it lets calls through or keeps them off. */
export function PolicyChip({ hook }) {
  if (!hook.veto) return html`<span class="fine">not asked</span>`;
  const { tone, label, consequence } = POLICIES[hook.on_failure];
  return html`<${Chip} tone=${tone} title=${consequence}>${label}<//>`;
}

const WHOLE = [['Python', '/docs/receivers/receiver.py'], ['Node', '/docs/receivers/receiver.mjs'], ['Go', '/docs/receivers/receiver.go']];

/** The ten-line receiver, to start from. */
export function Receiver() {
  return html`
    <div class="stack">
      <div class="row"><h3>A receiver in ten lines</h3><span class="push"></span><${Copy} text=${RECEIVER} /></div>
      <p class="fine">Save it as <code>hook.mjs</code>, run <code>node hook.mjs</code>, and register <code>http://127.0.0.1:9000/</code>. It refuses calls to “blocked”.
        Whole ones, which verify signatures too: ${WHOLE.map(([name, path]) => html`<a key=${path} href=${path}>${name}</a> `)}</p>
      <pre tabindex="0" role="region" aria-label="a receiver in ten lines">${RECEIVER}</pre>
    </div>`;
}
