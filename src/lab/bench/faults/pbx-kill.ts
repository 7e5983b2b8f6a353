import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SipCall } from '../sip/call.ts';
import type { CallerCall } from '../sip/caller-call.ts';
import { Sight, until } from './api.ts';
import { type CentreOptions, isReady, startCentre } from './centre.ts';
import { control } from './daemon-kill.ts';
import { NUMBERS } from './flows.ts';
import { answersAndTalks, Town } from './town.ts';

/** In a menu, in the queue's music, in a bridge with an outside party. */
const PLACES = [NUMBERS.menu, NUMBERS.hold, NUMBERS.bridge] as const;
const LIVE = 30;
const AGENT = '1003';
/** A supervisor restarts at once what lived for ten seconds. */
const BEFORE_MS = 12_000;
const NEW_CALLER_EVERY_MS = 100;
const LIMIT_MS = 60_000;
/** In which those in a bridge may hear each other again, ms. */
const AUDIO_LIMIT_MS = 15_000;
/** As many are no leftovers of before. */
const MUSIC_PACKETS = 50;
/** In which a call may be closed after the PBX is back, or after everybody has hung up, ms. */
const CLOSE_MS = 15_000;
const RING_MS = 15_000;

/** What is noticed of a PBX that dies. */
export interface PbxKill {
  /** From the kill until `/health` says that no calls are taken, ms. */
  readonly noticedMs: number;
  /** From the moment the PBX takes calls again until a new caller is answered, ms. */
  readonly servingMs: number;
  /** Calls that were open and, in the end, have not exactly one `CallEnded` in the event log. */
  readonly unclosed: number;
  /** From the kill until the PBX is up again, ms. */
  readonly backMs: number;
  /** Whether the PBX takes up again the calls that it was killed under. Asterisk does not. */
  readonly takesCallsUp: boolean;
  /** Callers whose call ended with the PBX: all of them where it takes none up. */
  readonly lost: number;
  /** Agents' phones that had to register anew before they could be called. */
  readonly registrationsLost: number;
  /** From the kill until everybody in a bridge hears the other side again, both ways; only where calls are taken up again. */
  readonly audioBackMs?: number;
  /** Callers in the queue who hear no music again; only there, too. */
  readonly silent?: number;
  /** From the kill until the slowest caller in the menu is in the queue that his key stands for; only there, too. */
  readonly controlMs?: number;
  /** Those of them who never are. */
  readonly stranded?: number;
}

/** Kills the PBX (kill -9) under live calls; the supervisor starts it again. */
export async function pbxKill(options: CentreOptions): Promise<PbxKill> {
  const centre = await startCentre(options);
  const town = await Town.open(centre.rig);
  const sight = new Sight(centre.rig);
  const takesUp = centre.rig.settings.pbx === 'freeswitch';
  try {
    let rung = 0;
    await town.addPhone(AGENT, (call) => {
      rung += 1;
      answersAndTalks(call);
    });
    await sight.logIn(AGENT);
    const callers = await gather(town);
    await sleep(BEFORE_MS);
    const open = (await sight.liveCalls()).map((call) => call.id);
    if (open.length !== LIVE) throw new Error(`${open.length} calls are live, not ${LIVE}`);
    const pid = centre.pbxPid();
    if (pid === undefined) throw new Error('the PBX is not there');
    const talkers = [...callers.filter(({ number }) => number === NUMBERS.bridge), ...town.called];

    const killedAt = performance.now();
    const killedUtc = Date.now();
    process.kill(pid, 'SIGKILL');
    for (const { audio } of talkers) audio.voiceAt = undefined;
    const since = (): number => Math.round(performance.now() - killedAt);
    await until('that it is noticed', async () => !(await isReady(centre.rig)), LIMIT_MS, 10);
    const noticedMs = since();
    const served = firstServed(town);
    await until('the PBX again', async () => centre.pbxPid() !== pid && sight.pbx.isUp(), LIMIT_MS, 10);
    const backMs = since();
    const servingMs = Math.max(0, Math.round((await served) - killedAt) - backMs);
    const taken = takesUp ? await takenUp(callers, talkers, sight, { killedAt, killedUtc }) : {};
    await town.dial(NUMBERS.hold);
    await until('an agent who is ready', () => sight.makeReady(AGENT).then(() => true));
    const isRung = await until('the phone of an agent', async () => rung > 0, RING_MS).catch(() => false);
    const lost = takesUp ? await endedOf(sight, open) : LIVE;
    if (takesUp) town.hangUpAll();
    const registrationsLost = isRung ? 0 : 1;
    return {
      ...{ noticedMs, servingMs, unclosed: await unclosed(sight, open), backMs },
      ...{ takesCallsUp: takesUp, lost, registrationsLost },
      ...taken,
    };
  } finally {
    town.hangUpAll();
    await sleep(200);
    town.close();
    await centre.stop();
  }
}

