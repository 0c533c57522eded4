// @ts-check
// One ladder from two witnesses: what browsers saw of each message, and what the server did.

import { SERVER, arrowOf, describeFrame, epochMs, lanesFor, userLane } from '/ui/ladder-data.js';

/**
 * @typedef {import('/demo/tap.js').Seen} Seen
 * @typedef {import('/ui/ladder-data.js').Arrow} Arrow
 * @typedef {import('/ui/ladder-data.js').Lane} Lane
 * @typedef {import('/ui/ladder-data.js').Tone} Tone
 * @typedef {import('/ui/ladder-data.js').Trace} Trace
 *
 * @typedef {object} Scope what of all that is shown
 * @property {number} since milliseconds since 1970
 * @property {string[]} users the caller first
 * @property {string | null} call its messages alone; null shows everything those users said and heard
 *
 * @typedef {object} Pair one message
 * @property {Seen | null} seen
 * @property {Trace | null} trace
 */

/** Two witnesses of one message are not further apart, whatever their clocks say. */
const APART_MS = 10_000;
/** What has to do with no call. */
const ASIDE = new Set(['presence', 'watch', 'unwatch', 'logout']);
/** A socket that is closed in good order, after a logout. */
const GOODBYE = 1000;

/**
 * @param {Seen[]} seen
 * @param {Trace[]} traces
 * @param {Scope} scope
 * @returns {{ lanes: Lane[], arrows: Arrow[] }}
 */
export function mergedLadder(seen, traces, { since, users, call }) {
  const ours = seen.filter((one) => users.includes(one.user) && one.at >= since - APART_MS);
  const pairs = pair(ours, traces.filter((one) => epochMs(one.at) >= since - APART_MS));
  const skews = clockSkews(pairs);
  const belongs = (/** @type {Pair} */ one) => isOf(one, users, call);
  const shown = pairs.filter(belongs).map((one) => ({ one, arrow: arrowFor(one, skews) }));
  const arrows = shown.filter(({ arrow }) => arrow.at >= since).sort((a, b) => a.arrow.at - b.arrow.at || (a.one.trace && b.one.trace ? a.one.trace.n - b.one.trace.n : 0));
  const hooks = shown.flatMap(({ one }) => one.trace?.hook ?? []);
  return { lanes: lanesFor(users, hooks), arrows: arrows.map(({ arrow }) => arrow) };
}

/**
 * @param {Seen[]} seen
 * @param {Trace[]} traces
 * @returns {Pair[]}
 */
function pair(seen, traces) {
  /** @type {Map<string, Seen[]>} */
  const waiting = new Map();
  for (const one of seen) {
    const key = signature(one.user, one.way === 'out' || one.way === 'opened' ? 'up' : 'down', one.frame);
    waiting.set(key, [...(waiting.get(key) ?? []), one]);
  }
  /** @type {Set<Seen>} */
  const matched = new Set();
  const pairs = traces.map((trace) => {
    const key = signature(trace.user ?? '', trace.from === 'client' ? 'up' : 'down', frameOf(trace));
    const isSame = (/** @type {Seen} */ one) => !matched.has(one) && Math.abs(one.at - epochMs(trace.at)) < APART_MS && sameSession(one, trace);
    const match = trace.user ? waiting.get(key)?.find(isSame) ?? null : null;
    if (match) matched.add(match);
    return { seen: match, trace };
  });
  return [...pairs, ...seen.filter((one) => !matched.has(one)).map((one) => ({ seen: one, trace: null }))];
}

/** @param {Trace} trace */
function frameOf(trace) {
  if (trace.kind === 'socket.opened') return { type: 'socket opened' };
  if (trace.kind === 'socket.closed') return { type: 'socket closed' };
  return trace.body ?? {};
}

/**
 * @param {Seen} one
 * @param {Trace} trace
 */
