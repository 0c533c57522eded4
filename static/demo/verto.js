// @ts-check
// A telephone made of FreeSWITCH's own client library, unmodified, where the operator has installed it; where not, how that is done.

import { languageOf } from '/demo/anychat-words.js';

/** @typedef {'title' | 'two' | 'console' | 'manual' | 'missing' | 'why' | 'licence' | 'user' | 'password' | 'number' | 'frames'} Text */

/** @type {Record<Text, [en: string, zh: string]>} */
const WORDS = {
  title: ['Verto phone', 'Verto 电话'],
  two: ['Two people', '双人演示'],
  console: ['Console', '控制台'],
  manual: ['Verto in the manual', 'Verto 手册'],
  missing: ['The library is not installed', '尚未安装客户端库'],
  why: ['This page runs FreeSWITCH’s own client library as npm has it. Install it, and tell the server where:', '本页直接运行 FreeSWITCH 官方客户端库的 npm 版本。请先安装，并告诉服务器它在哪里：'],
  licence: ['It is licensed under the MPL 1.1, and no part of hookswitch.', '该库采用 MPL 1.1 许可证，不属于 hookswitch。'],
  user: ['User', '用户'],
  password: ['Password', '密码'],
  number: ['Number', '号码'],
  frames: ['JSON-RPC on the wire', '线路上的 JSON-RPC'],
};
const LIBRARY = [
  'jquery/dist/jquery.min.js', 'jquery-json/dist/jquery.json.min.js', 'verto/src/vendor/adapter-latest.js',
  'verto/src/jquery.FSRTC.js', 'verto/src/jquery.jsonrpcclient.js', 'verto/src/jquery.verto.js',
];

const query = new URLSearchParams(location.search);
const column = languageOf(query.get('lang') ?? navigator.language) === 'zh' ? 1 : 0;
/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {NodeListOf<HTMLButtonElement>} */
const buttons = document.querySelectorAll('[data-in]');
/** The library's own objects. @type {any} */
let verto;
/** @type {any} */
let dialog;

document.documentElement.lang = column ? 'zh-CN' : 'en';
document.title = WORDS.title[column];
for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-text]'))) {
  element.textContent = WORDS[/** @type {Text} */ (element.dataset.text)][column];
}

/** @param {string} path */
const load = (path) => new Promise((resolve, reject) => {
  const script = Object.assign(document.createElement('script'), { src: `/demo/verto-library/${path}`, onload: resolve, onerror: reject });
  document.head.append(script);
});

/** @param {'out' | 'in'} way @param {string} text */
function log(way, text) {
  if (text.startsWith('#')) return;
  const shown = JSON.stringify(JSON.parse(text), (key, value) => (key === 'passwd' || key === 'sessid' ? '…' : key === 'sdp' && value ? `(${value.length} bytes)` : value));
  at('log').append(Object.assign(document.createElement('li'), { className: way, textContent: `${way === 'out' ? '→' : '←'} ${shown}` }));
  at('log').scrollTop = at('log').scrollHeight;
}

// The library opens its socket itself: what passes is seen from below it.
window.WebSocket = class extends WebSocket {
  /** @param {string | URL} url */
  constructor(url) {
    super(url);
    this.addEventListener('message', ({ data }) => log('in', data));
  }

  /** @override @param {string} data */
  send(data) {
    log('out', data);
    super.send(data);
  }
};

/** @param {string} state */
function show(state) {
  at('state').hidden = !state;
  at('state').textContent = state;
  at('state').className = `chip ${state === 'active' ? 'good' : 'info'}`;
  for (const button of buttons) button.disabled = !(button.dataset.in ?? '').split(' ').includes(state);
}

/** @param {Event} event */
function read(event) {
  event.preventDefault();
  return Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
}

at('login').addEventListener('submit', (event) => {
  const { user, password } = read(event);
  const jQuery = /** @type {any} */ (window).$;
  verto?.logout();
  verto = new jQuery.verto(
    { login: user, passwd: password || 'any', socketUrl: `${location.origin.replace(/^http/, 'ws')}/verto`, tag: 'remote', localTag: 'local', useVideo: true, sessid: crypto.randomUUID() },
    {
      onWSLogin: (/** @type {any} */ _, /** @type {boolean} */ success) => show(success ? 'idle' : 'refused'),
      onWSClose: () => show('closed'),
      onMessage: () => {},
      onDialogState: (/** @type {any} */ one) => {
        dialog = one;
        show(one.state.name === 'destroy' ? 'idle' : one.state.name);
      },
    },
  );
  verto.options.deviceParams.useCamera = 'any';
});
at('call').addEventListener('submit', (event) => {
  dialog = verto.newCall({ destination_number: read(event).number, caller_id_name: verto.options.login, caller_id_number: verto.options.login, useVideo: true });
});
for (const button of buttons) {
  const name = button.dataset.do;
  if (name) button.addEventListener('click', () => dialog[name](name === 'dtmf' ? '1' : name === 'answer' ? { useVideo: true } : undefined));
}

show('');
try {
  // A server that knows that it has no library is not asked for one: the browser would complain of the answer.
  const facts = await fetch('/demo/facts').then((answer) => (answer.ok ? answer.json() : null), () => null);
  if (facts?.verto_library === false) throw new Error('no library');
  for (const path of LIBRARY) await load(path);
  at('phone').hidden = false;
} catch {
  at('missing').hidden = false;
}
