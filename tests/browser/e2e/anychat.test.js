// AnyChat's names over hookswitch: whole calls through BRAC_VideoCallControl and OnAnyChatVideoCallEvent alone.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { endCalls } from '../support/api.js';
import { Cast, Person, launch } from '../support/browser.js';
import { startServer } from '../support/server.js';

const TIMEOUT = { timeout: 60_000 };
const isMock = Boolean(process.env.HOOKSWITCH_MOCK);
const REQUEST = 'BRAC_VIDEOCALL_EVENT_REQUEST';
const REPLY = 'BRAC_VIDEOCALL_EVENT_REPLY';
const START = 'BRAC_VIDEOCALL_EVENT_START';
const FINISH = 'BRAC_VIDEOCALL_EVENT_FINISH';

let server;
let browser;
let cast;
let ann;
let ben;
let cat;

/** One tab of the AnyChat page. */
class AnyChatUser extends Person {
  /** Waits for a state: idle, calling, incoming or talking. */
  async is(state) {
    await this.page.locator(`[data-testid="ac-state"][data-state="${state}"]`).waitFor();
  }

  async requests(user) {
    await this.at('ac-peer').fill(user);
    await this.at('ac-request').click();
  }

  /** Waits until the log has a line with this in it. */
  async logs(text) {
    await this.at('ac-log').getByText(text).first().waitFor();
  }

  async logged() {
    return this.at('ac-log').locator('li').evaluateAll((items) => items.map((item) => item.firstChild.textContent));
  }
}

async function enter(user, more = '') {
  const page = await cast.context.newPage();
  page.on('console', (message) => message.type() === 'error' && cast.complaints.push(message.text()));
  page.on('pageerror', (error) => cast.complaints.push(String(error)));
  await page.goto(`${server.url}/demo/anychat.html?user=${user}&media=fake&lang=en${more}`);
  const person = new AnyChatUser(page);
  await person.is('idle');
  return person;
}

// Three people for all of them, each of whom has seen nothing yet when a test begins.
before(async () => {
  if (isMock) return;
  [server, browser] = await Promise.all([startServer(), launch()]);
  cast = await Cast.gather(browser, server.url);
  [ann, ben, cat] = [await enter('1001'), await enter('1002'), await enter('1003')];
});
afterEach(async () => {
  if (isMock) return;
  await endCalls(server.url);
  for (const one of [ann, ben, cat]) {
    await one.is('idle');
    await one.page.getByRole('button', { name: 'Clear' }).click();
  }
  cast.noComplaints();
});
after(async () => {
  await cast?.leave().finally(() => Promise.all([browser.close(), server.stop()]));
});

const options = isMock ? { ...TIMEOUT, skip: 'the mock has no such page' } : TIMEOUT;

test('two users of AnyChat call each other, and see each other', options, async () => {
  await ann.requests('1002');
  await ben.logs(`← OnAnyChatVideoCallEvent(${REQUEST}, 1001, 0, 0, 0, "")`);
  await ann.logs(`← OnAnyChatVideoCallEvent(${REPLY}, 1002, 0, 0, 0, "")`);
  await ben.at('ac-accept').click();
  await Promise.all([ann.is('talking'), ben.is('talking')]);
  await Promise.all([ann.logs(`← OnAnyChatVideoCallEvent(${START}, 1002, 0, 0, 1, "")`), ben.logs('BRAC_EnterRoom(1, "", 0) = 0')]);
  await Promise.all([ann.sees(), ben.sees()]);
  await ben.at('ac-finish').click();
  await Promise.all([ann.is('idle'), ben.is('idle')]);
  for (const [person, other] of [[ann, 1002], [ben, 1001]]) {
    const ends = (await person.logged()).filter((line) => line.startsWith(`← OnAnyChatVideoCallEvent(${FINISH}`));
    assert.deepEqual(ends, [`← OnAnyChatVideoCallEvent(${FINISH}, ${other}, 0, 0, 0, "")`]);
  }
});

