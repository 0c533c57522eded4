// The address: a screen's path and everything it is filtered by, after the `#`. Whoever gets the address sees the same.

/** @returns {{ path: string, query: Record<string, string> }} */
export function parseHash(hash) {
  const [path, search = ''] = hash.replace(/^#/, '').split('?');
  return { path: path.replace(/\/+$/, '') || '/', query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The address of a screen. What is empty in the query is left out. */
export function href(path, query = {}) {
  const filled = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const search = new URLSearchParams(filled.map(([name, value]) => [name, String(value)])).toString();
  return `#${path}${search ? `?${search}` : ''}`;
}

/** Goes to a screen. `replace` leaves no trace in the history, as for a filter that is being typed. */
export function go(path, query, { replace = false } = {}) {
  const to = href(path, query);
  if (to === location.hash) return;
  if (!replace) {
    location.hash = to;
    return;
  }
  history.replaceState(null, '', to);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/**
 * Finds the screen for a path: `calls/:id` fits `/calls/0199…` with `{ id: '0199…' }`.
 *
 * @template {{ path: string }} S
 * @param {S[]} screens
 * @returns {{ screen: S, params: Record<string, string> } | null}
 */
export function match(screens, path) {
  const given = path.split('/').filter(Boolean);
  for (const screen of screens) {
    const wanted = screen.path.split('/');
    if (wanted.length !== given.length) continue;
    const params = {};
    const fits = wanted.every((part, index) => {
      if (!part.startsWith(':')) return part === given[index];
      params[part.slice(1)] = decodeURIComponent(given[index]);
      return true;
    });
    if (fits) return { screen, params };
  }
  return null;
}

export const callHref = (id) => href(`/calls/${encodeURIComponent(id)}`);
export const userHref = (user) => href(`/users/${encodeURIComponent(user)}`);
