// @ts-check
// The check before a call, on the screen.

import { html } from '/ui/html.js';
import { useEffect, useRef, useState } from '/vendor/hooks.js';
import { checks } from '/demo/checks.js';
import { CopyButton } from '/demo/flow.js';
import { facts } from '/demo/server.js';
import { sayIfKnown, say } from '/demo/settings.js';

/**
 * @typedef {import('/demo/checks.js').Bench} Bench
 * @typedef {import('/demo/checks.js').Finding} Finding
 */

// Of two people in frames one sends a drawn picture in any case; what is checked is the viewer's own camera.
const isDrawn = new URLSearchParams(location.search).get('media') === 'fake';
const MARKS = { good: '✓', warn: '!', bad: '✕' };

/** @param {{ person: import('/demo/person.js').Person }} props */
export function Check({ person }) {
  const [findings, setFindings] = useState(/** @type {Finding[]} */ ([]));
  const [isRunning, setRunning] = useState(false);
  const [level, setLevel] = useState(0);
  const isGone = useRef(false);
  useEffect(() => () => {
    isGone.current = true;
  }, []);
  const run = async () => {
    setRunning(true);
    setFindings([]);
    const isDevelopment = (await facts).development;
    /** @type {Bench} */
    const bench = { isDrawn, client: isDevelopment ? null : person.client, hearLevel: setLevel };
    for (const [, check] of checks) {
      const finding = await check(bench).catch((error) => /** @type {Finding} */ ({ verdict: 'bad', words: 'check.threw', values: { why: String(error) } }));
      if (isGone.current) break;
      setFindings((former) => [...former, finding]);
    }
    if (isDevelopment) bench.client?.logout();
    setRunning(false);
    setLevel(0);
  };
  const isDone = findings.length === checks.length;
  return html`
    <div class="stack" data-testid="check">
      <div class="row">
        <p class="fine">${say('checkHint')}</p>
        <span class="row push">
          ${isDone ? html`<${CopyButton} label=${say('copyReport')} testid="check-copy" text=${() => report(findings)} />` : null}
          <button type="button" class="primary" data-testid="check-run" disabled=${isRunning} onClick=${run}>${say(isRunning ? 'checking' : 'checkRun')}</button>
        </span>
      </div>
      <ol class="plain checks">
        ${checks.map(([name], index) => {
          const finding = findings[index];
          const isNow = isRunning && index === findings.length;
          return html`
            <li key=${name} data-testid=${`check-${name}`} data-verdict=${finding?.verdict ?? ''}>
              <span class=${`mark ${finding?.verdict ?? ''}`} aria-hidden="true">${finding ? MARKS[finding.verdict] : isNow ? '…' : index + 1}</span>
              <span><strong>${sayIfKnown(`check.${name}`)}</strong>
                ${isNow && name === 'microphone' ? html`<meter min="0" max="1" value=${level} aria-label=${say('check.microphone')}></meter>` : null}
                <span class="fine finding">${finding ? sayIfKnown(finding.words, finding.values) : ''}</span></span>
            </li>`;
        })}
      </ol>
    </div>`;
}

/**
 * @param {Finding[]} findings
 * @returns {string} for a letter to whoever has to help
 */
function report(findings) {
  const lines = checks.map(([name], index) => {
    const finding = findings[index];
    return finding ? `[${finding.verdict}] ${sayIfKnown(`check.${name}`)}: ${sayIfKnown(finding.words, finding.values)}` : '';
  });
  return [`hookswitch · ${location.origin} · ${new Date().toISOString()}`, navigator.userAgent, ...lines, ''].join('\n');
}
