// What the pages of all libraries have in common: what they tell the test, and what a test may ask of them as `window.phone`.
// Each page makes one of its library, as any page of that library would; nothing of a library is replaced or reached into.

/** Small pictures: several of these pages encode and decode at once. */
export const SIZE = { width: 160, height: 120 };

/** @typedef {'dialing' | 'ringing' | 'talking' | 'held' | 'idle'} State */

export class Phone {
  /** Tells the test something; it is set by the test before the page loads. */
  tell(kind, facts = {}) {
    return window.tell({ kind, ...facts });
  }

  /** @param {State} state @param {{ cause?: string, causeCode?: number | string }} [end] as the library tells it, if it does */
  is(state, end = {}) {
    if (this.state === state) return;
    this.state = state;
    this.tell('state', { state, ...end });
  }

  /** The report of the call's peer connection. @returns {Promise<RTCStatsReport>} */
  stats() {
    throw new Error(`${this.constructor.name} does not say`);
  }

  /** Bytes so far, as the browser counts them. */
  async traffic() {
    const bytes = { audioIn: 0, audioOut: 0, videoIn: 0, videoOut: 0 };
    for (const { type, kind, bytesReceived = 0, bytesSent = 0 } of (await this.stats()).values()) {
      if (type === 'inbound-rtp') bytes[`${kind}In`] += bytesReceived;
      if (type === 'outbound-rtp') bytes[`${kind}Out`] += bytesSent;
    }
    return bytes;
  }

  /** Waits until sound and pictures have come and gone for a while. @returns {Promise<Record<string, number>>} bytes that passed meanwhile */
  async flows(least = 500) {
    let before = null;
    for (const until = performance.now() + 12_000; performance.now() < until; await soon()) {
      const now = await this.traffic();
      before ??= now;
      const passed = Object.fromEntries(Object.entries(now).map(([name, bytes]) => [name, bytes - before[name]]));
      if (Object.values(passed).every((bytes) => bytes >= least)) return passed;
    }
    throw new Error(`nothing flows, or only one way: ${JSON.stringify(await this.traffic())}`);
  }
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 100));

/** The camera and the microphone, for libraries that leave them to the page. */
export function media() {
  return navigator.mediaDevices.getUserMedia({ audio: true, video: SIZE });
}
