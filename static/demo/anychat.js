// @ts-check
// A whole call in AnyChat's vocabulary: BRAC_VideoCallControl out, OnAnyChatVideoCallEvent in, and nothing else.

import * as anychat from '/sdk/anychat-compat.js';
import { openLocalMedia } from '/demo/local-media.js';
import { EVENT_NAMES, explain, languageOf, words } from '/demo/anychat-words.js';

const {
  BRAC_VIDEOCALL_EVENT_FINISH: FINISH, BRAC_VIDEOCALL_EVENT_REPLY: REPLY,
  BRAC_VIDEOCALL_EVENT_REQUEST: REQUEST, BRAC_VIDEOCALL_EVENT_START: START,
} = anychat;

const query = new URLSearchParams(location.search);
let language = languageOf(query.get('lang') ?? navigator.language);
/** @type {'offline' | 'idle' | 'calling' | 'incoming' | 'talking'} */
let now = 'offline';
/** The other party of the call that is on. @type {number | string} */
let target = '';

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement} */ (at(id));
/** @param {string} id */
const button = (id) => /** @type {HTMLButtonElement} */ (at(id));

/** @param {string} text @returns {number | string} a user id as AnyChat's applications have it */
const idOf = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : text);

/**
 * @param {'out' | 'in'} direction
 * @param {string} line
 * @param {string} [meaning]
 */
function log(direction, line, meaning = '') {
  const item = document.createElement('li');
  item.className = direction;
  item.textContent = `${direction === 'out' ? '→' : '←'} ${line}`;
  if (meaning) {
    const fine = document.createElement('span');
    fine.className = 'fine';
    fine.textContent = meaning;
    item.append(fine);
  }
  at('log').append(item);
  at('log').scrollTop = at('log').scrollHeight;
}

/** @param {unknown[]} values */
const list = (values) => values.map((value) => (typeof value === 'string' ? JSON.stringify(value) : value)).join(', ');

/**
 * Calls one of AnyChat's functions, and writes it down.
 *
 * @param {keyof typeof anychat} name
 * @param {unknown[]} values
 */
function run(name, ...values) {
  const returned = /** @type {(...values: unknown[]) => number} */ (anychat[name])(...values);
  log('out', `${name}(${list(values)}) = ${returned}`);
  return returned;
}

/**
 * @param {number} type
 * @param {number | string} user
 * @param {number} [errorCode]
 */
function control(type, user, errorCode = 0) {
  const values = [type, user, errorCode, 0, 0, ''];
  const returned = anychat.BRAC_VideoCallControl(type, user, errorCode, 0, 0, '');
  log('out', `BRAC_VideoCallControl(${EVENT_NAMES[type]}, ${list(values.slice(1))}) = ${returned}`, explain(language, 'out', type, errorCode));
}

/** @param {typeof now} next */
function become(next) {
  now = next;
  show();
}

