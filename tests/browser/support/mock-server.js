// A small stand-in for the server, in memory: enough of the native protocol to test the SDK and the page quickly, and faults
// on demand that the real server does not offer. It serves the static files with the server's content security policy.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const STATIC = fileURLToPath(new URL('../../../static', import.meta.url));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

export class MockServer {
  heartbeatSecs = 25;
  graceMs = 2000;
  glare = 'join';
  /** Every frame that a client sent, with the user who sent it. */
  received = [];
  sessions = new Map();
  calls = new Map();
  rooms = 0;
  watchers = new Set();
  /** Set to answer frames no more, as a line that died in silence. */
  mute = false;
  refuse = null;

  static async start(port = 0) {
    const server = new MockServer();
    await server.listen(port);
    return server;
  }

  async listen(port) {
    this.http = createServer((request, response) => this.#file(request, response));
    this.sockets = new WebSocketServer({ server: this.http, path: '/ws' });
    this.sockets.on('connection', (socket) => new Connection(this, socket));
    await new Promise((resolve) => this.http.listen(port, '127.0.0.1', resolve));
    this.port = this.http.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
  }

  async #file(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    if (pathname === '/api/v1/calls' && request.method === 'GET') {
      const items = [...this.calls.values()].filter(({ state }) => state === searchParams.get('state'));
      return response.end(JSON.stringify({ items: items.map(({ id, state }) => ({ id, state })) }));
    }
    const [, finished] = /^\/api\/v1\/calls\/([^/]+)\/finish$/.exec(pathname) ?? [];
    if (finished) {
      const call = this.calls.get(finished);
      this.finish(call, call.state === 'talking' ? 0 : 100101, 'forced');
      return response.end();
    }
    if (pathname === '/api/v1/calls') {
      const chunks = await request.toArray();
      const { caller, callee } = JSON.parse(Buffer.concat(chunks).toString());
      this.place(caller, callee, true);
      return response.writeHead(201).end('{}');
    }
    if (pathname === '/demo/facts') {
      const facts = { development: true, version: 'mock', ring_timeout_secs: 60, api_key: null, turn: false, started_at: '' };
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(facts));
    }
    const path = pathname.endsWith('/') ? '/demo/index.html' : pathname;
    const headers = { 'content-security-policy': "default-src 'self'", 'content-type': TYPES[extname(path)] };
    try {
      const body = await readFile(join(STATIC, path));
      response.writeHead(200, headers).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }

  /** Cuts every socket, or one user's; the sessions wait for a resume. */
  cut(user) {
    for (const session of this.sessions.values()) if (!user || session.user === user) session.socket?.terminate();
  }

  /** What a restarted process knows: talking calls, and no session. */
  restart() {
    for (const session of this.sessions.values()) clearTimeout(session.grace);
    const sockets = [...this.sessions.values()].map((session) => session.socket);
    this.sessions.clear();
    for (const call of this.calls.values()) if (call.state !== 'talking') this.calls.delete(call.id);
    for (const socket of sockets) socket?.terminate();
  }

  async stop() {
    for (const session of this.sessions.values()) clearTimeout(session.grace);
    for (const socket of this.sockets.clients) socket.terminate();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  of(user) {
    return [...this.sessions.values()].filter((session) => session.user === user);
  }

  callOf(user) {
    return [...this.calls.values()].find((call) => call.caller === user || call.callee === user);
  }

  presence(user) {
    const online = this.of(user).length > 0;
    for (const session of this.watchers) if (session.user !== user) session.push({ type: 'presence', user, online });
  }

  tell(sessions, call, user, event, fields = {}) {
    const { caller_session, callee_session, offer, ...facts } = call ?? {};
    const { flags = 0, param = 0, user_str = '' } = facts;
    const frame = { type: 'call', call: call?.id, event, user, error_code: 0, flags, param, user_str, door: 'native' };
    for (const session of sessions) session.push({ ...frame, version: call?.version, at: new Date().toISOString(), ...fields });
  }

  place(caller, callee, placed = false, fields = {}) {
    const call = { id: randomUUID(), caller, callee, state: 'ringing', version: 2, flags: 3, ...fields };
    this.calls.set(call.id, call);
    if (placed) call.caller_session = this.of(caller)[0];
    this.tell(placed ? [call.caller_session] : [], call, callee, 'reply', { placed: true });
    this.tell(this.of(callee), call, caller, 'request', { sdp: call.offer });
    return call;
  }

  startCall(call, session, sdp) {
    Object.assign(call, { state: 'talking', version: 3, room: ++this.rooms, callee_session: session });
    this.tell([call.caller_session], call, call.callee, 'start', { param: call.room, sdp });
    this.tell([session], call, call.caller, 'start', { param: call.room });
    const others = this.of(call.callee).filter((one) => one !== session);
    this.tell(others, call, call.caller, 'finish', { reason: 'answered_elsewhere' });
  }

  finish(call, error_code = 0, reason = 'hangup') {
    this.calls.delete(call.id);
    const event = call.state === 'talking' ? 'finish' : 'reply';
    const callees = call.state === 'talking' ? [call.callee_session] : this.of(call.callee);
    this.tell([call.caller_session], call, call.callee, event, { error_code, reason });
    this.tell(callees, call, call.caller, event, { error_code, reason });
  }
}

