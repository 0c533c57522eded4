// @ts-check
// How good the line between the two browsers is, second by second.

/**
 * @typedef {object} Sample
 * @property {number} inKbps
 * @property {number} outKbps
 * @property {number | null} rttMs
 * @property {number} lossPercent of what should have come in the last second
 * @property {number | null} jitterMs
 * @property {number | null} fps as decoded
 *
 * @typedef {object} LineFacts what changes seldom
 * @property {string} codec
 * @property {string} size
 * @property {'direct' | 'relay' | ''} route
 * @property {string} pair candidate types and transport, as `host → host · udp`
 *
 * @typedef {object} Totals
 * @property {number} at
 * @property {number} inBytes
 * @property {number} outBytes
 * @property {number} received packets
 * @property {number} lost
 * @property {number} frames
 */

/** Takes the difference of what the browser counts. */
export class Meter {
  /** @type {Totals | null} */
  #before = null;
  /** @type {RTCPeerConnection | null} */
  #connection = null;

  /**
   * @param {RTCPeerConnection} connection
   * @returns {Promise<{ sample: Sample | null, facts: LineFacts }>} no sample at the first look
   */
  async read(connection) {
    if (connection !== this.#connection) this.#before = null;
    this.#connection = connection;
    /** @type {any[]} */
    const reports = [...(await connection.getStats()).values()];
    const byId = new Map(reports.map((report) => [report.id, report]));
    const of = (/** @type {string} */ type) => reports.filter((report) => report.type === type);
    const sum = (/** @type {any[]} */ some, /** @type {string} */ key) => some.reduce((total, report) => total + (report[key] ?? 0), 0);
    const inbound = of('inbound-rtp');
    const video = inbound.find(({ kind }) => kind === 'video');
    const pair = reports.find(({ id }) => of('transport').some(({ selectedCandidatePairId }) => selectedCandidatePairId === id)) ?? of('candidate-pair').find(({ nominated }) => nominated);
    const now = { at: performance.now(), inBytes: sum(inbound, 'bytesReceived'), outBytes: sum(of('outbound-rtp'), 'bytesSent'), received: sum(inbound, 'packetsReceived'), lost: sum(inbound, 'packetsLost'), frames: video?.framesDecoded ?? 0 };
    const before = this.#before;
    this.#before = now;
    return { sample: before && difference(before, now, pair, video), facts: factsOf(byId, video, pair) };
  }
}

/**
 * @param {Totals} before
 * @param {Totals} now
 * @param {any} pair
 * @param {any} video
 * @returns {Sample}
 */
function difference(before, now, pair, video) {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const kbps = (/** @type {number} */ bytes) => Math.max(0, (bytes * 8) / 1000 / seconds);
  const lost = Math.max(0, now.lost - before.lost);
  const expected = now.received - before.received + lost;
  return {
    inKbps: kbps(now.inBytes - before.inBytes),
    outKbps: kbps(now.outBytes - before.outBytes),
    rttMs: pair?.currentRoundTripTime === undefined ? null : pair.currentRoundTripTime * 1000,
    lossPercent: expected > 0 ? (lost / expected) * 100 : 0,
    jitterMs: video?.jitter === undefined ? null : video.jitter * 1000,
    fps: video ? Math.max(0, (now.frames - before.frames) / seconds) : null,
  };
}

/**
 * @param {Map<string, any>} byId
 * @param {any} video
 * @param {any} pair
 * @returns {LineFacts}
 */
function factsOf(byId, video, pair) {
  const local = byId.get(pair?.localCandidateId);
  const remote = byId.get(pair?.remoteCandidateId);
  const isRelayed = local?.candidateType === 'relay' || remote?.candidateType === 'relay';
  const relayBy = local?.relayProtocol ? ` (TURN/${local.relayProtocol})` : '';
  return {
    codec: (byId.get(video?.codecId)?.mimeType ?? '').replace('video/', ''),
    size: video?.frameWidth ? `${video.frameWidth}x${video.frameHeight}` : '',
    route: pair ? (isRelayed ? 'relay' : 'direct') : '',
    pair: local && remote ? `${local.candidateType} → ${remote.candidateType} · ${local.protocol}${relayBy}` : '',
  };
}
