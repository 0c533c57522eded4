// What just happened, line by line.

import { useEffect, useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { sentence, TONES } from '../format.js';
import { recent, useEvents, useLoad } from '../live.js';
import { Time, User, html } from '../parts.js';
import { callHref } from '../route.js';

const LINES = 40;

/** A line of the feed for an event of the stream; null for what tells nothing. */
export function lineOf({ id, event, data: { timestamp, data: facts } }) {
  // It has the call too, as it was just before its end.
  if (event === 'worker.failed') return { id, at: timestamp, words: html`<a href="#/workers">Media worker ${facts.worker}</a> failed: ${facts.detail}`, tone: 'bad' };
  if (facts?.call) return { id, at: timestamp, call: facts.call, tone: facts.call.state === 'ended' ? TONES[facts.call.reason] : TONES[facts.call.state] };
  if (event === 'user.online' || event === 'user.offline') return { id, at: timestamp, user: facts.user, words: event === 'user.online' ? 'came online' : 'went offline', tone: event === 'user.online' ? 'good' : '' };
  return null;
}

/** A sentence about an end may name one of the two, or neither. */
function Said({ call }) {
  return html`${call.state === 'ended' && html`<strong>${call.caller} → ${call.callee}:</strong> `}${sentence(call)}`;
}

/** A line on top of others. That a call was requested is told by its next step as well. */
function onTop(line, lines) {
  const isTold = ({ call }) => call && call.id === line.call?.id && call.state === 'requested';
  return [line, ...lines.filter((other) => !isTold(other))].slice(0, LINES);
}

const linesSoFar = () => recent.map(lineOf).filter(Boolean).reduceRight((lines, line) => onTop(line, lines), []);

export function Feed() {
  const [lines, setLines] = useState(linesSoFar);
  const { data, reload } = useLoad(() => api.get('/calls', { limit: 12, state: 'ended' }), []);
  useEffect(() => {
    if (!data) return;
    const past = data.items.map((call) => ({ id: call.id, at: call.ended_at, call, tone: TONES[call.reason] }));
    setLines((now) => [...now, ...past.filter(({ call }) => !now.some((line) => line.call?.id === call.id && line.call.state === 'ended'))].sort((one, other) => Date.parse(other.at) - Date.parse(one.at)));
  }, [data]);
  useEvents((event) => {
    if (event.event === 'gap') reload();
    const line = lineOf(event);
    if (line) setLines((before) => onTop(line, before));
  });
  return html`<section class="card feed" data-testid="feed"><h2>What just happened</h2>
    ${lines.length === 0
      ? html`<p class="fine">Calls, and users who come and go, appear here as it happens.</p>`
      : html`<div class="feed-lines" tabindex="0" role="region" aria-label="What just happened"><ol class="plain">${lines.map(({ id, at, call, user, words, tone }) => html`<li key=${id}>
          <span class=${`dot ${tone}`}></span>
          <span>${call ? html`<${Said} call=${call} />` : html`${user && html`<${User} name=${user} /> `}${words}.`}</span>
          ${call ? html`<a href=${callHref(call.id)} title="Open the call"><${Time} at=${at} short /></a>` : html`<span class="fine"><${Time} at=${at} short /></span>`}</li>`)}</ol></div>`}
  </section>`;
}
