import { HookswitchError, connect } from "./hookswitch.js";
export const BRAC_VIDEOCALL_EVENT_REQUEST = 1;
export const BRAC_VIDEOCALL_EVENT_REPLY = 2;
export const BRAC_VIDEOCALL_EVENT_START = 3;
export const BRAC_VIDEOCALL_EVENT_FINISH = 4;
export const BRAC_VIDEOCALL_FLAGS_AUDIO = 1;
export const BRAC_VIDEOCALL_FLAGS_VIDEO = 2;
export const BRAC_VIDEOCALL_FLAGS_FBSRCAUDIO = 16;
export const BRAC_VIDEOCALL_FLAGS_FBSRCVIDEO = 32;
export const BRAC_VIDEOCALL_FLAGS_FBTARAUDIO = 64;
export const BRAC_VIDEOCALL_FLAGS_FBTARVIDEO = 128;
export const GV_ERR_SUCCESS = 0;
export const GV_ERR_SESSION_QUIT = 100101;
export const GV_ERR_SESSION_OFFLINE = 100102;
export const GV_ERR_SESSION_BUSY = 100103;
export const GV_ERR_SESSION_REFUSE = 100104;
export const GV_ERR_SESSION_TIMEOUT = 100105;
export const GV_ERR_SESSION_DISCONNECT = 100106;
export const GV_ERR_SESSION_NOTINCALL = 100107;
const NOT_INITIALISED = 2;
const BAD_PARAMETER = 21;
const LINK_BROKEN = 101;
const UNREACHABLE = 115;
const NOT_LOGGED_IN = 208;
const NO_SUCH_ROOM = 303;
const SELF = -1;
const state = {
  initialised: false,
  /** @type {string | undefined} the server's WebSocket; the page's own server where absent */
  url: void 0,
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
  wanted: /* @__PURE__ */ new Map(),
  /** Where each user's picture is shown. @type {Map<string, HTMLVideoElement>} */
  pictures: /* @__PURE__ */ new Map()
};
function idOf(user) {
  return /^(0|-?[1-9]\d{0,9})$/.test(user) ? Number(user) : user;
}
function notify(name, ...values) {
  setTimeout(() => {
    const target = state.callBacks ?? /** @type {CallBacks} */
    globalThis;
    const callBack = (
      /** @type {((...values: unknown[]) => void) | undefined} */
      target[name]
    );
    callBack?.apply(target, values);
  }, 0);
}
function notifyCall(type, call, errorCode, param = call.param) {
  notify("OnAnyChatVideoCallEvent", type, idOf(call.user), errorCode, call.flags, param, call.userStr);
}
export function BRAC_SetCallBack(callBacks) {
  state.callBacks = callBacks;
}
export function BRAC_SetMediaSource(open) {
  state.openMedia = open;
}
export function BRAC_InitSDK(apilevel) {
  void apilevel;
  state.initialised = true;
  return GV_ERR_SUCCESS;
}
export function BRAC_Connect(lpServerAddr = "", dwPort = 0) {
  if (!state.initialised) return NOT_INITIALISED;
  if (/^wss?:/.test(lpServerAddr)) state.url = lpServerAddr;
  else if (lpServerAddr) state.url = `${location.protocol === "https:" ? "wss" : "ws"}://${lpServerAddr}${dwPort ? `:${dwPort}` : ""}/ws`;
  else state.url = void 0;
  notify("OnAnyChatConnect", 1, GV_ERR_SUCCESS);
  return GV_ERR_SUCCESS;
}
export function BRAC_Login(lpUserName, lpPassword = "", dwParam) {
  void dwParam;
  if (!state.initialised) return NOT_INITIALISED;
  if (state.client) BRAC_Logout();
  const isToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(lpPassword);
  const credentials = isToken ? { token: lpPassword } : { user: String(lpUserName), password: lpPassword };
  enter(++state.login, { url: state.url, ...credentials });
  return GV_ERR_SUCCESS;
}
async function enter(login, options) {
  let client;
  try {
    client = await connect(options);
  } catch (error) {
    if (login !== state.login) return;
    if (error instanceof HookswitchError) notify("OnAnyChatLoginSystem", 0, error.code);
    else notify("OnAnyChatConnect", 0, UNREACHABLE);
    return;
  }
  if (login !== state.login) return client.logout();
  state.client = client;
  client.on("call", adopt);
  let reason = LINK_BROKEN;
  client.on("closing", ({ errorCode }) => {
    reason = errorCode;
  });
  client.on("state", (now) => {
    if (now !== "closed" || state.client !== client) return;
    state.client = null;
    leave();
    notify("OnAnyChatLinkClose", 0, reason);
  });
  notify("OnAnyChatLoginSystem", idOf(client.user), GV_ERR_SUCCESS);
}
export function BRAC_Logout() {
  state.login += 1;
  const client = state.client;
  state.client = null;
  leave();
  client?.logout();
  return GV_ERR_SUCCESS;
}
const endedHere = /* @__PURE__ */ new WeakSet();
function adopt(call) {
  let hasStarted = false;
  const start = () => {
    hasStarted = true;
    notifyCall(BRAC_VIDEOCALL_EVENT_START, call, GV_ERR_SUCCESS, call.room);
  };
  call.on("state", ({ state: now }) => {
    if (now === "talking") start();
    else if (now === "ringing" && call.role === "caller") notifyCall(BRAC_VIDEOCALL_EVENT_REPLY, call, GV_ERR_SUCCESS);
  });
  call.on("ended", ({ errorCode, reason }) => {
    if (state.room?.call === call) leave();
    const isElsewhere = reason === "answered_elsewhere" || reason === "declined_elsewhere";
    if (hasStarted || isElsewhere) notifyCall(BRAC_VIDEOCALL_EVENT_FINISH, call, errorCode);
    else if (!endedHere.has(call)) notifyCall(BRAC_VIDEOCALL_EVENT_REPLY, call, errorCode);
  });
  if (call.state === "talking") start();
  else if (call.role === "callee") notifyCall(BRAC_VIDEOCALL_EVENT_REQUEST, call, GV_ERR_SUCCESS);
  else if (call.state === "ringing") notifyCall(BRAC_VIDEOCALL_EVENT_REPLY, call, GV_ERR_SUCCESS);
}
export function BRAC_VideoCallControl(dwEventType, dwUserId, dwErrorCode = 0, dwFlags = 0, dwParam = 0, szUserStr = "") {
  const { client } = state;
  if (!client) return NOT_LOGGED_IN;
  const user = String(dwUserId);
  if (user === "" || user === String(SELF)) return BAD_PARAMETER;
  const told = { param: dwParam, userStr: szUserStr };
  const call = client.calls.find((one) => one.user === user);
  switch (dwEventType) {
    case BRAC_VIDEOCALL_EVENT_REQUEST: {
      const placed = client.call(user, { flags: dwFlags, ...told });
      if (placed !== call) adopt(placed);
      break;
    }
    case BRAC_VIDEOCALL_EVENT_REPLY:
      if (dwErrorCode !== GV_ERR_SUCCESS) end(call, dwErrorCode, told);
      else if (call?.role === "callee" && call.state === "ringing") call.answer(told).catch(() => {
      });
      else notify("OnAnyChatVideoCallEvent", BRAC_VIDEOCALL_EVENT_REPLY, dwUserId, GV_ERR_SESSION_NOTINCALL, 0, 0, "");
      break;
    case BRAC_VIDEOCALL_EVENT_FINISH:
      end(call, dwErrorCode, told);
      break;
    default:
      return BAD_PARAMETER;
  }
  return GV_ERR_SUCCESS;
}
function end(call, code, told) {
  if (!call || call.state === "ended") return;
  endedHere.add(call);
  call.hangup(code, told).catch(() => {
  });
}
export function BRAC_EnterRoom(dwRoomid, lpRoomPass, dwParam) {
  void lpRoomPass, dwParam;
  const { client } = state;
  if (!client) return NOT_LOGGED_IN;
  const call = client.calls.find((one) => one.state === "talking" && one.room === Number(dwRoomid));
  if (!call) {
    notify("OnAnyChatEnterRoom", dwRoomid, NO_SUCH_ROOM);
    return GV_ERR_SUCCESS;
  }
  if (state.room?.call !== call) join(call);
  notify("OnAnyChatEnterRoom", call.room, GV_ERR_SUCCESS);
  notify("OnAnyChatRoomOnlineUser", 2, call.room);
  notify("OnAnyChatUserAtRoom", idOf(call.user), 1);
  return GV_ERR_SUCCESS;
}
function join(call) {
  leave();
  const stream = Promise.resolve().then(state.openMedia).catch(() => new MediaStream());
  const room = { call, media: null, stream, local: null, remote: null };
  state.room = room;
  const onRemoteStream = (remote) => {
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
function leave() {
  const { room } = state;
  state.room = null;
  if (!room) return;
  room.media?.close();
  room.stream.then((opened) => opened.getTracks().forEach((track) => track.stop()));
  for (const picture of state.pictures.values()) picture.srcObject = null;
}
export function BRAC_LeaveRoom(dwRoomid) {
  void dwRoomid;
  leave();
  return GV_ERR_SUCCESS;
}
export function BRAC_GetOnlineUser() {
  return state.room ? [idOf(state.room.call.user)] : [];
}
export function BRAC_UserCameraControl(dwUserid, bOpen) {
  return want(dwUserid, "video", bOpen);
}
export function BRAC_UserSpeakControl(dwUserid, bOpen) {
  return want(dwUserid, "audio", bOpen);
}
function want(user, kind, open) {
  wantedOf(keyOf(user))[kind] = Boolean(open);
  arrange();
  return GV_ERR_SUCCESS;
}
function keyOf(user) {
  return String(user) === state.client?.user ? String(SELF) : String(user);
}
function wantedOf(key) {
  const wanted = state.wanted.get(key) ?? { video: false, audio: false };
  state.wanted.set(key, wanted);
  return wanted;
}
export function BRAC_SetVideoPos(userid, parentobj, id) {
  const found = document.getElementById(id);
  const picture = found instanceof HTMLVideoElement ? found : document.createElement("video");
  for (const [key, shown] of state.pictures) if (shown === picture) state.pictures.delete(key);
  if (picture !== found) {
    picture.id = id;
    parentobj.append(picture);
  }
  picture.autoplay = true;
  picture.playsInline = true;
  picture.muted = keyOf(userid) === String(SELF);
  picture.srcObject = null;
  if (String(userid) !== "0") state.pictures.set(keyOf(userid), picture);
  arrange();
  return GV_ERR_SUCCESS;
}
function arrange() {
  const { room } = state;
  if (!room) return;
  const parties = (
    /** @type {const} */
    [[String(SELF), room.local], [room.call.user, room.remote]]
  );
  for (const [key, stream] of parties) {
    const wanted = wantedOf(key);
    for (const track of stream?.getTracks() ?? []) track.enabled = track.kind === "video" ? wanted.video : wanted.audio;
    const picture = state.pictures.get(key);
    if (picture && picture.srcObject !== stream) picture.srcObject = stream;
  }
}
export function installAnyChat() {
  Object.assign(globalThis, {
    BRAC_InitSDK,
    BRAC_Connect,
    BRAC_Login,
    BRAC_Logout,
    BRAC_VideoCallControl,
    BRAC_EnterRoom,
    BRAC_LeaveRoom,
    BRAC_GetOnlineUser,
    BRAC_UserCameraControl,
    BRAC_UserSpeakControl,
    BRAC_SetVideoPos,
    BRAC_VIDEOCALL_EVENT_REQUEST,
    BRAC_VIDEOCALL_EVENT_REPLY,
    BRAC_VIDEOCALL_EVENT_START,
    BRAC_VIDEOCALL_EVENT_FINISH,
    BRAC_VIDEOCALL_FLAGS_AUDIO,
    BRAC_VIDEOCALL_FLAGS_VIDEO,
    BRAC_VIDEOCALL_FLAGS_FBSRCAUDIO,
    BRAC_VIDEOCALL_FLAGS_FBSRCVIDEO,
    BRAC_VIDEOCALL_FLAGS_FBTARAUDIO,
    BRAC_VIDEOCALL_FLAGS_FBTARVIDEO,
    GV_ERR_SUCCESS,
    GV_ERR_SESSION_QUIT,
    GV_ERR_SESSION_OFFLINE,
    GV_ERR_SESSION_BUSY,
    GV_ERR_SESSION_REFUSE,
    GV_ERR_SESSION_TIMEOUT,
    GV_ERR_SESSION_DISCONNECT,
    GV_ERR_SESSION_NOTINCALL
  });
}
