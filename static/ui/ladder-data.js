// @ts-check
// What a ladder is drawn from: frames in words, the server's trace as arrows, and the whole as Mermaid text.

import { describeCode } from '/sdk/hookswitch.js';

/**
 * @typedef {'' | 'good' | 'warn' | 'bad'} Tone
 *
 * @typedef {object} Lane
 * @property {string} id
 * @property {string} title
 * @property {string} [sub]
 *
 * @typedef {object} Arrow
 * @property {string | number} id
 * @property {number} at milliseconds since 1970, with fractions
 * @property {string} from a lane's id
 * @property {string} to another's, or the same for what happens within
 * @property {string} label
 * @property {string} [note]
 * @property {Tone} [tone]
 * @property {unknown} [json]
 * @property {number | null} [took] milliseconds
 * @property {[name: string, value: string][]} [facts] shown above its JSON
 *
 * @typedef {Record<string, any>} Frame
 *
 * @typedef {object} Trace one message, as the server's flight recorder keeps it
 * @property {number} n
 * @property {string} at RFC 3339 with microseconds
 * @property {'client' | 'server' | 'hook'} from
 * @property {'client' | 'server' | 'hook' | 'store'} to
 * @property {'frame' | 'veto.question' | 'veto.answer' | 'delivery' | 'commit' | 'socket.opened' | 'socket.closed'} kind
 * @property {string | null} user
 * @property {string | null} [device]
 * @property {string | null} [session]
 * @property {string | null} [door]
 * @property {string | null} [call]
 * @property {string | null} [hook]
 * @property {number | null} [ms]
 * @property {number | null} [status]
 * @property {number} [bytes]
 * @property {Frame | null} [body]
 * @property {Record<string, string> | null} [headers]
 */

export const SERVER = 'server';
export const HOOK = 'hook';

/**
 * @param {string} user
 * @returns {string} the id of the user's lane
 */
export function userLane(user) {
  return `user:${user}`;
}

/**
 * @param {Frame | null | undefined} frame
 * @returns {{ label: string, note: string, tone: Tone }}
 */
export function describeFrame(frame) {
  if (frame?.jsonrpc) return describeRpc(frame);
  const code = frame?.error_code ?? 0;
  const codeNote = code ? `${code} ${describeCode(code)}` : '';
  switch (frame?.type) {
    case 'call':
      return describeCall(frame, codeNote);
    case 'signal':
      return { label: 'signal', note: signalNote(frame.data), tone: '' };
    case 'logged_in':
      return { label: 'logged_in', note: frame.resumed ? 'resumed' : '', tone: 'good' };
    case 'login':
      return { label: 'login', note: frame.resume ? 'resume' : frame.user ?? '', tone: '' };
    case 'error':
      return { label: 'error', note: codeNote, tone: 'bad' };
    case 'closing':
      return { label: 'closing', note: codeNote, tone: 'warn' };
    case 'presence':
      return { label: 'presence', note: `${frame.user} ${frame.online ? 'online' : 'offline'}`, tone: '' };
    default:
      return { label: String(frame?.type ?? 'frame'), note: '', tone: '' };
  }
}

/**
 * @param {Frame} frame
 * @param {string} codeNote
 * @returns {{ label: string, note: string, tone: Tone }}
 */
function describeCall(frame, codeNote) {
  const reason = frame.reason ? frame.reason.replaceAll('_', ' ') : '';
  const carried = frame.sdp ? 'sdp' : '';
  const note = [codeNote || reason, carried].filter(Boolean).join(' · ');
  const tone = frame.error_code ? 'bad' : frame.event === 'start' ? 'good' : '';
  return { label: String(frame.event), note, tone };
}

/**
 * @param {Frame} frame of the Verto door
 * @returns {{ label: string, note: string, tone: Tone }}
 */
function describeRpc({ id, method, params = {}, result, error }) {
  if (error) return { label: 'error', note: [error.code, error.message].filter(Boolean).join(' '), tone: 'bad' };
  if (!method) return { label: 'result', note: [`#${id}`, result?.message ?? result?.holdState].filter(Boolean).join(' · '), tone: '' };
  const { action, cause, causeCode, destination_number, eventChannel, login, sdp } = { ...params.dialogParams, ...params };
  const about = causeCode ? `${causeCode} ${cause}` : action ?? eventChannel ?? (method === 'verto.invite' ? destination_number ?? params.callee_id_number : login);
  const note = [about, sdp ? 'sdp' : ''].filter(Boolean).join(' · ');
  return { label: method, note, tone: method === 'verto.answer' ? 'good' : causeCode && causeCode !== 16 ? 'bad' : '' };
}

/** @param {any} data as sent, or as the recorder sums it up */
function signalNote(data) {
  const rtc = data?.rtc;
  if (rtc?.description) return String(rtc.description.type);
  if (rtc?.candidates) return `${rtc.candidates.length} × ICE`;
  if (rtc?.hello) return 'hello';
  return typeof data?.kind === 'string' ? data.kind : '';
}

