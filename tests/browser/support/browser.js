// Chromium, and the people in it. Each person is a tab; whatever their pages complain of is kept.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-device-for-media-stream=fps=10',
  '--use-fake-ui-for-media-stream',
  // A tab costs a process less.
  '--process-per-site',
];

export async function launch(flags = FLAGS) {
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: flags });
}

/** The people of one test, in one browser window. */
export class Cast {
  people = [];
  complaints = [];

  /** @param {{ isSharp?: boolean }} [options] and those of the window; `isSharp`: pictures are sent as large as they are */
  static async gather(browser, url, { isSharp = false, ...options } = {}) {
    const cast = new Cast();
    cast.url = url;
    cast.context = await browser.newContext({ viewport: { width: 1280, height: 1100 }, ...options });
    cast.context.setDefaultTimeout(15_000);
    await cast.context.addInitScript(keepPeerConnections, isSharp);
    cast.context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== url) cast.complaints.push(`a request left the origin: ${request.url()}`);
    });
    return cast;
  }

  /** Opens any page of the server in a tab of its own. */
  async visit(path) {
    const page = await this.context.newPage();
    page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('response', (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(`${this.url}${path}`);
    return page;
  }

  /** Opens the demo page in a tab of its own; with a name it logs in at once. */
  async enter(user, query = '&media=fake') {
    const page = await this.visit(user ? `/?user=${user}${query}` : '/');
    const person = new Person(page);
    this.people.push(person);
    if (user) await page.getByText('connected', { exact: true }).waitFor();
    return person;
  }

  /** @param {RegExp} [expected] complaints that belong to the test, as of a server that was killed */
  async leave(expected) {
    await this.context.close();
    this.noComplaints(expected);
  }

  /** Fails where a page has complained since this was asked last. @param {RegExp} [expected] */
  noComplaints(expected) {
    const unexpected = this.complaints.splice(0).filter((complaint) => !expected?.test(complaint));
    assert.deepEqual(unexpected, []);
  }
}

/** One tab of the demo page. */
export class Person {
  constructor(page) {
    this.page = page;
  }

  at(id) {
    return this.page.getByTestId(id);
  }

  async calls(user) {
    await this.at('peer').fill(user);
    await this.at('call').click();
  }

  async answers() {
    await this.at('answer').click();
  }

  /** Waits for a state: idle, dialing, ringing or talking. */
  async is(state) {
    await this.at('state').and(this.page.getByText(state, { exact: true })).waitFor();
  }

  /** @param {number} code @param {string} reason as the page shows it */
  async endedWith(code, reason) {
    await this.is('idle');
    await this.at('error-code').and(this.page.getByText(String(code), { exact: true })).waitFor();
    await this.page.locator('#reason').getByText(reason, { exact: true }).waitFor();
  }

  /** Calls, is answered, and both talk; where they talk already, nothing is done. @param {Person} other */
  async talksTo(other, name) {
    if (await this.at('hangup').isVisible()) return;
    await this.calls(name);
    await other.answers();
    await Promise.all([this.is('talking'), other.is('talking')]);
  }

  /** Waits until decoded frames arrive and the picture that is shown is not black. */
  async sees() {
    const before = await this.page.evaluate(decodedFrames);
    await this.page.waitForFunction(moreFramesThan, { decodedFrames: String(decodedFrames), before: before + 5 }, { polling: 200 });
    await this.page.waitForFunction(isLively, 'remote-video', { polling: 200 });
  }
}

/** Runs in the page before its own scripts. */
function keepPeerConnections(isSharp) {
  const Original = window.RTCPeerConnection;
  window.peerConnections = [];
  window.RTCPeerConnection = class extends Original {
    constructor(...options) {
      super(...options);
      window.peerConnections.push(this);
    }

    /** Encoding video is most of what tests cost: what is sent is small, where nobody looks at it. */
    addTrack(track, ...streams) {
      const sender = super.addTrack(track, ...streams);
      if (track.kind === 'video' && !isSharp) {
        const parameters = sender.getParameters();
        for (const encoding of parameters.encodings) Object.assign(encoding, { scaleResolutionDownBy: 4, maxFramerate: 10 });
        sender.setParameters(parameters);
      }
      return sender;
    }
  };
}

/** Runs in the page. */
async function decodedFrames() {
  let frames = 0;
  for (const connection of window.peerConnections) {
    if (connection.connectionState !== 'connected') continue;
    for (const report of (await connection.getStats()).values()) frames += report.framesDecoded ?? 0;
  }
  return frames;
}

/** Runs in the page. */
async function moreFramesThan({ decodedFrames: source, before }) {
  const frames = await new Function(`return (${source})()`)();
  return frames > before;
}

/** Runs in the page. */
function isLively(id) {
  const video = document.getElementById(id);
  if (video.videoWidth === 0) return false;
  const canvas = new OffscreenCanvas(32, 20);
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 32, 20);
  const { data } = context.getImageData(0, 0, 32, 20);
  const light = data.filter((_, index) => index % 4 !== 3);
  return Math.max(...light) - Math.min(...light) > 40;
}
