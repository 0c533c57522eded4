// What the hooks were asked about a call, what they said, how long they took, and whether the question was signed well.

import { useState } from '/vendor/hooks.js';
import { api, can } from '../api.js';
import { code, duration } from '../format.js';
import { useLoad } from '../live.js';
import { Bar, Chip, JsonView, html, toast } from '../parts.js';

const POLICIES = {
  allow: 'The hook gave no verdict; its policy, to allow, decided.',
  refuse: 'The hook gave no verdict; its policy, to refuse, decided.',
};

/** The order in which the server writes the fields of a question; the trace lists them by name. */
const BODY = ['type', 'timestamp', 'data'];
const DATA = ['event', 'event_type', 'source_user', 'target_user', 'error_code', 'flags', 'param', 'user_str', 'seq', 'call'];

function inOrder(value, names) {
  const known = names.filter((name) => name in value);
  const others = Object.keys(value).filter((name) => !names.includes(name));
  return Object.fromEntries([...known, ...others].map((name) => [name, value[name]]));
}

/** The text that was signed: a recorded question as it was sent. The call in it is written as REST writes it. */
export function signedText(body, call) {
  if (typeof body === 'string') return body;
  const data = inOrder({ ...body.data, call: inOrder(body.data.call, Object.keys(call)) }, DATA);
  return JSON.stringify(inOrder({ ...body, data }, BODY));
}

/** Asks the server whether the recorded question carries a valid signature of the hook's secret. */
function Signature({ call, hook, question }) {
  const [found, setFound] = useState(null);
  const check = async () => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = question.headers;
    const body = signedText(question.body, call);
    try {
      setFound(await api.post(`/webhooks/${encodeURIComponent(hook)}/verify`, { id, timestamp, signature, body }));
    } catch (error) {
      toast(error.message, 'bad');
    }
  };
  if (!found) return html`<button type="button" class="small" onClick=${check} data-testid="check-signature">Check the signature</button>`;
  return html`<div class=${`notice ${found.valid ? 'good' : 'bad'}`} role="status">
    ${found.valid ? 'The signature is valid.' : 'The signature does not fit.'}
    ${found.problems.length > 0 && html`<ul>${found.problems.map((problem) => html`<li>${problem}</li>`)}</ul>`}
  </div>`;
}

function Message({ title, item }) {
  return html`<details><summary>${title}${item.status ? html` <span class="fine">HTTP ${item.status}</span>` : ''}</summary>
    ${item.headers && html`<${JsonView} value=${item.headers} label=${`Headers of: ${title}`} />`}
    ${item.body && html`<${JsonView} value=${item.body} label=${`Body of: ${title}`} />`}</details>`;
}

function Verdict({ call, veto, hook, items }) {
  const question = items.find(({ kind }) => kind === 'veto.question');
  const answer = items.find(({ kind }) => kind === 'veto.answer');
  const timeout = hook?.timeout_ms;
  return html`<div class="stack verdict">
    <div class="row"><strong>${veto.hook}</strong><${Chip} word=${veto.verdict} tone=${veto.verdict === 'allow' ? 'good' : 'bad'} />
      <span class="push number">${duration(veto.ms)}${timeout ? html`<span class="fine"> of ${duration(timeout)}</span>` : ''}</span></div>
    ${timeout && html`<${Bar} value=${veto.ms} limit=${timeout} label=${`Share of the hook's timeout: ${duration(veto.ms)} of ${duration(timeout)}`} />`}
    ${veto.error_code !== 0 && html`<p>Refused with ${code(veto.error_code)}</p>`}
    ${veto.message && html`<p>“${veto.message}”</p>`}
    ${veto.policy && html`<p class="notice warn">${POLICIES[veto.policy] ?? veto.policy}</p>`}
    ${question && html`<${Message} title="The question" item=${question} />`}
    ${answer && html`<${Message} title="The answer" item=${answer} />`}
    ${question?.headers && question.body && hook && can('admin') && html`<div><${Signature} call=${call} hook=${veto.hook} question=${question} /></div>`}
  </div>`;
}

export function CallVeto({ call, trace }) {
  const { data: hooks } = useLoad(() => api.get('/webhooks', { limit: 500 }), []);
  const verdicts = call.veto ?? [];
  if (verdicts.length === 0) {
    const why = call.state === 'requested' ? 'The hooks are being asked.' : call.placed ? 'A call that the API places is put to no hook.' : 'No hook was asked before it rang.';
    return html`<section class="card"><h2>Veto</h2><p class="fine">${why}</p></section>`;
  }
  return html`<section class="card" data-testid="veto"><h2>Veto</h2>
    ${verdicts.map((veto) => html`<${Verdict} key=${veto.hook} call=${call} veto=${veto} hook=${hooks?.items.find(({ name }) => name === veto.hook)} items=${trace.filter(({ hook }) => hook === veto.hook)} />`)}
  </section>`;
}
