// What a media worker did for a call with a WeChat user.

import { bytes, code, count, duration, plural } from '../format.js';
import { Chip, html } from '../parts.js';
import { drops, inWords } from './workers.js';

/** What the detail says beyond the reason. */
const more = ({ reason, detail }) => (detail === inWords(reason) ? '' : detail);

/** What the SDK said and how the worker went on, for the steps of the call. */
export function mediaSteps({ media }) {
  if (!media) return [];
  const { phases, statuses, end } = media;
  return [
    ...phases.map(({ phase, at }) => ({ at, by: 'The worker', word: phase })),
    ...statuses.map(({ n, name, at }) => ({ at, by: 'WeChat’s SDK', word: inWords(name), title: `status ${n}` })),
    ...(end ? [{ at: end.at, by: 'The worker', word: inWords(end.reason), tone: end.failed ? 'bad' : 'good', said: more(end) }] : []),
  ];
}

const way = ({ audio, video, bytes: size, dropped }) => html`${count(audio)} of sound, ${count(video)} of video, ${bytes(size)}; dropped: ${drops(dropped)}`;

export function CallMedia({ media }) {
  if (!media) return null;
  const { worker, account, pid, mode, statuses, formats, up, down, worker_dropped: dropped, key_frames_asked: asked, sockets, phases, end } = media;
  const facts = [
    ['Worker', html`<a href="#/workers">${worker}</a> <span class="fine">process ${pid ?? '–'}, account ${account}, ${mode}</span>`],
    ['Phase', end ? html`<${Chip} tone=${end.failed ? 'bad' : 'good'}>${inWords(end.reason)}<//> ${code(end.code)}` : html`<${Chip} word=${phases.at(-1)?.phase ?? ''} />`],
    end && more(end) && ['Detail', html`<span class=${end.failed ? 'problem' : ''}>${end.detail}</span>`],
    ['SDK said', statuses.map(({ name }) => inWords(name)).join(' → ') || 'nothing yet'],
    formats.length > 0 && ['Formats', formats.map(({ dir, codec, rate }) => `${dir} ${codec}${rate ? ` ${rate} Hz` : ''}`).join(', ')],
    ['To WeChat', way(up)],
    ['From WeChat', way(down)],
    ['In the worker', `dropped: ${drops(dropped)}`],
    ['Key frames', `asked for ${plural(asked, 'time')}`],
    ['Sockets', sockets === 0 ? html`<span class="fine">the other party has opened none for media</span>` : count(sockets)],
    end && phases[0] && ['Lasted', duration(Date.parse(end.at) - Date.parse(phases[0].at))],
  ];
  return html`<section class="card" data-testid="call-media"><h2>Media worker</h2>
    <dl class="facts">${facts.filter(Boolean).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>`;
}
