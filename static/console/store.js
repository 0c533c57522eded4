// Values that many parts of the page look at, and what is remembered of them in this browser.

import { useEffect, useState } from '/vendor/hooks.js';

/** A value with listeners. */
export class Store {
  #value;
  #listeners = new Set();

  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set(value) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** A store that outlives the page. Where the browser keeps nothing, it lasts as long as the page. */
export function kept(name, initial) {
  const key = `hookswitch.console.${name}`;
  const store = new Store(initial);
  try {
    const text = localStorage.getItem(key);
    if (text !== null) store.set(JSON.parse(text));
  } catch {
    // Storage that is off or was written by something else: the initial value stands.
  }
  store.listen((value) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Nothing is lost but the memory of it.
    }
  });
  return store;
}

/** The store's value, followed. */
export function useStore(store) {
  const [value, setValue] = useState(store.value);
  useEffect(() => {
    setValue(store.value);
    return store.listen(setValue);
  }, [store]);
  return value;
}

/** `system`, `light` or `dark`. */
export const theme = kept('theme', 'system');
/** Whether times are shown in UTC; otherwise in the viewer's own zone. */
export const utc = kept('utc', false);

function applyTheme(chosen) {
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
applyTheme(theme.value);
theme.listen(applyTheme);

/** A moment as `<input type="datetime-local">` holds it, in the zone that is shown. */
export function toLocalInput(at, isUtc) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  const shifted = isUtc ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

/** The moment that such an input holds, in RFC 3339. */
export function fromLocalInput(text, isUtc) {
  const date = new Date(isUtc ? `${text}Z` : text);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