function sameSession(one, trace) {
  return !one.session || !trace.session || one.session === trace.session || one.frame.type === 'logged_in';
}

/**
 * @param {string} user
 * @param {'up' | 'down'} way a socket's end is told apart by its name alone
 * @param {Record<string, any>} frame
 */
function signature(user, way, frame) {
  const { type, event = '', id = '', seq = '' } = frame;
  const isSocket = typeof type === 'string' && type.startsWith('socket');
  return [user, isSocket ? '' : way, type, event, id, type === 'logged_in' ? '' : seq].join(' ');
}

/**
 * @param {Pair} one
 * @param {string[]} users
 * @param {string | null} call
 */
function isOf({ seen, trace }, users, call) {
  const user = seen?.user ?? trace?.user;
  const frame = seen?.frame ?? trace?.body ?? {};
  if (frame.type === 'ping' || frame.type === 'pong') return false;
  if (call === null) return user ? users.includes(user) : trace?.call !== null;
  const isCalls = trace?.call === call || frame.call === call;
  if (user && !users.includes(user)) return false;
  if (isCalls) return true;
  // Before the server has named a call, its messages carry no id; and the fate of its lines belongs to it too.
  return seen !== null && frame.call === undefined && !ASIDE.has(frame.type) && !isAnswerToWatch(frame) && frame.code !== GOODBYE;
}

/** @param {Record<string, any>} frame */
function isAnswerToWatch(frame) {
  return frame.type === 'ok' && frame.online !== undefined;
}

/**
 * @param {Pair[]} pairs
 * @returns {Map<string, number>} by tab, how much its clock is behind the server's: what makes both ways take the same time at best
 */
function clockSkews(pairs) {
  /** @type {Map<string, { up: number, down: number }>} */
  const least = new Map();
  for (const { seen, trace } of pairs) {
    if (!seen || !trace || trace.kind !== 'frame') continue;
    const best = least.get(seen.tab) ?? { up: Infinity, down: Infinity };
    const ahead = epochMs(trace.at) - seen.at;
    if (seen.way === 'out') best.up = Math.min(best.up, ahead);
    else best.down = Math.min(best.down, -ahead);
    least.set(seen.tab, best);
  }
  const skews = [...least].map(([tab, { up, down }]) => /** @type {const} */ ([tab, Number.isFinite(up + down) ? (up - down) / 2 : 0]));
  return new Map(skews);
}

/**
 * @param {Pair} pair
 * @param {Map<string, number>} skews
 * @returns {Arrow}
 */
function arrowFor({ seen, trace }, skews) {
  if (!seen) return arrowOf(/** @type {Trace} */ (trace));
  const browser = userLane(seen.user);
  const goesUp = seen.way === 'out' || seen.way === 'opened';
  const here = seen.at + (skews.get(seen.tab) ?? 0);
  const there = trace ? epochMs(trace.at) : null;
  const isSocket = seen.way === 'opened' || seen.way === 'closed';
  const words = isSocket ? { label: seen.frame.type, note: seen.frame.code ? String(seen.frame.code) : '', tone: /** @type {Tone} */ (seen.way === 'closed' ? 'warn' : '') } : describeFrame(seen.frame);
  return {
    id: seen.id,
    // A message is where it was sent first; without the server's word for it, when it came.
    at: goesUp || there === null || isSocket ? here : there,
    from: goesUp ? browser : SERVER,
    to: goesUp ? SERVER : browser,
    json: seen.frame,
    took: there === null || isSocket ? null : Math.max(0, goesUp ? there - here : here - there),
    facts: [
      [`browser ${seen.user}`, clock(here)],
      ...(there === null ? [] : [/** @type {[string, string]} */ (['server', clock(there)])]),
    ],
    ...words,
  };
}

/** @param {number} at milliseconds since 1970 */
function clock(at) {
  return `${new Date(at).toISOString().slice(11, 23)}${Math.floor((at % 1) * 10)}`;
}
