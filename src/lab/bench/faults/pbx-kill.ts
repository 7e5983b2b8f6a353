import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sight, until } from './api.ts';
import { type CentreOptions, isReady, startCentre } from './centre.ts';
import { NUMBERS } from './flows.ts';
import { Town } from './town.ts';

const LIVE = 30;
/** A supervisor restarts at once what lived for ten seconds. */
const BEFORE_MS = 12_000;
const NEW_CALLER_EVERY_MS = 100;
const LIMIT_MS = 60_000;
/** In which a call may be closed after Asterisk is back, ms. */
const CLOSE_MS = 15_000;

/** What is noticed of an Asterisk that dies. */
export interface PbxKill {
  /** From the kill until `/health` says that no calls are taken, ms. */
  readonly noticedMs: number;
  /** From the moment Asterisk says that it is fully booted until a new caller is answered, ms. */
  readonly servingMs: number;
  /** Calls that were open and have not exactly one `CallEnded` in the event log. */
  readonly unclosed: number;
  /** From the kill until Asterisk is up again, ms. */
  readonly backMs: number;
}

/** Kills Asterisk (kill -9) under live calls; the supervisor starts it again. */
export async function pbxKill(options: CentreOptions): Promise<PbxKill> {
  const centre = await startCentre(options);
  const town = await Town.open(centre.rig);
  const sight = new Sight(centre.rig);
  try {
    await sight.logIn('1003');
    const numbers = [NUMBERS.menu, NUMBERS.hold, NUMBERS.bridge];
    for (let at = 0; at < LIVE; at += 1) {
      await town.dial(numbers[at % numbers.length] ?? NUMBERS.menu);
      await sleep(30);
    }
    await sleep(BEFORE_MS);
    const open = (await sight.liveCalls()).map((call) => call.id);
    if (open.length !== LIVE) throw new Error(`${open.length} calls are live, not ${LIVE}`);
    const pid = centre.asteriskPid();
    if (pid === undefined) throw new Error('Asterisk is not there');

    const killedAt = performance.now();
    process.kill(pid, 'SIGKILL');
    const since = (): number => Math.round(performance.now() - killedAt);
    await until('that it is noticed', async () => !(await isReady(centre.rig)), LIMIT_MS, 10);
    const noticedMs = since();
    const served = firstServed(town);
    await until('Asterisk again', async () => centre.asteriskPid() !== pid && sight.isPbxUp(), LIMIT_MS, 10);
    const backMs = since();
    const servingMs = Math.max(0, Math.round((await served) - killedAt) - backMs);
    return { noticedMs, servingMs, unclosed: await unclosed(sight, open), backMs };
  } finally {
    town.hangUpAll();
    await sleep(200);
    town.close();
    await centre.stop();
  }
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

async function unclosed(sight: Sight, calls: readonly string[]): Promise<number> {
  const open = async (): Promise<number> => {
    const ends = await Promise.all(calls.map((call) => sight.endsOf(call)));
    return ends.filter((count) => count !== 1).length;
  };
  await until('the end of all calls', async () => (await open()) === 0, CLOSE_MS, 500).catch(() => undefined);
  return open();
}