anychat.BRAC_SetMediaSource(async () => (await openLocalMedia(input('user').value, query.get('media') === 'fake')).stream);
anychat.BRAC_SetCallBack({
  OnAnyChatConnect(bSuccess, errorcode) {
    log('in', `OnAnyChatConnect(${bSuccess}, ${errorcode})`);
    if (!bSuccess) become('offline');
  },
  OnAnyChatLoginSystem(dwUserId, errorcode) {
    log('in', `OnAnyChatLoginSystem(${list([dwUserId, errorcode])})`);
    at('me').textContent = errorcode === 0 ? `${words(language).me} ${dwUserId}` : '';
    become(errorcode === 0 ? 'idle' : 'offline');
  },
  OnAnyChatLinkClose(reason, errorcode) {
    log('in', `OnAnyChatLinkClose(${reason}, ${errorcode})`);
    become('offline');
  },
  OnAnyChatEnterRoom(dwRoomId, errorcode) {
    log('in', `OnAnyChatEnterRoom(${dwRoomId}, ${errorcode})`);
    run('BRAC_UserCameraControl', -1, 1);
    run('BRAC_UserSpeakControl', -1, 1);
  },
  OnAnyChatUserAtRoom(dwUserId, bEnterRoom) {
    log('in', `OnAnyChatUserAtRoom(${list([dwUserId, bEnterRoom])})`);
    anychat.BRAC_SetVideoPos(dwUserId, at('remote-place'), 'remote-video');
    run('BRAC_UserCameraControl', dwUserId, 1);
    run('BRAC_UserSpeakControl', dwUserId, 1);
  },
  OnAnyChatVideoCallEvent(dwEventType, dwUserId, dwErrorCode, dwFlags, dwParam, szUserStr) {
    const values = list([dwUserId, dwErrorCode, dwFlags, dwParam, szUserStr]);
    log('in', `OnAnyChatVideoCallEvent(${EVENT_NAMES[dwEventType]}, ${values})`, explain(language, 'in', dwEventType, dwErrorCode));
    if (dwEventType === REQUEST) {
      target = dwUserId;
      input('peer').value = String(dwUserId);
      become('incoming');
    } else if (dwEventType === REPLY && dwErrorCode === 0) {
      target = dwUserId;
      become('calling');
    } else if (dwEventType === START) {
      target = dwUserId;
      become('talking');
      run('BRAC_EnterRoom', dwParam, '', 0);
    } else if (dwUserId === target || now === 'calling') {
      if (now === 'talking') run('BRAC_LeaveRoom', -1);
      become('idle');
    }
  },
});

at('login-form').addEventListener('submit', (event) => {
  event.preventDefault();
  login();
});
function login() {
  run('BRAC_InitSDK', 0);
  run('BRAC_Connect', '', 0);
  const user = input('user').value.trim();
  const returned = anychat.BRAC_Login(user, input('password').value || 'any', 0);
  log('out', `BRAC_Login(${list([user])}, …, 0) = ${returned}`);
}
at('logout').addEventListener('click', () => {
  run('BRAC_Logout');
  at('me').textContent = '';
  become('offline');
});
at('call-form').addEventListener('submit', (event) => {
  event.preventDefault();
  target = idOf(input('peer').value.trim());
  become('calling');
  control(REQUEST, target);
});
at('accept').addEventListener('click', () => control(REPLY, target));
at('refuse').addEventListener('click', () => {
  control(REPLY, target, anychat.GV_ERR_SESSION_REFUSE);
  become('idle');
});
at('cancel').addEventListener('click', () => {
  control(REPLY, target, anychat.GV_ERR_SESSION_QUIT);
  become('idle');
});
// Never greyed out once there is somebody to name: applications of AnyChat finish calls that are over, too.
at('finish').addEventListener('click', () => {
  control(FINISH, target || idOf(input('peer').value.trim()));
  if (now !== 'talking') become('idle');
});
at('clear').addEventListener('click', () => at('log').replaceChildren());
at('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  show();
});

/** Shows the state in the chosen language. */
function show() {
  const text = words(language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = text.title;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = text[/** @type {keyof typeof text} */ (/** @type {HTMLElement} */ (element).dataset.text)];
  }
  at('language').textContent = text.otherLanguage;
  at('state').textContent = text[now];
  at('state').dataset.state = now;
  at('state').className = `chip ${now === 'talking' ? 'good' : now === 'offline' ? '' : 'info'}`;
  const isIn = now !== 'offline';
  button('login').disabled = isIn;
  button('logout').disabled = !isIn;
  button('request').disabled = now !== 'idle';
  button('accept').disabled = button('refuse').disabled = now !== 'incoming';
  button('cancel').disabled = now !== 'calling';
  button('finish').disabled = !isIn || now === 'incoming';
}

anychat.BRAC_SetVideoPos(0, at('remote-place'), 'remote-video');
anychat.BRAC_SetVideoPos(-1, at('local-place'), 'local-video');
at('remote-video').dataset.testid = 'ac-remote-video';
at('local-video').dataset.testid = 'ac-local-video';
show();
const asked = query.get('user');
if (asked) {
  input('user').value = asked;
  login();
}
