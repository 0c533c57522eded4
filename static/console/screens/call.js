// One call: who, how long, who ended it and why; what was said, to whom, and when.

import { useEffect, useState } from '/vendor/hooks.js';
import { finishCall } from '../actions.js';
import { api, can } from '../api.js';
import { actor, code, duration, media, moment, sentence, setupMs } from '../format.js';
import { useEvents, useEvery, useLoad } from '../live.js';
import { Chip, Code, Copy, CurlButton, Elapsed, Empty, JsonView, Problem, StateChip, Table, Tabs, Time, User, html } from '../parts.js';
import { callHref, href } from '../route.js';
import { useStore, utc } from '../store.js';
import { CallDeliveries, useDeliveries } from './call-deliveries.js';
import { CallLadder, useLadder } from './call-ladder.js';
import { CallLanes } from './call-lanes.js';
import { CallMedia, mediaSteps } from './call-media.js';
import { report } from './call-report.js';
import { CallVeto } from './call-veto.js';

/** No event tells how the media go, nor of their end, which comes after the call's. */
const MEDIA_MS = 1000;
const TABS = [['ladder', 'Ladder'], ['steps', 'Steps'], ['json', 'JSON']];

/** The calls of these two, in either direction, right before and right after this one. */
async function neighbours(call) {
  const both = [[call.caller, call.callee], [call.callee, call.caller]];
  const before = await Promise.all(both.map(([caller, callee]) => api.get('/calls', { caller, callee, to: call.requested_at, limit: 2 })));
  const after = await Promise.all(both.map(([caller, callee]) => api.get('/calls', { caller, callee, from: call.requested_at, limit: 500 })));
  const ids = (pages) => pages.flatMap(({ items }) => items.map(({ id }) => id));
  // The lists begin with the newest: behind a whole page of them, the one right after this is not known.
  const isCut = after.some(({ next_cursor }) => next_cursor);
  return {
    previous: ids(before).filter((id) => id < call.id).sort().at(-1),
    next: isCut ? undefined : ids(after).filter((id) => id > call.id).sort()[0],
  };
}

function Head({ call, ladder, deliveries, reload }) {
  const isUtc = useStore(utc);
  const { data: near } = useLoad(() => neighbours(call), [call.id, call.state]);
  const go = (id, words) => (id ? html`<a class="button small" href=${callHref(id)}>${words}</a>` : html`<button type="button" class="small" disabled>${words}</button>`);
  const finish = async () => {
    if (await finishCall(call)) reload();
  };
  return html`<div class="screen-head">
      <h1><${User} name=${call.caller} /> <span class="fine">→</span> <${User} name=${call.callee} /></h1>
      <${StateChip} call=${call} />
      ${call.state !== 'ended' && html`<strong><${Elapsed} since=${call.started_at ?? call.requested_at} /></strong>`}
      <span class="push"></span>
      ${go(near?.previous, '← Previous')}${go(near?.next, 'Next →')}
      <${Copy} label="Copy id" text=${call.id} />
      <${Copy} label="Copy as bug report" text=${() => report(call, { ladder, deliveries, isUtc })} testid="copy-report" />
      <${CurlButton} path=${`/calls/${call.id}`} />
      ${can('control') && call.state !== 'ended' && html`<button type="button" class="small danger" onClick=${finish} data-testid="finish-call">Finish</button>`}
    </div>
    <p class="said" data-testid="sentence">${sentence(call)}</p>`;
}

function Facts({ call }) {
  const door = (kind, device) => `${kind ?? 'not known'}${device === null || device === undefined ? '' : ` · ${device || 'unnamed device'}`}`;
  const facts = [
    ['Caller', html`<${User} name=${call.caller} /> <span class="fine">${door(call.caller_door, call.caller_device)}</span>`],
    ['Callee', html`<${User} name=${call.callee} /> <span class="fine">${door(call.callee_door, call.callee_device)}</span>`],
    call.dialled && ['Dialled', html`${call.dialled} <span class="fine">a hook routed it to ${call.callee}</span>`],
    ['Requested', html`<${Time} at=${call.requested_at} precise />`],
    ['Rang', call.ringing_at ? (call.ring_ms === null ? html`<${Elapsed} since=${call.ringing_at} />` : duration(call.ring_ms)) : 'never'],
    ['Talked', call.started_at ? (call.talk_ms === null ? html`<${Elapsed} since=${call.started_at} />` : duration(call.talk_ms)) : 'never'],
    call.started_at && ['Setup', html`${duration(setupMs(call))} <span class="fine">from the request to the start</span>`],
    call.ended_at && ['Ended by', actor(call, call.ended_by)],
    call.ended_at && ['Code', html`<${Code} value=${call.error_code} /> <span class="fine">${call.reason}</span>`],
    ['Media', `${media(call.flags)}${call.param ? ` · param ${call.param}` : ''}`],
    call.room && ['Room', call.room],
    call.user_str && ['Text', html`<code>${call.user_str}</code>`],
    call.placed && ['Placed by', 'the API'],
    ['Id', html`<code>${call.id}</code>`],
  ];
  return html`<section class="card"><h2>Facts</h2><dl class="facts">${facts.filter(Boolean).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    <a href=${href('/calls', { caller: call.caller, callee: call.callee })}>All calls from ${call.caller} to ${call.callee}</a></section>`;
}

