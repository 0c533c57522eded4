// Charts over time, in the colours of the page.

import { useEffect, useMemo, useRef, useState } from '/vendor/hooks.js';
import { areaPath, barsPath, indexAt, linePath, scale, timeMarks, valueMarks } from './chart-shapes.js';
import { moment } from './format.js';
import { html } from './parts.js';
import { useStore, utc } from './store.js';

/** What is around the plot, in pixels: marks of the values left, of the times below, half of the last one right. */
const EDGE = { top: 8, right: 18, bottom: 26, left: 58 };
/** How far marks are apart at least, in pixels. */
const SPACE = { time: 70, value: 34 };
/** A shorter drag is a click. */
const LEAST_DRAG = 4;
const WIDTH_UNTIL_MEASURED = 300;

/** Sums series from the bottom up, so that they stand on each other. */
export function stacked(series) {
  const sums = [];
  for (const values of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, index) => value + (below ? below[index] : 0)));
  }
  return sums;
}

/** The width of an element, followed. */
function useWidth(holder) {
  const [width, setWidth] = useState(WIDTH_UNTIL_MEASURED);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width > 0) setWidth(contentRect.width);
    });
    observer.observe(holder.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

const clock = (secs, isUtc) => moment(secs * 1000, { isUtc }).slice(11, 16);
const colourOf = (series) => `var(${series.colour})`;

/** Where times and values are on the plot, and what is drawn of them. */
function shapesOf({ times, from, to, series, bands, width, height, isUtc }) {
  const all = series.flatMap(({ values }) => values).filter((value) => value !== null && value !== undefined);
  const [low, high] = all.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [0, 1]);
  const [first, last] = [from ?? times[0], to ?? times.at(-1)];
  const [right, bottom] = [Math.max(width - EDGE.right, EDGE.left + 1), height - EDGE.bottom];
  const xOf = scale(first, last, EDGE.left, right);
  const yOf = scale(low, high * 1.05, bottom, EDGE.top);
  const xs = times.map(xOf);
  const offset = isUtc ? 0 : -60 * new Date(last * 1000).getTimezoneOffset();
  return {
    xs, xOf, yOf, right, bottom,
    timeOf: scale(EDGE.left, right, first, last),
    timeMarks: timeMarks(first, last, (right - EDGE.left) / SPACE.time, offset),
    valueMarks: valueMarks(low, high * 1.05, (bottom - EDGE.top) / SPACE.value),
    bands: bands.map(([above, below]) => ({ path: areaPath(xs, series[above].values, series[below].values, yOf), of: series[above] })),
    series: series.map((one) => ({
      of: one,
      line: one.bars ? '' : linePath(xs, one.values, yOf),
      area: one.bars ? barsPath(xs, one.values, yOf) : one.fill ? areaPath(xs, one.values, 0, yOf) : '',
    })),
  };
}

/** The marks of both axes, with their lines. */
function Axes({ shapes, unit, isUtc }) {
  const { xOf, yOf, right, bottom } = shapes;
  return html`<g class="chart-axes">
    ${shapes.valueMarks.map((value) => html`<path d=${`M${EDGE.left - 6} ${yOf(value)}H${right}`} /><text x=${EDGE.left - 10} y=${yOf(value) + 4} text-anchor="end">${unit(value)}</text>`)}
    ${shapes.timeMarks.map((secs) => html`<path d=${`M${xOf(secs)} ${EDGE.top}V${bottom + 6}`} /><text x=${xOf(secs)} y=${bottom + 20} text-anchor="middle">${clock(secs, isUtc)}</text>`)}
  </g>`;
}

/** What the lines are, and their values under the pointer. */
function Legend({ series, times, at, unit, isUtc }) {
  const shown = (value) => (at === null || value === null || value === undefined ? '–' : unit(value));
  return html`<ul class="plain row legend">
    <li class="number">${at === null ? 'Time' : clock(times[at], isUtc)}</li>
    ${series.map((one) => html`<li key=${one.label}><svg class="chart-key" width="16" height="8"><path class="chart-line" d="M1 4h14" style=${strokeOf(one)} /></svg> ${one.label} <strong class="number">${shown(one.values[at])}</strong></li>`)}
  </ul>`;
}

