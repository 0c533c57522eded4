// Charts over time, in the colours of the page.

import { useEffect, useRef } from '/vendor/hooks.js';
import uPlot from '/vendor/uplot.js';
import { moment } from './format.js';
import { html } from './parts.js';
import { theme, useStore, utc } from './store.js';

/** What a custom property of the style sheet comes to now, with `light-dark()` resolved. */
function colour(probe, name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

function faded(rgb, alpha) {
  return rgb.replace(/^rgb\(/, 'rgba(').replace(/\)$/, `, ${alpha})`);
}

/** Sums series from the bottom up, so that they stand on each other. */
export function stacked(series) {
  const sums = [];
  for (const values of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, index) => value + (below ? below[index] : 0)));
  }
  return sums;
}

function useSystemScheme(redraw) {
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', redraw);
    return () => scheme.removeEventListener('change', redraw);
  }, []);
}

/**
 * A chart over time.
 *
 * @param {{ label: string, times: number[], from?: number, to?: number, series: { label: string, colour: string, values: (number | null)[], fill?: number,
 *   width?: number, dash?: number[], bars?: boolean, show?: (value: number | null, index: number) => string }[], bands?: [number, number][], unit?: (value: number) => string,
 *   height?: number, legend?: boolean, testid?: string, onPick?: (from: Date, to: Date) => void,
 *   onHover?: (index: number | null) => void }} props
 *   `times`, `from` and `to` (the ends of the axis) in seconds since 1970; `colour` names a custom property; `bands` fills between two series by their index
 */
export function Chart({ label, times, from, to, series, bands = [], unit = String, height = 170, legend = true, testid, onPick, onHover }) {
  const holder = useRef(null);
  const plot = useRef(null);
  const chosenTheme = useStore(theme);
  const isUtc = useStore(utc);
  const shape = JSON.stringify([series.map(({ label: name, colour: of, bars }) => [name, of, bars]), bands, height, isUtc]);
  const data = [times, ...series.map(({ values }) => values)];
  const latest = useRef(null);
  latest.current = { unit, onPick, onHover, series, from, to };

  const draw = () => {
    const element = holder.current;
    plot.current?.destroy();
    const probe = element.appendChild(document.createElement('span'));
    const ink = colour(probe, '--dim');
    const grid = { stroke: faded(colour(probe, '--edge'), 0.8), width: 1 };
    const lines = series.map(({ label: name, colour: of, fill = 0, width = 2, dash, bars, show }, index) => {
      const stroke = colour(probe, of);
      return {
        label: name,
        stroke,
        width: bars ? 0 : width,
        dash,
        fill: fill ? faded(stroke, fill) : undefined,
        paths: bars ? uPlot.paths.bars({ size: [0.9, 40], align: 1 }) : undefined,
        points: { show: false },
        value: (_, value, __, at) => (show ? latest.current.series[index]?.show(value, at) : value === null || value === undefined ? '–' : latest.current.unit(value)),
      };
    });
    const bandFills = bands.map((pair) => ({ series: [pair[0] + 1, pair[1] + 1], fill: faded(colour(probe, series[pair[0]].colour), 0.15) }));
    probe.remove();
    const axis = { stroke: ink, grid, ticks: grid, font: '12px system-ui' };
    const options = {
      width: element.clientWidth || 300,
      height,
      tzDate: isUtc ? (secs) => uPlot.tzDate(new Date(secs * 1e3), 'Etc/UTC') : undefined,
      padding: [8, 8, 0, 0],
      scales: { x: { range: (_, low, high) => [latest.current.from ?? low, latest.current.to ?? high] }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(high ?? 0, 1) * 1.05] } },
      series: [{ value: (_, secs) => (secs === null || secs === undefined ? '' : moment(secs * 1000, { isUtc }).slice(11, 16)) }, ...lines],
      bands: bandFills,
      axes: [{ ...axis, size: 32, space: 70, values: clockLabels(isUtc) }, { ...axis, size: 58, space: 34, values: (_, ticks) => ticks.map((tick) => latest.current.unit(tick)) }],
      cursor: { drag: { x: Boolean(onPick), y: false, setScale: false }, points: { size: 7 } },
      legend: { show: legend },
      hooks: {
        setSelect: [(self) => picked(self, latest.current.onPick)],
        setCursor: [({ cursor }) => latest.current.onHover?.(cursor.left < 0 ? null : (cursor.idx ?? null))],
      },
    };
    plot.current = new uPlot(options, data, element);
  };

  useEffect(() => {
    draw();
    const observer = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width > 0) plot.current?.setSize({ width: contentRect.width, height });
    });
    observer.observe(holder.current);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape, chosenTheme]);
  useEffect(() => plot.current?.setData(data), [times, JSON.stringify(data.map((values) => values.slice(-3)))]);
  useSystemScheme(draw);
  return html`<figure class="chart" data-testid=${testid}><figcaption>${label}</figcaption><div ref=${holder}></div></figure>`;
}

function clockLabels(isUtc) {
  return (_, ticks) => ticks.map((secs) => moment(secs * 1000, { isUtc }).slice(11, 16));
}

function picked(self, onPick) {
  const { left, width } = self.select;
  if (width < 4 || !onPick) return;
  onPick(new Date(self.posToVal(left, 'x') * 1000), new Date(self.posToVal(left + width, 'x') * 1000));
  self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
}