function Steps({ call }) {
  const began = Date.parse(call.timeline[0]?.at ?? call.requested_at);
  const ended = (step) => (step.state === 'ended' ? `${code(step.error_code)}${step.reason ? ` (${step.reason})` : ''}` : '');
  const own = call.timeline.map((step) => ({ at: step.at, version: step.version, word: step.state, by: actor(call, step.actor), said: ended(step) }));
  const steps = [...mediaSteps(call), ...own].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const columns = [
    { key: 'version', title: 'Version', number: true, render: ({ version }) => version ?? '' },
    { key: 'at', title: 'At', render: ({ at }) => html`<${Time} at=${at} precise />` },
    { key: 'after', title: 'After', number: true, className: 'nowrap', render: ({ at }) => duration(Date.parse(at) - began) },
    { key: 'state', title: 'State', render: ({ word, tone, title }) => html`<${Chip} word=${word} tone=${tone} title=${title} />` },
    { key: 'actor', title: 'By', className: 'wrap', render: ({ by }) => by },
    { key: 'code', title: 'Code', render: ({ said }) => said ?? '' },
  ];
  return html`<${Table} caption="Every step of the call" testid="steps-table" columns=${columns} rows=${steps} rowKey=${({ version, at, by, word }) => `${version ?? by} ${at} ${word}`} />`;
}

function CallPage({ call, query, setQuery, reload }) {
  const ladder = useLadder(call);
  const deliveries = useDeliveries(call);
  const chosen = TABS.some(([name]) => name === query.tab) ? query.tab : 'ladder';
  return html`
    <${Head} call=${call} ladder=${ladder} deliveries=${deliveries.data?.items ?? []} reload=${reload} />
    <section class="card"><${CallLanes} call=${call} /></section>
    <div class="beside">
      <div class="stack">
        <section class="card">
          <${Tabs} tabs=${TABS} chosen=${chosen} choose=${(tab) => setQuery({ tab: tab === 'ladder' ? '' : tab })} label="The call as" />
          ${chosen === 'ladder' && html`<${CallLadder} call=${call} ladder=${ladder} />`}
          ${chosen === 'steps' && html`<${Steps} call=${call} />`}
          ${chosen === 'json' && html`<div class="row"><span class="push"></span><${Copy} label="Copy JSON" text=${() => JSON.stringify(call, null, 2)} /></div><${JsonView} value=${call} label="The call as JSON" />`}
        </section>
        <${CallDeliveries} deliveries=${deliveries} />
      </div>
      <div class="stack"><${CallVeto} call=${call} trace=${ladder.items} /><${CallMedia} media=${call.media} /><${Facts} call=${call} /></div>
    </div>`;
}

export default function Call({ params, query, setQuery }) {
  const [isGone, setGone] = useState(false);
  const { data: call, error, reload } = useLoad(() => api.get(`/calls/${encodeURIComponent(params.id)}`), [params.id]);
  useEvents(({ event, data: { data: facts } }) => {
    if (event === 'gap' || facts?.call?.id === params.id) reload();
  });
  useEvery(MEDIA_MS, () => call?.media && !call.media.end && reload());
  useEffect(() => setGone(error?.status === 404 || error?.status === 400), [error]);
  useEffect(() => {
    if (call) document.title = `${call.caller} → ${call.callee}, ${moment(call.requested_at).slice(11)} · hookswitch console`;
  }, [call?.id]);
  if (isGone) return html`<div class="card"><${Empty} title="There is no such call">It may be older than what is kept, or its id was cut. <a href="#/calls">Look through the calls</a><//></div>`;
  return html`<${Problem} error=${error} retry=${reload} />${call && html`<${CallPage} call=${call} query=${query} setQuery=${setQuery} reload=${reload} />`}`;
}
