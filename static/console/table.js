// Tables whose rows can be walked with the keyboard.

import { html } from '/ui/html.js';
import { useEffect, useState } from '/vendor/hooks.js';
import { kept } from './store.js';

const INTERACTIVE = 'a, button, input, select, label, summary';

function walk(event) {
  const rows = [...event.currentTarget.parentElement.children];
  const at = rows.indexOf(event.currentTarget);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined || !rows[to]) return;
  event.preventDefault();
  rows[to].focus();
}

/**
 * @param {{ columns: { key: string, title: string, render: (row: any) => any, number?: boolean, className?: string }[],
 *   rows: any[], rowKey: (row: any) => string, open?: (row: any) => void, rowClass?: (row: any) => string,
 *   caption: string, testid?: string, rowTestid?: string, expanded?: (row: any) => any }} props
 *   `open` is what a click on a row and Enter do; `expanded` draws a row of its own below. Without rows the columns are shown
 */
export function Table({ columns, rows, rowKey, open, rowClass = () => '', caption, testid, rowTestid, expanded = () => null }) {
  const onClick = (row) => (event) => {
    if (!event.target.closest(INTERACTIVE) && String(getSelection()) === '') open(row);
  };
  const onKeyDown = (row) => (event) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter') open?.(row);
    else walk(event);
  };
  // With rows, those take the focus that a part which scrolls must be able to have.
  const scroll = rows.length === 0 ? { tabindex: 0, role: 'region', 'aria-label': caption } : {};
  return html`<div class="scroll" ...${scroll}><table data-testid=${testid}>
    <caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map(({ key, title, number }) => html`<th key=${key} scope="col" class=${number ? 'number' : ''}>${title}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => {
      const below = expanded(row);
      const id = rowKey(row);
      return [
        html`<tr key=${id} data-testid=${rowTestid} data-id=${id} class=${`${open ? 'open' : ''} ${rowClass(row)}`} tabindex="0"
          onClick=${open && onClick(row)} onKeyDown=${onKeyDown(row)}>
          ${columns.map(({ key, render, number, className = '' }) => html`<td key=${key} class=${`${number ? 'number' : ''} ${className}`}>${render(row)}</td>`)}
        </tr>`,
        below && html`<tr key=${`${id}-below`} class="below"><td colspan=${columns.length}>${below}</td></tr>`,
      ];
    })}</tbody>
  </table></div>`;
}

/** The columns that were chosen for a table, kept in this browser, and the control that chooses them. */
export function usePickedColumns(name, columns, initial) {
  const [store] = useState(() => kept(`columns.${name}`, initial));
  const [picked, setPicked] = useState(store.value);
  useEffect(() => store.listen(setPicked), [store]);
  const toggle = (key) => store.set(columns.map((column) => column.key).filter((other) => (other === key) !== picked.includes(other)));
  const picker = html`<details class="picker">
    <summary class="button small">Columns</summary>
    <div class="card">${columns.map(({ key, title }) => html`<label class="inline" key=${key}>
      <input type="checkbox" checked=${picked.includes(key)} disabled=${picked.length === 1 && picked.includes(key)} onChange=${() => toggle(key)} />${title}
    </label>`)}</div>
  </details>`;
  return [columns.filter(({ key }) => picked.includes(key)), picker];
}
