// A hook's form, step by step: where it is, what it does, and what happens when it does not answer.

import { useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { Field, Problem, html } from '../parts.js';
import { EVENT_GROUPS, POLICIES } from './webhook-words.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._\-]{0,63}$/;
const DEFAULT_TIMEOUT_MS = 1000;

/**
 * @param {{ hook: object | null, taken: string[], onSaved: (registered: object) => void, onClose: () => void }} props
 *   `hook` is the one to edit, null for a new one; `taken` are the names that are in use
 */
export function HookForm({ hook, taken, onSaved, onClose }) {
  const [form, setForm] = useState(() => startOf(hook));
  const [problem, setProblem] = useState(null);
  const [isSaving, setSaving] = useState(false);
  const put = (patch) => setForm((before) => ({ ...before, ...patch }));
  const isTaken = !hook && taken.includes(form.name);
  const save = async (event) => {
    event.preventDefault();
    if (isTaken) return;
    setSaving(true);
    try {
      onSaved(await api.put(`/webhooks/${encodeURIComponent(form.name)}`, bodyOf(form)));
    } catch (error) {
      setProblem(error);
      setSaving(false);
    }
  };
  return html`
    <div class="screen-head"><h1>${hook ? `Edit ${hook.name}` : 'Add a webhook'}</h1></div>
    <form class="stack guided" onSubmit=${save} data-testid="webhook-form">
      <fieldset class="card">
        <legend class="unseen">Where it is</legend>
        <h2><span class="step">1</span> Where is it?</h2>
        <${Field} label="Name" hint="letters, digits, dots, dashes, underscores; lists and records name it so">
          <input value=${form.name} onInput=${({ target }) => put({ name: target.value })} required pattern=${NAME.source} maxlength="64"
            readonly=${Boolean(hook)} autofocus=${!hook} autocomplete="off" spellcheck=${false} data-testid="webhook-name" />
        <//>
        ${isTaken && html`<p class="problem" role="alert">There is a hook of this name. Open that one to change it.</p>`}
        <${Field} label="URL" hint="the server POSTs signed JSON to it; redirects are not followed">
          <input type="url" value=${form.url} onInput=${({ target }) => put({ url: target.value })} required pattern="https?://.+" maxlength="2048"
            placeholder="https://business.example.org/hooks/calls" spellcheck=${false} data-testid="webhook-url" />
        <//>
        <${Field} label="Description" hint="in your own words; may be left out">
          <input value=${form.description} onInput=${({ target }) => put({ description: target.value })} maxlength="300" data-testid="webhook-description" />
        <//>
      </fieldset>
      <fieldset class="card">
        <legend class="unseen">What it does</legend>
        <h2><span class="step">2</span> What does it do?</h2>
        <label class="choice">
          <input type="checkbox" checked=${form.veto} onChange=${({ target }) => put({ veto: target.checked })} data-testid="webhook-veto" />
          <span><strong>It decides about calls (veto)</strong> <span class="fine">It is asked before anything rings, and may allow, refuse or route the call. The caller waits for it.</span></span>
        </label>
        <${Events} chosen=${form.events} choose=${(events) => put({ events })} />
      </fieldset>
      ${form.veto && html`<${Policy} form=${form} put=${put} />`}
      <fieldset class="card">
        <legend class="unseen">Save</legend>
        <h2><span class="step">${form.veto ? 4 : 3}</span> ${hook ? 'Save it' : 'Save it, and get the secret'}</h2>
        <p class="fine">${hook ? 'The secret stays as it is. A hook that a 410 had stopped starts again.' : 'The server makes the signing secret and shows it once, on the next page. Then a test event can be sent.'}</p>
        ${!form.veto && form.events.length === 0 && html`<p class="notice warn">With neither the veto nor an event, the hook does nothing.</p>`}
        <${Problem} error=${problem} />
        <div class="row">
          <button type="button" class="push" onClick=${onClose}>Cancel</button>
          <button class="primary" disabled=${isSaving || isTaken} data-testid="save-webhook">${hook ? 'Save' : 'Save the webhook'}</button>
        </div>
      </fieldset>
    </form>`;
}

function startOf(hook) {
  if (!hook) return { name: '', url: '', description: '', veto: false, events: ['call.*'], on_failure: '', timeout_ms: String(DEFAULT_TIMEOUT_MS), enabled: true };
  const { name, url, description, veto, events, on_failure: policy, timeout_ms: timeout, enabled } = hook;
  return { name, url, description, veto, events, on_failure: policy, timeout_ms: String(timeout), enabled };
}

/** What PUT takes: it replaces the hook whole, so that everything must be said. */
export function bodyOf({ url, description, veto, events, on_failure: policy, timeout_ms: timeout, enabled }) {
  return { url: url.trim(), description, veto, events, on_failure: policy || 'allow', timeout_ms: Number(timeout) || DEFAULT_TIMEOUT_MS, enabled };
}

function Events({ chosen, choose }) {
  const isAll = chosen.includes('*');
  const flip = (event, covers = []) => ({ target }) => {
    const others = chosen.filter((one) => one !== event && !covers.includes(one));
    choose(target.checked ? [...others, event] : others);
  };
  const everything = EVENT_GROUPS.flatMap(({ group, events }) => [group, ...events.map(([name]) => name)]);
  const box = (name, doc, { isCovered = false, covers } = {}) => html`
    <label class="choice">
      <input type="checkbox" checked=${isCovered || chosen.includes(name)} disabled=${isCovered} onChange=${flip(name, covers)} data-testid=${`event-${name}`} />
      <span><code>${name}</code> <span class="fine">${doc}</span></span>
    </label>`;
  return html`
    <h3>Which events it hears</h3>
    ${box('*', 'everything, also what later versions add', { covers: everything })}
    <div class="event-groups">
      ${EVENT_GROUPS.map(({ group, doc, events }) => html`
        <div class="stack" key=${group}>
          ${box(group, doc, { isCovered: isAll, covers: events.map(([name]) => name) })}
          <div class="stack indent">${events.map(([name, words]) => box(name, words, { isCovered: isAll || chosen.includes(group) }))}</div>
        </div>`)}
    </div>`;
}

function Policy({ form, put }) {
  return html`
    <fieldset class="card">
      <legend class="unseen">When it gives no verdict</legend>
      <h2><span class="step">3</span> And when it gives no verdict?</h2>
      <p class="fine">A hook that is down, too slow or confused gives none. Choose what is worse for you: a call that should not have been, or none at all.</p>
      ${Object.entries(POLICIES).map(([name, { label, consequence }]) => html`
        <label class="choice" key=${name}>
          <input type="radio" name="on-failure" value=${name} required checked=${form.on_failure === name} onChange=${() => put({ on_failure: name })} data-testid=${`on-failure-${name}`} />
          <span><strong>${label}</strong> <span class="fine">${consequence}</span></span>
        </label>`)}
      <${Field} label="How long a verdict is waited for, in milliseconds" hint="10 to 30000; callers wait this long at worst">
        <input type="number" min="10" max="30000" step="1" required value=${form.timeout_ms} onInput=${({ target }) => put({ timeout_ms: target.value })} data-testid="webhook-timeout" />
      <//>
    </fieldset>`;
}
