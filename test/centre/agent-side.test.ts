import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Baresip, type BaresipOptions } from '../phones/baresip.ts';
import { Sound } from '../phones/tone.ts';
import { RunningCentre, until } from './centre.ts';
import { Visit } from './visit.ts';

const CALLER_TONE = 500;
const FIRST_TONE = 900;
const SECOND_TONE = 1300;
/** Share of the power at a tone that tells it from speech and music. */
const CLEAR = 0.5;
/** The same of two tones at once. */
const SHARED = 0.2;
/** Asterisk gives up a phone that sends no sound for 30 s, and looks now and then. */
const GONE_MS = 90_000;

let centre: RunningCentre;
const phones: { stop(): Promise<void> }[] = [];
let callers = 0;

beforeAll(async () => {
  centre = await RunningCentre.start();
}, 300_000);

afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
  await until('all calls over', async () => (await live()).length === 0, 40_000);
  const { items } = await centre.api<{ items: { id: string; state: string }[] }>('/api/agents');
  for (const { id, state } of items)
    if (state !== 'logged-out') await centre.api(`/api/agents/${id}/log-out`, {});
}, 60_000);

afterAll(async () => {
  await centre?.stop();
});

interface LiveCall {
  readonly id: string;
  readonly phase: string;
  readonly ani: string;
}

const live = async (): Promise<LiveCall[]> =>
  (await centre.api<{ items: LiveCall[] }>('/api/calls/live')).items;

const start = async (options: Omit<BaresipOptions, 'server'>): Promise<Baresip> => {
  const phone = await Baresip.start({ server: centre.server, ...options });
  phones.push(phone);
  return phone;
};

/** A phone of the house that answers by itself. */
const phone = (user: string, tone: number): Promise<Baresip> =>
  start({ ...centre.account(user), tone, answer: 'auto' });

/** An agent at his phone, ready. */
async function agent(user: string, tone: number): Promise<Baresip> {
  const started = await phone(user, tone);
  await ready(user);
  return started;
}

async function ready(user: string): Promise<void> {
  await centre.api(`/api/agents/${user}/log-in`, {});
  await centre.api(`/api/agents/${user}/ready`, {});
}

const stateOf = (user: string): Promise<{ state: string; reason: string | null }> =>
  centre.api(`/api/agents/${user}`);

const hears = (who: Baresip, tone: number, share = CLEAR): boolean =>
  who.heard().last(500).shareAt(tone) > share;

const hearEachOther = (one: Baresip, oneTone: number, other: Baresip, otherTone: number): Promise<boolean> =>
  until('both hear each other', async () => hears(one, otherTone) && hears(other, oneTone), 20_000);

/** What somebody hears in the next second; nothing at all when no sound comes. */
async function hearsNext(who: Baresip): Promise<Sound> {
  const before = who.heard().ms;
  await sleep(1_000);
  const heard = who.heard();
  const newMs = heard.ms - before;
  return newMs > 0 ? heard.last(newMs) : new Sound([]);
}

interface Talk {
  readonly caller: Baresip;
  readonly first: Baresip;
  readonly visit: Visit;
  readonly ask: (what: string, body?: object) => Promise<{ phase: string }>;
}

/** A caller who came by the queue talks with agent `user`. */
async function talk(user: string): Promise<Talk> {
  callers += 1;
  const ani = `1370000${String(1000 + callers)}`;
  const first = await agent(user, FIRST_TONE);
  const caller = await start({ user: ani, tone: CALLER_TONE });
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('0');
  await hearEachOther(caller, CALLER_TONE, first, FIRST_TONE);
  const id = (await live()).find((one) => one.ani === ani)?.id;
  return {
    caller,
    first,
    visit: new Visit(centre, ani),
    ask: (what, body = {}) => centre.api(`/api/calls/${id}/${what}`, body),
  };
}

async function killDaemon(): Promise<void> {
  const killed = centre.daemonPid;
  process.kill(killed, 'SIGKILL');
  await until('a new daemon', async () => centre.daemonPid !== killed && centre.isReady(), 20_000);
}

test('given_a_held_call_then_the_caller_hears_music_and_the_agent_nothing_and_a_new_daemon_can_resume_it', async () => {
  const { caller, first, ask } = await talk('1003');
  expect((await ask('hold')).phase).toBe('held');
  await sleep(500);
  const [music, silence] = await Promise.all([hearsNext(caller), hearsNext(first)]);
  expect(music.shareAt(FIRST_TONE)).toBeLessThan(0.1);
  expect(silence.loudness).toBeLessThan(10);
  // FreeSWITCH's music plays for all at once: it may pause just now.
  await until('music', async () => (await hearsNext(caller)).loudness > 50, 20_000);
  expect(await stateOf('1003')).toMatchObject({ state: 'hold' });

  await killDaemon();
  expect((await hearsNext(caller)).shareAt(FIRST_TONE)).toBeLessThan(0.1);
  expect((await ask('resume')).phase).toBe('connected');
  await hearEachOther(caller, CALLER_TONE, first, FIRST_TONE);
  expect(await stateOf('1003')).toMatchObject({ state: 'talking' });
}, 90_000);

test('given_a_blind_transfer_to_a_phone_then_the_two_talk_and_the_agent_wraps_up', async () => {
  const { caller, visit, ask } = await talk('1003');
  const second = await phone('1009', SECOND_TONE);
  await ask('transfer', { extension: '1009' });
  await hearEachOther(caller, CALLER_TONE, second, SECOND_TONE);
  expect(await stateOf('1003')).toMatchObject({ state: 'wrap-up' });
  await visit.sees('CallTransferred', { kind: 'blind', by: '1003' });
}, 60_000);

