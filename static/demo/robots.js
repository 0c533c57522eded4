// @ts-check
// The other side, where nobody is there to play it: clients of their own, in this page.

import { connect } from '/sdk/hookswitch.js';
import { openLocalMedia } from '/demo/local-media.js';
import { tappedSocket } from '/demo/tap.js';

/**
 * @typedef {import('/sdk/hookswitch.js').Call} Call
 * @typedef {import('/sdk/hookswitch.js').Client} Client
 * @typedef {'ignore' | 'decline' | 'answer' | 'talk'} Manner talk: with a drawn picture
 */

const suffix = Math.random().toString(36).slice(2, 5);

/**
 * @param {string} name
 * @returns {string} a user that no other tab has
 */
export function robotName(name) {
  return `robo-${name}-${suffix}`;
}

/**
 * @param {string} name
 * @param {Manner} manner what it does with calls
 * @returns {Promise<Client>}
 */
export async function robot(name, manner) {
  const user = robotName(name);
  const client = await connect({ user, password: 'demo', device: 'robot', WebSocket: tappedSocket(user) });
  client.on('call', (call) => {
    if (manner === 'decline') void call.decline();
    else if (manner === 'answer') call.answer().catch(() => {});
    else if (manner === 'talk') void talk(client, call);
  });
  return client;
}

/**
 * @param {Client} client
 * @param {Call} call
 */
async function talk(client, call) {
  const opening = openLocalMedia(client.user.split('-')[1] ?? client.user, true);
  call.on('ended', async () => {
    (await opening).stop();
    client.logout();
  });
  await call.answer({ media: { localStream: opening.then(({ stream }) => stream) } }).catch(() => {});
}

/**
 * @param {Call} call
 * @param {import('/sdk/hookswitch.js').CallState} state
 * @returns {Promise<void>} rejects where the call ends before
 */
export function reached(call, state) {
  return new Promise((resolve, reject) => {
    const check = () => {
      if (call.state === state) resolve();
      else if (call.state === 'ended') reject(new Error(`the call ended with ${call.errorCode}`));
    };
    call.on('state', check);
    check();
  });
}