test('a refusal reaches the caller as 100104, and the refuser hears nothing', options, async () => {
  await ann.requests('1002');
  await ben.is('incoming');
  await ben.at('ac-refuse').click();
  await ann.logs(`← OnAnyChatVideoCallEvent(${REPLY}, 1002, 100104, 0, 0, "")`);
  await ann.is('idle');
  const heard = (await ben.logged()).filter((line) => line.startsWith('← OnAnyChatVideoCallEvent'));
  assert.deepEqual(heard, [`← OnAnyChatVideoCallEvent(${REQUEST}, 1001, 0, 0, 0, "")`]);
});

test('a cancelled call reaches the callee as 100101', options, async () => {
  await ann.requests('1002');
  await ben.is('incoming');
  await ann.at('ac-cancel').click();
  await ben.logs(`← OnAnyChatVideoCallEvent(${REPLY}, 1001, 100101, 0, 0, "")`);
  await Promise.all([ann.is('idle'), ben.is('idle')]);
});

test('who is busy or not there is said at once', options, async () => {
  await ann.requests('1002');
  await ben.is('incoming');
  await cat.requests('1002');
  await cat.logs(`← OnAnyChatVideoCallEvent(${REPLY}, 1002, 100103, 0, 0, "")`);
  await cat.is('idle');
  await cat.requests('4711');
  await cat.logs(`← OnAnyChatVideoCallEvent(${REPLY}, 4711, 100102, 0, 0, "")`);
});

test('an untidy application that finishes what is over touches nobody', options, async () => {
  await ann.requests('1002');
  await ben.is('incoming');
  await ben.at('ac-refuse').click();
  await ann.is('idle');
  await cat.requests('1002');
  await ben.at('ac-accept').click();
  await Promise.all([cat.is('talking'), ben.is('talking')]);
  await ann.at('ac-finish').click();
  await ann.at('ac-finish').click();
  const accepted = await ann.page.evaluate(async () => {
    const { BRAC_VideoCallControl } = await import('/sdk/anychat-compat.js');
    return [BRAC_VideoCallControl(2, 1002, 0, 0, 0, ''), BRAC_VideoCallControl(2, 1002, 100101, 0, 0, ''), BRAC_VideoCallControl(9, 1002, 0, 0, 0, '')];
  });
  assert.deepEqual(accepted, [0, 0, 21]);
  await ann.logs(`← OnAnyChatVideoCallEvent(${REPLY}, 1002, 100107, 0, 0, "")`);
  await Promise.all([cat.sees(), ben.sees()]);
  await Promise.all([cat.is('talking'), ben.is('talking')]);
});

test('AnyChat’s page and the demo page call each other', options, async () => {
  const bob = await cast.enter('bob');
  await ann.requests('bob');
  await bob.is('ringing');
  await bob.answers();
  await ann.is('talking');
  await Promise.all([ann.sees(), bob.sees()]);
  await ann.at('ac-finish').click();
  await bob.is('idle');
  await bob.calls('1001');
  await ann.logs(`← OnAnyChatVideoCallEvent(${REQUEST}, "bob", 0, 3, 0, "")`);
  await ann.at('ac-accept').click();
  await bob.is('talking');
  await Promise.all([ann.sees(), bob.sees()]);
});

test('classic scripts find AnyChat’s names as globals, and are called back by name', options, async () => {
  const page = await cast.context.newPage();
  await page.goto(`${server.url}/demo/anychat.html?lang=zh`);
  await page.getByText('在 hookswitch 上运行的 AnyChat 视频呼叫').waitFor();
  const heard = page.evaluate(async () => {
    const { installAnyChat, BRAC_SetCallBack } = await import('/sdk/anychat-compat.js');
    BRAC_SetCallBack(null);
    installAnyChat();
    return new Promise((resolve) => {
      window.OnAnyChatLoginSystem = () => window.BRAC_VideoCallControl(window.BRAC_VIDEOCALL_EVENT_REQUEST, 1002, 0, 2, 7, '{"nick":"小明"}');
      window.OnAnyChatVideoCallEvent = (...values) => values[2] !== 0 && resolve(values);
      window.BRAC_InitSDK(0);
      window.BRAC_Connect('', 8906);
      window.BRAC_Login('1001', 'any', 0);
    });
  });
  await ben.logs(`← OnAnyChatVideoCallEvent(${REQUEST}, 1001, 0, 2, 7, `);
  await ben.at('ac-refuse').click();
  assert.deepEqual(await heard, [2, 1002, 100104, 2, 7, '{"nick":"小明"}']);
});
