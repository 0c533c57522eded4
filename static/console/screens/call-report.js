// A call as a bug report: Markdown with the facts, the ladder and the record.

import { toMermaid } from '/ui/ladder.js';
import { actor, code, duration, media, moment, sentence, setupMs } from '../format.js';
import { health } from '../header.js';

const row = (cells) => `| ${cells.map((cell) => String(cell ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

/** @returns {string} Markdown */
export function report(call, { ladder, deliveries, isUtc }) {
  const at = (time) => (time ? moment(time, { isUtc, precise: true }) : '–');
  const facts = [
    ['Server', health.value ? `hookswitch ${health.value.version}` : ''],
    ['Call', `\`${call.id}\``],
    ['Caller', `${call.caller}, ${call.caller_door}, device “${call.caller_device}”`],
    ['Callee', `${call.callee}, ${call.callee_door ?? 'door not known'}, device “${call.callee_device ?? ''}”${call.dialled ? `, dialled as ${call.dialled}` : ''}`],
    ['Media', media(call.flags)],
    ['Requested', at(call.requested_at)],
    ['Rang', duration(call.ring_ms)],
    ['Setup', duration(setupMs(call))],
    ['Talked', duration(call.talk_ms)],
    ['Ended', call.ended_at ? `${at(call.ended_at)} by ${actor(call, call.ended_by)}: ${code(call.error_code)} (${call.reason})` : 'not yet'],
  ].filter(([, value]) => value);
  const parts = [
    `## ${call.caller} → ${call.callee}, ${at(call.requested_at)}`,
    sentence(call),
    table(['', ''], facts),
    '### Steps',
    table(['version', 'at', 'state', 'by', 'code'], call.timeline.map((step) => [step.version, at(step.at), step.state, step.actor, step.state === 'ended' ? `${code(step.error_code)} ${step.reason ?? ''}` : ''])),
  ];
  if (call.veto?.length) {
    parts.push('### Veto', table(['hook', 'verdict', 'ms', 'policy', 'code', 'message'], call.veto.map((veto) => [veto.hook, veto.verdict, veto.ms, veto.policy, veto.error_code, veto.message])));
  }
  if (deliveries.length) {
    parts.push('### Deliveries', table(['hook', 'event', 'state', 'tries', 'last answer'], deliveries.map((item) => [item.hook, item.type, item.state, item.attempts, item.last_status ?? item.last_error])));
  }
  parts.push('### Ladder', `\`\`\`mermaid\n${toMermaid(ladder.ladder).trim()}\n\`\`\``);
  parts.push(`<details><summary>Record</summary>\n\n\`\`\`json\n${JSON.stringify(call, null, 2)}\n\`\`\`\n</details>`);
  return `${parts.join('\n\n')}\n`;
}
