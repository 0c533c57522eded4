// A call as lanes over time: what the hooks took, how long it rang, how long they talked.

import { useEffect, useState } from '/vendor/hooks.js';
import { code, duration, sentence, TONES } from '../format.js';
import { html } from '../parts.js';

const REDRAW_MS = 500;

/** The lanes of a call, in milliseconds since its request. */
export function lanesOf(call, now = Date.now()) {
  const since = (at) => Date.parse(at) - Date.parse(call.requested_at);
  const end = call.ended_at ? since(call.ended_at) : Math.max(now - Date.parse(call.requested_at), 0);
  const asked = call.ringing_at ? since(call.ringing_at) : call.started_at ? since(call.started_at) : end;
  const rung = call.started_at ? since(call.started_at) : end;
  const veto = (call.veto ?? []).map(({ hook, verdict, ms }) => ({ name: `veto ${hook}`, from: 0, to: ms, tone: verdict === 'allow' ? 'good' : 'bad', note: verdict }));
  return {
    total: Math.max(end, 1),
    lanes: [
      { name: 'requested', from: 0, to: asked, tone: 'info' },
      ...veto,
      call.ringing_at && { name: 'ringing', from: asked, to: rung, tone: 'warn' },
      call.started_at && { name: 'talking', from: rung, to: end, tone: 'good' },
    ].filter(Boolean),
  };
}

export function CallLanes({ call }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (call.state === 'ended') return undefined;
    const timer = setInterval(() => setNow(Date.now()), REDRAW_MS);
    return () => clearInterval(timer);
  }, [call.state]);
  const { total, lanes } = lanesOf(call, now);
  const share = (ms) => `${(100 * Math.min(ms, total)) / total}%`;
  return html`<div class="lanes" role="img" aria-label=${`Over ${duration(total)}: ${lanes.map(({ name, from, to }) => `${name} ${duration(to - from)}`).join(', ')}`}>
    ${lanes.map(({ name, from, to, tone, note }) => html`<div class="lane" key=${name}>
      <span class="lane-name">${name}</span>
      <div class="lane-track"><div class=${`lane-bar ${tone}`} style=${{ left: share(from), width: share(to - from) }}></div></div>
      <span class="lane-ms number">${duration(to - from)}${note ? ` ${note}` : ''}</span>
    </div>`)}
    <div class="lane" title=${sentence(call)}>
      <span class="lane-name">ended</span>
      <div class="lane-track">${call.ended_at && html`<div class=${`lane-end ${TONES[call.reason]}`}></div>`}</div>
      <span class="lane-ms">${call.ended_at ? code(call.error_code) : 'not yet'}</span>
    </div>
    <div class="lane fine" aria-hidden="true"><span class="lane-name"></span><div class="lane-scale number"><span>0</span><span>${duration(total / 2)}</span><span>${duration(total)}</span></div><span class="lane-ms"></span></div>
  </div>`;
}
