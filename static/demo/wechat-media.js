// @ts-check
// Sound and picture of a call with a WeChat user: frames over a WebSocket of its own, since there is no browser on the other side.

/** A header of sixteen bytes, little-endian: kind, flags, rotation, length, time; then the body. */
const HEADER = 16;
const PCM = 1;
const H264 = 2;
const KEY = 1;
/** What a browser says of a line that was lost. */
const LOST = 1006;
const AGAIN_MS = 1000;
/** So many pictures may wait to be decoded: two seconds. */
const MOST_WAITING = 30;
const TOLD_MS = 500;

/** @param {string} user */
export const isWeChat = (user) => user.startsWith('wechat:');

export class WeChatMedia {
  /** Frames, unless they say bytes. */
  counters = { soundOut: 0, soundIn: 0, pictures: 0, drawn: 0, bytesOut: 0, bytesIn: 0 };
  /** Whether this browser cannot show what comes. */
  isBlind = typeof VideoDecoder === 'undefined';
  /** Whether it is allowed no sound either. */
  isDeaf = typeof AudioWorkletNode === 'undefined';
  #context = new AudioContext();
  #canvas = document.createElement('canvas');
  #output = new MediaStreamAudioDestinationNode(this.#context);
  /** What is seen and heard. */
  stream = new MediaStream([...this.#output.stream.getTracks(), ...this.#canvas.captureStream().getTracks()]);
  /** @type {AudioWorkletNode | null} */
  #worklet = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** @type {MediaStreamTrack | null} */
  #heard = null;
  /** Once media may go. @type {WebSocket | null} */
  #socket = null;
  #hangUp = () => {};
  /** @type {VideoDecoder | null} */
  #decoder = null;
  #codec = '';
  #rotation = 0;
  #isOver = false;
  #tell;
  #timer;
  #wake = () => void this.#context.resume();

  /**
   * @param {string} call
   * @param {object} credentials of a party of the call
   * @param {Promise<MediaStream>} sound what is sent
   * @param {(state: RTCPeerConnectionState | null) => void} tell of another state, or that the counters have moved
   */
  constructor(call, credentials, sound, tell) {
    this.#tell = tell;
    this.#timer = setInterval(() => tell(null), TOLD_MS);
    addEventListener('pointerdown', this.#wake);
    this.#connect(call, credentials);
    if (!this.isDeaf) this.#listen(sound).catch((error) => console.warn(error));
  }

  stop() {
    this.#isOver = true;
    clearInterval(this.#timer);
    removeEventListener('pointerdown', this.#wake);
    this.#hangUp();
    this.#reset();
    for (const track of this.stream.getTracks()) track.stop();
    void this.#context.close();
  }

  /** @param {Promise<MediaStream>} sound */
  async #listen(sound) {
    await this.#context.audioWorklet.addModule('/demo/pcm.js');
    const stream = await sound;
    if (this.#isOver) return;
    const worklet = new AudioWorkletNode(this.#context, 'pcm', { channelCount: 1, channelCountMode: 'explicit' });
    worklet.port.onmessage = ({ data }) => this.#send(data);
    worklet.connect(this.#output);
    this.#worklet = worklet;
    this.hear(stream);
  }

  /** Sends the sound of this stream from now on, which may have another microphone. @param {MediaStream} stream */
  hear(stream) {
    const [track] = stream.getAudioTracks();
    if (!this.#worklet || !track || track === this.#heard) return;
    this.#source?.disconnect();
    this.#heard = track;
    this.#source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: new MediaStream([track]) });
    this.#source.connect(this.#worklet);
  }

  /**
   * @param {string} call
   * @param {object} credentials
   */
  #connect(call, credentials) {
    const address = new URL(`/media?call=${call}`, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => socket.send(JSON.stringify({ type: 'login', ...credentials }));
    socket.onmessage = ({ data }) => {
      if (typeof data !== 'string') this.#take(data);
      else if (JSON.parse(data).type === 'ready') this.#isReady(socket);
    };
    socket.onclose = ({ code }) => {
      this.#socket = null;
      if (this.#isOver) return;
      this.#reset();
      this.#tell(code === LOST ? 'disconnected' : 'closed');
      if (code === LOST) setTimeout(() => this.#isOver || this.#connect(call, credentials), AGAIN_MS);
    };
    this.#hangUp = () => socket.close();
  }

  /** @param {WebSocket} socket */
  #isReady(socket) {
    this.#socket = socket;
    this.#tell('connected');
  }

  /** @param {Int16Array<ArrayBuffer>} samples */
  #send(samples) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const frame = new Uint8Array(HEADER + samples.byteLength);
    const header = new DataView(frame.buffer);
    header.setUint8(0, PCM);
    header.setUint32(4, samples.byteLength, true);
    header.setBigUint64(8, BigInt(Math.round(performance.now() * 1000)), true);
    frame.set(new Uint8Array(samples.buffer), HEADER);
    this.#socket.send(frame);
    this.counters.soundOut += 1;
    this.counters.bytesOut += samples.byteLength;
  }

  /** @param {ArrayBuffer} frame */
  #take(frame) {
    const header = new DataView(frame);
    const kind = header.getUint8(0);
    this.counters.bytesIn += frame.byteLength - HEADER;
    if (kind === PCM) {
      this.counters.soundIn += 1;
      this.#worklet?.port.postMessage(new Int16Array(frame, HEADER));
      return;
    }
    this.counters.pictures += 1;
    this.#rotation = header.getUint16(2, true);
    if (kind !== H264) this.isBlind = true;
    else if (!this.isBlind) this.#decode(new Uint8Array(frame, HEADER), Boolean(header.getUint8(1) & KEY), Number(header.getBigUint64(8, true)));
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} data an access unit
   * @param {boolean} isKey
   * @param {number} timestamp
   */
  #decode(data, isKey, timestamp) {
    // Too slow for them all: the next key frame will do.
    if ((this.#decoder?.decodeQueueSize ?? 0) > MOST_WAITING) this.#reset();
    const codec = isKey ? codecOf(data) : '';
    if (codec && (codec !== this.#codec || this.#decoder === null)) {
      this.#reset();
      this.#codec = codec;
      this.#decoder = new VideoDecoder({
        output: (picture) => this.#draw(picture),
        error: (error) => {
          this.isBlind = error.name === 'NotSupportedError';
          this.#decoder = null;
        },
      });
      this.#decoder.configure({ codec, optimizeForLatency: true });
    }
    this.#decoder?.decode(new EncodedVideoChunk({ type: isKey ? 'key' : 'delta', timestamp, data }));
  }

  /** The next key frame begins anew. */
  #reset() {
    if (this.#decoder?.state === 'configured') this.#decoder.close();
    this.#decoder = null;
  }

  /** @param {VideoFrame} picture */
  #draw(picture) {
    const { displayWidth: width, displayHeight: height } = picture;
    const isTurned = this.#rotation % 180 !== 0;
    const canvas = this.#canvas;
    canvas.width = isTurned ? height : width;
    canvas.height = isTurned ? width : height;
    const context = canvas.getContext('2d');
    context?.translate(canvas.width / 2, canvas.height / 2);
    context?.rotate((this.#rotation * Math.PI) / 180);
    context?.drawImage(picture, -width / 2, -height / 2);
    picture.close();
    this.counters.drawn += 1;
  }
}

/**
 * @param {Uint8Array} data
 * @returns {string} as WebCodecs names it, after the sequence parameter set; empty where there is none
 */
function codecOf(data) {
  const at = data.findIndex((byte, index) => (byte & 31) === 7 && data[index - 1] === 1 && data[index - 2] === 0 && data[index - 3] === 0);
  return at < 0 ? '' : `avc1.${[...data.subarray(at + 1, at + 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
