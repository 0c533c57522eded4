// @ts-check
// "Make it fail": a button for each way, and what came of it.

import { html } from '/ui/html.js';
import { useEffect, useRef, useState } from '/vendor/hooks.js';
import { useModel } from '/demo/model.js';
import { possible, promised, scenarios } from '/demo/scenarios.js';
import { say, sayIfKnown } from '/demo/settings.js';
import { codeName, tellProblem } from '/demo/words.js';

/**
 * @typedef {import('/demo/person.js').Person} Person
 * @typedef {{ name: string, code: number | null, text: string }} Result
 */

/** These are not failures of the call: it lives on. */
const SURVIVED = new Set(['drop-socket', 'drop-media', 'restart']);

/** @param {{ person: Person, peer: Person | null }} props */
export function Fail({ person, peer }) {
  useModel(person);
  const [running, setRunning] = useState('');
  const [result, setResult] = useState(/** @type {Result | null} */ (null));
  const [names, setNames] = useState(/** @type {string[]} */ ([]));
  useEffect(() => void possible().then(setNames), []);
  /** @param {string} name */
  const run = async (name) => {
    setRunning(name);
    setResult(null);
    try {
      const { code, values } = await /** @type {import('/demo/scenarios.js').Scenario} */ (scenarios[name])({ person, peer });
      const told = sayIfKnown(`told.${name}`, { me: person.user, ...values });
      setResult({ name, code, text: code === promised[name] ? told : say('failTrouble', { problem: codeName(code) }) });
    } catch (error) {
      setResult({ name, code: null, text: say('failTrouble', { problem: tellProblem(error) }) });
    } finally {
      setRunning('');
    }
  };
  return html`
    <div class="stack" data-testid="fail">
      <p class="fine">${say('failHint', { user: person.user })}</p>
      <div class="fails">
        ${Object.keys(scenarios).map((name) => html`
          <button type="button" key=${name} data-testid=${`fail-${name}`} disabled=${running !== '' || !person.isOnline || !names.includes(name)}
            aria-busy=${running === name} onClick=${() => run(name)}>
            <span class=${`mark ${SURVIVED.has(name) ? 'good' : 'bad'}`} aria-hidden="true">${SURVIVED.has(name) ? '↻' : '✕'}</span>
            <span class="fail-words"><strong>${sayIfKnown(`fail.${name}`)}</strong><span class="fine">${sayIfKnown(`failIs.${name}`)}</span></span>
          </button>`)}
      </div>
      <div aria-live="polite">
        ${running ? html`<p class="notice">${say('failRuns', { what: sayIfKnown(`fail.${running}`) })}</p>` : null}
        ${result ? html`<${Told} result=${result} />` : null}
      </div>
    </div>`;
}

/** @param {{ result: Result }} props */
function Told({ result }) {
  const { name, code, text } = result;
  const tone = code === null ? 'warn' : code === 0 ? 'good' : 'bad';
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  // On a phone the buttons fill the screen.
  useEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), [result]);
  return html`
    <div class=${`notice told ${tone}`} ref=${box} data-testid="fail-result" data-code=${code === null ? 'none' : String(code)} data-name=${name}>
      ${code === null ? null : html`<p class="row"><strong class="big-code">${code}</strong> <strong>${SURVIVED.has(name) ? say('survived') : codeName(code)}</strong></p>`}
      <p>${text}</p>
    </div>`;
}
