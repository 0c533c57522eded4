// @ts-check
// The sounds of a call that nobody has answered yet.

/** @type {AudioContext | null} */
let context = null;
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

// A browser lets a page sound only after a click or a key; a context made at load time would be refused.
for (const touched of ['pointerdown', 'keydown']) addEventListener(touched, wake);

function wake() {
  context ??= new AudioContext();
  void context.resume();
}

/** Rings, for the one who is called. */
export function ring() {
  repeat(2000, () => {
    for (const at of [0, 0.12, 0.24, 0.36]) {
      beep(784, at, 0.06, 0.12);
      beep(988, at + 0.06, 0.06, 0.12);
    }
  });
}

/** Lets the caller hear that it rings. */
export function ringBack() {
  repeat(4000, () => beep(425, 0, 1, 0.03));
}

/** Stops either. */
export function silence() {
  clearInterval(timer);
}

/**
 * @param {number} everyMs
 * @param {() => void} sound
 */
function repeat(everyMs, sound) {
  silence();
  // In a frame the click may have been for the page around it.
  if (navigator.userActivation?.hasBeenActive) wake();
  sound();
  timer = setInterval(sound, everyMs);
}

/**
 * @param {number} frequency in Hz
 * @param {number} inSeconds from now
 * @param {number} seconds
 * @param {number} loudness 0–1
 */
function beep(frequency, inSeconds, seconds, loudness) {
  if (context?.state !== 'running') return;
  const start = context.currentTime + inSeconds;
  const tone = new OscillatorNode(context, { frequency });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setTargetAtTime(loudness, start, 0.008);
  volume.gain.setTargetAtTime(0, start + seconds, 0.012);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + seconds + 0.1);
}
