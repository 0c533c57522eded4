// @ts-check
// What else there is to see of a call, one thing at a time.

import { html } from '/ui/html.js';
import { useEffect, useState } from '/vendor/hooks.js';
import { Check } from '/demo/check.js';
import { Devices } from '/demo/devices.js';
import { Fail } from '/demo/fail.js';
import { Flow } from '/demo/flow.js';
import { Quality } from '/demo/quality.js';
import { facts } from '/demo/server.js';
import { say } from '/demo/settings.js';
import { UseThis } from '/demo/use-this.js';

/**
 * @typedef {import('/demo/person.js').Person} Person
 * @typedef {import('/demo/quality.js').Line} Line
 */

/** @param {{ person: Person, peer: Person | null, line: Line, hasFlow: boolean }} props */
export function Panels({ person, peer, line, hasFlow }) {
  const names = /** @type {const} */ ([...(hasFlow ? ['flow'] : []), 'fail', 'quality', 'use', 'check', 'devices']);
  const [chosen, setShown] = useState(names[0] ?? 'fail');
  const [isDevelopment, setDevelopment] = useState(false);
  const [hasTurn, setTurn] = useState(false);
  useEffect(() => {
    void facts.then(({ turn, development }) => {
      setTurn(turn);
      setDevelopment(development);
    });
  }, []);
  // Robots log in as whoever they like, which only development mode allows.
  const offered = names.filter((name) => name !== 'fail' || isDevelopment);
  const shown = offered.includes(chosen) ? chosen : offered[0] ?? chosen;
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = offered[(offered.indexOf(shown) + step + offered.length) % offered.length] ?? shown;
    setShown(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`
    <section class="card panels" aria-label=${say('panels')}>
      <div class="tabs" role="tablist" onKeyDown=${pressed}>
        ${offered.map((name) => html`
          <button type="button" role="tab" key=${name} id=${`tab-${name}`} data-testid=${`tab-${name}`} aria-controls=${`panel-${name}`} aria-selected=${name === shown}
            tabindex=${name === shown ? 0 : -1} onClick=${() => setShown(name)}>${say(/** @type {any} */ (`tab.${name}`))}</button>`)}
      </div>
      ${offered.map((name) => html`
        <div role="tabpanel" key=${name} id=${`panel-${name}`} aria-labelledby=${`tab-${name}`} hidden=${name !== shown}>
          ${name === 'flow' && shown === 'flow' ? html`<${Flow} people=${[person]} />` : null}
          ${name === 'fail' ? html`<${Fail} person=${person} peer=${peer} />` : null}
          ${name === 'quality' && shown === 'quality' ? html`<${Quality} person=${person} line=${line} hasTurn=${hasTurn} />` : null}
          ${name === 'use' && shown === 'use' ? html`<${UseThis} person=${person} />` : null}
          ${name === 'check' ? html`<${Check} person=${person} />` : null}
          ${name === 'devices' && shown === 'devices' ? html`<${Devices} person=${person} />` : null}
        </div>`)}
    </section>`;
}
