import { PoolPacer } from '../../dialer/pacing/pool-pacer.ts';
import type { Pacer, PacingDecision } from '../../dialer/pacing.ts';
import { playShift } from '../dialing/play-shift.ts';
import { CAMPAIGN } from '../dialing/policy.ts';
import { referenceSetup } from '../dialing/setup.ts';

const HELP = `npm run bench:pacing [-- --json]: what a decision of the predictive dialler costs: how many to dial now, and whom to let go.

  A shift of the dialler's lab, with everything that happens on the "all" day (drifting answer rates, agents who come and go, an outage and
  its end), is played under the product's own pacing, which is asked every half second of the shift; each decision is timed. In mean and p99
  the first minute counts too, in which all agents are idle and everything is dialled at once.

  300 agents  four hours    3,000 agents  half an hour

JSON: p99Ms300, p99Ms3000, meanUs300, meanUs3000.
`;

const HOUR_MS = 3_600_000;
const SEED = 7;
const SIZES = [
  { agents: 300, lastsMs: 4.5 * HOUR_MS },
  { agents: 3000, lastsMs: HOUR_MS / 2 },
] as const;

const unknown = process.argv.slice(2).find((word) => word !== '--json' && word !== '--help');
if (unknown !== undefined) {
  process.stderr.write(`There is no ${unknown}: npm run bench:pacing -- --help says what there is.\n`);
  process.exitCode = 2;
} else if (process.argv.includes('--help')) process.stdout.write(HELP);
else run();

function run(): void {
  const isJson = process.argv.includes('--json');
  const figures: Record<string, number> = {};
  if (!isJson) process.stdout.write('What a decision of the predictive dialler takes\n\n');
  for (const { agents, lastsMs } of SIZES) {
    const took = decisionTimes(agents, lastsMs);
    const meanUs = (1000 * took.reduce((sum, ms) => sum + ms, 0)) / took.length;
    const p99Ms = took[Math.floor(0.99 * took.length)]!;
    figures[`p99Ms${agents}`] = rounded(p99Ms);
    figures[`meanUs${agents}`] = rounded(meanUs);
    if (isJson) continue;
    const size = agents.toLocaleString('en-GB').padStart(5);
    process.stdout.write(
      `  ${size} agents: mean ${meanUs.toFixed(0)} µs, p99 ${p99Ms.toFixed(3)} ms, of ${took.length.toLocaleString('en-GB')} decisions\n`,
    );
  }
  if (isJson) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

/** What each decision of a shift took, ms, the shortest first. */
function decisionTimes(agents: number, lastsMs: number): Float64Array {
  const took: number[] = [];
  playShift({ ...referenceSetup('all', agents), lastsMs }, SEED, ({ setup }) => {
    const pacer = timed(new PoolPacer(), took);
    pacer.setCampaign(CAMPAIGN, {
      mode: 'predictive',
      ratio: 1,
      minAgents: 5,
      maxAbandonment: 0.03,
      rollingWindow: true,
      connectWithinMs: setup.connectWithinMs,
      cancels: true,
      minRingMs: 15_000,
      weight: 1,
    });
    return { pacer };
  });
  return Float64Array.from(took).sort();
}

/** The pacer, with a note of what each of its decisions took, ms. */
function timed(pacer: Pacer, took: number[]): Pacer {
  const decide = pacer.decide.bind(pacer);
  return Object.assign(pacer, {
    decide(now: number): PacingDecision {
      const began = performance.now();
      const decision = decide(now);
      took.push(performance.now() - began);
      return decision;
    },
  });
}

function rounded(value: number): number {
  return Math.round(1000 * value) / 1000;
}
