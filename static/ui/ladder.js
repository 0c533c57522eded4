// @ts-check
// A live ladder: who said what to whom and when, as arrows between lanes. Each arrow is a button that shows its message.

import { html } from '/ui/html.js';
import { useEffect, useLayoutEffect, useRef, useState } from '/vendor/hooks.js';

export { toMermaid, traceToArrows } from '/ui/ladder-data.js';

/**
 * @typedef {import('/ui/ladder-data.js').Arrow} Arrow
 * @typedef {import('/ui/ladder-data.js').Lane} Lane
 *
 * @typedef {object} LadderProps
 * @property {Lane[]} lanes from left to right
 * @property {Arrow[]} arrows in order of time
 * @property {(arrow: Arrow | null) => void} [onOpen] hears which arrow was opened; null where it was closed
 * @property {string | number | null} [selected] the open arrow's id; the ladder keeps it itself where absent
 * @property {boolean} [live] follow the newest arrow, unless the viewer has scrolled up
 * @property {Partial<typeof WORDS>} [words]
 * @property {string} [label] of the whole, read aloud
 */

const WORDS = {
  close: 'Close',
  copy: 'Copy JSON',
  copied: 'Copied',
  empty: 'Nothing has happened yet.',
  took: 'took',
  newest: 'Newest',
  ladder: 'Messages in order of time',
  nothing: 'There is nothing more to show of it.',
  good: 'good',
  warn: 'warning',
  bad: 'failed',
};
/** A pause from here on is drawn as a break. */
const BREAK_MS = 1000;
/** So near to its end a list still counts as being read at the end. */
const NEAR_END_PX = 48;
const ROW_PX = 38;
const MARKS = { '': '', good: '✓ ', warn: '! ', bad: '✕ ' };