/**
 * The server's trace as a ladder: a lane for each user, the server, and the hook where one was asked.
 *
 * @param {Trace[]} items oldest first
 * @param {{ caller?: string, callee?: string } | null} [call] decides who stands left and who right
 * @returns {{ lanes: Lane[], arrows: Arrow[] }}
 */
export function traceToArrows(items, call) {
  const users = new Set([call?.caller, call?.callee].filter((user) => typeof user === 'string'));
  for (const { user } of items) if (user) users.add(user);
  const hooks = items.flatMap(({ hook }) => hook ?? []);
  const arrows = items.map(arrowOf);
  return { lanes: lanesFor([...users], hooks), arrows };
}

/**
 * @param {string[]} users the caller first
 * @param {string[]} hooks the names of those that were spoken to
 * @returns {Lane[]}
 */
export function lanesFor(users, hooks) {
  const people = users.map((user) => ({ id: userLane(user), title: user, sub: 'browser' }));
  const hookNames = [...new Set(hooks)].join(', ');
  const hook = hookNames ? [{ id: HOOK, title: 'hook', sub: hookNames }] : [];
  return [...people.slice(0, 1), { id: SERVER, title: 'server', sub: 'hookswitch' }, ...hook, ...people.slice(1)];
}

/**
 * @param {Trace} item
 * @returns {Arrow}
 */
export function arrowOf(item) {
  const lane = (/** @type {string} */ place) => {
    if (place === 'client') return userLane(item.user ?? '');
    return place === 'hook' ? HOOK : SERVER;
  };
  return {
    id: `${item.n} ${item.at}`,
    at: epochMs(item.at),
    from: lane(item.from),
    to: lane(item.to),
    json: jsonOf(item),
    took: item.ms ?? null,
    ...describeTrace(item),
  };
}

/**
 * @param {Trace} item
 * @returns {{ label: string, note: string, tone: Tone }}
 */
function describeTrace(item) {
  const { kind, body, status } = item;
  const code = body?.error_code ?? 0;
  switch (kind) {
    case 'frame':
      return describeFrame(body);
    case 'veto.question':
      return { label: 'veto?', note: body?.event ?? '', tone: '' };
    case 'veto.answer':
      if (status === null || status === undefined) return { label: 'no answer', note: '', tone: 'bad' };
      if (code) return { label: 'refused', note: String(code), tone: 'bad' };
      return status < 300 ? { label: 'allowed', note: '', tone: 'good' } : { label: `HTTP ${status}`, note: '', tone: 'bad' };
    case 'delivery':
      return { label: body?.type ?? body?.event ?? 'event', note: status ? `HTTP ${status}` : '', tone: status && status < 300 ? '' : 'warn' };
    case 'commit':
      return { label: 'commit', note: body?.state ?? '', tone: '' };
    case 'socket.closed':
      return { label: 'socket closed', note: body?.code ? String(body.code) : '', tone: 'warn' };
    default:
      return { label: kind.replace('.', ' '), note: '', tone: '' };
  }
}

/** @param {Trace} item */
function jsonOf(item) {
  const { body, headers, status, device, session, hook, bytes } = item;
  if (item.kind === 'frame') return body;
  const rest = Object.entries({ hook, status, device, session, bytes, headers, body });
  return Object.fromEntries(rest.filter(([, value]) => value !== null && value !== undefined));
}

/**
 * @param {string} time RFC 3339; `Date` alone would drop the microseconds
 * @returns {number}
 */
export function epochMs(time) {
  const fraction = /\.\d{3}(\d+)/.exec(time)?.[1];
  return Date.parse(time) + (fraction ? Number(`0.${fraction}`) : 0);
}

/**
 * @param {{ lanes: Lane[], arrows: Arrow[] }} ladder
 * @returns {string} a Mermaid sequence diagram
 */
export function toMermaid({ lanes, arrows }) {
  const names = new Map(lanes.map((lane, index) => [lane.id, `p${index}`]));
  const plain = (/** @type {string} */ text) => text.replace(/[;#\n]/g, ' ');
  const first = arrows[0]?.at ?? 0;
  const heads = lanes.map(({ id, title, sub }) => `  participant ${names.get(id)} as ${plain(sub ? `${title} (${sub})` : title)}`);
  const lines = arrows.flatMap(({ at, from, to, label, note, tone }) => {
    const [left, right] = [names.get(from), names.get(to)];
    if (!left || !right) return [];
    const time = `+${(at - first).toFixed(1)} ms`;
    return `  ${left}${tone === 'bad' ? '-x' : '->>'}${right}: ${plain([label, note, time].filter(Boolean).join(' · '))}`;
  });
  return ['sequenceDiagram', ...heads, ...lines, ''].join('\n');
}