const strokeOf = (series) => ({ stroke: colourOf(series), strokeWidth: series.width ?? 2, strokeDasharray: series.dash?.join(' ') });

/**
 * A chart over time.
 *
 * @param {{ label: string, times: number[], from?: number, to?: number, series: { label: string, colour: string, values: (number | null)[], fill?: number,
 *   width?: number, dash?: number[], bars?: boolean }[], bands?: [number, number][], unit?: (value: number) => string,
 *   height?: number, legend?: boolean, testid?: string, onPick?: (from: Date, to: Date) => void,
 *   onHover?: (index: number | null) => void }} props
 *   `times`, `from` and `to` (the ends of the axis) in seconds since 1970; `colour` names a custom property; `bands` fills between two series by their index
 */
export function Chart({ label, times, from, to, series, bands = [], unit = String, height = 170, legend = true, testid, onPick, onHover }) {
  const holder = useRef(null);
  const width = useWidth(holder);
  const isUtc = useStore(utc);
  const [hovered, setHovered] = useState(null);
  const [drag, setDrag] = useState(null);
  const shapes = useMemo(() => shapesOf({ times, from, to, series, bands, width, height, isUtc }), [times, from, to, series, width, height, isUtc]);
  const { xs, yOf, right, bottom } = shapes;
  // There may be fewer times than when the pointer moved.
  const at = hovered !== null && hovered < times.length ? hovered : null;

  const xUnder = (event) => Math.min(right, Math.max(EDGE.left, event.clientX - event.currentTarget.getBoundingClientRect().left));
  const hover = (index) => {
    setHovered(index);
    if (index !== hovered) onHover?.(index);
  };
  const onMove = (event) => {
    const x = xUnder(event);
    hover(indexAt(times, shapes.timeOf(x), series.some(({ bars }) => bars)));
    if (drag) setDrag({ ...drag, end: x });
  };
  const onDown = (event) => {
    // A finger scrolls the page.
    if (!onPick || event.button !== 0 || event.pointerType === 'touch') return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ start: xUnder(event), end: xUnder(event) });
  };
  const onUp = () => {
    setDrag(null);
    if (!drag) return;
    const [start, end] = [drag.start, drag.end].sort((a, b) => a - b);
    if (end - start >= LEAST_DRAG) onPick(...[start, end].map((x) => new Date(shapes.timeOf(x) * 1000)));
  };

  return html`<figure class="chart" data-testid=${testid}><figcaption>${label}</figcaption>
    <div ref=${holder}><svg class=${onPick ? 'pickable' : ''} role="img" aria-label=${label} width=${width} height=${height}
        onPointerMove=${onMove} onPointerLeave=${() => hover(null)} onPointerDown=${onDown} onPointerUp=${onUp} onPointerCancel=${() => setDrag(null)}>
      <${Axes} shapes=${shapes} unit=${unit} isUtc=${isUtc} />
      <svg x=${EDGE.left} width=${width - EDGE.left} height=${height} viewBox=${`${EDGE.left} 0 ${width - EDGE.left} ${height}`}>
        ${shapes.bands.map(({ path, of }) => html`<path d=${path} style=${{ fill: colourOf(of), fillOpacity: 0.15 }} />`)}
        ${shapes.series.map(({ of, line, area }) => html`
          ${area && html`<path d=${area} style=${{ fill: colourOf(of), fillOpacity: of.fill }} />`}
          ${line && html`<path class="chart-line" d=${line} style=${strokeOf(of)} />`}`)}
      </svg>
      ${at !== null && html`<path class="chart-cursor" d=${`M${xs[at]} ${EDGE.top}V${bottom}`} />`}
      ${at !== null && series.map((one) => !one.bars && typeof one.values[at] === 'number' && html`<circle r="3.5" cx=${xs[at]} cy=${yOf(one.values[at])} style=${{ fill: colourOf(one) }} />`)}
      ${drag && html`<rect class="chart-picked" x=${Math.min(drag.start, drag.end)} y=${EDGE.top} width=${Math.abs(drag.end - drag.start)} height=${bottom - EDGE.top} />`}
    </svg></div>
    ${legend && html`<${Legend} series=${series} times=${times} at=${at} unit=${unit} isUtc=${isUtc} />`}
  </figure>`;
}
