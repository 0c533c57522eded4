// The console: its frame, its screens, its keys.

import { render } from '/vendor/preact.js';
import { useEffect, useRef, useState } from '/vendor/hooks.js';
import { me, signInAgain } from './api.js';
import { Header } from './header.js';
import { startLive } from './live.js';
import { Dialogs, Empty, Icon, Problem, Toasts, html } from './parts.js';
import { go, href, match, parseHash } from './route.js';
import { useStore } from './store.js';

/** Every screen: `icon` puts it into the navigation, `group` begins a new part of it. */
export const screens = [
  { path: 'overview', title: 'Overview', icon: 'overview', load: () => import('./screens/overview.js') },
  { path: 'calls', title: 'Calls', icon: 'calls', load: () => import('./screens/calls.js') },
  { path: 'calls/:id', title: 'Call', load: () => import('./screens/call.js') },
  { path: 'users', title: 'Users', icon: 'users', load: () => import('./screens/users.js') },
  { path: 'users/:user', title: 'User', load: () => import('./screens/user.js') },
  { path: 'webhooks', title: 'Webhooks', icon: 'webhooks', group: true, load: () => import('./screens/webhooks.js') },
  { path: 'deliveries', title: 'Deliveries', icon: 'deliveries', load: () => import('./screens/deliveries.js') },
  { path: 'workers', title: 'Workers', icon: 'workers', group: true, load: () => import('./screens/workers.js') },
  { path: 'wechat', title: 'WeChat', icon: 'wechat', load: () => import('./screens/wechat.js') },
  { path: 'try', title: 'Try it', icon: 'try', group: true, load: () => import('./screens/try.js') },
  { path: 'trace', title: 'Trace', icon: 'trace', load: () => import('./screens/trace.js') },
  { path: 'config', title: 'Configuration', icon: 'config', group: true, load: () => import('./screens/config.js') },
  { path: 'keys', title: 'API keys', icon: 'keys', load: () => import('./screens/keys.js') },
  { path: 'health', title: 'Health', icon: 'health', load: () => import('./screens/health.js') },
];

function useRoute() {
  const [route, setRoute] = useState(() => parseHash(location.hash));
  useEffect(() => {
    const onChange = () => setRoute(parseHash(location.hash));
    addEventListener('hashchange', onChange);
    // It may have changed between the first drawing and now.
    onChange();
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return route;
}

/** Loads a screen's module. The screen before stays until it is there. */
function useScreen(screen) {
  const [loaded, setLoaded] = useState({ screen: null, Screen: null, error: null });
  useEffect(() => {
    let isWanted = true;
    screen?.load().then(
      (module) => isWanted && setLoaded({ screen, Screen: module.default, error: null }),
      (error) => isWanted && setLoaded({ screen, Screen: null, error }),
    );
    return () => {
      isWanted = false;
    };
  }, [screen]);
  return loaded;
}

function Navigation({ path, isOpen, close }) {
  const first = path.split('/')[1];
  return html`<nav class=${`side ${isOpen ? 'open' : ''}`} id="navigation" aria-label="Screens" onClick=${close}>
    ${screens.filter(({ icon }) => icon).map(({ path: to, title, icon, group }) => html`
      <a key=${to} href=${href(`/${to}`)} class=${group ? 'group' : ''} aria-current=${to === first ? 'page' : undefined} data-testid=${`nav-${to}`}>
        <${Icon} name=${icon} />${title}
      </a>`)}
  </nav>`;
}

function Console() {
  const { path, query } = useRoute();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef(null);
  const isFirst = useRef(true);
  const found = match(screens, path);
  const { screen, Screen, error } = useScreen(found?.screen);
  const title = found ? [found.screen.title, ...Object.values(found.params)].join(' ') : 'Not found';

  useEffect(() => {
    document.title = `${title} · hookswitch console`;
    setMenuOpen(false);
    // Whoever reads with the ears or the keyboard goes on where the new screen begins.
    if (!isFirst.current) main.current.focus({ preventScroll: true });
    isFirst.current = path === '/';
    scrollTo(0, 0);
  }, [path]);
  useEffect(() => {
    // What is asked for meanwhile counts more.
    if (parseHash(location.hash).path === '/') go('/overview', {}, { replace: true });
  }, [path]);

  const setQuery = (patch, { replace = true } = {}) => {
    const now = parseHash(location.hash);
    go(now.path, { ...now.query, ...patch }, { replace });
  };
  return html`
    <a class="skip" href="#main" onClick=${(event) => {
      event.preventDefault();
      main.current.focus();
    }}>Skip to the screen</a>
    <${Header} isMenuOpen=${isMenuOpen} toggleMenu=${() => setMenuOpen(!isMenuOpen)} />
    <div class="frame">
      <${Navigation} path=${path} isOpen=${isMenuOpen} close=${() => setMenuOpen(false)} />
      <main id="main" ref=${main} tabindex="-1" data-screen=${screen?.path}>
        ${!found && path !== '/' && html`<${Empty} title="There is no such screen"><a href="#/overview">Go to the overview</a><//>`}
        ${found && error && screen === found.screen && html`<${Problem} error=${error} retry=${() => location.reload()} />`}
        ${found && Screen && screen === found.screen && html`<${Screen} key=${path} params=${found.params} query=${query} setQuery=${setQuery} />`}
      </main>
    </div>`;
}

function App() {
  const who = useStore(me);
  const { Screen: SignIn } = useScreen(who ? null : signInScreen);
  return html`${who ? html`<${Console} />` : SignIn && html`<${SignIn} />`}<${Toasts} /><${Dialogs} />`;
}

const signInScreen = { load: () => import('./screens/sign-in.js') };

await signInAgain();
startLive();
render(html`<${App} />`, document.getElementById('app'));
