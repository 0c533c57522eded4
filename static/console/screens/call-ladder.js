// Who said what to whom in a call: from the server's trace while it has it, otherwise from the call's own record.

import { Ladder, toMermaid, traceToArrows } from '/ui/ladder.js';
import { HOOK, SERVER, lanesFor, userLane } from '/ui/ladder-data.js';
import { useEffect, useMemo, useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { code } from '../format.js';
import { useLoad, useTrace } from '../live.js';
import { Copy, html } from '../parts.js';

const TRACE_PAGE = 500;

/** A code on an arrow: the number, and its name where the arrow is opened. */
const codeNote = (n) => ({ note: String(n), facts: [['code', code(n)]] });

/** The arrows that a record allows to tell: each step, what brought it about, and who heard of it. */
export function recordLadder(call) {
  const [caller, callee] = [userLane(call.caller), userLane(call.callee)];
  const actors = { caller, callee, hook: HOOK, business: SERVER, server: SERVER };
  const arrows = [];
  const add = (step, from, to, label, fields = {}) => arrows.push({ id: arrows.length, at: Date.parse(step.at), from, to, label, json: step, ...fields });
  for (const step of call.timeline) {
    const by = actors[step.actor] ?? SERVER;
    if (step.state === 'requested') {
      add(step, call.placed ? SERVER : caller, call.placed ? caller : SERVER, call.placed ? 'placed' : 'request');
      for (const veto of call.veto ?? []) {
        add(step, SERVER, HOOK, 'veto?', { json: veto });
        const answeredAt = new Date(Date.parse(step.at) + veto.ms).toISOString();
        const isAllowed = veto.verdict === 'allow';
        add({ at: answeredAt }, HOOK, SERVER, veto.verdict, { json: veto, took: veto.ms, tone: isAllowed ? 'good' : 'bad', ...(veto.error_code ? codeNote(veto.error_code) : {}) });
      }
    } else if (step.state === 'ringing') {
      add(step, SERVER, callee, 'request');
      add(step, SERVER, caller, 'reply', codeNote(0));
    } else if (step.state === 'talking') {
      add(step, callee, SERVER, 'reply', codeNote(0));
      add(step, SERVER, caller, 'start', { tone: 'good', note: `room ${call.room}` });
      add(step, SERVER, callee, 'start', { tone: 'good', note: `room ${call.room}` });
    } else {
      const fields = { ...codeNote(step.error_code), tone: step.error_code === 0 ? '' : 'warn' };
      const label = call.started_at ? 'finish' : 'reply';
      if (by === caller || by === callee) add(step, by, SERVER, label, fields);
      if (by !== caller || call.started_at) add(step, SERVER, caller, label, fields);
      if (call.ringing_at && (by !== callee || call.started_at)) add(step, SERVER, callee, label, fields);
    }
  }
  return { lanes: lanesFor([call.caller, call.callee], (call.veto ?? []).map(({ hook }) => hook)), arrows };
}

/** Whether a trace begins where the call does. */
const isWhole = (items) => items.some(({ kind, body }) => kind === 'frame' && (body?.event === 'request' || body?.method === 'verto.invite'));

/**
 * The ladder of a call, which grows while the call goes on.
 *
 * @returns {{ items: object[], ladder: { lanes: object[], arrows: object[] }, isFromTrace: boolean, isPartial: boolean }}
 */
export function useLadder(call) {
  const [items, setItems] = useState([]);
  const [after, setAfter] = useState(null);
  const { data, error } = useLoad(() => api.get('/trace', { call: call.id, limit: TRACE_PAGE }), [call.id]);
  useEffect(() => {
    if (!data) return;
    setItems(data.items);
    setAfter(data.items.at(-1)?.n ?? 0);
  }, [data]);
  useTrace(data && after !== null ? { call: call.id, after } : null, (item) => {
    setItems((before) => (before.some(({ n }) => n >= item.n) ? before : [...before, item]));
  });
  return useMemo(() => {
    const isFromTrace = !error && items.length > 0;
    const ladder = isFromTrace ? traceToArrows(items, call) : recordLadder(call);
    return { items, ladder, isFromTrace, isPartial: isFromTrace && !isWhole(items), isLoaded: Boolean(data || error) };
  }, [items, call.version, error, data]);
}

export function CallLadder({ call, ladder: { ladder, isFromTrace, isPartial, isLoaded } }) {
  if (!isLoaded) return null;
  return html`<div class="row">
      ${!isFromTrace && html`<p class="fine" data-testid="from-record">The server no longer has the messages of this call; this is drawn from its record.</p>`}
      ${isPartial && html`<p class="fine">The server no longer has the first messages of this call.</p>`}
      <span class="push"></span><${Copy} label="Copy as Mermaid" text=${() => toMermaid(ladder)} />
    </div>
    <${Ladder} ...${ladder} live=${call.state !== 'ended'} label="What was said in this call" />`;
}
