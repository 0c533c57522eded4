// @ts-check
/**
 * AnyChat's names for video calls, over hookswitch: what an application of AnyChat's web SDK calls, and what it is called back
 * with, argument for argument. Two ways to use it:
 *
 *     import { installAnyChat } from '/sdk/anychat-compat.js';
 *     installAnyChat();       // classic scripts find BRAC_… and GV_ERR_… as globals, and define OnAnyChat… as globals
 *
 *     import { BRAC_SetCallBack, BRAC_Connect, … } from '/sdk/anychat-compat.js';
 *     BRAC_SetCallBack({ OnAnyChatVideoCallEvent(dwEventType, dwUserId, dwErrorCode, dwFlags, dwParam, szUserStr) { … } });
 *
 * Users are texts here and integers there: a user with a decimal name has that number as its id, any other has its name.
 *
 * Untidy applications are as welcome as with AnyChat: an end that fits no call, as a FINISH after a refusal, does nothing.
 *
 * @module
 */

import { HookswitchError, connect } from './hookswitch.js';

/** @typedef {import('./hookswitch.js').Call} Call */
/** @typedef {import('./hookswitch.js').CallMedia} CallMedia */
/** @typedef {import('./hookswitch.js').Client} Client */
/** @typedef {number | string} UserId */

/**
 * @typedef {object} CallBacks what AnyChat finds as global functions
 * @property {(bSuccess: number, errorcode: number) => void} [OnAnyChatConnect]
 * @property {(dwUserId: UserId, errorcode: number) => void} [OnAnyChatLoginSystem]
 * @property {(reason: number, errorcode: number) => void} [OnAnyChatLinkClose]
 * @property {(dwRoomId: number, errorcode: number) => void} [OnAnyChatEnterRoom]
 * @property {(dwUserCount: number, dwRoomId: number) => void} [OnAnyChatRoomOnlineUser] counts oneself too
 * @property {(dwUserId: UserId, bEnterRoom: number) => void} [OnAnyChatUserAtRoom]
 * @property {(dwEventType: number, dwUserId: UserId, dwErrorCode: number, dwFlags: number, dwParam: number,
 *   szUserStr: string) => void} [OnAnyChatVideoCallEvent]
 */

export const BRAC_VIDEOCALL_EVENT_REQUEST = 1;
export const BRAC_VIDEOCALL_EVENT_REPLY = 2;
export const BRAC_VIDEOCALL_EVENT_START = 3;
export const BRAC_VIDEOCALL_EVENT_FINISH = 4;

export const BRAC_VIDEOCALL_FLAGS_AUDIO = 0x01;
export const BRAC_VIDEOCALL_FLAGS_VIDEO = 0x02;
export const BRAC_VIDEOCALL_FLAGS_FBSRCAUDIO = 0x10;
export const BRAC_VIDEOCALL_FLAGS_FBSRCVIDEO = 0x20;
export const BRAC_VIDEOCALL_FLAGS_FBTARAUDIO = 0x40;
export const BRAC_VIDEOCALL_FLAGS_FBTARVIDEO = 0x80;

export const GV_ERR_SUCCESS = 0;
export const GV_ERR_SESSION_QUIT = 100101;
export const GV_ERR_SESSION_OFFLINE = 100102;
export const GV_ERR_SESSION_BUSY = 100103;
export const GV_ERR_SESSION_REFUSE = 100104;
export const GV_ERR_SESSION_TIMEOUT = 100105;
export const GV_ERR_SESSION_DISCONNECT = 100106;
/** A reply that fits no call. */
export const GV_ERR_SESSION_NOTINCALL = 100107;

/** What functions return, and callbacks get, outside calls. */
const NOT_INITIALISED = 2;
const BAD_PARAMETER = 21;
const LINK_BROKEN = 101;
const UNREACHABLE = 115;
const NOT_LOGGED_IN = 208;
const NO_SUCH_ROOM = 303;

/** Oneself, where a user is asked for. */
const SELF = -1;

