// Writes static/vendor/ from node_modules, as `npm run vendor`; with --check says whether it is what stands there.
// Each file is its package's own, but for what a page without a build step needs: addresses in place of bare names, no source map.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const from = (path) => readFile(new URL(`node_modules/${path}`, import.meta.url), 'utf8');
const to = (name) => fileURLToPath(new URL(`../../static/vendor/${name}`, import.meta.url));
const unmapped = (text) => text.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n');

const FILES = {
  'preact.js': async () => unmapped(await from('preact/dist/preact.mjs')),
  'hooks.js': async () => unmapped(await from('preact/hooks/dist/hooks.mjs')).replace('from"preact"', 'from"./preact.js"'),
  'htm.js': () => from('htm/dist/htm.mjs'),
  'LICENSES.txt': licences,
};

async function licences() {
  const texts = ['preact', 'htm'].map(async (name) => {
    const { version } = JSON.parse(await from(`${name}/package.json`));
    return `${name} ${version}\n\n${(await from(`${name}/LICENSE`)).trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}

const check = process.argv.includes('--check');
for (const [name, make] of Object.entries(FILES)) {
  const text = await make();
  if (!check) await writeFile(to(name), text);
  else if ((await readFile(to(name), 'utf8')) !== text) {
    console.error(`static/vendor/${name} is not what its package holds: run \`npm run vendor\``);
    process.exitCode = 1;
  }
}