test('given_a_blind_transfer_that_is_declined_then_the_caller_is_served_by_his_queue_again', async () => {
  const { caller, ask, visit } = await talk('1003');
  const second = await start({ ...centre.account('1009'), tone: SECOND_TONE });
  const next = await agent('1004', SECOND_TONE);
  await ask('transfer', { extension: '1009' });
  await second.waitFor('CALL_INCOMING');
  await second.hangup();
  await visit.sees('CallRequeued', { why: 'transfer-failed' });
  await hearEachOther(caller, CALLER_TONE, next, SECOND_TONE);
}, 60_000);

test('given_a_consulted_transfer_when_the_daemon_is_killed_in_the_consult_then_the_new_one_completes_it', async () => {
  const { caller, first, ask } = await talk('1003');
  const second = await agent('1004', SECOND_TONE);
  await ask('consult', { agent: '1004' });
  await hearEachOther(first, FIRST_TONE, second, SECOND_TONE);
  expect((await hearsNext(caller)).shareAt(FIRST_TONE)).toBeLessThan(0.1);

  await killDaemon();
  await hearEachOther(first, FIRST_TONE, second, SECOND_TONE);
  await ask('complete');
  await hearEachOther(caller, CALLER_TONE, second, SECOND_TONE);
  expect(await stateOf('1003')).toMatchObject({ state: 'wrap-up' });
  expect(await stateOf('1004')).toMatchObject({ state: 'talking' });
}, 90_000);

test('given_a_conference_then_all_three_hear_each_other_and_when_one_leaves_the_others_go_on', async () => {
  const { caller, first, ask } = await talk('1003');
  const second = await agent('1004', SECOND_TONE);
  await ask('consult', { agent: '1004' });
  await hearEachOther(first, FIRST_TONE, second, SECOND_TONE);
  await ask('conference');
  const tones = [
    [caller, FIRST_TONE, SECOND_TONE],
    [first, CALLER_TONE, SECOND_TONE],
    [second, CALLER_TONE, FIRST_TONE],
  ] as const;
  await until('all three hear each other', async () =>
    tones.every(([who, one, other]) => hears(who, one, SHARED) && hears(who, other, SHARED)),
  );
  await first.hangup();
  await hearEachOther(caller, CALLER_TONE, second, SECOND_TONE);
  await caller.hangup();
}, 60_000);

test('given_the_phone_of_an_agent_is_killed_in_the_talk_then_the_caller_is_in_front_again_and_the_next_agent_serves_him', async () => {
  const { caller, first, visit } = await talk('1003');
  await first.kill();
  phones.splice(phones.indexOf(first), 1);
  const earlier = await until(
    'phone-gone',
    async () => {
      const state = await stateOf('1003');
      return state.reason === 'phone-gone' && state;
    },
    GONE_MS,
  );
  expect(earlier).toMatchObject({ state: 'not-ready' });
  await visit.sees('CallRequeued', { why: 'phone-gone' });
  await until('music', async () => (await hearsNext(caller)).loudness > 50, 20_000);
  const next = await agent('1004', SECOND_TONE);
  await hearEachOther(caller, CALLER_TONE, next, SECOND_TONE);
}, 180_000);

test('given_an_agent_who_hangs_up_then_that_is_no_phone_that_is_gone', async () => {
  const { first, visit } = await talk('1003');
  await first.hangup();
  await until('wrap-up', async () => (await stateOf('1003')).state === 'wrap-up');
  expect((await visit.events()).map((event) => event.type)).not.toContain('CallRequeued');
}, 60_000);

/** The expert of the demonstration at his mobile, which `answer`s. */
async function expert(): Promise<Baresip> {
  const mobile = await start({
    user: '13800000001',
    network: centre.settings.trunk.port,
    tone: SECOND_TONE,
    answer: 'auto',
  });
  await patch('/api/agents/expert', { outside: { number: '13800000001', duty: '' } });
  await ready('expert');
  return mobile;
}

async function patch(path: string, body: object): Promise<void> {
  const response = await centre.ask(path, body, 'PATCH');
  expect(await response.json()).not.toHaveProperty('error');
}

async function vip(): Promise<{ caller: Baresip; visit: Visit }> {
  const caller = await start({ user: '13800138000', tone: CALLER_TONE });
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('0');
  return { caller, visit: new Visit(centre, '13800138000') };
}

test('given_an_expert_elsewhere_who_presses_1_then_he_has_the_call', async () => {
  const mobile = await expert();
  const { caller } = await vip();
  await mobile.waitFor('CALL_ESTABLISHED', 20_000);
  await until('the question', async () => mobile.heard().last(1_000).loudness > 100);
  expect(hears(mobile, CALLER_TONE)).toBe(false);
  await mobile.press('21');
  await hearEachOther(caller, CALLER_TONE, mobile, SECOND_TONE);
  expect(await stateOf('expert')).toMatchObject({ state: 'talking' });
}, 60_000);

test('given_the_mailbox_of_an_expert_answers_then_it_never_gets_the_call_and_the_caller_keeps_his_place', async () => {
  const mobile = await expert();
  const { caller, visit } = await vip();
  await mobile.waitFor('CALL_ESTABLISHED', 20_000);
  expect(hears(caller, SECOND_TONE)).toBe(false);
  await mobile.waitFor('CALL_CLOSED', 20_000);
  await visit.sees('LegFailed', { outcome: 'no-answer' });
  expect(await stateOf('expert')).toMatchObject({ state: 'not-ready', reason: 'ring-no-answer' });
  expect((await visit.events()).map((event) => event.type)).not.toContain('CallConnected');
  expect(caller.events.map((event) => event.type)).not.toContain('CALL_CLOSED');
}, 60_000);