class Session {
  id = randomUUID();
  seq = 0;
  log = [];
  answers = new Map();

  constructor(server, user, device) {
    Object.assign(this, { server, user, device });
  }

  push(frame) {
    const numbered = { ...frame, seq: ++this.seq };
    this.log.push(numbered);
    this.send(numbered);
  }

  send(frame) {
    if (!this.server.mute) this.socket?.send(JSON.stringify(frame));
  }

  /** @returns what the user's unfinished call looks like to this device */
  snapshot() {
    const call = this.server.callOf(this.user);
    if (!call) return [];
    const role = call.caller === this.user ? 'caller' : 'callee';
    const owner = call[`${role}_session`];
    const devices = { caller_device: call.caller_session.device, callee_device: call.callee_session?.device ?? null };
    if (owner?.device === this.device) call[`${role}_session`] = this;
    const { caller_session, callee_session, offer, ...facts } = call;
    return [{ ...facts, ...devices, role, user: role === 'caller' ? call.callee : call.caller, sdp: offer }];
  }

  attach(socket, resumed) {
    clearTimeout(this.grace);
    this.socket = socket;
    this.resume = randomUUID();
    const { id: session, user, resume, seq, server } = this;
    const calls = this.snapshot();
    const login = { type: 'logged_in', user, session, resume, resumed, seq, calls, ice_servers: [] };
    this.send({ ...login, heartbeat_secs: server.heartbeatSecs });
    server.sessions.set(session, this);
  }

  end() {
    const { server } = this;
    server.sessions.delete(this.id);
    server.watchers.delete(this);
    const call = server.callOf(this.user);
    if (call && server.of(this.user).length === 0) server.finish(call, 100106, 'disconnected');
    if (server.of(this.user).length === 0) server.presence(this.user);
  }

  lost() {
    this.socket = null;
    if (this.server.sessions.has(this.id)) this.grace = setTimeout(() => this.end(), this.server.graceMs);
  }
}

class Connection {
  constructor(server, socket) {
    this.server = server;
    this.socket = socket;
    socket.on('message', (text) => this.read(JSON.parse(text)));
    socket.on('close', () => this.session?.socket === socket && this.session.lost());
  }

  read(frame) {
    if (this.server.mute) return;
    if (!this.session) return this.login(frame);
    this.server.received.push({ from: this.session.user, ...frame });
    const { session } = this;
    if (frame.id !== undefined && session.answers.has(frame.id)) return session.send(session.answers.get(frame.id));
    const answer = this[frame.type]?.(frame) ?? {};
    if (frame.type === 'ping') return session.send({ type: 'pong' });
    if (frame.type === 'logout') return this.socket.close(1000);
    const { after, ...result } = answer;
    const full = { type: result.error_code ? 'error' : 'ok', id: frame.id, ...result };
    session.answers.set(frame.id, full);
    session.send(full);
    after?.();
  }

