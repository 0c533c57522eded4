// @ts-check
// Ways to make a call fail, or nearly: each does it for real, and says what came of it.

import { codes } from '/sdk/hookswitch.js';
import { facts, origin, rest } from '/demo/server.js';
import { reached, robot, robotName } from '/demo/robots.js';

/**
 * @typedef {import('/demo/person.js').Person} Person
 * @typedef {import('/sdk/hookswitch.js').Call} Call
 *
 * @typedef {object} Outcome
 * @property {number} code
 * @property {Record<string, string | number>} values for the words
 *
 * @typedef {object} Stage
 * @property {Person} person to whom it happens
 * @property {Person | null} peer somebody real to talk to; a robot plays the part where there is none
 *
 * @typedef {(stage: Stage) => Promise<Outcome>} Scenario
 */

const NO_ANSWER_SECS = 3;
const END_MS = 20_000;
const HEAL_MS = 60_000;
const HOOK = 'demo';
const SAID_MEANWHILE = 3;

/** With which code each ends, where all goes as it should; a talking call that lives on has none but 0. @type {Record<string, number>} */
export const promised = {
  busy: codes.BUSY,
  refuse: codes.REFUSED,
  'no-answer': codes.TIMEOUT,
  offline: codes.OFFLINE,
  veto: 403,
  'slow-hook': codes.HOOK_TIMEOUT,
  'drop-socket': codes.SUCCESS,
  'drop-media': codes.SUCCESS,
  restart: codes.SUCCESS,
};

/** @type {Record<string, Scenario>} */
export const scenarios = {
  busy: async ({ person }) => {
    const [ann, ben] = await Promise.all([robot('ann', 'ignore'), robot('ben', 'answer')]);
    try {
      await reached(ann.call(ben.user), 'talking');
      return await callInVain(person, ben.user);
    } finally {
      ann.logout();
      ben.logout();
    }
  },
  refuse: (stage) => withRobot(stage, 'no', 'decline'),
  'no-answer': (stage) => withRobot(stage, 'deaf', 'ignore', NO_ANSWER_SECS),
  offline: ({ person }) => callInVain(person, robotName('nobody')),
  veto: ({ person }) => withHook(() => callInVain(person, 'blocked')),
  'slow-hook': ({ person }) => withHook(() => callInVain(person, 'slow')),
  'drop-socket': dropSocket,
  'drop-media': async (stage) => {
    const { person } = stage;
    await talking(stage);
    const lost = await person.until(() => person.connection?.connectionState === 'connected' && person.connection, HEAL_MS);
    const began = performance.now();
    lost.close();
    await person.until(() => person.connection !== lost && person.connection?.connectionState === 'connected', HEAL_MS);
    return { code: person.call?.errorCode ?? 0, values: { seconds: secondsSince(began) } };
  },
  restart: async (stage) => {
    const { person } = stage;
    const { call } = await talking(stage);
    const { id } = call;
    const began = performance.now();
    const response = await rest('POST', '/demo/restart');
    if (response.status !== 202) throw new Error(`POST /demo/restart: ${response.status}`);
    await person.until(() => person.client?.state === 'reconnecting', END_MS);
    await person.until(() => person.isOnline, HEAL_MS);
    if (person.call?.id !== id || person.call.state !== 'talking') throw new Error('the call did not survive');
    return { code: 0, values: { ms: Math.round(performance.now() - began) } };
  },
};

/** Which of them this server can play. */
export async function possible() {
  const { api_key } = await facts;
  const needsKey = new Set(['veto', 'slow-hook', 'restart']);
  return Object.keys(scenarios).filter((name) => api_key !== null || !needsKey.has(name));
}

/**
 * @param {Stage} stage
 * @param {string} name
 * @param {import('/demo/robots.js').Manner} manner
 * @param {number | null} [ringSecs]
 */
async function withRobot({ person }, name, manner, ringSecs = null) {
  const other = await robot(name, manner);
  try {
    return await callInVain(person, other.user, ringSecs);
  } finally {
    other.logout();
  }
}

/**
 * @param {Person} person
 * @param {string} user
 * @param {number | null} [ringSecs]
 * @returns {Promise<Outcome>}
 */
async function callInVain(person, user, ringSecs = null) {
  await idle(person);
  const call = person.dial(user, ringSecs);
  if (!call) throw new Error('not logged in');
  await person.until(() => call.state === 'ended', END_MS);
  return { code: call.errorCode, values: { user, seconds: ringSecs ?? 0 } };
}

/** @param {Person} person */
async function idle(person) {
  person.hangUp();
  await person.until(() => person.call === null && person.isOnline, END_MS);
}

/**
 * The sample business server is asked about calls for as long as this takes.
 *
 * @param {() => Promise<Outcome>} play
 */
async function withHook(play) {
  const hook = { url: `${origin}/demo/hook`, events: ['call.*'], veto: true, timeout_ms: 1000, on_failure: 'refuse', description: "the demo's sample" };
  const response = await rest('PUT', `/webhooks/${HOOK}`, hook);
  if (!response.ok) throw new Error(`PUT /api/v1/webhooks/${HOOK}: ${response.status}`);
  try {
    return await play();
  } finally {
    await rest('DELETE', `/webhooks/${HOOK}`);
  }
}

/**
 * A call that is on, made where there is none.
 *
 * @param {Stage} stage
 * @returns {Promise<{ call: Call, say: (data: unknown) => void }>} `say` speaks for the other side
 */
async function talking({ person, peer }) {
  if (person.call?.state === 'talking' && peer && peer.call?.id === person.call.id) return { call: person.call, say: speaker(peer.call) };
  await idle(person);
  /** @type {Call | null} */
  let theirs = null;
  if (peer) {
    await idle(peer);
    person.dial(peer.user);
    theirs = await peer.until(() => peer.call?.state === 'ringing' && peer.call, END_MS);
    await peer.answer();
  } else {
    const other = await robot('bob', 'talk');
    other.on('call', (call) => {
      theirs = call;
    });
    person.dial(other.user);
  }
  const call = await person.until(() => person.call?.state === 'talking' && person.call, END_MS);
  return { call, say: (data) => theirs && speaker(theirs)(data) };
}

/** @param {Call} call */
function speaker(call) {
  return (/** @type {unknown} */ data) => void call.signal(data).catch(() => {});
}

/** @type {Scenario} */
async function dropSocket(stage) {
  const { person } = stage;
  const { call, say } = await talking(stage);
  /** @type {number[]} */
  const heard = [];
  const release = call.on('signal', (data) => {
    const { meanwhile } = /** @type {{ meanwhile?: number }} */ (data ?? {});
    if (meanwhile !== undefined) heard.push(meanwhile);
    person.changed();
  });
  person.dropSocket();
  await person.until(() => !person.isOnline, END_MS);
  for (let count = 1; count <= SAID_MEANWHILE; count += 1) say({ meanwhile: count });
  await person.until(() => person.isOnline && heard.length >= SAID_MEANWHILE, END_MS);
  release();
  if (call.state !== 'talking') throw new Error('the call did not survive');
  return { code: 0, values: { ms: Math.round(person.lastOutageMs ?? 0), heard: heard.length, said: SAID_MEANWHILE } };
}

/** @param {number} began */
function secondsSince(began) {
  return ((performance.now() - began) / 1000).toFixed(1);
}
