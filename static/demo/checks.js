// @ts-check
// Whether a call can work from here: one question after the other, each asked of the real thing.

import { connect } from '/sdk/hookswitch.js';
import { robotName } from '/demo/robots.js';
import { facts } from '/demo/server.js';
import { tap, tappedSocket } from '/demo/tap.js';

/**
 * @typedef {'good' | 'warn' | 'bad'} Verdict
 * @typedef {{ verdict: Verdict, words: string, values?: Record<string, string | number> }} Finding words: a key
 *
 * @typedef {object} Bench what the questions share
 * @property {boolean} isDrawn
 * @property {import('/sdk/hookswitch.js').Client | null} client
 * @property {(level: number) => void} hearLevel 0–1
 *
 * @typedef {(bench: Bench) => Promise<Finding>} Check
 */

/** So long one sees the bar move, and so long a quiet microphone is waited for. */
const LISTEN_MS = 1000;
const QUIET_MS = 5000;
/** Of a full-scale sound. */
const AUDIBLE = 0.01;
const GATHER_MS = 4000;
const ONLINE_MS = 8000;

/** @type {[name: string, check: Check][]} */
export const checks = [
  ['secure', async () => (isSecureContext ? good('check.secure.good') : bad('check.secure.bad'))],
  ['socket', socket],
  ['login', login],
  ['camera', camera],
  ['microphone', microphone],
  ['ice', ice],
  ['resume', resume],
];

/** @type {Check} */
async function socket() {
  const began = performance.now();
  const url = new URL('/ws', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const probe = new WebSocket(url);
  try {
    await new Promise((resolve, reject) => {
      probe.onopen = resolve;
      probe.onerror = reject;
    });
    return good('check.socket.good', { ms: Math.round(performance.now() - began), url: url.href });
  } catch {
    return bad('check.socket.bad', { url: url.href });
  } finally {
    probe.close();
  }
}

/** @type {Check} */
async function login(bench) {
  if (!(await facts).development) return bench.client ? good('check.login.already', { user: bench.client.user }) : bad('check.login.bad', { why: '' });
  const user = robotName('check');
  const began = performance.now();
  try {
    bench.client = await connect({ user, password: 'demo', device: 'check', connectTimeoutMs: ONLINE_MS, WebSocket: tappedSocket(user) });
    return good('check.login.good', { ms: Math.round(performance.now() - began) });
  } catch (error) {
    return bad('check.login.bad', { why: String(error) });
  }
}

/** @type {Check} */
async function camera({ isDrawn }) {
  if (isDrawn) return warn('check.drawn');
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    const [track] = stream.getVideoTracks();
    const { width = 0, height = 0 } = track?.getSettings() ?? {};
    track?.stop();
    return good('check.camera.good', { name: track?.label ?? '', size: `${width}x${height}` });
  } catch (error) {
    return warn('check.camera.bad', { why: error instanceof DOMException ? error.name : '' });
  }
}

/** @type {Check} */
async function microphone({ isDrawn, hearLevel }) {
  if (isDrawn) return warn('check.drawn');
  /** @type {MediaStream} */
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    return warn('check.microphone.bad', { why: error instanceof DOMException ? error.name : '' });
  }
  const loudest = await listen(stream, hearLevel);
  const name = stream.getAudioTracks()[0]?.label ?? '';
  for (const track of stream.getTracks()) track.stop();
  return loudest > AUDIBLE ? good('check.microphone.good', { name }) : warn('check.microphone.quiet', { name });
}

/**
 * @param {MediaStream} stream
 * @param {(level: number) => void} hearLevel
 * @returns {Promise<number>} the loudest
 */
async function listen(stream, hearLevel) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 8192 });
  new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  // What is heard before the audio runs is nothing.
  await context.resume();
  const began = performance.now();
  let loudest = 0;
  while (performance.now() - began < (loudest > AUDIBLE ? LISTEN_MS : QUIET_MS)) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    analyser.getFloatTimeDomainData(wave);
    const level = Math.min(1, Math.max(...wave.map(Math.abs)) * 2);
    loudest = Math.max(loudest, level);
    hearLevel(level);
  }
  await context.close();
  return loudest;
}

/** @type {Check} */
async function ice({ client }) {
  const iceServers = client?.iceServers ?? [];
  const connection = new RTCPeerConnection({ iceServers });
  /** @type {Set<string>} */
  const types = new Set();
  const gathered = new Promise((resolve) => {
    connection.onicecandidate = ({ candidate }) => (candidate ? types.add(candidate.type ?? '') : resolve(null));
    setTimeout(resolve, GATHER_MS);
  });
  connection.createDataChannel('check');
  await connection.setLocalDescription();
  await gathered;
  connection.close();
  const values = { types: [...types].join(', ') || '–' };
  if (iceServers.length === 0) return types.has('host') ? good('check.ice.none', values) : bad('check.ice.bad', values);
  const hasRelay = JSON.stringify(iceServers).includes('turn');
  return types.has(hasRelay ? 'relay' : 'srflx') ? good('check.ice.good', values) : warn('check.ice.unreached', values);
}

/** @type {Check} */
async function resume({ client }) {
  if (!client) return warn('check.resume.skipped');
  const { session } = client;
  const began = performance.now();
  const isBack = new Promise((resolve, reject) => {
    client.on('state', (state) => state === 'online' && resolve(null));
    setTimeout(() => reject(new Error('not back')), ONLINE_MS);
  });
  tap.sockets.get(client.user)?.close();
  try {
    await isBack;
  } catch {
    return bad('check.resume.bad');
  }
  const ms = Math.round(performance.now() - began);
  return client.session === session ? good('check.resume.good', { ms }) : warn('check.resume.new', { ms });
}

/** @param {string} words @param {Finding['values']} [values] @returns {Finding} */
function good(words, values = {}) {
  return { verdict: 'good', words, values };
}

/** @param {string} words @param {Finding['values']} [values] @returns {Finding} */
function warn(words, values = {}) {
  return { verdict: 'warn', words, values };
}

/** @param {string} words @param {Finding['values']} [values] @returns {Finding} */
function bad(words, values = {}) {
  return { verdict: 'bad', words, values };
}
