// A cable between a page and the server, which can be pulled.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Cable {
  #ends = new Set();

  /** @param {string} url of the server @returns {Promise<Cable>} whose `url` leads there */
  static async to(url) {
    const cable = new Cable();
    const { hostname, port } = new URL(url);
    cable.tcp = createServer((near) => {
      const far = connect(Number(port), hostname);
      near.pipe(far).pipe(near);
      for (const end of [near, far]) {
        cable.#ends.add(end);
        end.on('error', () => {}).on('close', () => {
          cable.#ends.delete(end);
          near.destroy();
          far.destroy();
        });
      }
    });
    cable.tcp.listen(0, '127.0.0.1');
    await once(cable.tcp, 'listening');
    cable.url = `http://127.0.0.1:${cable.tcp.address().port}`;
    return cable;
  }

  /** Every connection is lost at once, without a goodbye. New ones come through. */
  pull() {
    for (const end of this.#ends) end.resetAndDestroy();
  }

  async stop() {
    this.pull();
    this.tcp.close();
    await once(this.tcp, 'close');
  }
}
