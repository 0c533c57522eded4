// Configuration: every setting with its value, where that came from, its default and what it means.

import { api } from '../api.js';
import { plural } from '../format.js';
import { useLoad } from '../live.js';
import { Chip, Copy, Empty, Filters, Problem, Prose, html } from '../parts.js';
import { asEnvironment, asToml, valueText } from './config-export.js';

export default function Configuration({ query, setQuery }) {
  const { data, error, isLoading, reload } = useLoad(() => api.get('/config'), []);
  const all = data?.items ?? [];
  const shown = all.filter((one) => isShown(one, query));
  const sections = grouped(shown);
  return html`
    <div class="screen-head">
      <h1>Configuration</h1>
      <span class="push"></span>
      <${Copy} label="Copy as TOML" text=${() => asToml(shown)} testid="copy-toml" />
      <${Copy} label="Copy as environment" text=${() => asEnvironment(shown)} testid="copy-env" />
    </div>
    <div class="stack">
      <p class="fine">The values this server runs with. A later source beats an earlier one: default, file, environment, command line. What is listed is what is copied.</p>
      <${Filters} query=${query} setQuery=${setQuery} fields=${[{ name: 'text', label: 'Search', type: 'search', placeholder: 'ring_timeout, webhooks, secret …' }]}>
        <label class="inline">
          <input type="checkbox" checked=${query.changed === 'yes'} onChange=${({ target }) => setQuery({ changed: target.checked ? 'yes' : '' })} data-testid="only-changed" />
          only what differs from its default
        </label>
        <span class="fine" role="status">${plural(shown.length, 'setting')} of ${all.length}</span>
      <//>
      <${Problem} error=${error} retry=${reload} />
      ${data && shown.length === 0 && html`<${Empty} title=${query.changed ? 'Nothing differs from its default' : 'No setting matches'}>
        ${query.changed && !query.text
          ? html`<p>Give the server a file with <code>--config</code>, or variables as <code>HOOKSWITCH__CALL__RING_TIMEOUT_SECS=30</code>.</p>`
          : html`<button type="button" onClick=${() => setQuery({ text: '', changed: '' })}>Show all settings</button>`}
      <//>`}
      ${isLoading && !data && html`<p class="fine">Loading…</p>`}
      <div class="stack" data-testid="config-list">
        ${[...sections].map(([section, settings]) => html`<${Section} key=${section} name=${section} settings=${settings} />`)}
      </div>
    </div>`;
}

function grouped(settings) {
  const sections = new Map();
  for (const one of settings) sections.set(one.section, [...(sections.get(one.section) ?? []), one]);
  return sections;
}

function isShown({ key, doc, env, value, is_default: isDefault }, { text = '', changed }) {
  if (changed === 'yes' && isDefault) return false;
  return `${key} ${doc} ${env} ${valueText(value)}`.toLowerCase().includes(text.toLowerCase());
}

function Section({ name, settings }) {
  return html`
    <section class="card">
      <h2 class="mono">[${name}]</h2>
      <ul class="plain settings">${settings.map((one) => html`<${Setting} key=${one.key} setting=${one} />`)}</ul>
    </section>`;
}

function Setting({ setting }) {
  const { name, value, default: initial, origin, is_default: isDefault, doc, env, reloadable, secret } = setting;
  return html`
    <li data-testid=${`setting-${setting.key}`}>
      <div>
        <div class="row"><strong class="mono">${name}</strong> <code class=${`value ${value === null ? 'fine' : ''}`}>${valueText(value)}</code></div>
        <div class="row">
          <${Chip} tone=${isDefault ? '' : 'warn'} title="where the value came from">${origin}<//>
          ${secret && html`<${Chip} tone="info">secret<//>`}
          ${reloadable && html`<${Chip} tone="good" title="SIGHUP reads it anew, without a restart">reloadable<//>`}
        </div>
      </div>
      <div>
        <p><${Prose} text=${doc} /></p>
        <p class="fine">${!isDefault && html`Default: <code>${valueText(initial)}</code>. `}<code class="wrap">${env}</code></p>
      </div>
    </li>`;
}
