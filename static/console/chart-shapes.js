// What a chart is drawn from: the marks on its axes, and SVG paths for its series. No page, no time, no colours.

const MINUTE = 60;
/** Steps that clocks are read in, in seconds. */
const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * MINUTE);
const WIDEST_BAR = 40;
const BAR_SHARE = 0.9;

/** A scale from `[low, high]` to pixels. */
export function scale(low, high, atLow, atHigh) {
  const perUnit = (atHigh - atLow) / (high - low || 1);
  return (value) => atLow + (value - low) * perUnit;
}

/** Round values between `low` and `high`, at most `most` of them: steps of 1, 2 or 5 times a power of ten. */
export function valueMarks(low, high, most) {
  const rough = (high - low) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((times) => times * power >= rough) * power;
  // Multiples of fractions are a hair beside the numbers that they stand for.
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Round times of the clock between two times, at most `most` of them; `offset` is how far the clock is ahead of UTC. All in seconds. */
export function timeMarks(from, to, most, offset) {
  const step = CLOCK_STEPS.find((seconds) => (to - from) / seconds <= most) ?? CLOCK_STEPS.at(-1);
  const marks = [];
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= to; at += step) marks.push(at);
  return marks;
}

const isThere = (value) => value !== null && value !== undefined;
const round = (pixels) => Math.round(pixels * 10) / 10;

/** The parts of a line between its gaps, as lists of points. `isPoint` says which indexes are on it. */
function runs(xs, ys, isPoint) {
  const found = [];
  let run = null;
  xs.forEach((x, index) => {
    if (!isPoint(index)) run = null;
    else if (run) run.push([x, ys[index]]);
    else found.push((run = [[x, ys[index]]]));
  });
  return found;
}
const through = (points) => points.map(([x, y]) => `${round(x)} ${round(y)}`).join('L');

/** A line through the values that are there. A value between two gaps is a dot, if line caps are round. */
export function linePath(xs, values, yOf) {
  return runs(xs, values.map(yOf), (index) => isThere(values[index])).map((points) => `M${through(points)}${points.length === 1 ? 'h0' : ''}`).join('');
}

/** What is between two series, where both are there; `below` may be one value for all. */
export function areaPath(xs, above, below, yOf) {
  const floor = Array.isArray(below) ? below : above.map(() => below);
  const isBoth = (index) => isThere(above[index]) && isThere(floor[index]);
  const lower = runs(xs, floor.map(yOf), isBoth);
  return runs(xs, above.map(yOf), isBoth).map((points, index) => `M${through(points)}L${through(lower[index].reverse())}Z`).join('');
}

/** Bars from nothing up to the values, each from its time on. */
export function barsPath(xs, values, yOf) {
  const space = xs.reduce((least, x, index) => (index > 0 ? Math.min(least, x - xs[index - 1]) : least), WIDEST_BAR / BAR_SHARE);
  const width = round(space * BAR_SHARE);
  return xs.map((x, index) => (values[index] ? `M${round(x)} ${round(yOf(0))}V${round(yOf(values[index]))}h${width}V${round(yOf(0))}Z` : '')).join('');
}

/** The index of what is shown at a time: the nearest point, or the bar that it falls into. */
export function indexAt(times, time, isBars) {
  if (times.length === 0) return null;
  if (isBars) return Math.max(0, times.findLastIndex((at) => at <= time));
  return times.reduce((nearest, at, index) => (Math.abs(at - time) < Math.abs(times[nearest] - time) ? index : nearest), 0);
}
