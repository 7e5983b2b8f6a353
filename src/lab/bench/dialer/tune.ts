import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Contestant, WINNERS, type Winners } from '../../dialing/contestants.ts';
import { CAP, type ShiftFigures } from '../../dialing/figures.ts';
import type { DialingScenario } from '../../dialing/scenario.ts';
import { ratioCandidates, vicidialCandidates } from './candidates.ts';
import { playJobs } from './crew.ts';

const FILE = fileURLToPath(new URL('../../dialing/winners.json', import.meta.url));
/** Far from those of the bench. */
const FIRST_SEED = 900_001;
/** Days of the first and the second look: small teams' days differ most. */
const DAYS: Readonly<Record<number, readonly [first: number, second: number]>> = {
  10: [4, 24],
  50: [3, 16],
  300: [1, 8],
};
/** So many of the first look get a second one. */
const FINALISTS = { ratio: 8, vicidial: 24 } as const;
/** A first look may err by so much about the share of abandoned calls. */
const FIRST_LOOK_CAP = 1.15 * CAP;

interface Tried {
  readonly contestant: Contestant;
  readonly talkShare: number;
  readonly abandonment: number;
}

/**
 * Finds the best settings of VICIdial's rule and the best fixed ratio for each scenario and size: the most talk of those that abandon no
 * more than 3 % in the mean. Keeps them in the file that the bench reads.
 */
export async function tune(scenarios: readonly DialingScenario[], sizes: readonly number[]): Promise<string> {
  let kept: readonly Winners[] = WINNERS;
  const lines: string[] = [];
  for (const agents of sizes)
    for (const scenario of scenarios) {
      const ratio = await best(ratioCandidates(agents), scenario, agents, 'ratio');
      const vicidial = await best(vicidialCandidates(agents), scenario, agents, 'vicidial');
      kept = [
        ...kept.filter((one) => one.scenario !== scenario || one.agents !== agents),
        winnersOf(scenario, agents, ratio, vicidial),
      ];
      writeFileSync(FILE, `${JSON.stringify(kept, undefined, 2)}\n`);
      lines.push(
        `${scenario} ${agents}: ${triedText(ratio)}\n${scenario} ${agents}: ${triedText(vicidial)}\n`,
      );
    }
  return lines.join('');
}

function winnersOf(scenario: DialingScenario, agents: number, ratio: Tried, vicidial: Tried): Winners {
  const { contestant } = vicidial;
  if (contestant.kind !== 'vicidial') throw new Error('another kind of policy was tried');
  return { scenario, agents, ratio: ratio.contestant, vicidial: contestant.settings };
}

async function best(
  candidates: readonly Contestant[],
  scenario: DialingScenario,
  agents: number,
  what: 'ratio' | 'vicidial',
): Promise<Tried> {
  const [firstDays, secondDays] = DAYS[agents]!;
  const look = (contestants: readonly Contestant[], seeds: number): Promise<Tried[]> =>
    tryAll(contestants, seeds, scenario, agents, `${what}, ${scenario} with ${agents} agents`);
  const first = ranked(await look(candidates, firstDays), FIRST_LOOK_CAP);
  const second = ranked(
    await look(
      first.slice(0, FINALISTS[what]).map(({ contestant }) => contestant),
      secondDays,
    ),
    CAP,
  );
  if (!second[0]) throw new Error(`no ${what} keeps within 3 % for ${scenario} with ${agents} agents`);
  return second[0];
}

function ranked(tried: readonly Tried[], cap: number): Tried[] {
  return tried
    .filter(({ abandonment }) => abandonment <= cap)
    .sort((one, other) => other.talkShare - one.talkShare);
}

async function tryAll(
  contestants: readonly Contestant[],
  seeds: number,
  scenario: DialingScenario,
  agents: number,
  what: string,
): Promise<Tried[]> {
  const jobs = contestants.flatMap((contestant) =>
    Array.from({ length: seeds }, (_, index) => ({ scenario, agents, contestant, seed: FIRST_SEED + index })),
  );
  const played = await playJobs(jobs, what);
  return contestants.map((contestant, index) => {
    const days = played.slice(index * seeds, (index + 1) * seeds);
    const mean = (of: (day: ShiftFigures) => number): number =>
      days.reduce((sum, day) => sum + of(day), 0) / seeds;
    return {
      contestant,
      talkShare: mean(({ talkShare }) => talkShare),
      abandonment: mean(({ abandonment }) => abandonment),
    };
  });
}

function triedText({ contestant, talkShare, abandonment }: Tried): string {
  return `${JSON.stringify(contestant)}: ${(100 * talkShare).toFixed(2)} % talk, ${(100 * abandonment).toFixed(2)} % abandoned`;
}
