// The console in a browser, signed in, and what is beside it: the API, phones, the tests' own server.

import { after, afterEach, before } from 'node:test';
import { rest } from './api.js';
import { Cast, launch } from './browser.js';
import { Phone } from './phone.js';
import { startServer } from './server.js';

const KEY = 'hookswitch.console.key';
/** What Chromium says where the server is killed under a page. */
export const SERVER_AWAY = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/;

/**
 * What all tests of a file share: a server, a browser, and one page of the console, as somebody has it who does one thing after
 * the other. Each test answers for what its pages complained of, and its phones are put down after it.
 */
export class Desk {
  #phones = [];
  #expected;
  #guests = [];

  /** @param {import('playwright-core').BrowserContextOptions} [options] for the browser's window */
  constructor(options) {
    before(async () => {
      [this.server, this.browser] = await Promise.all([startServer(), launch()]);
      this.cast = await Cast.gather(this.browser, this.url, options);
      this.page = await openConsole(this.cast);
    });
    afterEach(async () => {
      for (const phone of this.#phones.splice(0)) phone.leave();
      const expected = this.#expected;
      this.#expected = undefined;
      for (const cast of this.#guests.splice(0)) await cast.leave(expected);
      this.cast.noComplaints(expected);
    });
    after(async () => {
      await this.cast?.leave(SERVER_AWAY);
      await Promise.all([this.browser?.close(), this.server?.stop()]);
    });
  }

  get url() {
    return this.server.url;
  }

  /** A window of its own for one test, which closes after it: with another key, or to leave no trace. */
  async gather() {
    const cast = await Cast.gather(this.browser, this.url);
    this.#guests.push(cast);
    return cast;
  }

  /** @param {RegExp} complaints that belong to this test */
  expect(complaints) {
    this.#expected = complaints;
  }

  /** Goes to another screen, and waits for it. */
  async open(path) {
    await show(this.page, this.url, path);
    return this.page;
  }

  /** Leaves the console, so that no screen asks for what is being deleted. */
  async leave() {
    await this.page.goto(`${this.url}/ui/icon.svg`);
  }

  row(testid, text) {
    return this.page.getByTestId(testid).filter({ hasText: text });
  }

  /** Asks the API, as with the key of development mode. @returns the body */
  api(method, path, body) {
    return rest(this.url, method, path, body);
  }

  /** Logs people in, who leave after the test. @returns {Promise<Phone[]>} */
  people(...names) {
    return Promise.all(names.map((name) => this.phone(name)));
  }

  async phone(name, options) {
    const phone = await Phone.login(this.url, name, options);
    this.#phones.push(phone);
    return phone;
  }
}

/** Opens a screen of the console as somebody who has signed in. */
export async function openConsole(cast, hash = '', key = 'dev') {
  await cast.context.addInitScript(([name, value]) => sessionStorage.setItem(name, value), [KEY, key]);
  return cast.visit(`/console/${hash}`);
}

/** Goes to another screen, and waits for it. */
export async function show(page, url, path) {
  await page.goto(`${url}/console/#${path}`);
  const [screen, one] = path.slice(1).split('?')[0].split('/');
  await page.locator(one ? `main[data-screen^="${screen}/"] h1` : `main[data-screen="${screen}"] h1`).waitFor();
}
