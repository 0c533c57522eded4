// Try it: every call of the API as a form, and its answer beside it.

import { useMemo, useState } from '/vendor/hooks.js';
import { api, can } from '../api.js';
import { useLoad } from '../live.js';
import { Chip, Empty, Problem, html } from '../parts.js';
import { readOperations } from './try-model.js';
import { Operation } from './try-operation.js';

const TONES = { GET: 'info', POST: 'good', PUT: 'warn', DELETE: 'bad' };

export default function TryIt({ query, setQuery }) {
  const { data, error, reload } = useLoad(() => api.get('/api/openapi.json'), []);
  const groups = useMemo(() => (data ? readOperations(data) : []), [data]);
  const [text, setText] = useState('');
  const all = groups.flatMap(({ operations }) => operations);
  const operation = all.find(({ id }) => id === query.op) ?? all.find(({ id }) => id === 'stats') ?? all[0];
  const isWanted = ({ id, path, method, summary }) => `${id} ${method} ${path} ${summary}`.toLowerCase().includes(text.toLowerCase());
  const shown = groups
    .map((group) => ({ ...group, operations: group.operations.filter(isWanted) }))
    .filter(({ operations }) => operations.length > 0);
  return html`
    <div class="screen-head">
      <h1>Try it</h1>
      <span class="push"></span>
      <a class="button small" href="/api/docs">API reference</a>
      <a class="button small" href="/api/openapi.json">openapi.json</a>
    </div>
    <${Problem} error=${error} retry=${reload} />
    ${operation && html`
      <div class="workbench">
        <nav class="card operations" aria-label="Calls of the API">
          <input type="search" value=${text} onInput=${({ target }) => setText(target.value)} placeholder="Find a call" aria-label="Find a call of the API" data-testid="find-operation" />
          ${shown.length === 0 && html`<${Empty} title="No such call"><button type="button" onClick=${() => setText('')}>Show all</button><//>`}
          ${shown.map(({ name, doc, operations }) => html`
            <section key=${name}>
              <h2 title=${doc}>${name}</h2>
              <ul class="plain">
                ${operations.map((one) => html`<li key=${one.id}>
                  <button type="button" class="quiet" aria-current=${one === operation ? 'true' : null} title=${one.summary} data-testid=${`op-${one.id}`}
                    onClick=${() => setQuery({ op: one.id }, { replace: false })}>
                    <${Chip} tone=${TONES[one.method]}>${one.method}<//><span class="mono">${breakable(one.path.replace('/api/v1', ''))}</span>
                    ${one.scope && !can(one.scope) && html`<span class="fine push" title=${`needs a key of scope ${one.scope}`}>${one.scope}</span>`}
                  </button>
                </li>`)}
              </ul>
            </section>`)}
        </nav>
        <${Operation} key=${operation.id} operation=${operation} given=${query} />
      </div>`}`;
}

/** A path that a narrow list breaks at its slashes. */
function breakable(path) {
  return path.split('/').filter(Boolean).map((part) => [html`<wbr />`, `/${part}`]);
}
