// What every frame of a Verto socket has to keep to, whatever the test was about.

const SOON_MS = 1000;
/** Clients count their requests from 0 or 1, and some look at nothing but the id. */
const LOWEST_ID = 1_000_000;

/**
 * @param {{ log: { way: 'in' | 'out', at: number, text: string, frame: any }[], closedAt?: number }} socket
 * @param {number} [lateMs] how late the machine was by itself
 * @returns {string[]} what is wrong
 */
export function faults({ log, closedAt = Infinity }, lateMs = 0) {
  const wrong = [];
  const pending = new Map();
  const invites = new Map();
  const channels = new Set();
  const own = new Set();
  let lastId = 0;
  for (const { way, at, text, frame } of log) {
    const say = (what) => wrong.push(`${what}: ${way} ${text.slice(0, 300)}`);
    if (frame === null) continue;
    if (way === 'out') {
      if (!('method' in frame)) continue;
      pending.set(key(frame.id), { at, frame, text });
      if (frame.params?.sessid) own.add(frame.params.sessid);
      const call = frame.params?.dialogParams?.callID;
      if (call) own.add(call);
      if (frame.method === 'verto.invite') invites.set(call, key(frame.id));
      continue;
    }
    if (frame.jsonrpc !== '2.0') say('not JSON-RPC 2.0');
    if ('method' in frame) {
      if (!isObject(frame.params)) say('params are no object');
      if (!Number.isInteger(frame.id) || frame.id < LOWEST_ID) say('an id of the server that is not high');
      if (frame.id <= lastId) say('an id of the server that does not grow');
      lastId = frame.id;
      const { callID, eventChannel } = frame.params ?? {};
      if (invites.has(callID) && pending.has(invites.get(callID))) say('before the result of its invite');
      if (frame.method === 'verto.invite') own.add(callID);
      if (frame.method === 'verto.event' && !mayHear(eventChannel)) say('an event without a subscription');
      continue;
    }
    const asked = pending.get(key(frame.id));
    if (!asked) {
      say('an answer to nothing, or a second one, or with an id of another type');
      continue;
    }
    pending.delete(key(frame.id));
    if (at - asked.at > SOON_MS + lateMs) say(`an answer after ${Math.round(at - asked.at)} ms`);
    if ('result' in frame === 'error' in frame) say('neither result nor error, or both');
    if ('result' in frame && !isObject(frame.result)) say('a result that is no object');
    if ('error' in frame && !isObject(frame.error)) say('an error that is no object');
    if (frame.result?.sessid) own.add(frame.result.sessid);
    for (const channel of frame.result?.subscribedChannels ?? []) channels.add(channel);
    for (const channel of frame.result?.unsubscribedChannels ?? []) channels.delete(channel);
  }
  const end = Math.min(closedAt, log.at(-1)?.at ?? 0);
  for (const { at, text } of pending.values()) if (end - at > SOON_MS) wrong.push(`no answer: out ${text.slice(0, 300)}`);
  return wrong;

  function mayHear(channel) {
    return own.has(channel) || channels.has(channel) || channels.has(String(channel).split('.')[0]);
  }
}

/** An id with its type: 1 is not "1". */
const key = (id) => JSON.stringify(id ?? null);
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
