// @ts-check
// What the AnyChat page says, in English and in Chinese.

/** @typedef {'en' | 'zh'} Language */

/** @param {string} tag @returns {Language} */
export const languageOf = (tag) => (tag.toLowerCase().startsWith('zh') ? 'zh' : 'en');

/** @type {Readonly<Record<number, string>>} */
export const EVENT_NAMES = {
  1: 'BRAC_VIDEOCALL_EVENT_REQUEST',
  2: 'BRAC_VIDEOCALL_EVENT_REPLY',
  3: 'BRAC_VIDEOCALL_EVENT_START',
  4: 'BRAC_VIDEOCALL_EVENT_FINISH',
};

const EN = {
  title: 'AnyChat’s video call, over hookswitch',
  two: 'Two people',
  console: 'Console',
  manual: 'Migration table',
  otherLanguage: '中文',
  lead: 'The same function calls and the same callbacks as in an application of AnyChat’s web SDK. Open this page in a second tab under another id, or call somebody on the demo page.',
  loginTitle: 'Log in',
  userId: 'User id (a number, or a name)',
  password: 'Password or token (any, in development mode)',
  peer: 'dwUserId: the other party',
  request: 'Call',
  accept: 'Accept',
  refuse: 'Refuse',
  cancel: 'Cancel',
  finish: 'Hang up',
  untidy: 'Press “Hang up” when there is nothing to hang up, as many applications do: nobody’s call is touched.',
  remote: 'The other party',
  local: 'You',
  log: 'Calls and callbacks',
  clear: 'Clear',
  legend: '→ what the application calls, ← what it is called back with.',
  me: 'you are',
  offline: 'offline',
  idle: 'idle',
  calling: 'calling',
  incoming: 'incoming call',
  talking: 'talking',
};

/** @type {typeof EN} */
const ZH = {
  title: '在 hookswitch 上运行的 AnyChat 视频呼叫',
  two: '双人演示',
  console: '控制台',
  manual: '迁移对照表',
  otherLanguage: 'English',
  lead: '函数调用和回调与 AnyChat Web SDK 应用完全一致。请在第二个标签页中用另一个 ID 打开本页，或呼叫演示页面上的用户。',
  loginTitle: '登录',
  userId: '用户 ID（数字或名称）',
  password: '密码或令牌（开发模式下任意）',
  peer: 'dwUserId：对方用户',
  request: '呼叫',
  accept: '接受',
  refuse: '拒绝',
  cancel: '取消',
  finish: '挂断',
  untidy: '没有通话时也可以点“挂断”，很多应用就是这样做的：不会影响任何人的通话。',
  remote: '对方',
  local: '自己',
  log: '调用与回调',
  clear: '清空',
  legend: '→ 应用的调用，← 收到的回调。',
  me: '当前用户',
  offline: '未登录',
  idle: '空闲',
  calling: '正在呼叫',
  incoming: '来电',
  talking: '通话中',
};

/** @param {Language} language */
export const words = (language) => (language === 'zh' ? ZH : EN);

/** @type {Readonly<Record<number, [string, string]>>} */
const CODES = {
  100101: ['the caller gave up', '主叫已取消'],
  100102: ['the other party is not online', '对方不在线'],
  100103: ['the other party is busy', '对方忙'],
  100104: ['refused', '已拒绝'],
  100105: ['nobody answered in time', '无人应答，已超时'],
  100106: ['a line was lost', '网络断开'],
  100107: ['there is no such call', '没有对应的通话'],
  120: ['the server takes no calls', '服务器不接受呼叫'],
  206: ['the business server does not answer', '业务服务器不可用'],
  207: ['the business server was too late', '业务服务器超时'],
  440: ['you are in a call already', '已在通话中'],
};

/**
 * What an event means, in words.
 *
 * @param {Language} language
 * @param {'out' | 'in'} direction
 * @param {number} type
 * @param {number} errorCode
 * @returns {string}
 */
export function explain(language, direction, type, errorCode) {
  const at = language === 'zh' ? 1 : 0;
  const known = CODES[errorCode];
  if (known) return known[at];
  if (errorCode !== 0) return language === 'zh' ? '应用自定义代码' : 'a code of the application’s own';
  const fine = {
    out: { 1: ['may I call?', '发起呼叫'], 2: ['I accept', '接受呼叫'], 4: ['hang up', '挂断'] },
    in: { 1: ['somebody calls', '收到呼叫'], 2: ['it rings there', '对方正在振铃'], 3: ['talk; dwParam is the room', '开始通话，dwParam 为房间号'], 4: ['it is over', '通话结束'] },
  };
  const of = /** @type {Record<number, string[]>} */ (fine[direction]);
  return of[type]?.[at] ?? '';
}
