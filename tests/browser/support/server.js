// The server under test: the real binary in development mode, or the mock where HOOKSWITCH_MOCK is set.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MockServer } from './mock-server.js';

const TARGET = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));
const BINARY = process.env.HOOKSWITCH_BIN ?? join(TARGET, 'debug', 'hookswitch');
const READY_MS = 20_000;

/**
 * @param {Record<string, string>} [settings] for the server, as environment variables
 * @returns {Promise<{ url: string, restart: () => Promise<void>, stop: () => Promise<void> }>}
 */
export async function startServer(settings = {}) {
  if (process.env.HOOKSWITCH_MOCK) {
    const mock = await MockServer.start();
    return { url: mock.url, restart: async () => mock.restart(), stop: () => mock.stop() };
  }
  if (!existsSync(BINARY)) throw new Error(`no server at ${BINARY}: run cargo build, or set HOOKSWITCH_BIN`);
  const dataDir = await mkdtemp(join(tmpdir(), 'hookswitch-browser-'));
  const port = await freePort();
  let running = await serve(port, dataDir, settings);
  return {
    url: `http://127.0.0.1:${port}`,
    restart: async () => {
      await kill(running);
      running = await serve(port, dataDir, settings);
    },
    stop: async () => {
      await kill(running);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function serve(port, dataDir, settings) {
  const options = ['serve', '--dev', '--listen', `127.0.0.1:${port}`, '--data-dir', dataDir];
  const running = spawn(BINARY, options, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...settings } });
  let said = '';
  running.stderr.on('data', (text) => {
    said = (said + text).slice(-4000);
  });
  running.on('exit', (code, signal) => {
    if (!running.killed) console.error(`the server ended by itself (${signal ?? code}): ${said}`);
  });
  const deadline = Date.now() + READY_MS;
  while (!(await isReady(port))) {
    if (running.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not get ready: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return running;
}

async function isReady(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function kill(running) {
  if (running.exitCode !== null || running.signalCode !== null) return;
  running.kill('SIGKILL');
  await once(running, 'exit');
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
