// @ts-check
// What this side sends: camera and microphone, or a drawn moving picture and a tone where there are none.

const WIDTH = 960;
const HEIGHT = 600;
/** A drawn picture is sent smaller: it is encoded twice on one machine, without anybody's help. */
const DRAWN_SCALE = 2 / 3;

/**
 * @typedef {'' | 'asked' | 'insecure' | 'refused' | 'absent'} DrawnBecause
 *
 * @typedef {object} LocalMedia
 * @property {MediaStream} stream
 * @property {DrawnBecause} drawnBecause empty where it is the camera
 * @property {() => void} stop lets go of the devices
 */

/**
 * @param {string} name drawn into the picture
 * @param {boolean} drawn asked for by the page's address
 * @param {boolean} [hasPicture] sound alone where not
 * @returns {Promise<LocalMedia>}
 */
export async function openLocalMedia(name, drawn, hasPicture = true) {
  if (drawn) return drawnMedia(name, 'asked', hasPicture);
  if (!navigator.mediaDevices) return drawnMedia(name, 'insecure', hasPicture);
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: hasPicture && { width: WIDTH, height: HEIGHT } });
    return { stream, drawnBecause: '', stop: () => stream.getTracks().forEach((track) => track.stop()) };
  } catch (error) {
    const refused = error instanceof DOMException && error.name === 'NotAllowedError';
    return drawnMedia(name, refused ? 'refused' : 'absent', hasPicture);
  }
}

/**
 * @param {string} name
 * @returns {number} 0–359, the same for a name everywhere
 */
export function hueOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return sum;
}

/**
 * @param {string} name
 * @param {DrawnBecause} drawnBecause
 * @param {boolean} hasPicture
 * @returns {LocalMedia}
 */
function drawnMedia(name, drawnBecause, hasPicture) {
  const picture = hasPicture ? movingPicture(name) : null;
  const tone = softTone(name);
  const stream = new MediaStream([...(picture ? [picture.track] : []), tone.track]);
  const stop = () => {
    picture?.stop();
    tone.stop();
  };
  return { stream, drawnBecause, stop };
}

/** @param {string} name */
function movingPicture(name) {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH * DRAWN_SCALE;
  canvas.height = HEIGHT * DRAWN_SCALE;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
  context.scale(DRAWN_SCALE, DRAWN_SCALE);
  const hue = hueOf(name);
  const output = frameOutput(canvas);
  const ticker = new Worker('/demo/ticker.js');
  const draw = () => {
    paint(context, name, hue, performance.now() / 1000);
    output.push();
  };
  output.track.contentHint = 'detail';
  ticker.onmessage = draw;
  draw();
  const stop = () => {
    ticker.terminate();
    output.track.stop();
  };
  return { track: output.track, stop };
}

/**
 * A canvas in a hidden tab is not composed, so its own capture stands still there; where the browser can, frames are made by
 * hand.
 *
 * @param {HTMLCanvasElement} canvas
 * @returns {{ track: MediaStreamTrack, push: () => void }}
 */
function frameOutput(canvas) {
  const Generator = /** @type {any} */ (globalThis).MediaStreamTrackGenerator;
  if (!Generator) {
    const [track] = canvas.captureStream(25).getVideoTracks();
    return { track: /** @type {MediaStreamTrack} */ (track), push: () => {} };
  }
  const track = new Generator({ kind: 'video' });
  const writer = track.writable.getWriter();
  const push = () => {
    if (track.readyState === 'ended' || writer.desiredSize <= 0) return;
    writer.write(new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1000) })).catch(() => {});
  };
  return { track, push };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} name
 * @param {number} hue
 * @param {number} seconds
 */
