// Writes bundle/ from static/, as `npm run bundle`: what release builds carry and serve at the same addresses. With --check it says
// whether bundle/ is what comes out of static/ now. Both print what each file comes to, gzipped, and fail where that is too much.
//
// What others import by its address (the SDK, the parts that pages share, the libraries) stays a file of its own; the modules of
// the console become one, those of the demo a few.

import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STATIC = join(ROOT, 'static');
const BUNDLE = join(ROOT, 'bundle');
/** All files together, each gzipped by itself, come to less than this. */
const LIMIT_BYTES = 150_000;
const DO = 'run `npm run bundle` in tests/browser, and commit bundle/';

/** What takes part in the making of modules: the entries of each set share what is common to them. */
const MODULES = [
  { entries: ['console/app.js'], splitting: false },
  { entries: ['demo/demo.js', 'demo/two.js', 'demo/anychat.js', 'demo/verto.js'], splitting: true },
];
/** Scripts that are loaded by their own address, one by one. */
const isAlone = (path) => /^(ui|sdk)\/.*\.js$/.test(path) || ['demo/ticker.js', 'demo/pcm.js'].includes(path);
const isCopied = (path) => path.startsWith('vendor/') || ['.html', '.svg', '.ts', '.json'].includes(extname(path));
const OPTIONS = { target: 'es2022', charset: 'utf8', legalComments: 'none', logLevel: 'warning' };

/** The files below a folder, as paths with slashes; without those that editors and systems hide in it. */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return files.map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/')).sort();
}

/** Finds `/demo/words.js` in static/, and leaves alone what is a file of its own in the bundle too. */
const addresses = {
  name: 'addresses',
  setup({ onResolve }) {
    onResolve({ filter: /^\// }, ({ path, kind }) => {
      if (kind === 'entry-point') return undefined;
      const isExternal = /^\/(vendor|ui|sdk)\//.test(path);
      return { path: isExternal ? path : join(STATIC, path), external: isExternal };
    });
  },
};

/** @returns {Promise<Map<string, Buffer>>} the bundle's files by their paths */
async function make() {
  const made = new Map();
  for (const { entries, splitting } of MODULES) {
    const { outputFiles } = await build({
      ...OPTIONS,
      entryPoints: entries.map((path) => join(STATIC, path)),
      absWorkingDir: ROOT,
      bundle: true,
      minify: true,
      splitting,
      format: 'esm',
      outbase: STATIC,
      outdir: STATIC,
      chunkNames: 'demo/chunks/[hash]',
      write: false,
      plugins: [addresses],
    });
    for (const { path, contents } of outputFiles) made.set(relative(STATIC, path).split(sep).join('/'), Buffer.from(contents));
  }
  for (const path of await filesOf(STATIC)) {
    const content = await readFile(join(STATIC, path));
    if (isCopied(path)) made.set(path, content);
    else if (path.endsWith('.css') || isAlone(path)) {
      const loader = extname(path).slice(1);
      const { code } = await transform(String(content), { ...OPTIONS, loader, minify: true });
      made.set(path, Buffer.from(code));
    }
  }
  return new Map([...made].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the bundle's files name and the bundle lacks. */
function missing(made) {
  const lacking = [];
  for (const [path, content] of made) {
    if (!/\.(html|js|css)$/.test(path)) continue;
    const text = String(content);
    const named = [...text.matchAll(/["'(](\/(?:demo|console|ui|vendor|sdk)\/[\w./-]+\.\w+)["')]/g)].map(([, address]) => address.slice(1));
    const beside = [...text.matchAll(/(?:from|import)\s?\(?["'](\.{1,2}\/[^"']+)["']/g)].map(([, address]) => join(dirname(path), address).split(sep).join('/'));
    for (const name of new Set([...named, ...beside])) if (!made.has(name)) lacking.push(`${path} asks for /${name}, which bundle/ would not have`);
  }
  return lacking;
}

/** What the sources and the bundle are, for those without Node: `sha256sum --check bundle/sha256sums`. */
async function sums(made) {
  const sha256 = (content) => createHash('sha256').update(content).digest('hex');
  const lines = [...made].map(([path, content]) => `${sha256(content)}  bundle/static/${path}\n`);
  for (const path of await filesOf(STATIC)) lines.push(`${sha256(await readFile(join(STATIC, path)))}  static/${path}\n`);
  return Buffer.from(lines.join(''));
}

/** Where bundle/ is not what was made. */
async function differences(wanted) {
  const there = new Set(await filesOf(BUNDLE).catch(() => []));
  const wrong = [];
  for (const [path, content] of wanted) {
    if (!there.delete(path)) wrong.push(`bundle/${path} is missing`);
    else if (!content.equals(await readFile(join(BUNDLE, path)))) wrong.push(`bundle/${path} is not what static/ gives`);
  }
  return [...wrong, ...[...there].map((path) => `bundle/${path} is not needed`)];
}

async function write(wanted) {
  await rm(BUNDLE, { recursive: true, force: true });
  for (const [path, content] of wanted) {
    await mkdir(dirname(join(BUNDLE, path)), { recursive: true });
    await writeFile(join(BUNDLE, path), content);
  }
}

function sizes(made) {
  const rows = [...made].map(([path, content]) => [gzipSync(content, { level: 9 }).length, content.length, path]);
  const total = rows.reduce((sum, [gzipped]) => sum + gzipped, 0);
  const line = (...cells) => console.log(`${String(cells[0]).padStart(8)} ${String(cells[1]).padStart(8)}  ${cells[2]}`);
  line('gzipped', 'bytes', 'file');
  for (const row of rows.sort(([a], [b]) => b - a)) line(...row);
  line(total, rows.reduce((sum, [, bytes]) => sum + bytes, 0), `all ${rows.length}; gzipped, the limit is ${LIMIT_BYTES}`);
  return total;
}

const made = await make();
const wanted = new Map([...[...made].map(([path, content]) => [`static/${path}`, content]), ['sha256sums', await sums(made)]]);
const problems = missing(made);
if (sizes(made) >= LIMIT_BYTES) problems.push(`the bundle has ${LIMIT_BYTES} bytes or more, gzipped: see above what is large`);
if (process.argv.includes('--check')) {
  const stale = await differences(wanted);
  if (stale.length > 0) problems.push(...stale, `bundle/ is not up to date: ${DO}`);
} else if (problems.length === 0) await write(wanted);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
