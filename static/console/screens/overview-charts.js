// The day in minutes.

import { useMemo, useState } from '/vendor/hooks.js';
import { Chart, stacked } from '../charts.js';
import { REASONS, count, duration, moment } from '../format.js';
import { html } from '../parts.js';
import { go, href } from '../route.js';
import { useStore, utc } from '../store.js';

/** What can be chosen, in minutes. */
export const RANGES = { '1h': 60, '6h': 360, '24h': 1440 };
/** Bars stand for so many minutes each, so that they can be told apart. */
const BAR_MINUTES = { '1h': 1, '6h': 5, '24h': 15 };
/** Reasons with a colour of their own, from the bottom of the stack; the rare ones share the last. */
const STACK = ['hangup', 'cancelled', 'refused', 'timeout', 'busy', 'offline', 'vetoed', 'disconnected', 'other'];

const shareOf = (minute, name) => {
  if (name !== 'other') return minute.finished_by_reason[name] ?? 0;
  return REASONS.filter((reason) => !STACK.includes(reason)).reduce((sum, reason) => sum + (minute.finished_by_reason[reason] ?? 0), 0);
};
const seconds = (minute) => Date.parse(minute.at) / 1000;

/** Minutes put together into bars: `{ times, byReason }`, calls per minute. */
export function bars(minutes, size) {
  const times = [];
  const byReason = STACK.map(() => []);
  for (const minute of minutes) {
    const start = Math.floor(seconds(minute) / (size * 60)) * size * 60;
    if (times.at(-1) !== start) {
      times.push(start);
      for (const values of byReason) values.push(0);
    }
    STACK.forEach((name, index) => {
      byReason[index][times.length - 1] += shareOf(minute, name) / size;
    });
  }
  return { times, byReason };
}

/** The colours in words, with the sums of the range, or what is under the pointer. */
function Reasons({ minutes, stack, hovered }) {
  const isUtc = useStore(utc);
  const from = minutes[0]?.at;
  const isHovered = hovered !== null && hovered < stack.times.length;
  const valueOf = (name, index) => (isHovered ? stack.byReason[index][hovered] : minutes.reduce((sum, minute) => sum + shareOf(minute, name), 0));
  const shown = STACK.map((name, index) => [name, valueOf(name, index)]).filter(([, value]) => value > 0);
  return html`<ul class="plain row legend">
    <li class="fine number">${isHovered ? `${moment(stack.times[hovered] * 1000, { isUtc }).slice(11, 16)}, per min` : 'in all'}</li>
    ${shown.map(([name, value]) => html`<li key=${name}>
      <a href=${href('/calls', { reason: name === 'other' ? '' : name, state: name === 'other' ? 'ended' : '', from })}><span class="dot" style=${{ background: `var(--reason-${name})` }}></span>${name} <strong class="number">${count(Math.round(value * 10) / 10)}</strong></a></li>`)}
  </ul>`;
}

export function OverviewCharts({ minutes, range, timeout }) {
  const [hovered, setHovered] = useState(null);
  const window = RANGES[range] * 60;
  const end = seconds(minutes.at(-1)) + 60;
  const common = { from: end - window, to: end, onPick: (from, to) => go('/calls', { from: from.toISOString(), to: to.toISOString() }) };
  const times = useMemo(() => minutes.map(seconds), [minutes]);
  const of = (read) => minutes.map(read);
  const stack = useMemo(() => bars(minutes, BAR_MINUTES[range]), [minutes, range]);
  const sums = stacked(stack.byReason);
  // The tallest first: each covers the part of the one before that is its own.
  const ended = STACK.map((name, index) => ({ label: name, colour: `--reason-${name}`, values: sums[index], fill: 1, bars: true })).reverse();
  return html`
    <section class="card">
      <${Chart} ...${common} label="Calls ended per minute, by reason" testid="chart-ended" times=${stack.times} series=${ended} unit=${(value) => String(Math.round(value * 100) / 100)} legend=${false} onHover=${setHovered} />
      <${Reasons} minutes=${minutes} stack=${stack} hovered=${hovered} />
    </section>
    <section class="card"><${Chart} ...${common} label="Concurrent calls" testid="chart-concurrent" times=${times} unit=${(value) => String(Math.round(value * 10) / 10)} series=${[
      { label: 'talking', colour: '--go', values: of(({ talking }) => talking), fill: 0.18 },
      { label: 'ringing', colour: '--reason-refused', values: of(({ ringing }) => ringing) },
    ]} /></section>
    <section class="card"><${Chart} ...${common} label="From the request to the start" testid="chart-setup" times=${times} unit=${duration} bands=${[[1, 0]]} series=${[
      { label: 'p50', colour: '--accent', values: of(({ request_to_start_ms }) => request_to_start_ms.p50) },
      { label: 'p95', colour: '--accent', values: of(({ request_to_start_ms }) => request_to_start_ms.p95), width: 1 },
    ]} /></section>
    <section class="card"><${Chart} ...${common} label="Veto latency" testid="chart-veto" times=${times} unit=${duration} bands=${[[1, 0]]} series=${[
      { label: 'p50', colour: '--accent', values: of(({ veto_ms }) => veto_ms.p50) },
      { label: 'p95', colour: '--accent', values: of(({ veto_ms }) => veto_ms.p95), width: 1 },
      ...(timeout ? [{ label: 'timeout', colour: '--stop', values: minutes.map(() => timeout), dash: [6, 4], width: 1.5 }] : []),
    ]} /></section>`;
}
