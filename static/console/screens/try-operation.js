// One call of the API: its form on one side, what came back on the other.

import { useEffect, useRef, useState } from '/vendor/hooks.js';
import { api, can, me, open } from '../api.js';
import { bytes, duration } from '../format.js';
import { Chip, Copy, JsonView, Problem, Prose, Tabs, confirm, html } from '../parts.js';
import { FormField } from './try-field.js';
import { LANGUAGES, buildRequest } from './try-model.js';

/** @param {{ operation: object, given: Record<string, string> }} props `given` may hold values for fields, as `path.id` */
export function Operation({ operation, given }) {
  const fields = [...operation.parameters, ...(operation.body ?? [])];
  const [values, setValues] = useState(() => Object.fromEntries(fields.map(({ key }) => [key, given[key] ?? ''])));
  const [rawBody, setRawBody] = useState(null);
  const [isTried, setTried] = useState(false);
  const { answer, isSending, send, stop } = useSending();
  const request = buildRequest(operation, values, rawBody);
  const mayDo = !operation.scope || can(operation.scope);
  const put = (key) => (value) => setValues((before) => ({ ...before, [key]: value }));

  const submit = async (event) => {
    event.preventDefault();
    setTried(true);
    if (!mayDo || Object.keys(request.problems).length > 0) return;
    const question = { title: `${request.method} ${request.path}`, body: `${operation.summary} This is done for real.`, action: 'Send', danger: request.method === 'DELETE' };
    if (operation.asksOnce && !(await confirm(question))) return;
    send(request, operation.isStream);
  };
  const problemOf = (key) => (isTried ? request.problems[key] : null);
  const draw = (field) => html`<${FormField} key=${field.key} field=${field} value=${values[field.key]} set=${put(field.key)} problem=${problemOf(field.key)} />`;
  return html`
    <div class="exchange">
      <form class="card" onSubmit=${submit} novalidate data-testid="try-form">
        <h2 class="mono wrap">${operation.method} ${operation.path}</h2>
        <p><${Prose} text=${operation.summary} /></p>
        <p class="fine row tight">${operation.scope
          ? html`Needs scope <${Chip} tone=${mayDo ? 'good' : 'bad'}>${operation.scope}<//> ${mayDo ? `– your key has ${me.value?.scope}` : `– your key has only ${me.value?.scope}, so it cannot be sent`}`
          : 'Open to all: needs no key.'}</p>
        <div class="try-fields">${operation.parameters.map(draw)}</div>
        ${operation.body && html`<${Body} fields=${operation.body.map(draw)} rawBody=${rawBody} setRawBody=${setRawBody} body=${request.body} problem=${problemOf('body')} />`}
        <div class="row">
          <button class="primary" disabled=${!mayDo || isSending} data-testid="try-send">${isSending ? 'Sending…' : 'Send'}</button>
          ${isSending && operation.isStream && html`<button type="button" onClick=${stop} data-testid="try-stop">Stop</button>`}
        </div>
        <${Code} request=${request} />
      </form>
      <${Answer} answer=${answer} isSending=${isSending} />
    </div>`;
}

function Body({ fields, rawBody, setRawBody, body, problem }) {
  const isRaw = rawBody !== null;
  const flip = () => setRawBody(isRaw ? null : JSON.stringify(body ?? {}, null, 2));
  return html`
    <div class="row"><h3>Body</h3><button type="button" class="small push" onClick=${flip} data-testid="try-raw">${isRaw ? 'Back to the form' : 'Write JSON'}</button></div>
    ${isRaw
      ? html`<label><span class="unseen">Body as JSON</span>
          <textarea class="mono" rows="8" value=${rawBody} onInput=${({ target }) => setRawBody(target.value)} spellcheck=${false} data-testid="try-body"></textarea>
          ${problem && html`<span class="problem" role="alert">${problem}</span>`}
        </label>`
      : html`<div class="try-fields">${fields}</div>`}`;
}

function Code({ request }) {
  const [language, setLanguage] = useState('curl');
  const text = LANGUAGES[language](request);
  return html`
    <div class="stack code-of-request">
      <div class="row">
        <${Tabs} tabs=${Object.keys(LANGUAGES).map((name) => [name, name])} chosen=${language} choose=${setLanguage} label="The request as code" />
        <span class="push"></span><${Copy} text=${text} testid="copy-request" />
      </div>
      <pre class="snippet" tabindex="0" role="region" aria-label=${`the request as ${language}`} data-testid="request-code">${text}</pre>
    </div>`;
}

/** Sends requests; of a stream, the answer grows until it is stopped. */
function useSending() {
  const [answer, setAnswer] = useState(null);
  const [isSending, setSending] = useState(false);
  const abort = useRef(null);
  useEffect(() => () => abort.current?.abort(), []);
  const send = async ({ method, path, body }, isStream) => {
    setSending(true);
    abort.current = new AbortController();
    const { signal } = abort.current;
    try {
      setAnswer(null);
      if (isStream) await follow(method, path, signal, setAnswer);
      else setAnswer(await api.request(method, path, { body, signal }));
    } catch (error) {
      if (!signal.aborted) setAnswer({ error });
    }
    setSending(false);
  };
  return { answer, isSending, send, stop: () => abort.current?.abort() };
}

const MOST_SHOWN = 20_000;

async function follow(method, path, signal, show) {
  const begun = performance.now();
  const response = await open(method, path, { signal, headers: { accept: 'text/event-stream' } });
  const known = { status: response.status, headers: Object.fromEntries(response.headers), ms: performance.now() - begun };
  let body = '';
  show({ ...known, body });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    body = (body + value).slice(-MOST_SHOWN);
    show({ ...known, body });
  }
}

function Answer({ answer, isSending }) {
  if (!answer) {
    return html`<section class="card" data-testid="try-answer"><h2>Answer</h2>
      <p class="fine">${isSending ? 'Waiting for the answer…' : 'What the server answers is shown here: status, time, headers, body.'}</p></section>`;
  }
  if (answer.error) return html`<section class="card" data-testid="try-answer"><h2>Answer</h2><${Problem} error=${answer.error} /></section>`;
  const { status, headers, body, ms } = answer;
  const text = typeof body === 'string' ? body : JSON.stringify(body, null, 2);
  const tone = status < 300 ? 'good' : status < 400 ? 'warn' : 'bad';
  return html`
    <section class="card" data-testid="try-answer">
      <div class="row">
        <h2>Answer</h2>
        <${Chip} tone=${tone}><span data-testid="try-status">${status}</span> ${status < 400 ? 'done' : 'refused'}<//>
        <span class="fine number">${duration(ms)}, ${bytes(new Blob([text ?? '']).size)}</span>
        <span class="push"></span>${text && html`<${Copy} text=${text} label="Copy body" />`}
      </div>
      ${body === null || body === ''
        ? html`<p class="fine">The body is empty.</p>`
        : typeof body === 'string'
          ? html`<pre class="json" tabindex="0" role="region" aria-label="the body">${body}</pre>`
          : html`<${JsonView} value=${body} label="the body" />`}
      <details>
        <summary>Headers</summary>
        <dl class="facts mono">${Object.entries(headers).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      </details>
    </section>`;
}
