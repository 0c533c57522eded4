// What is done to calls and users from several screens. Each asks once.

import { api } from './api.js';
import { attempt, confirm } from './parts.js';

/** Ends a call, after asking. Resolves to whether it was done. */
export async function finishCall(call) {
  const body = `Both hear that it was ended, with code ${call.state === 'talking' ? '0' : '100101'} and reason “forced”.`;
  const isSure = await confirm({ title: `Finish the call of ${call.caller} and ${call.callee}?`, body, action: 'Finish' });
  return isSure && attempt(() => api.post(`/calls/${call.id}/finish`, {}), 'The call is finished.');
}

/** Ends every session of a user, after asking. */
export async function kickUser(user) {
  const body = 'Every session is told 211 and ends, and with them the user’s call. The user may log in again.';
  const isSure = await confirm({ title: `Kick ${user}?`, body, action: 'Kick' });
  return isSure && attempt(() => api.post(`/users/${encodeURIComponent(user)}/kick`), ({ sessions }) => `${user}: ${sessions === 1 ? 'one session' : `${sessions} sessions`} ended.`);
}

/** Removes a user's account, after asking. */
export async function deleteAccount(user) {
  const body = 'The password is forgotten and every session ends. Calls of the past stay in the list.';
  const isSure = await confirm({ title: `Delete the account of ${user}?`, body, action: 'Delete the account' });
  return isSure && attempt(() => api.del(`/users/${encodeURIComponent(user)}`), `The account of ${user} is gone.`);
}
