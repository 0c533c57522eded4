// @ts-check
// "What happens": the ladder of the call that is on, or was last.

import { html } from '/ui/html.js';
import { Ladder, toMermaid } from '/ui/ladder.js';
import { HOOK, SERVER } from '/ui/ladder-data.js';
import { useEffect, useMemo, useState } from '/vendor/hooks.js';
import { mergedLadder } from '/demo/merge.js';
import { recorder } from '/demo/server.js';
import { say, settings } from '/demo/settings.js';
import { tap } from '/demo/tap.js';
import { isWeChat } from '/demo/wechat-media.js';

/**
 * @typedef {import('/demo/person.js').Person} Person
 * @typedef {import('/demo/merge.js').Scope} Scope
 * @typedef {import('/ui/ladder-data.js').Arrow} Arrow
 * @typedef {import('/ui/ladder-data.js').Lane} Lane
 */

const REDRAW_MS = 120;
/** Who is called sees the call begin so much later at most: a hook may have been asked. */
const BEFORE_RINGING_MS = 1500;

/** @param {{ people: Person[] }} props the first one's call wins where both have had one since */
export function Flow({ people }) {
  const [isWhole, setWhole] = useState(false);
  const [hasAnswers, setAnswers] = useState(false);
  const [clearedAt, setCleared] = useState(0);
  const [selected, setSelected] = useState(/** @type {string | number | null} */ (null));
  const beat = useBeat(people);
  const ladder = useMemo(() => {
    const scope = scopeOf(people, isWhole);
    const { lanes, arrows } = mergedLadder(tap.seen, recorder.items, { ...scope, since: Math.max(scope.since, clearedAt) });
    return { lanes: lanes.map(inWords), arrows: arrows.filter((arrow) => hasAnswers || !isPlainAnswer(arrow)) };
  }, [beat, isWhole, hasAnswers, clearedAt, settings.language]);
  const words = {
    close: say('close'), copy: say('copyJson'), copied: say('copied'), empty: say('nothingYet'), took: say('took'),
    newest: say('newest'), ladder: say('flowLabel'), nothing: say('noMore'), good: say('toneGood'), warn: say('toneWarn'), bad: say('toneBad'),
  };
  return html`
    <div class="stack flow" data-testid="flow">
      <div class="row">
        <span class="fine">${say('flowHint')}</span>
        <span class="row push">
          <label class="inline fine"><input type="checkbox" checked=${hasAnswers} onChange=${() => setAnswers(!hasAnswers)} /> ${say('flowAnswers')}</label>
          <label class="inline fine"><input type="checkbox" checked=${isWhole} onChange=${() => setWhole(!isWhole)} /> ${say('flowWhole')}</label>
          <button type="button" class="small" onClick=${() => setCleared(Date.now())}>${say('clear')}</button>
          <${CopyButton} label=${say('copyMermaid')} text=${() => toMermaid(ladder)} />
        </span>
      </div>
      <${Ladder} ...${ladder} live=${true} words=${words} selected=${selected} onOpen=${(/** @type {Arrow | null} */ arrow) => setSelected(arrow?.id ?? null)} />
    </div>`;
}

/** @param {{ label: string, text: () => string, testid?: string }} props */
export function CopyButton({ label, text, testid }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    await navigator.clipboard.writeText(text());
    setCopied(true);
  };
  // Only secure contexts have a clipboard.
  if (!navigator.clipboard) return null;
  return html`<button type="button" class="small" data-testid=${testid} onClick=${copy}>${isCopied ? say('copied') : label}</button>`;
}

/**
 * @param {Person[]} people
 * @returns {number} grows with whatever is worth drawing anew, a few times a second at most
 */
function useBeat(people) {
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const later = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setBeat((count) => count + 1);
      }, REDRAW_MS);
    };
    const releases = [recorder.watch(), ...[tap, recorder, ...people].map((model) => model.listen(later))];
    later();
    return () => {
      clearTimeout(timer);
      for (const release of releases) release();
    };
  }, people);
  return beat;
}

/**
 * @param {Person[]} people
 * @param {boolean} isWhole everything they have said and heard, not only the last call
 * @returns {Scope}
 */
function scopeOf(people, isWhole) {
  const callOf = (/** @type {Person} */ { call, last }) => call ?? last;
  const [newest] = people.filter(callOf).sort((a, b) => b.callSince - a.callSince);
  // Of one call the caller knows more: when it began.
  const latest = people.find((person) => callOf(person)?.role === 'caller' && callOf(person)?.id === (newest && callOf(newest)?.id)) ?? newest;
  const call = latest?.call ?? latest?.last;
  const names = people.map(({ user }) => user).filter(Boolean);
  if (!latest || !call) return { since: 0, users: names, call: null };
  const users = call.role === 'caller' ? [latest.user, call.user] : [call.user, latest.user];
  if (isWhole) return { since: 0, users: [...new Set([...users, ...names])], call: null };
  const since = call.role === 'caller' ? latest.callSince : latest.callSince - BEFORE_RINGING_MS;
  return { since, users, call: call.id };
}

/**
 * @param {Lane} lane
 * @returns {Lane} named in the viewer's language
 */
function inWords(lane) {
  if (lane.id === SERVER) return { ...lane, title: say('laneServer') };
  if (lane.id === HOOK) return { ...lane, title: say('laneHook') };
  return { ...lane, sub: isWeChat(lane.title) ? 'WeChat' : say('laneBrowser') };
}

/** @param {Arrow} arrow that says "heard" and nothing else */
function isPlainAnswer({ label, json }) {
  const frame = /** @type {Record<string, any>} */ (json ?? {});
  return label === 'ok' && frame.call === undefined && frame.online === undefined;
}
