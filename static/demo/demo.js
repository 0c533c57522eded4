// @ts-check
// The demo page: one person of a call. Everything that makes the call is in the SDK; here are buttons and what they show.

import { HookswitchError, codes, connect, describeCode } from '/sdk/hookswitch.js';
import { hueOf, openLocalMedia } from '/demo/local-media.js';
import { ring, ringBack, silence } from '/demo/ringer.js';
import { tellEnd } from '/demo/words.js';

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
/** @type {Call | null} */
let last = null;
/** @type {Promise<LocalMedia> | null} */
let local = null;
/** @type {MediaStream | null} */
let remote = null;
// The browser asks the user whether the camera may be used, and nothing goes on until there is an answer.
let isAsking = false;
let isListed = true;
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
    isListed = false;
    at('nobody').textContent = 'This server does not tell who is online. Call by name.';
  }
  showPeople();
}

function logOut() {
  client?.logout();
  last = null;
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
  last = null;
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
  isAsking = true;
  opening.then((opened) => {
    if (local !== opening) return opened.stop();
    isAsking = false;
    showLocal(opened);
    showCall();
  });
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
  isAsking = false;
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
  if (call.state === 'ended') {
    last = call;
    call = null;
    void closeMedia();
    return showIdle();
  }
  const { state, user, role } = call;
  const talking = state === 'talking';
  const incoming = role === 'callee' && state === 'ringing';
  if (talking) talkingSince ||= Date.now();
  if (incoming) ring();
  else if (state === 'ringing') ringBack();
  else silence();
  showState(state, `Call with ${user}`);
  show('answer', incoming);
  show('decline', incoming);
  show('cancel', role === 'caller' && !talking);
  for (const id of ['hangup', 'mic', 'cam', 'lasting', 'remote-tag']) show(id, talking);
  at('stage').classList.add('live');
  at('stage').classList.toggle('pulse', !talking);
  at('curtain').hidden = talking && remote !== null;
  at('remote-tag').textContent = user;
  const { headline, advice } = tellCall(call);
  showCurtain(user, headline, advice);
  document.title = talking ? `${user} · hookswitch` : headline;
  showCallButtons();
}

/** @param {Call} going */
function tellCall({ state, user, role, userStr }) {
  const question = 'Your browser asks for camera and microphone: allow them, or refuse and send a drawn picture.';
  if (state === 'talking') return { headline: `Connecting to ${user}…`, advice: isAsking ? question : '' };
  if (role === 'callee') {
    return { headline: `${user} is calling`, advice: isAsking ? question : userStr || 'Answer to talk, or decline.' };
  }
  if (state === 'dialing') return { headline: `Calling ${user}…`, advice: isAsking ? question : '' };
  return { headline: `Ringing ${user}…`, advice: `Waiting for an answer. Is ${user} your other tab? Press Answer there.` };
}

function showIdle() {
  silence();
  talkingSince = 0;
  showState('idle', last ? `Last call, with ${last.user}` : 'No call yet');
  for (const id of ['answer', 'decline', 'cancel', 'hangup', 'mic', 'cam', 'lasting', 'remote-tag']) show(id, false);
  /** @type {HTMLButtonElement} */ (at('answer')).disabled = false;
  at('mic').textContent = 'Mute';
  at('cam').textContent = 'Camera off';
  at('stage').classList.remove('live', 'pulse');
  at('curtain').hidden = false;
  if (last) {
    const { headline, advice } = tellEnd(last);
    showCurtain(last.user, headline, advice);
  } else {
    showCurtain(client?.user ?? '', 'Nobody on the line', idleAdvice());
  }
  document.title = client ? `${client.user} · hookswitch` : 'hookswitch demo call';
  showInvitation();
  showCallButtons();
  showClock();
}

function idleAdvice() {
  if (others().length > 0) return `Call ${others()[0]}, or wait to be called.`;
  return isListed ? 'You are the first one here. Open a second tab, then call from one to the other.' : 'Call somebody by name.';
}

/**
 * @param {string} user
 * @param {string} headline
 * @param {string} advice what to do now
 */
function showCurtain(user, headline, advice) {
  showAvatar(at('curtain-avatar'), user);
  at('headline').textContent = headline;
  at('subline').textContent = advice;
  at('invite').hidden = true;
}

// Whoever is missing can be opened in a tab beside this one: the one who was called in vain, or the first who is not here.
function showInvitation() {
  const missed = last?.reason === 'offline' ? last.user : null;
  const taken = [client?.user, ...others()];
  const user = missed ?? ['alice', 'bob', 'carol', 'dave'].find((name) => !taken.includes(name)) ?? '';
  const link = new URL(location.pathname, location.href);
  link.searchParams.set('user', user);
  if (drawnOnly) link.searchParams.set('media', 'fake');
  for (const id of ['invite', 'second']) {
    /** @type {HTMLAnchorElement} */ (at(id)).href = link.href;
    at(id).textContent = `Open ${user} in a new tab`;
  }
  at('second').hidden = user === '';
  at('invite').hidden = user === '' || (missed === null && (last !== null || others().length > 0));
}

/**
 * @param {'idle' | Call['state']} state
 * @param {string} title
 */
function showState(state, title) {
  at('state').textContent = state;
  at('state').dataset.state = state;
  at('status-title').textContent = title;
  at('ending').hidden = last === null;
  at('error-code').textContent = last ? String(last.errorCode) : '';
  at('error-words').textContent = last ? describeCode(last.errorCode) : '';
  at('reason').textContent = last?.reason.replaceAll('_', ' ') || '–';
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

/** @returns {string[]} who else is online */
function others() {
  return [...(client?.online ?? [])].filter((user) => user !== client?.user).sort();
}

function showPeople() {
  const people = others();
  at('people').replaceChildren(...people.map(personRow));
  at('nobody').hidden = people.length > 0;
  if (call) showCallButtons();
  else showIdle();
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
  input('peer').placeholder = loggedIn.user === 'bob' ? 'alice' : 'bob';
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
