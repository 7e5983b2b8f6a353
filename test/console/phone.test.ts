import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { until } from '../centre/centre.ts';
import { Visit } from '../centre/visit.ts';
import { Baresip } from '../phones/baresip.ts';
import { ConsoleStage, MICROPHONE_TONE } from './browser.ts';
import { heardIn, isHungUp, sentBy, withPhone } from './page-phone.ts';

const CALLER_TONE = 500;
/** Share of the power at a tone that tells it from speech and music. */
const CLEAR = 0.5;
/** Half the distance to a neighbouring tone, Hz. */
const NEAR = 30;

const AGENT = '1003';
const stage = new ConsoleStage();
const callers: Baresip[] = [];
let count = 0;

afterEach(async () => {
  await Promise.all(callers.splice(0).map((caller) => caller.stop()));
  await until('all calls over', async () => (await live()).length === 0, 40_000);
  await stage.centre.api(`/api/agents/${AGENT}/log-out`, {});
}, 60_000);

interface LiveCall {
  readonly id: string;
  readonly phase: string;
  readonly ani: string;
}

const live = async (): Promise<LiveCall[]> =>
  (await stage.centre.api<{ items: LiveCall[] }>('/api/calls/live')).items;

const stateOf = (agent: string): Promise<{ state: string; reason: string | null }> =>
  stage.centre.api(`/api/agents/${agent}`);

const isRegistered = async (): Promise<boolean> => {
  const { items } = await stage.centre.api<{ items: { extension: string; registered: boolean }[] }>(
    '/api/phones',
  );
  return items.some(({ extension, registered }) => extension === `web-${AGENT}` && registered);
};

const hearsCaller = async (page: Page): Promise<boolean> =>
  Math.abs((await heardIn(page)) - CALLER_TONE) < NEAR;

const hearsAgent = (caller: Baresip): boolean => caller.heard().last(500).shareAt(MICROPHONE_TONE) > CLEAR;

/** The agent at the phone in his page, ready. */
async function atHisDesk(answersItself: boolean): Promise<{ window: BrowserContext; page: Page }> {
  const window = await stage.window({ role: 'agent', agentId: AGENT });
  await withPhone(window, { answersItself });
  const page = await window.newPage();
  await page.goto('/desk');
  await until('registered', isRegistered);
  await stage.centre.api(`/api/agents/${AGENT}/log-in`, { extension: `web-${AGENT}` });
  await stage.centre.api(`/api/agents/${AGENT}/ready`, {});
  return { window, page };
}

/** Somebody calls the hotline and wants an agent. */
async function calls(): Promise<{ caller: Baresip; visit: Visit; ani: string }> {
  count += 1;
  const ani = `1370001${String(1000 + count)}`;
  const caller = await Baresip.start({ server: stage.centre.server, user: ani, tone: CALLER_TONE });
  callers.push(caller);
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('0');
  return { caller, visit: new Visit(stage.centre, ani), ani };
}

const hearEachOther = (caller: Baresip, page: Page): Promise<boolean> =>
  until('both hear each other', async () => hearsAgent(caller) && (await hearsCaller(page)), 20_000);

/** An agent talks in his page with a caller from the queue. */
async function talk(): Promise<{ page: Page; window: BrowserContext } & Awaited<ReturnType<typeof calls>>> {
  const desk = await atHisDesk(true);
  const called = await calls();
  await hearEachOther(called.caller, desk.page);
  return { ...desk, ...called };
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('given_a_caller_who_is_offered_when_the_agent_answers_in_his_page_then_both_hear_each_other_until_one_hangs_up', async () => {
  const { page } = await atHisDesk(false);
  const { caller } = await calls();
  await button(page, 'Answer').click();
  await hearEachOther(caller, page);
  expect(await stateOf(AGENT)).toMatchObject({ state: 'talking' });
  await caller.hangup();
  await until('wrap-up', async () => (await stateOf(AGENT)).state === 'wrap-up');
  await until('hung up in the page', () => isHungUp(page));
});

test('given_a_talk_when_the_agent_mutes_and_presses_keys_then_the_caller_hears_nothing_of_him_but_the_keys', async () => {
  const { page, caller } = await talk();
  await button(page, 'Mute').click();
  await until('silence', async () => caller.heard().last(500).loudness < 20);
  await button(page, 'Unmute').click();
  await hearEachOther(caller, page);
  await button(page, 'Keypad').click();
  for (const key of ['7', '#']) await button(page, `Key ${key}`).click();
  await until('both keys', async () => {
    const keys = caller.events.filter(({ type }) => type === 'CALL_DTMF_START').map(({ param }) => param);
    return keys.join('') === '7#';
  });
  await button(page, 'Hang up').click();
  await until('wrap-up', async () => (await stateOf(AGENT)).state === 'wrap-up');
  await until('hung up in the page', () => isHungUp(page));
  // His flow may have more to say to the caller.
  await caller.hangup();
});

test('given_a_talk_when_the_only_microphone_is_pulled_out_then_it_goes_on_in_silence_until_there_is_another', async () => {
  const { page, caller } = await talk();
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async () => {
      throw new DOMException('pulled out', 'NotFoundError');
    };
    mediaDevices.addEventListener('test-plug', () => {
      mediaDevices.getUserMedia = open;
      mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    const track = window.testConnections?.at(-1)?.getSenders()[0]?.track;
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
  });
  await page.getByText('The microphone is gone').waitFor();
  await until('silence', async () => caller.heard().last(500).loudness < 20);
  const before = await sentBy(page);
  await until('silence goes out', async () => (await sentBy(page)) > before + 50);
  expect(await hearsCaller(page)).toBe(true);
  expect(await stateOf(AGENT)).toMatchObject({ state: 'talking' });
  await page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('test-plug')));
  await hearEachOther(caller, page);
  await page.getByText('The browser phone is in a call').waitFor();
});

