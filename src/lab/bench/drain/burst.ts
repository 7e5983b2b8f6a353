import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Town } from '../faults/town.ts';
import { cpuMsOf, machineMs, shareOf } from '../processor.ts';
import type { CallerCall } from '../sip/caller-call.ts';
import type { Desks } from './desks.ts';
import { type Burst, burstOf, round } from './figures.ts';

/** A round must be over by then, ms after its last INVITE; whoever still waits is lost. */
const PATIENCE_MS = 40_000;

export interface Load {
  readonly number: string;
  readonly perSecond: number;
  /** How long each caller will talk, ms; as many as there are calls. */
  readonly talksMs: readonly number[];
}

/** Processes whose processor time is counted. */
export interface Processes {
  readonly pbx: number;
  readonly daemon: number;
}

/** A burst with what it cost. */
export interface Round extends Burst {
  /** Processor time per call, ms. */
  readonly pbxMs: number;
  readonly daemonMs: number;
  /** Of all processors: what this bench's phones and callers took, and what other programs did; 0 to 1. */
  readonly bench: number;
  readonly others: number;
}

/** Makes a burst of calls and waits until all of them are over. Nobody hears anything. */
export async function runBurst(town: Town, desks: Desks, load: Load, pids: Processes): Promise<Round> {
  const used = (): number[] => [cpuMsOf(pids.pbx), cpuMsOf(pids.daemon), cpuMsOf(process.pid), machineMs()];
  const [before, from] = [used(), performance.now()];
  const callers = await callAll(town, desks, load, (call) => call.audio.leave());
  const elapsed = performance.now() - from;
  const [pbx = 0, daemon = 0, bench = 0, all = 0] = used().map((ms, at) => ms - before[at]!);
  const rings = await desks.takeRings();
  return {
    ...burstOf(callers.map(callerOf), rings),
    pbxMs: round(pbx / load.talksMs.length),
    daemonMs: round(daemon / load.talksMs.length),
    bench: round(shareOf(bench, elapsed)),
    others: round(shareOf(all - pbx - daemon - bench, elapsed)),
  };
}

/** The same with sound: how long after his agent's answer each caller heard him, ms; undefined for one who never did. */
export async function timesToVoice(
  town: Town,
  desks: Desks,
  load: Load,
): Promise<readonly (number | undefined)[]> {
  desks.speak = true;
  const callers = await callAll(town, desks, load, () => undefined);
  desks.speak = false;
  const rings = await desks.takeRings();
  return callers.map(({ from, audio }) => {
    const answeredAt = rings.find((ring) => ring.caller === from)?.answeredAt;
    if (answeredAt === undefined || audio.voiceAt === undefined) return undefined;
    return round(audio.voiceAt - answeredAt);
  });
}

async function callAll(
  town: Town,
  desks: Desks,
  { number, perSecond, talksMs }: Load,
  answered: (call: CallerCall) => void,
): Promise<CallerCall[]> {
  const from = performance.now();
  const made: CallerCall[] = [];
  for (const [at, talkMs] of talksMs.entries()) {
    const early = from + (at * 1000) / perSecond - performance.now();
    if (early > 1) await sleep(early);
    const call = await town.dial(number);
    desks.expect(call.from, talkMs);
    void call.settled.then(() => answered(call));
    made.push(call);
  }
  const late = new AbortController();
  await Promise.race([
    Promise.all(made.map((call) => call.ended)),
    sleep(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  for (const call of made) call.hangUp();
  return made;
}

function callerOf(call: CallerCall) {
  return {
    number: call.from,
    invitedAt: call.startedAt,
    answeredAt: call.answeredAt,
    endedAt: call.endedAt,
    wasHungUp: call.endedBy === 'them' && call.refused === undefined,
  };
}
