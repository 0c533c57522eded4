// @ts-check
// The quality strip: the last minute of the line between the two browsers.

import { html } from '/ui/html.js';
import { useEffect, useState } from '/vendor/hooks.js';
import { useModel } from '/demo/model.js';
import { say } from '/demo/settings.js';
import { Meter } from '/demo/stats.js';

/**
 * @typedef {import('/demo/person.js').Person} Person
 * @typedef {import('/demo/stats.js').Sample} Sample
 * @typedef {import('/demo/stats.js').LineFacts} LineFacts
 * @typedef {{ samples: Sample[], facts: LineFacts | null }} Line
 */

const EVERY_MS = 1000;
const SECONDS = 60;

const CHARTS = /** @type {const} */ ([
  ['rateIn', 'inKbps', 'kbit/s'],
  ['rateOut', 'outKbps', 'kbit/s'],
  ['rtt', 'rttMs', 'ms'],
  ['loss', 'lossPercent', '%'],
  ['jitter', 'jitterMs', 'ms'],
  ['fps', 'fps', '/s'],
]);

/**
 * @param {Person} person
 * @returns {Line}
 */
export function useLine(person) {
  const [line, setLine] = useState(/** @type {Line} */ ({ samples: [], facts: null }));
  const isTalking = useModel(person).call?.state === 'talking';
  useEffect(() => {
    if (!isTalking) return;
    const meter = new Meter();
    setLine({ samples: [], facts: null });
    const look = async () => {
      const { connection } = person;
      if (connection?.connectionState !== 'connected') return;
      const { sample, facts } = await meter.read(connection);
      setLine((former) => ({ facts, samples: sample ? [...former.samples, sample].slice(-SECONDS) : former.samples }));
    };
    const timer = setInterval(look, EVERY_MS);
    void look();
    return () => clearInterval(timer);
  }, [person, isTalking]);
  return line;
}

/** One line that sums it up. @param {{ person: Person, line: Line }} props */
export function LineSummary({ person, line }) {
  const { connectedInMs, call } = useModel(person);
  if (call?.state !== 'talking' || connectedInMs === null) return null;
  const { facts, samples } = line;
  const loss = samples.at(-1)?.lossPercent;
  const parts = [
    say('connectedIn', { ms: connectedInMs }),
    facts?.route ? say(facts.route) : '',
    [facts?.codec, facts?.size].filter(Boolean).join(' '),
    loss === undefined ? '' : say('lossNow', { percent: loss.toFixed(1) }),
  ];
  return html`<p class="chip summary" data-testid="line-summary">${parts.filter(Boolean).join(' · ')}</p>`;
}

/** @param {{ person: Person, line: Line, hasTurn: boolean }} props */
export function Quality({ person, line, hasTurn }) {
  useModel(person);
  const { samples, facts } = line;
  const relay = () => {
    person.isRelayOnly = !person.isRelayOnly;
    person.renewMedia();
    person.changed();
  };
  return html`
    <div class="stack" data-testid="quality">
      <${LineSummary} person=${person} line=${line} />
      ${person.call?.state === 'talking' || samples.length > 0 ? html`
        <div class="charts">
          ${CHARTS.map(([name, key, unit]) => html`<${Chart} key=${key} name=${say(name)} unit=${unit} values=${samples.map((sample) => sample[key])} />`)}
        </div>
        <dl class="facts">
          <dt>${say('codec')}</dt><dd>${facts?.codec || '–'}</dd>
          <dt>${say('resolution')}</dt><dd>${facts?.size || '–'}</dd>
          <dt>${say('candidates')}</dt><dd class="mono">${facts?.pair || '–'}</dd>
          <dt>${say('route')}</dt><dd>${facts?.route ? say(facts.route) : '–'}</dd>
        </dl>` : html`<p class="empty">${say('qualityEmpty')}</p>`}
      <label class="inline"><input type="checkbox" checked=${person.isRelayOnly} disabled=${!hasTurn} onChange=${relay} /> ${say('forceRelay')}</label>
      <p class="fine">${say(hasTurn ? 'forceRelayHint' : 'noTurn')}</p>
    </div>`;
}

/** @param {{ name: string, unit: string, values: (number | null)[] }} props */
function Chart({ name, unit, values }) {
  const known = values.map((value) => value ?? 0);
  const most = Math.max(1, ...known);
  const newest = values.at(-1);
  const shown = newest === null || newest === undefined ? '–' : `${newest.toFixed(newest < 10 ? 1 : 0)} ${unit}`;
  const x = (/** @type {number} */ index) => 120 - (known.length - 1 - index) * 2;
  const points = known.map((value, index) => `${x(index)},${(34 - (value / most) * 30).toFixed(1)}`);
  return html`
    <figure class="chart">
      <figcaption><span>${name}</span><strong class="number">${shown}</strong></figcaption>
      <svg viewBox="0 0 120 36" preserveAspectRatio="none" aria-hidden="true">
        <path class="floor" d="M0 34.5H120" />
        ${points.length > 1 ? html`<polygon points=${`${x(0)},34.5 ${points.join(' ')} 120,34.5`} /><polyline points=${points.join(' ')} />` : null}
      </svg>
    </figure>`;
}