/** Everything that a page has one of. */
const state = {
  initialised: false,
  /** @type {string | undefined} the server's WebSocket; the page's own server where absent */
  url: undefined,
  /** @type {Client | null} */
  client: null,
  /** Counts logins, so that one that was overtaken is recognised. */
  login: 0,
  /** @type {CallBacks | null} */
  callBacks: null,
  /** @type {() => Promise<MediaStream>} */
  openMedia: () => navigator.mediaDevices.getUserMedia({ audio: true, video: true }),
  /** @type {Room | null} */
  room: null,
  /** What each user's camera and microphone are wanted to be, by user; `-1` is oneself. @type {Map<string, Wanted>} */
  wanted: new Map(),
  /** Where each user's picture is shown. @type {Map<string, HTMLVideoElement>} */
  pictures: new Map(),
};

/** @typedef {{ video: boolean, audio: boolean }} Wanted */
/** @typedef {{ call: Call, media: CallMedia | null, stream: Promise<MediaStream>, local: MediaStream | null,
 *    remote: MediaStream | null }} Room */

/**
 * @param {string} user
 * @returns {UserId} as AnyChat's applications expect it
 */
function idOf(user) {
  return /^(0|-?[1-9]\d{0,9})$/.test(user) ? Number(user) : user;
}

/**
 * Calls back, later: as in AnyChat, never before the function that led to it has returned. What the application throws is its
 * own affair.
 *
 * @template {keyof CallBacks} Name
 * @param {Name} name
 * @param {Parameters<NonNullable<CallBacks[Name]>>} values
 */
function notify(name, ...values) {
  setTimeout(() => {
    const target = state.callBacks ?? /** @type {CallBacks} */ (globalThis);
    const callBack = /** @type {((...values: unknown[]) => void) | undefined} */ (target[name]);
    callBack?.apply(target, values);
  }, 0);
}

/**
 * @param {number} type
 * @param {Call} call
 * @param {number} errorCode
 * @param {number} [param]
 */
function notifyCall(type, call, errorCode, param = call.param) {
  notify('OnAnyChatVideoCallEvent', type, idOf(call.user), errorCode, call.flags, param, call.userStr);
}

/**
 * hookswitch's own: the callbacks as an object, for modules. Without it they are looked for among the globals.
 *
 * @param {CallBacks | null} callBacks
 */
export function BRAC_SetCallBack(callBacks) {
  state.callBacks = callBacks;
}

/**
 * hookswitch's own: where camera and microphone come from; the browser's by default.
 *
 * @param {() => Promise<MediaStream>} open
 */
export function BRAC_SetMediaSource(open) {
  state.openMedia = open;
}

/**
 * @param {number} [apilevel] ignored
 * @returns {number} 0
 */
export function BRAC_InitSDK(apilevel) {
  void apilevel;
  state.initialised = true;
  return GV_ERR_SUCCESS;
}

/**
 * Says which server. The line itself is opened by the login, since hookswitch keeps none for strangers.
 *
 * @param {string} [lpServerAddr] host name or address, or a whole `wss://…` URL; the page's own server where empty
 * @param {number} [dwPort]
 * @returns {number}
 */
