// The REST API. The key is kept for this tab alone, and goes nowhere but into the Authorization header.

import { Store } from './store.js';

const KEY = 'hookswitch.console.key';
const SCOPES = ['read', 'control', 'admin'];

/** A request that the server refused, or that never reached it (status 0). */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `the server answered ${status}`);
    this.name = 'ApiError';
    this.status = status;
    /** The body of `application/problem+json`. */
    this.problem = problem ?? null;
  }

  /** What is wrong with each field, as `name: detail`. */
  get fields() {
    return (this.problem?.errors ?? []).map(({ pointer, parameter, detail }) => `${pointer ?? parameter}: ${detail}`);
  }
}

/** Whose key it is: `{ id, name, scope }`, or null where nobody has signed in. */
export const me = new Store(null);
/** Why the sign-in screen is shown again, in words. */
export const signedOutBecause = new Store('');

/** Whether the key may do what needs `scope`. */
export function can(scope) {
  return me.value !== null && SCOPES.indexOf(me.value.scope) >= SCOPES.indexOf(scope);
}

/** `/api/v1` before a path, and the parameters behind it. Empty parameters are left out. */
export function apiUrl(path, params = {}) {
  const url = new URL(path.startsWith('/api/') || !path.startsWith('/') ? path : `/api/v1${path}`, location.origin);
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
  }
  return url;
}

/** Opens a request; the caller reads the body. A key that is no longer taken ends the sign-in. */
export async function open(method, path, { params, body, signal, headers = {} } = {}) {
  const key = sessionStorage.getItem(KEY);
  const init = { method, signal, headers: { accept: 'application/json', ...headers } };
  if (key) init.headers.authorization = `Bearer ${key}`;
  if (body !== undefined) {
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
    init.headers['content-type'] ??= 'application/json';
  }
  let response;
  try {
    response = await fetch(apiUrl(path, params), init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, { title: 'The server cannot be reached.' });
  }
  if (response.status === 401 && key && me.value) signOut('The server no longer takes this key. Sign in again.');
  return response;
}

export const api = {
  /** The scope of the key: `read`, `control` or `admin`. */
  get scope() {
    return me.value?.scope ?? null;
  },

  /** Sends a request. Resolves for every status; `body` is parsed where it is JSON. */
  async request(method, path, options = {}) {
    const begun = performance.now();
    const response = await open(method, path, options);
    const text = await response.text();
    const ms = performance.now() - begun;
    let body = text;
    if (/json/.test(response.headers.get('content-type') ?? '')) {
      try {
        body = text === '' ? null : JSON.parse(text);
      } catch {
        // Shown as it came.
      }
    }
    return { status: response.status, headers: Object.fromEntries(response.headers), body, ms };
  },

  get: (path, params, options) => send('GET', path, { ...options, params }),
  post: (path, body, params) => send('POST', path, { body, params }),
  put: (path, body, params) => send('PUT', path, { body, params }),
  del: (path, params) => send('DELETE', path, { params }),
};

async function send(method, path, options) {
  const { status, body } = await api.request(method, path, options);
  if (status >= 400) throw new ApiError(status, typeof body === 'object' ? body : null);
  return body;
}

/** Every item of a list, page after page; `each` sees how many there are and ends it with `false`. */
export async function everything(path, params, each = () => true) {
  const items = [];
  let cursor;
  do {
    const page = await api.get(path, { ...params, limit: 500, cursor });
    items.push(...page.items);
    cursor = page.next_cursor;
    if (each(items.length) === false) break;
  } while (cursor);
  return items;
}

/** Tries a key, and keeps it for this tab where the server takes it. */
export async function signIn(key) {
  sessionStorage.setItem(KEY, key);
  try {
    me.set(await api.get('/me'));
    signedOutBecause.set('');
  } catch (error) {
    sessionStorage.removeItem(KEY);
    throw error;
  }
}

/** Signs in with what this tab has kept. */
export async function signInAgain() {
  const key = sessionStorage.getItem(KEY);
  if (!key) return;
  try {
    await signIn(key);
  } catch (error) {
    signedOutBecause.set(error.status === 401 ? 'The server no longer takes this key. Sign in again.' : error.message);
    // A server that is away takes the key again when it is back.
    if (error.status !== 401) sessionStorage.setItem(KEY, key);
  }
}

export function signOut(why = '') {
  sessionStorage.removeItem(KEY);
  signedOutBecause.set(why);
  me.set(null);
}

/** The same request for a terminal. The key is named, never shown. */
export function curl(method, path, { params, body } = {}) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ['curl -sS'];
  if (method !== 'GET') parts.push(`-X ${method}`);
  parts.push(quote(apiUrl(path, params).href), '-H "Authorization: Bearer $HOOKSWITCH_API_KEY"');
  if (body !== undefined && body !== '') {
    parts.push("-H 'Content-Type: application/json'", `-d ${quote(typeof body === 'string' ? body : JSON.stringify(body))}`);
  }
  return parts.join(' \\\n  ');
}
