// The console in a browser, signed in, and the API beside it.

const KEY = 'hookswitch.console.key';

/** Opens a screen of the console as somebody who has signed in. */
export async function openConsole(cast, hash = '', key = 'dev') {
  await cast.context.addInitScript(([name, value]) => sessionStorage.setItem(name, value), [KEY, key]);
  return cast.visit(`/console/${hash}`);
}

/** Asks the API, as with the key of development mode. @returns the body */
export async function rest(url, method, path, body) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: 'Bearer dev', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
