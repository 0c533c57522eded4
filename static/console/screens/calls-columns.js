// What the list of calls can show of each.

import { finishCall } from '../actions.js';
import { code, duration, media, setupMs } from '../format.js';
import { CallLink, Chip, Copy, Elapsed, StateChip, Time, User, html } from '../parts.js';

export const INITIAL_COLUMNS = ['requested', 'caller', 'callee', 'outcome', 'rang', 'talked', 'setup', 'ended_by', 'veto', 'id'];

function Callee({ call }) {
  return html`<${User} name=${call.callee} />${call.dialled && html` <span class="fine">dialled ${call.dialled}</span>`}`;
}

function Rang({ call }) {
  if (call.state === 'ringing') return html`<${Elapsed} since=${call.ringing_at} />`;
  return call.ringing_at ? duration(call.ring_ms) : html`<span class="fine">–</span>`;
}

function Talked({ call, longest }) {
  if (call.state === 'talking') return html`<${Elapsed} since=${call.started_at} />`;
  if (!call.started_at) return html`<span class="fine">–</span>`;
  return html`<span class="length">${duration(call.talk_ms)}<span class="length-bar" style=${{ width: `${(100 * call.talk_ms) / longest}%` }}></span></span>`;
}

/** What the hooks said to it, the slowest's time, and the policy where one decided. */
function Veto({ call }) {
  const veto = call.veto ?? [];
  if (veto.length === 0) return html`<span class="fine">–</span>`;
  const worst = veto.find(({ verdict }) => verdict !== 'allow') ?? veto[0];
  const slowest = Math.max(...veto.map(({ ms }) => ms));
  return html`<${Chip} word=${worst.verdict} tone=${worst.verdict === 'timeout' ? 'bad' : undefined} title=${`${worst.hook}${worst.policy ? `, policy: ${worst.policy}` : ''}`} /> <span class="fine number">${duration(slowest)}</span>`;
}

/** @type {{ key: string, title: string, number?: boolean, render: (call: any, context: { longest: number }) => any }[]} */
export const COLUMNS = [
  { key: 'requested', title: 'Requested', render: (call) => html`<${Time} at=${call.requested_at} short />` },
  { key: 'caller', title: 'Caller', render: (call) => html`<${User} name=${call.caller} />` },
  { key: 'callee', title: 'Callee', render: (call) => html`<${Callee} call=${call} />` },
  { key: 'outcome', title: 'State or end', render: (call) => html`<${StateChip} call=${call} />` },
  { key: 'code', title: 'Code', render: (call) => (call.state === 'ended' ? code(call.error_code) : '') },
  { key: 'rang', title: 'Rang', number: true, render: (call) => html`<${Rang} call=${call} />` },
  { key: 'talked', title: 'Talked', number: true, render: (call, { longest }) => html`<${Talked} call=${call} longest=${longest} />` },
  { key: 'setup', title: 'Setup', number: true, render: (call) => duration(setupMs(call)) },
  { key: 'ended_by', title: 'Ended by', render: (call) => call.ended_by ?? '' },
  { key: 'veto', title: 'Veto', render: (call) => html`<${Veto} call=${call} />` },
  { key: 'media', title: 'Media', render: (call) => media(call.flags) },
  { key: 'doors', title: 'Doors', render: (call) => [call.caller_door, call.callee_door ?? '?'].join(' → ') },
  { key: 'devices', title: 'Devices', render: (call) => [call.caller_device || 'unnamed', call.callee_device === null ? '–' : call.callee_device || 'unnamed'].join(' → ') },
  { key: 'placed', title: 'Placed by', render: (call) => (call.placed ? 'the API' : 'the caller') },
  { key: 'room', title: 'Room', number: true, render: (call) => call.room ?? '' },
  { key: 'user_str', title: 'Text', render: (call) => html`<span class="clip">${call.user_str}</span>` },
  { key: 'id', title: 'Id', render: (call) => html`<span class="row nowrap"><${CallLink} id=${call.id} /><${Copy} text=${call.id} label="Copy the id" bare /></span>` },
];

/** The column of a list whose reader may end calls. */
export const FINISH = {
  key: 'finish',
  title: html`<span class="unseen">Actions</span>`,
  render: (call) => call.state !== 'ended' && html`<button type="button" class="small danger" data-testid="finish-call" onClick=${() => finishCall(call)}>Finish</button>`,
};
