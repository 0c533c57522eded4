// A web server for the pages: theirs, the packages as npm installed them, and the server's own SDK.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };
const FOLDERS = {
  '/pages/': new URL('../pages/', import.meta.url),
  '/node_modules/': new URL('../node_modules/', import.meta.url),
  '/sdk/': new URL('../../../static/sdk/', import.meta.url),
};

/** @returns {Promise<{ origin: string, stop: () => Promise<void> }>} */
export async function servePages() {
  const http = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://pages');
    const folder = Object.keys(FOLDERS).find((name) => pathname.startsWith(name));
    try {
      const text = await readFile(fileURLToPath(new URL(pathname.slice(folder.length), FOLDERS[folder])));
      response.writeHead(200, { 'content-type': `${TYPES[extname(pathname)] ?? 'text/plain'}; charset=utf-8` }).end(text);
    } catch {
      response.writeHead(404).end(`there is no ${pathname}: is tests/verto-browser installed?`);
    }
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    origin: `http://127.0.0.1:${http.address().port}`,
    stop: async () => {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
