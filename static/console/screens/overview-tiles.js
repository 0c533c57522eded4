// The figures that count, each a way to what it counts.

import { count, duration, percent, plural } from '../format.js';
import { Bar, Spark, html } from '../parts.js';
import { href } from '../route.js';

const HOUR_MS = 3_600_000;

function Tile({ title, to, value, unit = '', note, values, testid, children }) {
  return html`<a class="card tile" href=${to}>
    <span class="fine">${title}</span>
    <span class="figure number"><span data-testid=${testid}>${value}</span>${unit && html`<small>${unit}</small>`}</span>
    ${children}
    <span class="fine number">${note}</span>
    ${values && html`<${Spark} values=${values} label=${`${title} over the last hour`} />`}
  </a>`;
}

const middle = ({ p50, p95 }) => (p50 === null ? 'no call was measured' : `p95 ${duration(p95)}`);

export function Tiles({ stats, report, minutes, timeout }) {
  const { last_hour: hour } = stats;
  const since = new Date(Math.floor((Date.parse(stats.now) - HOUR_MS) / 60_000) * 60_000).toISOString();
  const of = (read) => (minutes.length > 1 ? minutes.map(read) : null);
  const outbox = report?.outbox;
  const veto = hour.veto_ms;
  return html`<div class="tiles">
    <${Tile} title="Users online" to=${href('/users', { online: true })} value=${count(stats.users_online)} note=${plural(stats.sessions, 'session')} values=${of(({ users_online }) => users_online)} testid="stat-online" />
    <${Tile} title="Ringing" to=${href('/calls', { state: 'ringing' })} value=${count(stats.ringing)} note=${`${count(stats.requested)} before a verdict`} values=${of(({ ringing }) => ringing)} testid="stat-ringing" />
    <${Tile} title="Talking" to=${href('/calls', { state: 'talking' })} value=${count(stats.talking)} note=${`${plural(hour.requested, 'call')} in the last hour`} values=${of(({ talking }) => talking)} testid="stat-talking" />
    <${Tile} title="Answered, 1 h" to=${href('/calls', { from: since })} value=${percent(hour.started, hour.requested)} note=${`${count(hour.started)} of ${count(hour.requested)}`} values=${of(({ started }) => started)} testid="stat-answered" />
    <${Tile} title="Request to start, 1 h" to=${href('/calls', { from: since, reason: 'hangup' })} value=${duration(hour.request_to_start_ms.p50)} note=${middle(hour.request_to_start_ms)} values=${of(({ request_to_start_ms }) => request_to_start_ms.p50)} />
    <${Tile} title="Ringing time, 1 h" to=${href('/calls', { from: since })} value=${duration(hour.ring_ms.p50)} note=${middle(hour.ring_ms)} values=${of(({ ring_ms }) => ring_ms.p50)} />
    <${Tile} title="Veto p95, 1 h" to=${href('/webhooks')} value=${duration(veto.p95)} note=${timeout ? `of ${duration(timeout)} timeout` : 'no hook is asked'}>
      ${timeout && veto.p95 !== null && html`<${Bar} value=${veto.p95} limit=${timeout} label=${`Veto p95 ${duration(veto.p95)} of ${duration(timeout)}`} />`}
    <//>
    <${Tile} title="Outbox" to=${href('/deliveries', { state: 'pending' })} value=${count(outbox?.waiting)} unit=${outbox?.waiting === 1 ? 'event' : 'events'} note=${outbox?.waiting ? `the oldest for ${duration(outbox.oldest_secs * 1000)}` : 'nothing waits'}
      values=${of(({ outbox_waiting }) => outbox_waiting)} testid="stat-outbox" />
  </div>`;
}
