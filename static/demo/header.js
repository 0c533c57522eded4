// @ts-check
// The head of each page: where one is, who one is, the line, and what the viewer can choose.

import { html } from '/ui/html.js';
import { useModel } from '/demo/model.js';
import { say, settings } from '/demo/settings.js';

/** @typedef {import('/demo/person.js').Person} Person */

const LINKS = /** @type {const} */ ([
  ['/demo/two.html', 'linkTwo'],
  ['/demo/anychat.html', 'linkAnychat'],
  ['/demo/verto.html', 'linkVerto'],
  ['/console/', 'linkConsole'],
  ['/docs/', 'linkDocs'],
  ['/api/docs', 'linkApi'],
]);

/** @param {{ person?: Person, onHelp: () => void }} props */
export function Header({ person, onHelp }) {
  useModel(settings);
  return html`
    <header class="top">
      <a class="brand" href=${location.pathname === '/demo/two.html' ? '/' : location.pathname}><img src="/ui/icon.svg" width="28" height="28" alt="" /><h1>hookswitch</h1></a>
      <nav aria-label=${say('pages')}>
        ${LINKS.map(([path, key]) => html`<a href=${path} key=${path} aria-current=${path === location.pathname ? 'page' : undefined}>${say(key)}</a>`)}
      </nav>
      <span class="row choices">
        ${person ? html`<${Whoami} person=${person} />` : null}
        <button type="button" class="quiet small" onClick=${() => settings.nextLanguage()} lang=${settings.language === 'en' ? 'zh-CN' : 'en'}>${settings.language === 'en' ? '中文' : 'English'}</button>
        <button type="button" class="quiet small" onClick=${() => settings.nextTheme()} title=${say('theme')}>${say(`theme.${settings.theme}`)}</button>
        <button type="button" class="quiet small" onClick=${onHelp} aria-label=${say('keys')}><kbd>?</kbd></button>
      </span>
    </header>`;
}

/** @param {{ person: Person }} props */
function Whoami({ person }) {
  useModel(person);
  if (!person.client) return null;
  return html`
    <${LineState} person=${person} />
    <strong>${person.user}</strong>
    <button type="button" class="quiet small" onClick=${() => person.logOut()}>${say('logOut')}</button>`;
}

/** @param {{ person: Person }} props */
export function LineState({ person }) {
  useModel(person);
  return html`<span class=${`line ${person.isOnline ? '' : 'down'}`}>${say(person.isOnline ? 'connected' : 'reconnecting')}</span>`;
}
