// Facts in words.

import { describeCode } from '/sdk/hookswitch.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in milliseconds, as a person would say it: `340 ms`, `4.2 s`, `3 min 12 s`, `2 h 5 min`. */
export function duration(ms) {
  if (ms === null || ms === undefined) return '–';
  if (ms < 10 && ms % 1 !== 0) return `${ms.toFixed(1)} ms`;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  const two = (large, largeName, small, smallName) => {
    const whole = Math.floor(ms / large);
    const rest = Math.floor((ms % large) / small);
    return rest ? `${whole} ${largeName} ${rest} ${smallName}` : `${whole} ${largeName}`;
  };
  if (ms < HOUR) return two(MINUTE, 'min', SECOND, 's');
  if (ms < DAY) return two(HOUR, 'h', MINUTE, 'min');
  return two(DAY, 'd', HOUR, 'h');
}

/** `mm:ss` or `h:mm:ss`, for what is still going on. */
export function stopwatch(ms) {
  const secs = Math.max(0, Math.floor(ms / SECOND));
  const pad = (n) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(secs / 3600), Math.floor(secs / 60) % 60, secs % 60];
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${pad(m)}:${pad(s)}`;
}

export function bytes(n) {
  if (n === null || n === undefined) return '–';
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = n;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

export const count = (n) => (n === null || n === undefined ? '–' : n.toLocaleString('en'));
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
export const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : '–');

/** How long ago: `just now`, `40 s ago`, `3 h ago`, `2 d ago`. */
export function ago(at, now = Date.now()) {
  const ms = now - Date.parse(at);
  if (ms < 5 * SECOND) return 'just now';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  return `${Math.floor(ms / DAY)} d ago`;
}

const pad = (n, width = 2) => String(n).padStart(width, '0');

/** A moment: `2026-11-29 20:47:52`, in UTC or here; `precise` adds milliseconds. */
export function moment(at, { isUtc = false, precise = false } = {}) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '–';
  const part = (name) => (isUtc ? date[`getUTC${name}`]() : date[`get${name}`]());
  const day = `${part('FullYear')}-${pad(part('Month') + 1)}-${pad(part('Date'))}`;
  const clock = `${pad(part('Hours'))}:${pad(part('Minutes'))}:${pad(part('Seconds'))}`;
  return `${day} ${clock}${precise ? `.${pad(part('Milliseconds'), 3)}` : ''}${isUtc ? 'Z' : ''}`;
}

/** Number and name: `100103 busy`. */
export function code(n) {
  return n === null || n === undefined ? '–' : `${n} ${describeCode(n)}`;
}

/** `audio`, `video`, `audio and video`, and the application's own bits as a number. */
export function media(flags) {
  const kinds = [flags & 1 && 'audio', flags & 2 && 'video'].filter(Boolean).join(' and ');
  const own = flags & ~3;
  return [kinds || 'no media', own ? `bits 0x${own.toString(16)}` : ''].filter(Boolean).join(', ');
}

const ACTORS = { business: 'The business server', hook: 'A hook', server: 'The server' };

/** Who an actor is in this call, as a sentence begins: a user's name, or `The business server`. */
export function actor(call, who) {
  return who === 'caller' || who === 'callee' ? call[who] : (ACTORS[who] ?? 'Somebody');
}

/** From the request until both know the room, in milliseconds; null where it never came to that. */
export function setupMs(call) {
  return call.started_at ? Date.parse(call.started_at) - Date.parse(call.requested_at) : null;
}

/** The hook that refused, or whose policy did. */
export function refuser(call) {
  return (call.veto ?? []).find(({ error_code, verdict }) => error_code !== 0 || verdict === 'refuse') ?? null;
}

function vetoed(call) {
  const veto = refuser(call);
  if (!veto) return 'A hook refused it before it rang';
  const said = veto.message ? `: “${veto.message}”` : '';
  if (veto.policy === 'refuse') return `The hook ${veto.hook} gave no verdict (${veto.verdict}), and its policy is to refuse${said}`;
  return `The hook ${veto.hook} refused it after ${duration(veto.ms)}${said}`;
}

const ENDINGS = {
  cancelled: (call) => `${call.caller} gave up${call.ring_ms ? ` after it had rung for ${duration(call.ring_ms)}` : ' before it rang'}`,
  offline: (call) => `${call.callee} was offline: no device to ring`,
  busy: (call) => `${call.callee} was in another call`,
  refused: (call) => `${call.callee} declined${call.ring_ms === null ? '' : ` after ${duration(call.ring_ms)}`}`,
  timeout: (call) => `${call.callee} did not answer within ${duration(call.ring_ms)}`,
  disconnected: (call) => {
    const other = { caller: 'callee', callee: 'caller' }[call.ended_by];
    const whose = other ? `The line of ${call[call.ended_by]}, in a call with ${call[other]},` : `A line between ${call.caller} and ${call.callee}`;
    return `${whose} was lost for longer than the grace period`;
  },
  hangup: (call) => `${actor(call, call.ended_by)} hung up`,
  vetoed,
  forced: (call) => `${actor(call, call.ended_by)} ended it over the API`,
  max_duration: () => 'It reached the longest time a call may take',
  drained: () => 'The server was stopping and ended it',
  restarted: (call) => `The server was restarted ${call.started_at ? 'and a party did not come back' : 'while it rang'}`,
  media_failed: () => 'Picture and sound failed',
};

/** A call in one sentence: who ended it and why, or what goes on. */
export function sentence(call) {
  if (call.state === 'requested') return `${call.caller} is calling ${call.callee}; it does not ring yet.`;
  if (call.state === 'ringing') return `${call.callee} is being rung by ${call.caller}.`;
  if (call.state === 'talking') return `${call.caller} and ${call.callee} are talking.`;
  const said = (ENDINGS[call.reason] ?? (() => `It ended with ${call.reason}`))(call);
  const talked = call.talk_ms ? `, after they had talked for ${duration(call.talk_ms)}` : '';
  return `${said}${talked} (${code(call.error_code)}).`;
}

/** The colours that words are given: `good`, `warn`, `bad`, `info` or none. */
export const TONES = {
  requested: 'info', ringing: 'warn', talking: 'good', ended: '',
  hangup: 'good', cancelled: 'warn', offline: 'warn', busy: 'warn', refused: 'warn', timeout: 'warn',
  disconnected: 'bad', vetoed: 'bad', forced: 'bad', drained: 'bad', max_duration: 'warn', restarted: 'bad', media_failed: 'bad',
  allow: 'good', refuse: 'bad', error: 'bad', overflow: 'bad',
  pending: 'warn', delivered: 'good', dead: 'bad',
  init: 'info', joining: 'info', ending: 'warn', leaving: 'warn',
};

/** The words of every way a call may end, in the order in which charts and filters list them. */
export const REASONS = ['hangup', 'cancelled', 'refused', 'timeout', 'busy', 'offline', 'vetoed', 'disconnected', 'forced', 'max_duration', 'media_failed', 'drained', 'restarted'];
export const STATES = ['requested', 'ringing', 'talking', 'ended'];
export const DOORS = ['native', 'verto', 'wechat'];
