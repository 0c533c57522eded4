// One field of a form made from the API's description.

import { Prose, html } from '../parts.js';

export function FormField({ field, value, set, problem }) {
  const { name, where, required, doc, kind } = field;
  return html`
    <label>
      <span class="row tight"><code>${name}</code> <span class="fine">${where === 'body' ? '' : `${where}, `}${typeWords(field)}${required ? ', needed' : ''}</span></span>
      ${control(field, kind, value, set)}
      ${problem && html`<span class="problem" role="alert">${problem}</span>`}
      ${doc && html`<span class="fine"><${Prose} text=${doc} /></span>`}
    </label>`;
}

function typeWords({ kind, isUuid, options, min, max }) {
  const range = min !== undefined && max !== undefined ? ` ${min} to ${max}` : min !== undefined ? ` from ${min}` : '';
  const words = { integer: `whole number${range}`, number: `number${range}`, boolean: 'yes or no', array: 'list, with commas between', object: 'JSON' };
  return options ? 'one of a list' : isUuid ? 'UUID' : (words[kind] ?? 'text');
}

function control(field, kind, value, set) {
  const { key, options, example, isPassword, min, max, required } = field;
  const onInput = ({ target }) => set(target.value);
  const shared = { value, onInput, 'data-testid': `field-${key}`, 'aria-required': required ? 'true' : undefined };
  const choices = options ?? (kind === 'boolean' ? ['true', 'false'] : null);
  if (choices) {
    return html`<select ...${shared} onChange=${onInput}>
      <option value="">${required ? 'choose' : 'left out'}</option>
      ${choices.map((one) => html`<option value=${one}>${one}</option>`)}
    </select>`;
  }
  if (kind === 'object') return html`<textarea class="mono" ...${shared} spellcheck=${false}></textarea>`;
  const type = isPassword ? 'password' : kind === 'integer' || kind === 'number' ? 'number' : 'text';
  const step = kind === 'number' ? 'any' : undefined;
  const placeholder = example === '' ? '' : `as ${Array.isArray(example) ? example.join(', ') : example}`;
  return html`<input type=${type} ...${shared} min=${min} max=${max} step=${step} placeholder=${placeholder} autocomplete=${isPassword ? 'new-password' : 'off'} spellcheck=${false} />`;
}
