// Everything that fits a filter, as a file: fetched page by page, with a way to stop.

import { useRef, useState } from '/vendor/hooks.js';
import { everything } from './api.js';
import { code, plural, setupMs } from './format.js';
import { Dialog, download, html, toast } from './parts.js';

/** The columns of the CSV file. Durations in milliseconds, times in UTC. */
const FIELDS = [
  ...['id', 'state', 'caller', 'callee', 'dialled', 'caller_device', 'callee_device', 'caller_door', 'callee_door', 'placed', 'flags', 'param', 'user_str', 'room'].map((name) => [name, (call) => call[name]]),
  ['error_code', (call) => call.error_code],
  ['error_name', (call) => (call.error_code === null ? '' : code(call.error_code).replace(/^-?\d+ /, ''))],
  ...['reason', 'ended_by', 'requested_at', 'ringing_at', 'started_at', 'ended_at', 'ring_ms', 'talk_ms'].map((name) => [name, (call) => call[name]]),
  ['setup_ms', setupMs],
  ['veto', (call) => (call.veto ?? []).map(({ hook, verdict, ms }) => `${hook}:${verdict}:${ms}ms`).join(' ')],
];

/** A cell of a CSV file (RFC 4180). */
export function cell(value) {
  let text = value === null || value === undefined ? '' : String(value);
  // A text that a spreadsheet would run as a formula is kept from being one; a caller could have written it.
  if (/^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Calls as CSV, with a line of headings. */
export function toCsv(calls) {
  const lines = [FIELDS.map(([name]) => name), ...calls.map((call) => FIELDS.map(([, read]) => cell(read(call))))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

const FORMATS = {
  CSV: { type: 'text/csv', write: toCsv },
  JSON: { type: 'application/json', write: (calls) => `${JSON.stringify(calls, null, 2)}\n` },
};

/** The buttons that export all calls that fit. */
export function Export({ filters }) {
  const [state, setState] = useState(null);
  const isStopped = useRef(false);
  const run = async (format) => {
    isStopped.current = false;
    setState({ format, done: 0 });
    try {
      const calls = await everything('/calls', filters, (done) => {
        setState({ format, done });
        return !isStopped.current;
      });
      if (isStopped.current) toast('The export was stopped; nothing was saved.', 'warn');
      else {
        const { type, write } = FORMATS[format];
        download(`hookswitch-calls-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.${format.toLowerCase()}`, type, write(calls));
        toast(`${plural(calls.length, 'call')} exported.`, 'good');
      }
    } catch (error) {
      toast(error.message, 'bad');
    }
    setState(null);
  };
  const stop = () => {
    isStopped.current = true;
  };
  return html`${Object.keys(FORMATS).map((format) => html`<button type="button" class="small" key=${format} disabled=${state !== null} onClick=${() => run(format)} data-testid=${`export-${format.toLowerCase()}`}
      title="Everything that fits the filters">${format}</button>`)}
    ${state && html`<${Dialog} title=${`Exporting as ${state.format}`} onClose=${stop}>
      <progress aria-label="Exporting"></progress>
      <p class="row">${plural(state.done, 'call')} so far<button type="button" class="push" onClick=${stop}>Stop</button></p>
    <//>`}`;
}