function paint(context, name, hue, seconds) {
  const ground = context.createLinearGradient(0, 0, WIDTH, HEIGHT);
  ground.addColorStop(0, `hsl(${hue} 46% 34%)`);
  ground.addColorStop(1, `hsl(${(hue + 40) % 360} 52% 20%)`);
  context.fillStyle = ground;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  for (let ball = 0; ball < 7; ball += 1) {
    const x = WIDTH * (0.5 + 0.46 * Math.sin(seconds * (0.21 + ball * 0.05) + ball * 1.7));
    const y = HEIGHT * (0.5 + 0.42 * Math.cos(seconds * (0.27 + ball * 0.04) + ball * 2.3));
    context.fillStyle = `hsl(${(hue + ball * 17) % 360} 70% 66% / 0.22)`;
    disc(context, x, y, 60 + ball * 16);
  }
  const bob = Math.sin(seconds * 2.2) * 8;
  person(context, WIDTH / 2, HEIGHT * 0.4 + bob, hue, seconds);
  context.fillStyle = `hsl(${hue} 60% 18%)`;
  context.textAlign = 'center';
  context.font = '600 44px system-ui, sans-serif';
  context.fillText(name, WIDTH / 2, HEIGHT * 0.8 + bob / 2, 300);
  context.fillStyle = 'rgb(255 255 255 / 0.85)';
  context.font = '26px ui-monospace, monospace';
  context.textAlign = 'left';
  context.fillText(new Date().toLocaleTimeString(), 32, HEIGHT - 32);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function disc(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x of the face's middle
 * @param {number} y
 * @param {number} hue of the clothes; hair and skin follow from it
 * @param {number} seconds
 */
function person(context, x, y, hue, seconds) {
  const skin = `hsl(${18 + (hue % 5) * 4} ${48 + (hue % 4) * 6}% ${58 + (hue % 6) * 5}%)`;
  const shade = `hsl(${18 + (hue % 5) * 4} 42% ${48 + (hue % 6) * 5}%)`;
  const hair = `hsl(${12 + (hue % 4) * 8} ${22 + (hue % 3) * 14}% ${13 + (hue % 5) * 4}%)`;
  const isLong = hue % 2 === 0;
  context.fillStyle = hair;
  context.beginPath();
  context.roundRect(x - 100, y - 106, 200, isLong ? 264 : 118, isLong ? [100, 100, 46, 46] : [100, 100, 20, 20]);
  context.fill();
  context.fillStyle = shade;
  context.beginPath();
  context.roundRect(x - 34, y + 40, 68, 130, 30);
  context.fill();
  context.fillStyle = `hsl(${hue} 48% 72%)`;
  context.beginPath();
  context.ellipse(x, y + 372, 215, 240, 0, Math.PI, 0);
  context.fill();
  context.fillStyle = shade;
  context.beginPath();
  context.ellipse(x, y + 134, 46, 34, 0, 0, Math.PI);
  context.fill();
  context.fillStyle = skin;
  context.beginPath();
  context.ellipse(x, y, 84, 96, 0, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = hair;
  context.beginPath();
  if (isLong) {
    context.moveTo(x - 92, y - 6);
    context.quadraticCurveTo(x - 70, y - 66, x + 14, y - 78);
    context.quadraticCurveTo(x + 74, y - 60, x + 92, y - 6);
  } else {
    context.moveTo(x - 90, y - 24);
    context.quadraticCurveTo(x - 66, y - 52, x - 30, y - 50);
    context.quadraticCurveTo(x + 50, y - 34, x + 90, y - 24);
  }
  context.quadraticCurveTo(x + 92, y - 108, x, y - 108);
  context.quadraticCurveTo(x - 92, y - 108, x - 90, y - 20);
  context.fill();
  face(context, x, y, 'hsl(20 45% 16%)', seconds);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 * @param {number} seconds
 */
function face(context, x, y, colour, seconds) {
  const blinking = seconds % 3.7 < 0.14;
  const glance = Math.sin(seconds * 0.9) * 6;
  context.fillStyle = colour;
  for (const side of [-32, 32]) {
    context.beginPath();
    context.ellipse(x + side + glance, y - 4, 8, blinking ? 2 : 10, 0, 0, 2 * Math.PI);
    context.fill();
  }
  const mouth = 8 + 12 * Math.abs(Math.sin(seconds * 4.3) * Math.sin(seconds * 1.3));
  context.beginPath();
  context.ellipse(x + glance / 2, y + 38, 24, mouth, 0, 0, Math.PI);
  context.fill();
}

/** @param {string} name */
function softTone(name) {
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: 220 + hueOf(name) / 2 });
  const swell = new OscillatorNode(context, { frequency: 0.5 });
  const volume = new GainNode(context, { gain: 0.015 });
  const output = new MediaStreamAudioDestinationNode(context);
  swell.connect(new GainNode(context, { gain: 0.015 })).connect(volume.gain);
  tone.connect(volume).connect(output);
  tone.start();
  swell.start();
  // Without a click the browser keeps the tone silent; the first one lets it sound.
  const wake = () => void context.resume();
  addEventListener('pointerdown', wake);
  const stop = () => {
    removeEventListener('pointerdown', wake);
    void context.close();
  };
  return { track: /** @type {MediaStreamTrack} */ (output.stream.getAudioTracks()[0]), stop };
}
