// @ts-check
// What this person sends: which devices, muted or not, or the screen.

import { openLocalMedia } from '/demo/local-media.js';
import { Model } from '/demo/model.js';

/** @typedef {import('/demo/local-media.js').LocalMedia} LocalMedia */

export class Sending extends Model {
  /** @type {LocalMedia | null} */
  local = null;
  // The browser asks the user whether the camera may be used, and nothing goes on until there is an answer.
  isAsking = false;
  isMuted = false;
  isCameraOff = false;
  isSharing = false;
  /** @type {MediaDeviceInfo[]} */
  devices = [];
  /** Of the loudspeaker; empty is the system's own. */
  speaker = '';
  /** Counts what was opened: a stream that comes too late is let go. */
  #turn = 0;
  /** @type {MediaStreamTrack[]} devices and screens that were added later */
  #added = [];
  /** @type {MediaStreamTrack | null} sent again after the screen */
  #camera = null;

  /**
   * @param {string} name
   * @param {boolean} isDrawn
   * @param {boolean} hasPicture sound alone where not
   * @returns {Promise<MediaStream>}
   */
  open(name, isDrawn, hasPicture = true) {
    this.close();
    const turn = ++this.#turn;
    this.isAsking = true;
    return openLocalMedia(name, isDrawn, hasPicture).then((opened) => {
      if (turn !== this.#turn) {
        opened.stop();
        return opened.stream;
      }
      this.isAsking = false;
      this.local = opened;
      this.changed();
      void this.listDevices();
      return opened.stream;
    });
  }

  close() {
    this.#turn += 1;
    this.local?.stop();
    for (const track of this.#added) track.stop();
    this.local = null;
    this.#added = [];
    this.#camera = null;
    this.isAsking = this.isMuted = this.isCameraOff = this.isSharing = false;
    this.changed();
  }

  toggleMicrophone() {
    this.isMuted = !this.isMuted;
    this.#enable();
  }

  toggleCamera() {
    this.isCameraOff = !this.isCameraOff;
    this.#enable();
  }

  #enable() {
    for (const track of this.local?.stream.getAudioTracks() ?? []) track.enabled = !this.isMuted;
    for (const track of this.local?.stream.getVideoTracks() ?? []) track.enabled = !this.isCameraOff;
    this.changed();
  }

  async listDevices() {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    // Before the user has agreed to a device they have neither ids nor names.
    this.devices = all.filter(({ deviceId }) => deviceId !== '');
    this.changed();
  }

  /**
   * @param {RTCPeerConnection | null} connection
   * @returns {Promise<void>} rejects where the user chooses nothing
   */
  async toggleScreen(connection) {
    if (this.isSharing) return this.#stopSharing(connection);
    const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: true })).getVideoTracks();
    const [camera] = this.local?.stream.getVideoTracks() ?? [];
    if (!track || !this.local) return;
    this.#camera = camera ?? null;
    this.isSharing = true;
    // The browser's own button ends it too.
    track.onended = () => void this.#stopSharing(connection);
    this.#added.push(track);
    await this.#send(track, connection);
  }

  /** @param {RTCPeerConnection | null} connection */
  async #stopSharing(connection) {
    if (!this.isSharing) return;
    this.isSharing = false;
    const [screen] = this.local?.stream.getVideoTracks() ?? [];
    screen?.stop();
    if (this.#camera) await this.#send(this.#camera, connection);
    else this.changed();
  }

  /**
   * @param {'video' | 'audio'} kind
   * @param {string} deviceId
   * @param {RTCPeerConnection | null} connection
   */
  async choose(kind, deviceId, connection) {
    const stream = await navigator.mediaDevices.getUserMedia({ [kind]: { deviceId: { exact: deviceId } } });
    const [track] = stream.getTracks();
    if (!track || !this.local) return;
    if (kind === 'video') this.local.drawnBecause = '';
    this.#added.push(track);
    await this.#send(track, connection);
  }

  /** @param {string} deviceId */
  chooseSpeaker(deviceId) {
    this.speaker = deviceId;
    this.changed();
  }

  /**
   * In the stream too, from which the SDK takes its tracks when a peer connection has to be made anew.
   *
   * @param {MediaStreamTrack} track
   * @param {RTCPeerConnection | null} connection
   */
  async #send(track, connection) {
    const stream = this.local?.stream;
    if (!stream) return track.stop();
    const former = stream.getTracks().find((one) => one.kind === track.kind);
    const sender = connection?.getSenders().find((one) => one.track?.kind === track.kind);
    await sender?.replaceTrack(track);
    if (former) stream.removeTrack(former);
    stream.addTrack(track);
    this.#enable();
  }
}
