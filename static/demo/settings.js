// @ts-check
// Language and light, as the viewer wants them: remembered, and the same in all parts of the page.

import { Model } from '/demo/model.js';
import { english } from '/demo/words-en.js';
import { chinese } from '/demo/words-zh.js';

/**
 * @typedef {keyof typeof english} WordKey
 * @typedef {'en' | 'zh'} Language
 * @typedef {'system' | 'light' | 'dark'} Theme
 */

const TABLES = { en: english, zh: chinese };
const PREFIX = 'hookswitch.demo.';
const THEMES = /** @type {const} */ (['system', 'light', 'dark']);

class Settings extends Model {
  /** @type {Language} */
  language = remembered('language') === 'zh' || (!remembered('language') && navigator.language.startsWith('zh')) ? 'zh' : 'en';
  /** @type {Theme} */
  theme = THEMES.find((theme) => theme === remembered('theme')) ?? 'system';

  constructor() {
    super();
    this.#apply();
    // Another frame of this page, or another tab, has chosen.
    addEventListener('storage', ({ key }) => {
      if (!key?.startsWith(PREFIX)) return;
      this.language = remembered('language') === 'zh' ? 'zh' : 'en';
      this.theme = THEMES.find((theme) => theme === remembered('theme')) ?? 'system';
      this.#apply();
    });
  }

  nextLanguage() {
    this.language = this.language === 'en' ? 'zh' : 'en';
    remember('language', this.language);
    this.#apply();
  }

  nextTheme() {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'system';
    remember('theme', this.theme);
    this.#apply();
  }

  #apply() {
    const root = document.documentElement;
    root.lang = this.language === 'zh' ? 'zh-CN' : 'en';
    if (this.theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = this.theme;
    this.changed();
  }
}

/**
 * @param {string} name
 * @returns {string | null}
 */
export function remembered(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

export const settings = new Settings();

/**
 * @param {WordKey} key
 * @param {Record<string, string | number>} [values] for what is in braces
 * @returns {string} in the viewer's language
 */
export function say(key, values = {}) {
  return TABLES[settings.language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/**
 * @param {string} key that may have no words of its own
 * @param {Record<string, string | number>} [values]
 */
export function sayIfKnown(key, values) {
  return key in english ? say(/** @type {WordKey} */ (key), values) : '';
}
