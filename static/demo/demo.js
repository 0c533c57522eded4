// @ts-check
// The demo page: one person of a call. Everything that makes the call is in the SDK; here are buttons and what they show.

import { HookswitchError, codes, connect, describeCode } from '/sdk/hookswitch.js';
import { hueOf, openLocalMedia } from '/demo/local-media.js';
import { ring, ringBack, silence } from '/demo/ringer.js';

/**
 * @typedef {import('/sdk/hookswitch.js').Call} Call
 * @typedef {import('/sdk/hookswitch.js').Client} Client
 * @typedef {import('/sdk/hookswitch.js').MediaOptions} MediaOptions
 * @typedef {import('/demo/local-media.js').LocalMedia} LocalMedia
 */

const address = new URL(location.href);
const drawnOnly = address.searchParams.get('media') === 'fake';
// Served at the root only in development mode, where any password will do.
const development = location.pathname === '/';

/** @type {Client | null} */
let client = null;
/** @type {Call | null} */
let call = null;
/** @type {Promise<LocalMedia> | null} */
let local = null;
/** @type {MediaStream | null} */
let remote = null;
/** @type {number} */
let talkingSince = 0;

start();

function start() {
  at('insecure').hidden = isSecureContext;
  at('secret-field').hidden = development;
  at('login-note').hidden = !development;
  form('login-form').onsubmit = (event) => {
    event.preventDefault();
    logIn(input('login-user').value.trim(), input('login-secret').value);
  };
  form('call-form').onsubmit = (event) => {
    event.preventDefault();
    dial(input('peer').value.trim());
  };
  at('logout').onclick = logOut;
  at('answer').onclick = answer;
  at('decline').onclick = () => call?.decline();
  at('cancel').onclick = () => call?.cancel();
  at('hangup').onclick = () => call?.hangup();
  at('mic').onclick = () => toggle('mic', 'audio', 'Mute', 'Unmute');
  at('cam').onclick = () => toggle('cam', 'video', 'Camera off', 'Camera on');
  at('sound').onclick = () => {
    video('remote-video').muted = false;
    at('sound').hidden = true;
  };
  setInterval(showClock, 500);
  const user = address.searchParams.get('user');
  if (user) logIn(user, '');
  else input('login-user').focus();
}

/**
 * @param {string} user
 * @param {string} secret a password or a JWT; development mode takes any
 */
async function logIn(user, secret) {
  const button = /** @type {HTMLButtonElement} */ (at('login'));
  input('login-user').value = user;
  button.disabled = true;
  at('login-problem').hidden = true;
  try {
    const isToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(secret);
    client = await connect(isToken ? { token: secret } : { user, password: secret || 'demo' });
  } catch (error) {
    at('secret-field').hidden = false;
    return showLogin(problemOf(error));
  } finally {
    button.disabled = false;
  }
  if (!secret) remember(client.user);
  client.on('call', adopt);
  client.on('presence', showPeople);
  client.on('state', (state) => {
    showLine();
    if (state === 'closed') client = null;
  });
  client.on('error', (error) => showLogin(problemOf(error)));
  showLoggedIn(client);
  try {
    await client.watch(['*']);
  } catch {
    at('nobody').textContent = 'This server does not list who is online. Call by name.';
  }
  showPeople();
}

function logOut() {
  client?.logout();
  remember(null);
  showLogin('');
}

/** @param {string} user */
function dial(user) {
  if (!client || call || !user) return;
  adopt(client.call(user, { media: media() }));
}

async function answer() {
  if (!call) return;
  const answered = call;
  /** @type {HTMLButtonElement} */ (at('answer')).disabled = true;
  try {
    await answered.answer({ media: media() });
  } catch (error) {
    if (answered.state !== 'ended') at('subline').textContent = problemOf(error);
  }
}

/**
 * Shows a call from now on: one of our own, an incoming one, or one that a reload of this page has found again.
 *
 * @param {Call} adopted
 */
function adopt(adopted) {
  call = adopted;
  at('status-title').textContent = 'This call';
  at('error-code').textContent = '';
  at('reason').textContent = '';
  const found = adopted.restored || adopted.placed;
  if (found && (adopted.role === 'caller' || adopted.state === 'talking')) adopted.media(media());
  adopted.on('state', () => showCall());
  adopted.on('error', (error) => console.warn(error));
  showCall();
}

