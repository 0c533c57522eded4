// @ts-check
// What goes on in a call, how it ended, and what can be done next, in words.

import { codes, describeCode } from '/sdk/hookswitch.js';
import { say, sayIfKnown } from '/demo/settings.js';

/**
 * @typedef {import('/sdk/hookswitch.js').Call} Call
 * @typedef {{ headline: string, advice: string }} Told
 */

/**
 * @param {Call} call that goes on
 * @param {boolean} isAsking the browser waits for the user's word about the camera
 * @returns {Told}
 */
export function tellCall({ state, user, role, userStr }, isAsking) {
  const question = isAsking ? say('allowCamera') : '';
  if (state === 'talking') return { headline: say('connectingTo', { user }), advice: question };
  if (role === 'callee') return { headline: say('isCalling', { user }), advice: question || userStr || say('answerOrDecline') };
  if (state === 'dialing') return { headline: say('calling', { user }), advice: question };
  return { headline: say('ringing', { user }), advice: say('waiting', { user }) };
}

/**
 * @param {Call} call that has ended
 * @returns {Told}
 */
export function tellEnd({ role, user, reason, errorCode }) {
  const headline = sayIfKnown(`end.${reason}.${role}`, { user }) || sayIfKnown(`end.${reason}`, { user }) || say('ended', { why: codeName(errorCode) });
  if (errorCode === codes.BAD_PARAMETER) return { headline, advice: say('badName') };
  return { headline, advice: sayIfKnown(`advice.${reason}`, { user }) || say('advice') };
}

/**
 * @param {number} code
 * @returns {string} its name in the viewer's language
 */
export function codeName(code) {
  return sayIfKnown(`code.${code}`) || describeCode(code);
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function tellProblem(error) {
  const { code, message } = /** @type {{ code?: unknown, message?: string }} */ (error ?? {});
  if (code === codes.LOGGED_IN_ELSEWHERE) return `${code}: ${say('elsewhere')}`;
  if (typeof code === 'number' && !(error instanceof DOMException)) return `${code} ${codeName(code)}`;
  return message ?? String(error);
}
