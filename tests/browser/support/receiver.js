// A business server for tests: it tells what it hears, and fails on purpose.

import { once } from 'node:events';
import { createServer } from 'node:http';

export class Receiver {
  /** The status of the next answers. */
  status = 200;
  /** The body of the next answers. */
  answer = { error_code: 0 };
  /** Whether what comes is left without an answer. */
  isSilent = false;
  #waiting = [];

  static async start() {
    const receiver = new Receiver();
    receiver.http = createServer((request, response) => receiver.#take(request, response));
    receiver.http.listen(0, '127.0.0.1');
    await once(receiver.http, 'listening');
    receiver.url = `http://127.0.0.1:${receiver.http.address().port}/hook`;
    return receiver;
  }

  async #take(request, response) {
    const text = Buffer.concat(await request.toArray()).toString();
    const message = { headers: request.headers, text, body: JSON.parse(text) };
    if (!this.isSilent) response.writeHead(this.status, { 'content-type': 'application/json' }).end(JSON.stringify(this.answer));
    this.#waiting = this.#waiting.filter(({ test, resolve }) => !test(message) || resolve(message));
  }

  /** The first message from now on that `test` takes: `{ headers, text, body }`. */
  next(test = () => true) {
    return new Promise((resolve) => this.#waiting.push({ test, resolve }));
  }

  async stop() {
    this.http.closeAllConnections();
    this.http.close();
    await once(this.http, 'close');
  }
}
