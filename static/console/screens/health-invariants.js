// What must always hold: what the server's own look found last, and a look on demand.

import { useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { plural } from '../format.js';
import { CallLink, Chip, Time, User, html } from '../parts.js';

export function Invariants({ known }) {
  const [found, setFound] = useState(null);
  const [isChecking, setChecking] = useState(false);
  const [problem, setProblem] = useState('');
  const check = async () => {
    setChecking(true);
    setProblem('');
    try {
      setFound(await api.get('/debug/invariants'));
    } catch (error) {
      setProblem(error.message);
    }
    setChecking(false);
  };
  return html`
    <section class="card" data-testid="invariants">
      <div class="row">
        <h2>Invariants</h2>
        ${known && !found && html`
          <${Chip} tone=${known.ok ? 'good' : 'bad'}>${known.ok ? 'all hold' : plural(known.violations, 'violation')}<//>
          ${known.checked_at && html`<span class="fine">checked <${Time} at=${known.checked_at} /></span>`}`}
        ${found && html`
          <${Chip} tone=${found.ok ? 'good' : 'bad'}>${found.ok ? 'all hold' : 'violated'}<//>
          <span class="fine">${plural(found.calls, 'call')}, ${plural(found.lines, 'line')}, ${plural(found.sessions, 'session')} looked at <${Time} at=${found.checked_at} /></span>`}
        <button class="push" onClick=${check} disabled=${isChecking} data-testid="check-invariants">${isChecking ? 'Checking…' : 'Check now'}</button>
      </div>
      <p class="fine">What must hold at every moment. The server looks every half minute by itself; whatever is wrong is looked at twice, a second apart.</p>
      ${problem && html`<p class="notice bad" role="alert">${problem}</p>`}
      ${found && html`
        <ol class="plain laws">
          ${found.invariants.map(({ number, name, ok, violations }) => html`
            <li key=${number}>
              <span class="dot ${ok ? 'good' : 'bad'}"></span>
              <span>${number}. ${name} <span class="fine">${ok ? 'holds' : 'does not hold'}</span></span>
              ${violations.map(({ what, call, user }) => html`
                <p class="notice bad">${what}
                  ${call && html`<${CallLink} id=${call} />`} ${user && html`<${User} name=${user} />`}
                </p>`)}
            </li>`)}
        </ol>`}
    </section>`;
}
