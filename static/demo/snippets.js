// @ts-check
// The code for what was just done, ready to be used elsewhere.

/**
 * @typedef {object} Deed
 * @property {string} me
 * @property {string} peer
 * @property {'caller' | 'callee'} role
 */

/**
 * @param {Deed} deed
 * @returns {string} a whole page: it runs where it is served from the server's own origin
 */
export function pageFor({ me, peer, role }) {
  const action = role === 'caller'
    ? `document.querySelector('#call').onclick = () => follow(client.call(${quoted(peer)}, { media }));`
    : `client.on('call', async (call) => {
      follow(call);
      await call.answer({ media });
    });`;
  const button = role === 'caller' ? `\n  <button id="call">Call ${escaped(peer)}</button>` : '';
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>${escaped(me)}: a call by hookswitch</title>
</head>
<body>
  <video id="remote" autoplay playsinline></video>
  <video id="local" autoplay playsinline muted width="160"></video>${button}
  <button id="hangup">Hang up</button>
  <output id="state">not connected</output>
  <script type="module">
    import { connect, describeCode } from '/sdk/hookswitch.js';

    const show = (text) => { document.querySelector('#state').textContent = text; };
    // Without a camera one can still see and hear the other.
    const localStream = await navigator.mediaDevices?.getUserMedia({ audio: true, video: true }).catch(() => null);
    document.querySelector('#local').srcObject = localStream ?? null;
    const media = {
      localStream,
      onRemoteStream: (stream) => { document.querySelector('#remote').srcObject = stream; },
    };

    const client = await connect({ user: ${quoted(me)}, password: 'demo' });
    show('online');
    const follow = (call) => {
      document.querySelector('#hangup').onclick = () => call.hangup();
      call.on('state', ({ state }) => show(state));
      call.on('ended', ({ errorCode, reason }) => show(\`ended: \${errorCode} \${describeCode(errorCode)} (\${reason})\`));
    };
    ${action}
  </script>
</body>
</html>
`;
}

/**
 * The same without a page: the business server places the call.
 *
 * @param {Deed} deed
 * @param {string} origin
 * @param {string | null} key
 * @returns {string}
 */
export function curlFor({ me, peer, role }, origin, key) {
  const [caller, callee] = role === 'caller' ? [me, peer] : [peer, me];
  return [
    `curl -X POST ${origin}/api/v1/calls \\`,
    `  -H 'Authorization: Bearer ${key ?? 'YOUR_KEY'}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${shellQuoted(JSON.stringify({ caller, callee, flags: 3 }))}`,
    '',
  ].join('\n');
}

/**
 * @param {string} token a JWT
 * @returns {{ header: unknown, payload: any } | null} unverified
 */
export function decodeToken(token) {
  const [header, payload] = token.split('.').slice(0, 2).map((part) => {
    try {
      const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      return null;
    }
  });
  return header && payload ? { header, payload } : null;
}

/** @param {string} text */
function quoted(text) {
  // A closing tag within a script would end it.
  return JSON.stringify(text).replaceAll('<', '\\u003c');
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** @param {string} text */
function shellQuoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
