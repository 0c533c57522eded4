// A test event for a hook, with the outcome in words.

import { useState } from '/vendor/hooks.js';
import { api } from '../api.js';
import { CurlButton, Problem, html } from '../parts.js';
import { explainTest } from './webhook-words.js';

export function Test({ hook, path }) {
  const [report, setReport] = useState(null);
  const [problem, setProblem] = useState(null);
  const [isSending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    setProblem(null);
    try {
      setReport(await api.post(`${path}/test`));
    } catch (error) {
      setProblem(error);
    }
    setSending(false);
  };
  const words = report && explainTest(report, hook);
  return html`
    <section class="card" data-testid="webhook-test">
      <h2>Send a test event</h2>
      <p class="fine">The server POSTs a signed <code>ping</code> to the hook now, and tells how it went.</p>
      <div class="row">
        <button type="button" class="primary" onClick=${send} disabled=${isSending} data-testid="send-test">${isSending ? 'Sending…' : 'Send a test event'}</button>
        <${CurlButton} method="POST" path=${`${path}/test`} />
      </div>
      <${Problem} error=${problem} />
      ${words && html`<div class=${`notice ${report.ok ? 'good' : 'bad'}`} role="status" data-testid="test-result">
        <strong>${words.title}</strong><p>${words.advice}</p>
      </div>`}
    </section>`;
}