/** @returns {MediaOptions} */
function media() {
  const name = client?.user ?? '';
  const opening = openLocalMedia(name, drawnOnly);
  void local?.then((former) => former.stop());
  local = opening;
  opening.then((opened) => (local === opening ? showLocal(opened) : opened.stop()));
  return {
    localStream: opening.then(({ stream }) => stream),
    onRemoteStream: showRemote,
    onConnectionState: (state) => {
      at('media-trouble').hidden = state !== 'disconnected' && state !== 'failed';
    },
  };
}

async function closeMedia() {
  const closing = local;
  local = null;
  remote = null;
  for (const id of ['local-video', 'remote-video']) video(id).srcObject = null;
  for (const id of ['local', 'drawn', 'media-trouble', 'sound']) at(id).hidden = true;
  for (const id of ['mic', 'cam']) at(id).setAttribute('aria-pressed', 'false');
  (await closing)?.stop();
}

/** @param {LocalMedia} opened */
function showLocal({ stream, drawnBecause }) {
  video('local-video').srcObject = stream;
  at('local').hidden = false;
  at('local').classList.toggle('drawn-picture', drawnBecause !== '');
  at('drawn').textContent = `You send a drawn picture and a tone: ${drawnBecause}.`;
  at('drawn').hidden = drawnBecause === '';
}

/** @param {MediaStream} stream */
async function showRemote(stream) {
  const screen = video('remote-video');
  remote = stream;
  screen.srcObject = stream;
  showCall();
  try {
    await screen.play();
  } catch (error) {
    // Before the first click a page may show pictures, but not sound.
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
    screen.muted = true;
    at('sound').hidden = false;
    screen.play().catch(() => {});
  }
}

/**
 * @param {string} id
 * @param {'audio' | 'video'} kind
 * @param {string} offer the button's text while the track is on
 * @param {string} undo and while it is off
 */
async function toggle(id, kind, offer, undo) {
  const stream = (await local)?.stream;
  const off = at(id).getAttribute('aria-pressed') === 'false';
  for (const track of stream?.getTracks() ?? []) if (track.kind === kind) track.enabled = !off;
  at(id).setAttribute('aria-pressed', String(off));
  at(id).textContent = off ? undo : offer;
}

function showCall() {
  if (!call) return showIdle();
  const { state, user, role } = call;
  if (state === 'ended') return showEnd(call);
  const talking = state === 'talking';
  const incoming = role === 'callee' && state === 'ringing';
  if (talking) talkingSince ||= Date.now();
  if (incoming) ring();
  else if (state === 'ringing') ringBack();
  else silence();
  showState(state);
  show('answer', incoming);
  show('decline', incoming);
  show('cancel', role === 'caller' && !talking);
  for (const id of ['hangup', 'mic', 'cam']) show(id, talking);
  at('stage').classList.toggle('pulse', !talking);
  at('curtain').hidden = talking && remote !== null;
  at('remote-tag').hidden = !talking;
  at('remote-tag').textContent = user;
  showAvatar(at('curtain-avatar'), user);
  const headline = incoming ? `${user} is calling` : state === 'dialing' ? `Calling ${user}…` : `Ringing ${user}…`;
  at('headline').textContent = talking ? `Connecting to ${user}…` : headline;
  at('subline').textContent = call.userStr;
  document.title = talking ? `${user} · hookswitch` : headline;
  showCallButtons();
}

/** @param {Call} ended */
function showEnd(ended) {
  at('error-code').textContent = `${ended.errorCode} ${describeCode(ended.errorCode)}`;
  at('reason').textContent = ended.reason.replaceAll('_', ' ') || '–';
  at('status-title').textContent = `Last call, with ${ended.user}`;
  call = null;
  void closeMedia();
  showIdle();
}

