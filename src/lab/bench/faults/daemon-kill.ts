import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallerCall } from '../sip/caller-call.ts';
import { Sight, until } from './api.ts';
import { type Centre, type CentreOptions, startCentre } from './centre.ts';
import { HOLD_KEY, NUMBERS } from './flows.ts';
import { ShortCalls } from './short-calls.ts';
import { Town } from './town.ts';

const LIVE = { menu: 14, control: 6, hold: 20, bridge: 20 } as const;
const NEW_PER_SECOND = 20;
const STAY_MS = 1_000;
const BEFORE_MS = 5_000;
const AFTER_MS = 8_000;
/** Longer than that and nobody waits for it, ms. */
const CONTROL_LIMIT_MS = 20_000;
const PRESS_EVERY_MS = 250;
const LOOK_EVERY_MS = 100;
/** After a life of ten seconds the supervisor starts a daemon at once; a spare one needs a while to be there too. */
const BETWEEN_MS = 12_000;

/** The worst of the repeats. */
export interface DaemonKill {
  /** Established calls that ended though nobody hung up. */
  readonly dropped: number;
  /** Gaps of more than 200 ms in the audio of calls in a bridge, both ways, or in music. */
  readonly gaps: number;
  /** New calls that were refused, not answered within 15 s, or cut off. */
  readonly failed: number;
  /** From the kill until the slowest of the old callers who pressed a key in the menu was in the queue, ms. */
  readonly controlMs: number;
  /** Old calls that obeyed no key within 20 s. */
  readonly stranded: number;
  /** The longest set-up of a new call, ms. */
  readonly worstSetupMs: number;
  readonly longestGapMs: number;
  /** Gaps in five seconds before the kill: what this machine does by itself. */
  readonly gapsBefore: number;
}

export interface KillOptions extends CentreOptions {
  readonly repeats: number;
}

/** Kills the daemon (kill -9) under 60 live calls and 20 new ones a second. */
export async function daemonKill(options: KillOptions): Promise<DaemonKill> {
  const centre = await startCentre(options);
  const town = await Town.open(centre.rig);
  try {
    // Somebody has to be logged in, or nobody would be let wait.
    await new Sight(centre.rig).logIn('1003');
    const runs: DaemonKill[] = [];
    for (let run = 0; run < options.repeats; run += 1) {
      await sleep(BETWEEN_MS);
      const result = await oneKill(centre, town, options);
      options.say(`daemonKill ${run + 1}: ${JSON.stringify(result)}`);
      runs.push(result);
    }
    const worst = (figure: keyof DaemonKill): number => Math.max(...runs.map((run) => run[figure]));
    return {
      dropped: worst('dropped'),
      gaps: worst('gaps'),
      failed: worst('failed'),
      controlMs: worst('controlMs'),
      stranded: worst('stranded'),
      worstSetupMs: worst('worstSetupMs'),
      longestGapMs: worst('longestGapMs'),
      gapsBefore: worst('gapsBefore'),
    };
  } finally {
    town.close();
    await centre.stop();
  }
}

async function oneKill(centre: Centre, town: Town, options: KillOptions): Promise<DaemonKill> {
  const sight = new Sight(centre.rig);
  await until('all calls over', async () => (await sight.liveCalls()).length === 0, 30_000);
  const firstCalled = town.called.length;
  const people = await gather(town, sight);
  const bridged = [...people.bridge, ...town.called.slice(firstCalled)];
  const heard = [...people.hold, ...bridged];
  const load = new ShortCalls(town, NEW_PER_SECOND, STAY_MS);
  for (const call of heard) call.audio.measure();
  await sleep(BEFORE_MS);
  const gapsBefore = heard.flatMap((call) => call.audio.gaps(town.stalls)).length;
  for (const call of heard) call.audio.measure();

  const killedAt = performance.now();
  process.kill(centre.daemonPid(), 'SIGKILL');
  const { controlMs, stranded } = await control(people.control, sight, Date.now());
  await sleep(Math.max(0, AFTER_MS - (performance.now() - killedAt)));

  const gaps = heard.flatMap((call) => call.audio.gaps(town.stalls));
  const old = [...people.menu, ...people.control, ...heard];
  for (const { from, to } of gaps)
    options.say(`  gap of ${Math.round(to - from)} ms, ${Math.round(from - killedAt)} ms after the kill`);
  const dropped = old.filter((call) => call.endedBy === 'them').length;
  await load.stop();
  for (const { startedAt, refusal, failed } of load.calls)
    if (failed)
      options.say(
        `  a new call, ${Math.round(startedAt - killedAt)} ms after the kill, was ${refusal === undefined ? 'cut off or not answered' : `refused with ${refusal}`}`,
      );
  const result = {
    dropped,
    gaps: gaps.length,
    failed: load.calls.filter((call) => call.failed).length,
    controlMs,
    stranded,
    worstSetupMs: Math.round(Math.max(...load.calls.map((call) => call.setupMs ?? 0))),
    longestGapMs: Math.round(Math.max(0, ...gaps.map(({ from, to }) => to - from))),
    gapsBefore,
  };
  town.hangUpAll();
  return result;
}

type People = Readonly<Record<keyof typeof LIVE, readonly CallerCall[]>>;

/** Brings 60 callers to where the fault is to meet them. */
async function gather(town: Town, sight: Sight): Promise<People> {
  const dial = async (count: number, number: string): Promise<CallerCall[]> => {
    const calls: CallerCall[] = [];
    for (let at = 0; at < count; at += 1) {
      calls.push(await town.dial(number));
      await sleep(30);
    }
    return calls;
  };
  const bridge = await dial(LIVE.bridge, NUMBERS.bridge);
  const people = {
    bridge,
    hold: await dial(LIVE.hold, NUMBERS.hold),
    menu: await dial(LIVE.menu, NUMBERS.menu),
    control: await dial(LIVE.control, NUMBERS.menu),
  };
  for (const call of bridge) call.audio.talks = true;
  await until(
    'everybody in his place',
    async () => {
      const calls = await sight.liveCalls();
      const at = (phase: string): number => calls.filter((call) => call.phase === phase).length;
      return at('connected') === LIVE.bridge && at('queued') === LIVE.hold;
    },
    20_000,
  );
  return people;
}

/**
 * Each presses the key that leads to the queue until he is there. `controlMs`: how long the slowest waited, by the time of the
 * daemon that put him there; `stranded`: how many never came there. @param since UTC ms
 */
export async function control(
  calls: readonly CallerCall[],
  sight: Sight,
  since: number,
): Promise<{ readonly controlMs: number; readonly stranded: number }> {
  const arrived = new Map<CallerCall, number>();
  const waiting = (): CallerCall[] => calls.filter((call) => !arrived.has(call) && call.isUp);
  const press = (): void => {
    for (const call of waiting()) call.press(HOLD_KEY);
  };
  press();
  const presses = setInterval(press, PRESS_EVERY_MS);
  while (waiting().length > 0 && Date.now() - since < CONTROL_LIMIT_MS) {
    // Nobody answers while there is no daemon.
    const live = await sight.liveCalls().catch(() => []);
    for (const call of waiting()) {
      const seen = live.find(({ ani, phase }) => ani === call.from && phase === 'queued');
      if (seen) arrived.set(call, Number(seen.phaseSince) - since);
    }
    await sleep(LOOK_EVERY_MS);
  }
  clearInterval(presses);
  const stranded = calls.length - arrived.size;
  return { controlMs: stranded > 0 ? CONTROL_LIMIT_MS : Math.max(...arrived.values()), stranded };
}
