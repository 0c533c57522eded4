// Sound between the page and WeChat, in the browser's audio thread: frames of 20 ms of 16 kHz, mono, 16 bits, both ways.

const RATE = 16_000;
const FRAME = 320;
/**
 * What waits before it sounds: 60 ms, so that bursts do not crackle. At most 500 ms wait; what is older is skipped. Where more than
 * 80 ms waited for a whole second, half of the surplus is skipped, or a line that stood still once would delay all that follows.
 */
const FIRST = 3 * FRAME;
const ENOUGH = 4 * FRAME;
const MOST = 25 * FRAME;
const RING = 16_384;

class Pcm extends AudioWorkletProcessor {
  #frame = new Int16Array(FRAME);
  #filled = 0;
  #sum = 0;
  #weight = 0;
  #ring = new Float32Array(RING);
  #written = 0;
  #read = 0;
  #isPlaying = false;
  /** How much waited at least since then. */
  #least = MOST;
  #since = currentTime;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#take(data);
  }

  #take(samples) {
    for (const sample of samples) this.#ring[this.#written++ % RING] = sample / 32_768;
    if (this.#written - this.#read > MOST) this.#read = this.#written - FIRST;
  }

  process([[input]], [outputs]) {
    this.#send(input ?? new Float32Array(outputs[0].length));
    this.#play(outputs[0]);
    for (const other of outputs.slice(1)) other.set(outputs[0]);
    return true;
  }

  /** The mean of the samples that an outgoing one stands for. */
  #send(input) {
    const span = sampleRate / RATE;
    for (const sample of input) {
      let left = 1;
      while (left > 1e-9) {
        const part = Math.min(left, span - this.#weight);
        this.#sum += sample * part;
        this.#weight += part;
        left -= part;
        if (this.#weight < span - 1e-9) continue;
        this.#frame[this.#filled++] = Math.max(-1, Math.min(1, this.#sum / span)) * 32_767;
        this.#sum = this.#weight = 0;
        if (this.#filled < FRAME) continue;
        this.port.postMessage(this.#frame.slice());
        this.#filled = 0;
      }
    }
  }

  #play(output) {
    if (this.#written - this.#read >= FIRST) this.#isPlaying = true;
    for (let index = 0; index < output.length; index += 1) {
      const at = Math.floor(this.#read);
      if (at + 1 >= this.#written) this.#isPlaying = false;
      if (!this.#isPlaying) return;
      const [one, next] = [this.#ring[at % RING], this.#ring[(at + 1) % RING]];
      output[index] = one + (next - one) * (this.#read - at);
      this.#read += RATE / sampleRate;
    }
    this.#catchUp();
  }

  #catchUp() {
    this.#least = Math.min(this.#least, this.#written - this.#read);
    if (currentTime - this.#since < 1) return;
    this.#read += Math.max(0, this.#least - ENOUGH) / 2;
    this.#least = MOST;
    this.#since = currentTime;
  }
}

registerProcessor('pcm', Pcm);
