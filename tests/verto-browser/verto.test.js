// The Verto door with real clients: three libraries that people have, as npm installs them, and the server's own SDK.
// All tests share one server, one browser and eight people, two of each kind. A test of the wire itself comes after them, over every
// frame that they caused, and then the server is killed.

import { after, afterEach, before, describe } from 'node:test';
import assert from 'node:assert/strict';
import { Stage } from './support/stage.js';
import { callsInEveryPairing, callsWithMore } from './suites/calls.js';
import { callsThatEndEarly } from './suites/ends.js';
import { channelsAndMessages } from './suites/channels.js';
import { logins } from './suites/logins.js';
import { crash } from './suites/crash.js';
import { sockets } from './suites/sockets.js';
import { theWire } from './suites/wire.js';

describe('the Verto door', () => {
  const stage = new Stage();
  before(() => stage.open());
  after(() => stage.close());
  for (const suite of [logins, callsInEveryPairing, callsWithMore, callsThatEndEarly, channelsAndMessages, sockets]) {
    describe(suite.name, () => {
      afterEach(() => assert.deepEqual(stage.complained(), []));
      suite(stage);
    });
  }
  describe(theWire.name, () => theWire(stage));
  describe(crash.name, () => crash(stage));
});
