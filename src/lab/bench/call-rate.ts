/** How many calls a second each side bears, and what a call costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SIDES, type Side } from './calls-centre.ts';
import { type Bracket, Climb } from './climb.ts';
import { LOADS } from './loads.ts';
import { cpuMsOf, machineMs, shareOf } from './processor.ts';
import type { Rig } from './rig.ts';
import { hungUpByServer, startLoad } from './sipp.ts';
import type { LoadResult } from './sipp-figures.ts';

const BOTH = ['dialplan', 'carillon'] as const satisfies readonly Side[];
/** A rate passes when no call fails and the mean set-up stays below it, ms. */
const MEAN_SETUP_MS = 20;
/** SIPp makes new calls in bursts, and may fall behind when the machine is full: then it was not the rate. */
const REAL_RATE = 0.95;
const SECONDS = 4;
/** Others may use this share of the machine when a run begins; after so long it begins all the same. */
const QUIET_SHARE = 0.1;
const PATIENCE_MS = 6000;

/** A run of load, with what it cost. */
export interface Run {
  readonly result: LoadResult;
  /** Processor time per call, ms. */
  readonly daemonMs: number;
  readonly pbxMs: number;
  /** Of all processors, what other programs of this machine used meanwhile, 0 to 1. */
  readonly others: number;
}

/** Calls one side at this rate for some seconds, after the machine has become quiet. */
export async function runCalls(
  rig: Rig,
  daemon: number,
  side: Side,
  rate: number,
  calls: number,
): Promise<Run> {
  const ours = [daemon, rig.pbx.pid, process.pid];
  await untilQuiet(ours);
  const used = (): number[] => [cpuMsOf(daemon), cpuMsOf(rig.pbx.pid), cpuMsOf(process.pid), machineMs()];
  const before = used();
  const began = performance.now();
  const load = await startLoad({
    server: rig.server,
    dnis: SIDES[side].hangsUp,
    scenario: hungUpByServer(),
    rate,
    calls,
  });
  let sippMs = 0;
  const watch = setInterval(() => {
    sippMs = Math.max(sippMs, cpuMsOf(load.pid));
  }, 200);
  const result = await load.done.finally(() => clearInterval(watch));
  const elapsed = performance.now() - began;
  // What is still to be written down belongs to these calls too.
  await sleep(300);
  const [daemonMs = 0, pbxMs = 0, benchMs = 0, allMs = 0] = used().map((ms, at) => ms - before[at]!);
  return {
    result,
    daemonMs: daemonMs / calls,
    pbxMs: pbxMs / calls,
    others: shareOf(allMs - daemonMs - pbxMs - benchMs - sippMs, elapsed + 300),
  };
}

/** What the search for the highest rates found. */
export interface Search {
  /** Whether each side's search came to its end; else the rates are only the highest that passed until the time was up. */
  readonly complete: boolean;
  readonly brackets: Readonly<Record<Side, Bracket>>;
  /** Mean share of the machine that other programs used, 0 to 1. */
  readonly others: number;
}

/** Searches for the highest rate of each side that passes, in turns; ends at `deadline` (`performance.now()`) with what it has. */
export async function searchRates(
  rig: Rig,
  daemon: number,
  deadline: number,
  say: (line: string) => void,
): Promise<Search> {
  const { climb, fewestCalls } = LOADS[rig.settings.pbx];
  const climbs = { dialplan: new Climb(climb), carillon: new Climb(climb) };
  const others: number[] = [];
  const isOver = (): boolean => BOTH.every((side) => climbs[side].next() === undefined);
  while (!isOver() && performance.now() < deadline)
    for (const side of BOTH) {
      const rate = climbs[side].next();
      if (rate === undefined || performance.now() > deadline) continue;
      const calls = Math.max(fewestCalls, rate * SECONDS);
      const run = await runCalls(rig, daemon, side, rate, calls);
      const passed = isGood(run.result, rate, calls);
      others.push(run.others);
      climbs[side].tell(rate, passed);
      say(`${side} ${rate}/s ${passed ? 'good' : 'too much'}: ${lineOf(run)}`);
    }
  return {
    complete: isOver(),
    brackets: { dialplan: climbs.dialplan.bracket, carillon: climbs.carillon.bracket },
    others: others.reduce((sum, share) => sum + share, 0) / others.length,
  };
}

/** As `runCalls`; repeats a run once in which a call failed, because a cost per call wants whole ones. @throws Error when one fails again */
export async function runAllCalls(...load: Parameters<typeof runCalls>): Promise<Run> {
  const calls = load[4];
  for (const _ of ['first', 'second']) {
    const run = await runCalls(...load);
    if (run.result.completed === calls) return run;
  }
  const [, , side, rate] = load;
  throw new Error(
    `not all calls of ${side} at ${rate}/s were completed, twice: a cost per call would say nothing`,
  );
}

function isGood({ completed, setupMs, rate: real }: LoadResult, rate: number, calls: number): boolean {
  return completed === calls && setupMs.mean < MEAN_SETUP_MS && real >= rate * REAL_RATE;
}

/** A run in words. */
export function lineOf({ result, daemonMs, pbxMs, others }: Run): string {
  const { failed, firstFailure, retransmissions, rate, setupMs, callMs } = result;
  return (
    `set-up ${setupMs.mean} ms (95 %: ${setupMs.p95}), ${callMs} ms long, ${failed} failed, ${retransmissions} sent again, really ${rate}/s; ` +
    `CPU per call: daemon ${daemonMs.toFixed(2)} ms, PBX ${pbxMs.toFixed(2)} ms; others ${Math.round(others * 100)} %${firstFailure && `\n  ${firstFailure}`}`
  );
}

async function untilQuiet(ours: readonly number[]): Promise<void> {
  const used = (): number => machineMs() - ours.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; ) {
    const before = used();
    await sleep(400);
    if (shareOf(used() - before, 400) < QUIET_SHARE) return;
  }
}