  login({ user, password, token, resume, last_seq, device = '' }) {
    const { server, socket } = this;
    const refuse = (error_code, code = 4401) => {
      socket.send(JSON.stringify({ type: 'error', error_code, message: 'refused' }));
      socket.close(code);
    };
    if (resume) {
      const session = [...server.sessions.values()].find((one) => one.resume === resume);
      if (!session) return refuse(215);
      this.session = session;
      const lost = server.overflow;
      session.attach(socket, !lost);
      if (!lost) for (const frame of session.log) if (frame.seq > last_seq) session.send(frame);
      return;
    }
    if (password === 'wrong' || token === 'wrong') return refuse(200);
    if (server.refuse) return refuse(server.refuse);
    const replaced = server.of(user).find((one) => one.device === device);
    if (replaced) {
      server.sessions.delete(replaced.id);
      clearTimeout(replaced.grace);
      replaced.send({ type: 'closing', error_code: 209, reconnect: false, message: 'replaced' });
      replaced.socket?.close(4409);
    }
    this.session = new Session(server, user ?? token, device);
    this.session.attach(socket, false);
    server.presence(this.session.user);
  }

  watch({ users }) {
    this.server.watchers.add(this.session);
    const online = new Set([...this.server.sessions.values()].map((session) => session.user));
    return { online: [...online].filter((user) => user !== this.session.user && (users[0] === '*' || users.includes(user))) };
  }

  logout() {
    this.session.end();
  }

  signal({ call: id, data }) {
    const call = this.server.calls.get(id);
    if (call?.state !== 'talking') return { error_code: 100107, message: 'no such call' };
    const mine = call.caller_session === this.session;
    const other = mine ? call.callee_session : call.caller_session;
    return { after: () => other.push({ type: 'signal', call: id, user: this.session.user, data }) };
  }

  call(frame) {
    const { server, session } = this;
    const call = server.callOf(session.user);
    if (frame.event === 'request') return this.request(frame, call);
    const isMine = call && (call.caller === frame.user || call.callee === frame.user) && (!frame.call || frame.call === call.id);
    const owner = call && (call.caller === session.user ? call.caller_session : call.callee_session);
    if (!isMine || (owner && owner !== session)) {
      return { after: () => server.tell([session], null, frame.user, 'reply', { error_code: 100107 }) };
    }
    return { after: () => this.change(frame, call) };
  }

  change(frame, call) {
    const { server, session } = this;
    if (frame.event === 'finish' && call.state === 'talking') return server.finish(call, frame.error_code ?? 0);
    if (call.caller === session.user) {
      server.calls.delete(call.id);
      return server.tell(server.of(call.callee), call, call.caller, 'reply', { error_code: 100101, reason: 'cancelled' });
    }
    if (frame.event === 'reply' && frame.error_code === 0) return server.startCall(call, session, frame.sdp);
    server.calls.delete(call.id);
    const error_code = frame.error_code || 100104;
    server.tell([call.caller_session], call, call.callee, 'reply', { error_code, reason: 'refused' });
    const others = server.of(call.callee).filter((one) => one !== session);
    server.tell(others, call, call.caller, 'finish', { reason: 'declined_elsewhere' });
  }

  request(frame, mine) {
    const { server, session } = this;
    const none = (error_code) => ({ after: () => server.tell([session], null, frame.user, 'reply', { error_code }) });
    if (mine && mine.caller === frame.user && mine.state === 'ringing' && server.glare === 'join') {
      return { call: mine.id, after: () => server.startCall(mine, session) };
    }
    if (mine) return none(440);
    if (frame.user === session.user) return none(21);
    const id = randomUUID();
    const fail = (error_code, reason) => ({
      call: id,
      after: () => server.tell([session], { id, version: 2 }, frame.user, 'reply', { error_code, reason }),
    });
    if (server.of(frame.user).length === 0) return fail(100102, 'offline');
    if (server.callOf(frame.user)) return fail(100103, 'busy');
    const { flags, param, user_str, sdp: offer } = frame;
    const fields = { id, flags, param, user_str, offer, caller_session: session };
    return {
      call: id,
      after: () => {
        const call = server.place(session.user, frame.user, false, fields);
        server.tell([session], call, frame.user, 'reply');
      },
    };
  }
}