export function BRAC_Connect(lpServerAddr = '', dwPort = 0) {
  if (!state.initialised) return NOT_INITIALISED;
  if (/^wss?:/.test(lpServerAddr)) state.url = lpServerAddr;
  else if (lpServerAddr) state.url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${lpServerAddr}${dwPort ? `:${dwPort}` : ''}/ws`;
  else state.url = undefined;
  notify('OnAnyChatConnect', 1, GV_ERR_SUCCESS);
  return GV_ERR_SUCCESS;
}

/**
 * Logs in with a password, or with a token of hookswitch's in its place.
 *
 * @param {string} lpUserName
 * @param {string} [lpPassword] a JWT logs its user in
 * @param {number} [dwParam] ignored
 * @returns {number}
 */
export function BRAC_Login(lpUserName, lpPassword = '', dwParam) {
  void dwParam;
  if (!state.initialised) return NOT_INITIALISED;
  if (state.client) BRAC_Logout();
  const isToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(lpPassword);
  const credentials = isToken ? { token: lpPassword } : { user: String(lpUserName), password: lpPassword };
  enter(++state.login, { url: state.url, ...credentials });
  return GV_ERR_SUCCESS;
}

/**
 * @param {number} login
 * @param {import('./hookswitch.js').ConnectOptions} options
 */
async function enter(login, options) {
  let client;
  try {
    client = await connect(options);
  } catch (error) {
    if (login !== state.login) return;
    if (error instanceof HookswitchError) notify('OnAnyChatLoginSystem', 0, error.code);
    else notify('OnAnyChatConnect', 0, UNREACHABLE);
    return;
  }
  if (login !== state.login) return client.logout();
  state.client = client;
  client.on('call', adopt);
  // The reason that the server gave comes before the end of the line.
  let reason = LINK_BROKEN;
  client.on('closing', ({ errorCode }) => { reason = errorCode; });
  client.on('state', (now) => {
    if (now !== 'closed' || state.client !== client) return;
    state.client = null;
    leave();
    notify('OnAnyChatLinkClose', 0, reason);
  });
  notify('OnAnyChatLoginSystem', idOf(client.user), GV_ERR_SUCCESS);
}

/** @returns {number} */
export function BRAC_Logout() {
  state.login += 1;
  const client = state.client;
  state.client = null;
  leave();
  client?.logout();
  return GV_ERR_SUCCESS;
}

/** Calls that were ended from here: of an end before the start only the other party hears. @type {WeakSet<Call>} */
const endedHere = new WeakSet();

/**
 * Makes AnyChat's events of a call's.
 *
 * @param {Call} call
 */
function adopt(call) {
  let hasStarted = false;
  const start = () => {
    hasStarted = true;
    notifyCall(BRAC_VIDEOCALL_EVENT_START, call, GV_ERR_SUCCESS, call.room);
  };
  call.on('state', ({ state: now }) => {
    if (now === 'talking') start();
    else if (now === 'ringing' && call.role === 'caller') notifyCall(BRAC_VIDEOCALL_EVENT_REPLY, call, GV_ERR_SUCCESS);
  });
  call.on('ended', ({ errorCode, reason }) => {
    if (state.room?.call === call) leave();
    const isElsewhere = reason === 'answered_elsewhere' || reason === 'declined_elsewhere';
    if (hasStarted || isElsewhere) notifyCall(BRAC_VIDEOCALL_EVENT_FINISH, call, errorCode);
    else if (!endedHere.has(call)) notifyCall(BRAC_VIDEOCALL_EVENT_REPLY, call, errorCode);
  });
  if (call.state === 'talking') start();
  else if (call.role === 'callee') notifyCall(BRAC_VIDEOCALL_EVENT_REQUEST, call, GV_ERR_SUCCESS);
  else if (call.state === 'ringing') notifyCall(BRAC_VIDEOCALL_EVENT_REPLY, call, GV_ERR_SUCCESS);
}

/**
 * Requests, answers, refuses, cancels and finishes.
 *
 * @param {number} dwEventType
 * @param {UserId} dwUserId the other party
 * @param {number} [dwErrorCode]
 * @param {number} [dwFlags]
 * @param {number} [dwParam]
 * @param {string} [szUserStr]
 * @returns {number} 0, or why nothing was done; what becomes of it comes as an event
 */
export function BRAC_VideoCallControl(dwEventType, dwUserId, dwErrorCode = 0, dwFlags = 0, dwParam = 0, szUserStr = '') {
  const { client } = state;
  if (!client) return NOT_LOGGED_IN;
  const user = String(dwUserId);
  if (user === '' || user === String(SELF)) return BAD_PARAMETER;
  const told = { param: dwParam, userStr: szUserStr };
  const call = client.calls.find((one) => one.user === user);
  switch (dwEventType) {
    case BRAC_VIDEOCALL_EVENT_REQUEST: {
      // To call somebody who is ringing here answers that call, which is known already.
      const placed = client.call(user, { flags: dwFlags, ...told });
      if (placed !== call) adopt(placed);
      break;
    }
    case BRAC_VIDEOCALL_EVENT_REPLY:
      if (dwErrorCode !== GV_ERR_SUCCESS) end(call, dwErrorCode, told);
      else if (call?.role === 'callee' && call.state === 'ringing') call.answer(told).catch(() => {});
      else notify('OnAnyChatVideoCallEvent', BRAC_VIDEOCALL_EVENT_REPLY, dwUserId, GV_ERR_SESSION_NOTINCALL, 0, 0, '');
      break;
    case BRAC_VIDEOCALL_EVENT_FINISH:
      end(call, dwErrorCode, told);
      break;
    default:
      return BAD_PARAMETER;
  }
  return GV_ERR_SUCCESS;
}

/**
 * @param {Call | undefined} call
 * @param {number} code
 * @param {{ param: number, userStr: string }} told
 */
function end(call, code, told) {
  if (!call || call.state === 'ended') return;
  endedHere.add(call);
  // What the server answers to an end that came too late changes nothing for this side.
  call.hangup(code, told).catch(() => {});
}

/**
 * Attaches the media of the call that is on: the start event has the room's number as `dwParam`. What is sent and shown is
 * opened by `BRAC_UserCameraControl` and `BRAC_UserSpeakControl`, before or after.
 *
 * @param {number} dwRoomid
 * @param {string} [lpRoomPass] ignored
 * @param {number} [dwParam] ignored
 * @returns {number}
 */
export function BRAC_EnterRoom(dwRoomid, lpRoomPass, dwParam) {
  void lpRoomPass, dwParam;
  const { client } = state;
  if (!client) return NOT_LOGGED_IN;
  const call = client.calls.find((one) => one.state === 'talking' && one.room === Number(dwRoomid));
  if (!call) {
    notify('OnAnyChatEnterRoom', dwRoomid, NO_SUCH_ROOM);
    return GV_ERR_SUCCESS;
  }
  if (state.room?.call !== call) join(call);
  notify('OnAnyChatEnterRoom', call.room, GV_ERR_SUCCESS);
  notify('OnAnyChatRoomOnlineUser', 2, call.room);
  notify('OnAnyChatUserAtRoom', idOf(call.user), 1);
  return GV_ERR_SUCCESS;
}

/** @param {Call} call */
function join(call) {
  leave();
  // Where there is no camera, the other party is seen all the same.
  const stream = Promise.resolve().then(state.openMedia).catch(() => new MediaStream());
  /** @type {Room} */
  const room = { call, media: null, stream, local: null, remote: null };
  state.room = room;
  const onRemoteStream = (/** @type {MediaStream} */ remote) => {
    room.remote = remote;
    arrange();
  };
  room.media = call.media({ localStream: stream, onRemoteStream });
  stream.then((local) => {
    if (state.room !== room) return;
    room.local = local;
    arrange();
  });
}

/** Leaves the room: the camera is let go of. */
function leave() {
  const { room } = state;
  state.room = null;
  if (!room) return;
  room.media?.close();
  room.stream.then((opened) => opened.getTracks().forEach((track) => track.stop()));
  for (const picture of state.pictures.values()) picture.srcObject = null;
}

/**
 * @param {number} [dwRoomid] ignored: there is one room at a time
 * @returns {number}
 */
export function BRAC_LeaveRoom(dwRoomid) {
  void dwRoomid;
  leave();
  return GV_ERR_SUCCESS;
}

/** @returns {UserId[]} who else is in the room */
export function BRAC_GetOnlineUser() {
  return state.room ? [idOf(state.room.call.user)] : [];
}

/**
 * @param {UserId} dwUserid `-1` is oneself
 * @param {number | boolean} bOpen
 * @returns {number}
 */
export function BRAC_UserCameraControl(dwUserid, bOpen) {
  return want(dwUserid, 'video', bOpen);
}

/**
 * @param {UserId} dwUserid `-1` is oneself
 * @param {number | boolean} bOpen
 * @returns {number}
 */
export function BRAC_UserSpeakControl(dwUserid, bOpen) {
  return want(dwUserid, 'audio', bOpen);
}

/**
 * @param {UserId} user
 * @param {'video' | 'audio'} kind
 * @param {number | boolean} open
 */
function want(user, kind, open) {
  wantedOf(keyOf(user))[kind] = Boolean(open);
  arrange();
  return GV_ERR_SUCCESS;
}

/** @param {UserId} user oneself may also be named */
function keyOf(user) {
  return String(user) === state.client?.user ? String(SELF) : String(user);
}

/** @param {string} key */
function wantedOf(key) {
  const wanted = state.wanted.get(key) ?? { video: false, audio: false };
  state.wanted.set(key, wanted);
  return wanted;
}

/**
 * Shows a user's picture in an element.
 *
 * @param {UserId} userid `-1` is oneself, 0 nobody: the place is made, and stays empty
 * @param {HTMLElement} parentobj
 * @param {string} id of the video element, which is made where there is none
 * @returns {number}
 */
export function BRAC_SetVideoPos(userid, parentobj, id) {
  const found = document.getElementById(id);
  const picture = found instanceof HTMLVideoElement ? found : document.createElement('video');
  for (const [key, shown] of state.pictures) if (shown === picture) state.pictures.delete(key);
  if (picture !== found) {
    picture.id = id;
    parentobj.append(picture);
  }
  picture.autoplay = true;
  picture.playsInline = true;
  picture.muted = keyOf(userid) === String(SELF);
  picture.srcObject = null;
  if (String(userid) !== '0') state.pictures.set(keyOf(userid), picture);
  arrange();
  return GV_ERR_SUCCESS;
}

/** Brings tracks and pictures in line with what is wanted. */
function arrange() {
  const { room } = state;
  if (!room) return;
  const parties = /** @type {const} */ ([[String(SELF), room.local], [room.call.user, room.remote]]);
  for (const [key, stream] of parties) {
    const wanted = wantedOf(key);
    for (const track of stream?.getTracks() ?? []) track.enabled = track.kind === 'video' ? wanted.video : wanted.audio;
    const picture = state.pictures.get(key);
    if (picture && picture.srcObject !== stream) picture.srcObject = stream;
  }
}

/** hookswitch's own: makes all of AnyChat's names globals, for applications that are classic scripts. */
export function installAnyChat() {
  Object.assign(globalThis, {
    BRAC_InitSDK, BRAC_Connect, BRAC_Login, BRAC_Logout, BRAC_VideoCallControl,
    BRAC_EnterRoom, BRAC_LeaveRoom, BRAC_GetOnlineUser, BRAC_UserCameraControl, BRAC_UserSpeakControl, BRAC_SetVideoPos,
    BRAC_VIDEOCALL_EVENT_REQUEST, BRAC_VIDEOCALL_EVENT_REPLY, BRAC_VIDEOCALL_EVENT_START, BRAC_VIDEOCALL_EVENT_FINISH,
    BRAC_VIDEOCALL_FLAGS_AUDIO, BRAC_VIDEOCALL_FLAGS_VIDEO, BRAC_VIDEOCALL_FLAGS_FBSRCAUDIO,
    BRAC_VIDEOCALL_FLAGS_FBSRCVIDEO, BRAC_VIDEOCALL_FLAGS_FBTARAUDIO, BRAC_VIDEOCALL_FLAGS_FBTARVIDEO,
    GV_ERR_SUCCESS, GV_ERR_SESSION_QUIT, GV_ERR_SESSION_OFFLINE, GV_ERR_SESSION_BUSY, GV_ERR_SESSION_REFUSE,
    GV_ERR_SESSION_TIMEOUT, GV_ERR_SESSION_DISCONNECT, GV_ERR_SESSION_NOTINCALL,
  });
}
