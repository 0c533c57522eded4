// The rows of the trace screen: what one says in words, which ones a filter lets through, and how many come in a second.

import { describeFrame } from '/ui/ladder-data.js';

/** How many rows are kept. */
export const KEPT = 2000;
const SECONDS = 60;

/** Each kind of what the server records: its words, and the chip that marks it. */
export const KINDS = {
  frame: { label: 'frame', tone: 'info' },
  'veto.question': { label: 'veto question', tone: 'warn' },
  'veto.answer': { label: 'veto answer', tone: 'warn' },
  delivery: { label: 'delivery', tone: '' },
  commit: { label: 'commit', tone: '' },
  'socket.opened': { label: 'socket opened', tone: 'good' },
  'socket.closed': { label: 'socket closed', tone: 'bad' },
};

/** @returns {string} who sends to whom, by name where there is one */
export function wayOf({ from, to, user, device, hook }) {
  const name = (end) => {
    if (end === 'client') return device ? `${user ?? 'client'}/${device}` : (user ?? 'client');
    return end === 'hook' ? (hook ?? 'hook') : end;
  };
  return `${name(from)} → ${name(to)}`;
}

/** @returns {string} the one thing that a row says */
export function gistOf(item) {
  const { kind, body, status, ms, bytes } = item;
  const took = ms === null || ms === undefined ? '' : ` in ${ms < 10 ? Number(ms).toFixed(1) : Math.round(ms)} ms`;
  if (kind === 'frame' && body?.jsonrpc) {
    const { label, note } = describeFrame(body);
    return [label, note].filter(Boolean).join(' · ');
  }
  if (kind === 'frame') return [body?.type, body?.event, codeOf(body), body?.reason].filter(Boolean).join(' · ') || `${bytes} bytes`;
  if (kind === 'veto.question') return `may ${body?.data?.source_user ?? '?'} call ${body?.data?.target_user ?? '?'}?`;
  if (kind === 'veto.answer') return `${verdictOf(item)}${took}`;
  if (kind === 'delivery') return `${body?.type ?? 'event'} ${status ? `answered ${status}` : 'got no answer'}${took}`;
  if (kind === 'commit') return `on disk${took}`;
  return kind.replace('.', ' ');
}

function codeOf(body) {
  return body?.error_code ? `code ${body.error_code}` : '';
}

function verdictOf({ status, body }) {
  if (!status) return 'no answer';
  if (status < 200 || status > 299) return `answered ${status}: no verdict`;
  return body?.error_code ? `refused with ${body.error_code}` : 'allowed';
}

/** @returns {boolean} whether a row's kind and text are wanted */
export function isWanted(item, kind, text) {
  if (kind && item.kind !== kind) return false;
  return !text || JSON.stringify(item).toLowerCase().includes(text.toLowerCase());
}

/** @returns {number[]} how many came in each of the last sixty seconds, the running one last */
export function rateOf(items, now) {
  const counts = new Array(SECONDS).fill(0);
  for (const { at } of items) {
    const age = Math.floor(now / 1000) - Math.floor(Date.parse(at) / 1000);
    if (age >= 0 && age < SECONDS) counts[SECONDS - 1 - age] += 1;
  }
  return counts;
}
