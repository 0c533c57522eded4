// @ts-check
// State that the page's parts look at, and redraw themselves by.

import { useEffect, useState } from '/vendor/hooks.js';

export class Model {
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {() => void} listener
   * @returns {() => void} removes it again
   */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed() {
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * @template Value
   * @param {() => Value | null | undefined | false | ''} look
   * @param {number} withinMs
   * @returns {Promise<Value>} what `look` found; rejects where nothing has turned up in time
   */
  until(look, withinMs) {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (!found) return;
        clearTimeout(timer);
        release();
        resolve(found);
      };
      const release = this.listen(check);
      const timer = setTimeout(() => {
        release();
        reject(new Error('it took too long'));
      }, withinMs);
      check();
    });
  }
}

/**
 * @template {Model} Kind
 * @param {Kind} model whose changes redraw the part that looks at it
 * @returns {Kind}
 */
export function useModel(model) {
  const [, redraw] = useState(0);
  useEffect(() => {
    redraw((count) => count + 1);
    return model.listen(() => redraw((count) => count + 1));
  }, [model]);
  return model;
}
