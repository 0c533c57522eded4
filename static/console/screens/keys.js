// API keys, and the audit of what was done with them.

import { can } from '../api.js';
import { Empty, Tabs, html } from '../parts.js';
import { Audit } from './keys-audit.js';
import { Keys } from './keys-list.js';

const TABS = [['keys', 'API keys'], ['audit', 'Audit']];

export default function KeysAndAudit({ query, setQuery }) {
  if (!can('admin')) {
    return html`<div class="screen-head"><h1>API keys and audit</h1></div><${Empty} title="This screen needs a key of scope admin">
      <p>Your key may not see keys or the audit. Make one on the server: <code>hookswitch key new --scope admin</code></p>
    <//>`;
  }
  const tab = query.tab === 'audit' ? 'audit' : 'keys';
  const choose = (name) => setQuery({ tab: name === 'keys' ? '' : name, cursor: '' });
  return html`
    <div class="screen-head"><h1>API keys and audit</h1></div>
    <div class="stack">
      <${Tabs} tabs=${TABS} chosen=${tab} choose=${choose} label="Keys or audit" />
      ${tab === 'keys' ? html`<${Keys} />` : html`<${Audit} query=${query} setQuery=${setQuery} />`}
    </div>`;
}