/** Brings callers to where the fault is to meet them. */
async function gather(town: Town): Promise<CallerCall[]> {
  const calls: CallerCall[] = [];
  for (let at = 0; at < LIVE; at += 1) {
    const number = PLACES[at % PLACES.length] ?? NUMBERS.menu;
    const call = await town.dial(number);
    call.audio.talks = number === NUMBERS.bridge;
    calls.push(call);
    await sleep(30);
  }
  return calls;
}

/** What became of calls that the PBX takes up again. */
async function takenUp(
  callers: readonly CallerCall[],
  talkers: readonly SipCall[],
  sight: Sight,
  { killedAt, killedUtc }: { readonly killedAt: number; readonly killedUtc: number },
): Promise<Required<Pick<PbxKill, 'audioBackMs' | 'silent' | 'controlMs' | 'stranded'>>> {
  const waiting = callers.filter(({ number }) => number === NUMBERS.hold).map(({ audio }) => audio);
  const before = waiting.map(({ packets }) => packets);
  const silent = () =>
    waiting.filter(({ packets }, at) => packets < (before[at] ?? 0) + MUSIC_PACKETS).length;
  const voices = () => talkers.map(({ audio }) => audio.voiceAt);
  const [inMenu, heard, music] = [
    control(
      callers.filter(({ number }) => number === NUMBERS.menu),
      sight,
      killedUtc,
    ),
    until('every voice', async () => voices().every((at) => at !== undefined), AUDIO_LIMIT_MS, 10),
    until('music', async () => silent() === 0, AUDIO_LIMIT_MS, 50),
  ];
  await Promise.allSettled([heard, music]);
  const audioBackMs = Math.max(...voices().map((at) => (at === undefined ? AUDIO_LIMIT_MS : at - killedAt)));
  return { audioBackMs: Math.round(audioBackMs), silent: silent(), ...(await inMenu) };
}

/** Callers come until one is answered; when that was, `performance.now()`. */
async function firstServed(town: Town): Promise<number> {
  const calls = [await town.dial(NUMBERS.menu)];
  for (const deadline = performance.now() + LIMIT_MS; performance.now() < deadline; ) {
    const answered = calls.flatMap((call) => call.answeredAt ?? []);
    if (answered.length > 0) return Math.min(...answered);
    await sleep(NEW_CALLER_EVERY_MS);
    calls.push(await town.dial(NUMBERS.menu));
  }
  throw new Error('nobody is answered any more');
}

/** How many of the calls have ended. */
async function endedOf(sight: Sight, calls: readonly string[]): Promise<number> {
  const ends = await Promise.all(calls.map((call) => sight.endsOf(call)));
  return ends.filter((count) => count > 0).length;
}

async function unclosed(sight: Sight, calls: readonly string[]): Promise<number> {
  const open = async (): Promise<number> => {
    const ends = await Promise.all(calls.map((call) => sight.endsOf(call)));
    return ends.filter((count) => count !== 1).length;
  };
  await until('the end of all calls', async () => (await open()) === 0, CLOSE_MS, 500).catch(() => undefined);
  return open();
}
