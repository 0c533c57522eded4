// @ts-check
// How a call ended, and what can be done next, in words.

import { codes, describeCode } from '/sdk/hookswitch.js';

/**
 * By the protocol's reason, for the caller and for the callee.
 *
 * @type {Record<string, (user: string) => [caller: string, callee: string]>}
 */
const ENDINGS = {
  cancelled: (user) => ['You cancelled the call', `${user} cancelled the call`],
  offline: (user) => [`${user} is offline`, `${user} is offline`],
  busy: (user) => [`${user} is in another call`, `${user} is in another call`],
  refused: (user) => [`${user} declined the call`, 'You declined the call'],
  timeout: (user) => [`${user} did not answer`, `You missed a call from ${user}`],
  disconnected: (user) => [`The line to ${user} was lost`, `The line to ${user} was lost`],
  hangup: (user) => [`The call with ${user} is over`, `The call with ${user} is over`],
  vetoed: (user) => [`You may not call ${user}`, `${user} may not call you`],
  forced: () => ['The call was ended for you', 'The call was ended for you'],
  answered_elsewhere: (user) => ['', `You answered ${user} on another device`],
  declined_elsewhere: (user) => ['', `You declined ${user} on another device`],
  drained: () => ['The server is closing down', 'The server is closing down'],
  max_duration: () => ['The call reached its time limit', 'The call reached its time limit'],
  media_failed: () => ['Camera and sound could not be set up', 'Camera and sound could not be set up'],
  restarted: () => ['The server was restarted', 'The server was restarted'],
};

/** @type {Record<string, (user: string) => string>} */
const ADVICE = {
  offline: (user) => `Nobody is logged in as ${user}. Open ${user} in a new tab, then call again.`,
  busy: () => 'Try again in a while.',
  timeout: () => 'Call again, or somebody else.',
  vetoed: () => 'The business server refused it, with the code that is shown.',
  forced: () => 'An operator or the business server did it.',
};

/**
 * @param {import('/sdk/hookswitch.js').Call} call that has ended
 * @returns {{ headline: string, advice: string }}
 */
export function tellEnd({ role, user, reason, errorCode }) {
  const [asCaller, asCallee] = ENDINGS[reason]?.(user) ?? [];
  const headline = (role === 'caller' ? asCaller : asCallee) || `The call ended: ${describeCode(errorCode)}`;
  if (errorCode === codes.BAD_PARAMETER) return { headline, advice: 'A name has no spaces, and one cannot call oneself.' };
  return { headline, advice: ADVICE[reason]?.(user) ?? 'Call again, or wait to be called.' };
}
