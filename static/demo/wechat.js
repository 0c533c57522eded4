// @ts-check
// WeChat users that the server plays: each button calls one who does what it says.

import { html } from '/ui/html.js';
import { useModel } from '/demo/model.js';
import { say, sayIfKnown } from '/demo/settings.js';

/** @typedef {import('/demo/person.js').Person} Person */

const DEEDS = ['answer', 'refuse', 'busy', 'silent', 'crash-talk'];
const NO_ANSWER_SECS = 2;

/** @param {{ person: Person }} props */
export function WeChat({ person }) {
  useModel(person);
  return html`
    <section class="card" data-testid="wechat">
      <h2>${say('wechat')}</h2>
      <div class="row">
        ${DEEDS.map((deed) => html`
          <button type="button" key=${deed} class=${deed === 'answer' ? 'small primary' : 'small'} data-testid=${`wechat-${deed}`} disabled=${person.call !== null}
            onClick=${() => person.dial(`wechat:dev:${deed}`, deed === 'silent' ? NO_ANSWER_SECS : null)}>${sayIfKnown(`wechat.${deed}`)}</button>`)}
      </div>
      <p class="fine">${say('wechatHint')}</p>
    </section>`;
}

/** What passes between the page and WeChat. @param {{ person: Person }} props */
export function WeChatCounters({ person }) {
  const { wechat } = useModel(person);
  if (!wechat) return null;
  return html`
    <p class="chip summary" data-testid="wechat-counters">${say('wechatCounters', wechat.counters)}</p>
    ${wechat.isBlind ? html`<p class="notice warn" data-testid="wechat-blind">${say(wechat.isDeaf ? 'wechatDeaf' : 'wechatBlind')}</p>` : null}`;
}
