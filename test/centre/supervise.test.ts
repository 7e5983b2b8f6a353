import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Baresip, type BaresipOptions } from '../phones/baresip.ts';
import { Sound } from '../phones/tone.ts';
import { RunningCentre, until } from './centre.ts';
import { Visit } from './visit.ts';

const TONES = { caller: 500, agent: 900, chief: 1300 } as const;
type Who = keyof typeof TONES;
/** Share of the power at a tone that tells one of three voices at once. */
const AUDIBLE = 0.1;

let centre: RunningCentre;
const phones: Baresip[] = [];
let callers = 0;

beforeAll(async () => {
  centre = await RunningCentre.start();
}, 300_000);

afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
  await until('all calls over', async () => (await live()).length === 0, 40_000);
  await centre.api('/api/agents/1003/log-out', {});
}, 60_000);

afterAll(async () => {
  await centre?.stop();
});

interface LiveCall {
  readonly id: string;
  readonly ani: string;
}

const live = async (): Promise<LiveCall[]> =>
  (await centre.api<{ items: LiveCall[] }>('/api/calls/live')).items;

const start = async (options: Omit<BaresipOptions, 'server'>): Promise<Baresip> => {
  const phone = await Baresip.start({ server: centre.server, ...options });
  phones.push(phone);
  return phone;
};

/** What somebody hears in the next second; nothing at all when no sound comes. */
async function hearsNext(who: Baresip): Promise<Sound> {
  const before = who.heard().ms;
  await sleep(1_000);
  const heard = who.heard();
  return heard.ms > before ? heard.last(heard.ms - before) : new Sound([]);
}

interface Talk {
  readonly parties: Readonly<Record<Who, Baresip>>;
  readonly visit: Visit;
  readonly ask: (what: string, body?: object) => Promise<Record<string, unknown>>;
  /** Who hears whom now, as `agent: caller chief`. */
  readonly voices: () => Promise<string[]>;
}

/** A caller talks with agent 1003; the supervisor's phone is 1009. */
async function talk(): Promise<Talk> {
  callers += 1;
  const ani = `1380000${String(1000 + callers)}`;
  const agent = await start({ ...centre.account('1003'), tone: TONES.agent, answer: 'auto' });
  const chief = await start({ ...centre.account('1009'), tone: TONES.chief, answer: 'auto' });
  await centre.api('/api/agents/1003/log-in', {});
  await centre.api('/api/agents/1003/ready', {});
  const caller = await start({ user: ani, tone: TONES.caller });
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('0');
  const id = await until('the call', async () => (await live()).find((one) => one.ani === ani)?.id, 20_000);
  const parties = { caller, agent, chief };
  const voices = async (): Promise<string[]> => {
    const lines = Object.entries(parties).map(async ([name, phone]) => {
      const sound = await hearsNext(phone);
      const heard = Object.entries(TONES).filter(([, tone]) => sound.shareAt(tone) > AUDIBLE);
      return `${name}: ${heard.map(([other]) => other).join(' ')}`.trim();
    });
    return Promise.all(lines);
  };
  const ask = (what: string, body: object = {}) =>
    centre.api<Record<string, unknown>>(`/api/calls/${id}/${what}`, body);
  const all: Talk = { parties, visit: new Visit(centre, ani), ask, voices };
  await become(all, ALONE);
  return all;
}

/** Waits until those hear each other who should. */
async function become({ voices }: Talk, wanted: readonly string[]): Promise<void> {
  let heard: string[] = [];
  await until(
    wanted.join(', '),
    async () => {
      heard = await voices();
      return heard.join() === wanted.join();
    },
    20_000,
  ).catch((cause: unknown) => {
    throw new Error(`heard instead: ${heard.join(', ')}`, { cause });
  });
}

const ALONE = ['caller: agent', 'agent: caller', 'chief:'];
const LISTENING = ['caller: agent', 'agent: caller', 'chief: caller agent'];
const WHISPERING = ['caller: agent', 'agent: caller chief', 'chief: caller agent'];
const BARGED = ['caller: agent chief', 'agent: caller chief', 'chief: caller agent'];

async function killDaemon(): Promise<void> {
  const killed = centre.daemonPid;
  process.kill(killed, 'SIGKILL');
  await until('a new daemon', async () => centre.daemonPid !== killed && centre.isReady(), 20_000);
}

test('given_a_talk_when_a_supervisor_listens_whispers_and_barges_then_those_hear_him_who_should_and_nobody_else', async () => {
  const all = await talk();
  await all.ask('listen', { extension: '1009' });
  await become(all, LISTENING);
  await all.ask('whisper');
  await become(all, WHISPERING);
  await all.ask('barge');
  await become(all, BARGED);
  await all.ask('listen');
  await become(all, LISTENING);
  await all.ask('leave');
  await become(all, ALONE);
  await all.visit.sees('SupervisorLeft', { why: 'left', mode: 'listen' });
}, 120_000);

test('given_a_supervisor_who_whispers_when_the_daemon_is_killed_then_he_goes_on_and_the_next_one_lets_him_barge_and_leave', async () => {
  const all = await talk();
  await all.ask('whisper', { extension: '1009' });
  await become(all, WHISPERING);
  await killDaemon();
  expect(await all.voices()).toEqual(WHISPERING);
  await all.ask('barge');
  await become(all, BARGED);
  await killDaemon();
  expect(await all.voices()).toEqual(BARGED);
  await all.ask('whisper');
  await become(all, WHISPERING);
  await all.parties.chief.hangup();
  await become(all, ALONE);
  await all.visit.sees('SupervisorLeft', { why: 'hung-up' });
}, 150_000);

test('given_a_supervisor_in_the_talk_when_the_caller_is_held_then_he_is_alone_with_the_agent_and_both_are_back_after_that', async () => {
  const all = await talk();
  await all.ask('barge', { extension: '1009' });
  await become(all, BARGED);
  await all.ask('hold');
  await become(all, ['caller:', 'agent: chief', 'chief: agent']);
  await all.ask('resume');
  await become(all, BARGED);
  await all.parties.caller.hangup();
  await all.visit.sees('SupervisorLeft', { why: 'talk-over' });
  await until('the supervisor is let go', () => all.parties.chief.isIdle());
}, 120_000);