function showIdle() {
  silence();
  talkingSince = 0;
  showState('idle');
  for (const id of ['answer', 'decline', 'cancel', 'hangup', 'mic', 'cam']) show(id, false);
  /** @type {HTMLButtonElement} */ (at('answer')).disabled = false;
  at('mic').textContent = 'Mute';
  at('cam').textContent = 'Camera off';
  at('stage').classList.remove('pulse');
  at('curtain').hidden = false;
  at('remote-tag').hidden = true;
  showAvatar(at('curtain-avatar'), client?.user ?? '');
  at('headline').textContent = 'Nobody on the line';
  at('subline').textContent = 'Call somebody who is online, or wait to be called.';
  document.title = client ? `${client.user} · hookswitch` : 'hookswitch demo call';
  showCallButtons();
  showClock();
}

/** @param {'idle' | Call['state']} state */
function showState(state) {
  at('state').textContent = state;
  at('state').dataset.state = state;
}

function showClock() {
  const seconds = talkingSince ? Math.floor((Date.now() - talkingSince) / 1000) : 0;
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  at('clock').textContent = talkingSince ? text : '';
}

function showCallButtons() {
  const busy = call !== null;
  for (const button of document.querySelectorAll('#call, #people button')) {
    /** @type {HTMLButtonElement} */ (button).disabled = busy;
  }
}

function showPeople() {
  const people = [...(client?.online ?? [])].filter((user) => user !== client?.user).sort();
  at('people').replaceChildren(...people.map(personRow));
  at('nobody').hidden = people.length > 0;
  showCallButtons();
}

/** @param {string} user */
function personRow(user) {
  const row = document.createElement('li');
  const avatar = document.createElement('span');
  avatar.className = 'avatar';
  showAvatar(avatar, user);
  const name = document.createElement('span');
  name.textContent = user;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Call';
  button.setAttribute('aria-label', `Call ${user}`);
  button.onclick = () => {
    input('peer').value = user;
    dial(user);
  };
  row.append(avatar, name, button);
  return row;
}

/**
 * @param {HTMLElement} avatar
 * @param {string} user
 */
function showAvatar(avatar, user) {
  avatar.textContent = user.slice(0, 1);
  avatar.style.setProperty('--hue', String(hueOf(user)));
}

function showLine() {
  const up = client?.state === 'online';
  at('line').textContent = up ? 'connected' : 'reconnecting…';
  at('line').classList.toggle('down', !up);
}

/** @param {Client} loggedIn */
function showLoggedIn(loggedIn) {
  at('login-view').hidden = true;
  for (const id of ['call-view', 'line', 'me', 'logout']) at(id).hidden = false;
  at('me').textContent = loggedIn.user;
  const other = loggedIn.user === 'bob' ? 'alice' : 'bob';
  const link = new URL(location.pathname, location.href);
  link.searchParams.set('user', other);
  if (drawnOnly) link.searchParams.set('media', 'fake');
  /** @type {HTMLAnchorElement} */ (at('second')).href = link.href;
  at('second').textContent = `Open ${other} in a new tab`;
  input('peer').placeholder = other;
  showLine();
  showCall();
}

/** @param {string} problem empty after a logout */
function showLogin(problem) {
  // An error that did not end the session is no reason to leave the page.
  if (problem && client?.state === 'online') return;
  call = null;
  void closeMedia();
  showIdle();
  for (const id of ['call-view', 'line', 'me', 'logout']) at(id).hidden = true;
  at('login-view').hidden = false;
  at('login-problem').textContent = problem;
  at('login-problem').hidden = problem === '';
  input(at('secret-field').hidden ? 'login-user' : 'login-secret').focus();
}

/** @param {string | null} user who is to be logged in again after a reload */
function remember(user) {
  if (user) address.searchParams.set('user', user);
  else address.searchParams.delete('user');
  history.replaceState(null, '', address);
}

/** @param {unknown} error */
function problemOf(error) {
  if (error instanceof HookswitchError) {
    return error.code === codes.LOGGED_IN_ELSEWHERE
      ? `${error.code}: you have logged in elsewhere, in a copy of this tab`
      : `${error.code} ${describeCode(error.code)}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
function at(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {string} id
 * @param {boolean} visible
 */
function show(id, visible) {
  at(id).hidden = !visible;
}

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (at(id));
}

/** @param {string} id */
function form(id) {
  return /** @type {HTMLFormElement} */ (at(id));
}

/** @param {string} id */
function video(id) {
  return /** @type {HTMLVideoElement} */ (at(id));
}