/** @param {LadderProps} props */
export function Ladder({ lanes, arrows, onOpen, selected, live = false, words, label }) {
  const say = { ...WORDS, ...words };
  const [own, setOwn] = useState(/** @type {string | number | null} */ (null));
  const [focused, setFocused] = useState(/** @type {string | number | null} */ (null));
  const [away, setAway] = useState(false);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const openId = selected === undefined ? own : selected;
  const opened = arrows.find((arrow) => arrow.id === openId) ?? null;
  const first = arrows[0]?.at ?? 0;
  const stop = arrows.some((arrow) => arrow.id === focused) ? focused : opened?.id ?? arrows[0]?.id;

  useLayoutEffect(() => {
    if (live && !away && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [live, away, arrows.length, openId]);

  /** @param {Arrow | null} arrow */
  const open = (arrow) => {
    setOwn(arrow?.id ?? null);
    onOpen?.(arrow);
  };
  const scrolled = () => {
    const box = list.current;
    if (box) setAway(box.scrollHeight - box.scrollTop - box.clientHeight > NEAR_END_PX);
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const rows = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = rows.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === 'Escape' && opened) open(null);
    else if (to !== undefined && at >= 0) rows[to]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (arrows.length === 0) return html`<p class="ladder-empty fine">${say.empty}</p>`;
  return html`
    <div class=${`ladder ${opened ? 'open' : ''}`}>
      <div class="ladder-chart" role="group" aria-label=${label ?? say.ladder} onKeyDown=${pressed}>
        <div class="ladder-scroll" ref=${list} onScroll=${scrolled}>
          <${Heads} lanes=${lanes} />
          <ol class="plain">
            ${arrows.map((arrow, index) => html`
              <${Row}
                key=${arrow.id}
                arrow=${arrow}
                lanes=${lanes}
                since=${arrow.at - first}
                pause=${index ? arrow.at - (arrows[index - 1]?.at ?? 0) : 0}
                isOpen=${arrow === opened}
                isStop=${arrow.id === stop}
                onFocus=${() => setFocused(arrow.id)}
                onOpen=${() => open(arrow === opened ? null : arrow)}
                say=${say}
              />`)}
          </ol>
        </div>
        ${live && away ? html`<button type="button" class="small ladder-newest" onClick=${() => setAway(false)}>↓ ${say.newest}</button>` : null}
      </div>
      ${opened ? html`<${Details} arrow=${opened} lanes=${lanes} since=${opened.at - first} onClose=${() => open(null)} say=${say} />` : null}
    </div>`;
}

/** @param {{ lanes: Lane[] }} props */
function Heads({ lanes }) {
  return html`
    <div class="ladder-heads" aria-hidden="true">
      <span class="ladder-time">ms</span>
      ${lanes.map((lane) => html`
        <div class="ladder-head" key=${lane.id}>
          <strong title=${lane.title}>${lane.title}</strong>
          ${lane.sub ? html`<span title=${lane.sub}>${lane.sub}</span>` : null}
        </div>`)}
    </div>`;
}

/**
 * @param {{ arrow: Arrow, lanes: Lane[], since: number, pause: number, isOpen: boolean, isStop: boolean, onFocus: () => void,
 *   onOpen: () => void, say: typeof WORDS }} props
 */
function Row({ arrow, lanes, since, pause, isOpen, isStop, onFocus, onOpen, say }) {
  const tone = arrow.tone ?? '';
  const note = [arrow.note, arrow.took === undefined || arrow.took === null ? '' : milliseconds(arrow.took)].filter(Boolean).join(' · ');
  const spoken = `${sinceStart(since)}, ${titleOf(lanes, arrow.from)} → ${titleOf(lanes, arrow.to)}: ${arrow.label} ${note} ${tone ? say[tone] : ''}`;
  return html`
    <li>
      ${pause >= BREAK_MS ? html`<${Break} lanes=${lanes} pause=${pause} />` : null}
      <button
        type="button"
        class=${`ladder-row ${tone}`}
        aria-expanded=${isOpen}
        tabindex=${isStop ? 0 : -1}
        onFocus=${onFocus}
        onClick=${onOpen}
      >
        <span class="ladder-spoken">${spoken.trim()}</span>
        <span class="ladder-time number" aria-hidden="true">${sinceStart(since)}</span>
        <svg class="ladder-lines" height=${ROW_PX} aria-hidden="true" focusable="false">
          <${Lifelines} lanes=${lanes} height=${ROW_PX} />
          <${Line} arrow=${arrow} lanes=${lanes} />
          <${Label} arrow=${arrow} lanes=${lanes} note=${note} />
        </svg>
      </button>
    </li>`;
}

/** @param {{ lanes: Lane[], pause: number }} props */
function Break({ lanes, pause }) {
  return html`
    <div class="ladder-break" aria-hidden="true">
      <span class="ladder-time number">⋮</span>
      <svg class="ladder-lines" height="26">
        <${Lifelines} lanes=${lanes} height=${26} />
        <text x="50%" y="17" text-anchor="middle">≈ ${(pause / 1000).toFixed(pause < 10_000 ? 1 : 0)} s ≈</text>
      </svg>
    </div>`;
}

/** @param {{ lanes: Lane[], height: number }} props */
function Lifelines({ lanes, height }) {
  return lanes.map((lane) => {
    const x = `${centre(lanes, lane.id)}%`;
    return html`<line class="life" key=${lane.id} x1=${x} x2=${x} y1="0" y2=${height} />`;
  });
}

/** @param {{ arrow: Arrow, lanes: Lane[] }} props */
function Line({ arrow, lanes }) {
  const from = centre(lanes, arrow.from);
  const to = centre(lanes, arrow.to);
  if (from === to) {
    // A nested drawing has pixels of its own, which percents cannot be mixed with.
    return html`<svg x=${`${from}%`} overflow="visible"><path class="shot" d="M0 16 h16 v14 h-10" /><path class="tip" d="M0 30 l9 -5 v10 z" /></svg>`;
  }
  const tip = to > from ? 'M0 29 l-9 -5 v10 z' : 'M0 29 l9 -5 v10 z';
  return html`
    <line class="shot" x1=${`${from}%`} x2=${`${to}%`} y1="29" y2="29" />
    <circle class="tip" cx=${`${from}%`} cy="29" r="3" />
    <svg x=${`${to}%`} overflow="visible"><path class="tip" d=${tip} /></svg>`;
}

/** @param {{ arrow: Arrow, lanes: Lane[], note: string }} props */
function Label({ arrow, lanes, note }) {
  const from = centre(lanes, arrow.from);
  const to = centre(lanes, arrow.to);
  const isSelf = from === to;
  const isRight = isSelf && from > 60;
  const anchor = isSelf ? (isRight ? 'end' : 'start') : 'middle';
  return html`
    <text x=${`${(from + to) / 2}%`} dx=${isSelf ? (isRight ? -8 : 24) : 0} y=${isSelf ? 27 : 20} text-anchor=${anchor}>
      ${MARKS[arrow.tone ?? '']}<tspan class="label">${arrow.label}</tspan>${note ? html`<tspan class="note" dx="6">${note}</tspan>` : null}
    </text>`;
}

/** @param {{ arrow: Arrow, lanes: Lane[], since: number, onClose: () => void, say: typeof WORDS }} props */
function Details({ arrow, lanes, since, onClose, say }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => setCopied(false), [arrow.id]);
  const text = arrow.json === undefined || arrow.json === null ? '' : JSON.stringify(arrow.json, null, 2);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return html`
    <section class="ladder-details" aria-label=${arrow.label} data-testid="ladder-details">
      <div class="row">
        <strong>${arrow.label}</strong>
        <span class="fine">${titleOf(lanes, arrow.from)} → ${titleOf(lanes, arrow.to)} · ${sinceStart(since)} · ${new Date(arrow.at).toISOString().slice(11, 23)}</span>
        <span class="row push">
          ${text && navigator.clipboard ? html`<button type="button" class="small" onClick=${copy}>${copied ? say.copied : say.copy}</button>` : null}
          <button type="button" class="small" onClick=${onClose}>${say.close}</button>
        </span>
      </div>
      ${arrow.note ? html`<p class="fine">${arrow.note}${arrow.took ? `, ${say.took} ${milliseconds(arrow.took)}` : ''}</p>` : null}
      ${arrow.facts?.length ? html`<dl class="facts">${arrow.facts.map(([name, value]) => html`<dt>${name}</dt><dd class="number">${value}</dd>`)}</dl>` : null}
      ${text ? html`<pre tabindex="0">${text}</pre>` : html`<p class="fine">${say.nothing}</p>`}
    </section>`;
}

/**
 * @param {Lane[]} lanes
 * @param {string} id
 * @returns {number} percent of the width; the lane that is not there is the last one
 */
function centre(lanes, id) {
  const at = lanes.findIndex((lane) => lane.id === id);
  return (((at < 0 ? lanes.length - 1 : at) + 0.5) / lanes.length) * 100;
}

/**
 * @param {Lane[]} lanes
 * @param {string} id
 */
function titleOf(lanes, id) {
  return lanes.find((lane) => lane.id === id)?.title ?? id;
}

/** @param {number} ms */
function sinceStart(ms) {
  if (ms >= 100_000) return `+${(ms / 1000).toFixed(0)} s`;
  if (ms >= 10_000) return `+${(ms / 1000).toFixed(1)} s`;
  return `+${ms.toFixed(ms < 100 ? 1 : 0)}`;
}

/** @param {number} ms */
function milliseconds(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}
