// The server's REST API, as with the key of development mode.

/** @returns the body of the answer */
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

/** Ends the calls that are on, whatever a test made of them. */
export async function endCalls(url) {
  for (const state of ['ringing', 'talking']) {
    for (const { id } of (await rest(url, 'GET', `/calls?state=${state}`)).items) await rest(url, 'POST', `/calls/${id}/finish`);
  }
}