/** The answer of a PBX that does not know who asks. @param request in SIP */
function forbidden(request: string): string {
  const kept = request.split('\r\n').filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/i.test(line));
  return ['SIP/2.0 403 Forbidden', ...kept, 'Content-Length: 0', '', ''].join('\r\n');
}

test('given_the_pbx_refuses_the_phone_then_the_page_says_so_and_registers_with_the_password_of_now', async () => {
  const window = await stage.window({ role: 'agent', agentId: AGENT });
  await withPhone(window, { answersItself: true });
  const page = await window.newPage();
  let refuses = true;
  await page.routeWebSocket('**/sip', (line) => {
    const pbx = line.connectToServer();
    line.onMessage((message) => {
      const text = String(message);
      if (refuses && text.startsWith('REGISTER')) line.send(forbidden(text));
      else pbx.send(message);
    });
  });
  await page.goto('/desk');
  await page.getByText('did not take the phone').waitFor();
  // The page of the test before may be there for a moment yet.
  await until('not registered', async () => !(await isRegistered()));
  const account = page.waitForRequest('**/api/desk/phone');
  refuses = false;
  await account;
  await page.getByText('The browser phone is ready').waitFor();
  await until('registered', isRegistered);
});

test('given_a_talk_when_its_page_is_loaded_anew_then_the_voice_is_back_and_the_caller_never_left', async () => {
  const { page, caller, visit } = await talk();
  const began = performance.now();
  await page.reload();
  await until('the voice is back', async () => hearsCaller(page), 10_000);
  const backMs = performance.now() - began;
  await hearEachOther(caller, page);
  process.stdout.write(`  the voice was back ${Math.round(backMs)} ms after the reload\n`);
  const types = (await visit.events()).map(({ type }) => type);
  expect(types).toContain('PhoneRejoined');
  expect(types).not.toContain('CallRequeued');
  expect(types).not.toContain('CallDisconnected');
});

test('given_a_talk_when_the_browser_dies_then_the_caller_is_in_front_of_his_queue_again_and_the_agent_not_ready', async () => {
  const { caller, visit } = await talk();
  const began = performance.now();
  await stage.kill();
  await until('phone-gone', async () => (await stateOf(AGENT)).reason === 'phone-gone', 20_000);
  process.stdout.write(
    `  the page was lost ${Math.round(performance.now() - began)} ms after the browser died\n`,
  );
  await visit.sees('CallRequeued', { why: 'phone-gone' });
  await until('music', async () => caller.heard().last(1_000).loudness > 50 && !hearsAgent(caller));
});

test('given_a_talk_when_a_second_page_takes_over_then_the_voice_moves_there_and_the_first_one_is_no_phone', async () => {
  const { page, window, caller } = await talk();
  const second = await window.newPage();
  await second.goto('/desk');
  await button(second, 'Use this page').click();
  await until('the caller in the second page', () => hearsCaller(second));
  await hearEachOther(caller, second);
  await button(page, 'Use this page').waitFor();
  expect(await heardIn(page)).toBe(0);
  expect(await stateOf(AGENT)).toMatchObject({ state: 'talking' });
});

test('given_a_talk_when_the_daemon_is_killed_then_it_goes_on_and_the_page_hears_of_its_end_from_the_new_one', async () => {
  const { page, caller, visit } = await talk();
  stage.tolerate(/ERR_CONNECTION_REFUSED|WebSocket connection|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
  const killed = stage.centre.daemonPid;
  process.kill(killed, 'SIGKILL');
  await until(
    'a new daemon',
    async () => stage.centre.daemonPid !== killed && stage.centre.isReady(),
    20_000,
  );
  await until('registered again', isRegistered);
  // Longer than a page may be away.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  await hearEachOther(caller, page);
  expect(await stateOf(AGENT)).toMatchObject({ state: 'talking' });
  expect((await visit.events()).map(({ type }) => type)).not.toContain('CallRequeued');
  await caller.hangup();
  // On FreeSWITCH it learns of it by the silence.
  await until('hung up in the page', () => isHungUp(page), 30_000);
}, 120_000);
