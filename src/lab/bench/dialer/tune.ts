import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Contestant,
  TUNED_POLICIES,
  type TunedPolicyName,
  WINNERS,
  type Winner,
} from '../../dialing/contestants.ts';
import { CAP, type ShiftFigures } from '../../dialing/figures.ts';
import type { DialingScenario } from '../../dialing/scenario.ts';
import { ratioCandidates, vicidialCandidates } from './candidates.ts';
import { playJobs } from './crew.ts';
import type { Comparison } from './rows.ts';

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
const FINALISTS = { ratio: 8, 'vicidial-tuned': 24 } as const;
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
export async function tune({ scenarios, sizes, policies }: Comparison): Promise<string> {
  let kept: readonly Winner[] = WINNERS;
  let text = '';
  for (const agents of sizes)
    for (const scenario of scenarios)
      for (const policy of TUNED_POLICIES) {
        if (!policies.includes(policy)) continue;
        const { contestant, talkShare, abandonment } = await best(policy, scenario, agents);
        const isOther = (one: Winner): boolean =>
          one.scenario !== scenario || one.agents !== agents || one.policy !== policy;
        kept = [...kept.filter(isOther), { scenario, agents, policy, contestant }];
        writeFileSync(FILE, `${JSON.stringify(kept, undefined, 2)}\n`);
        text += `${scenario}, ${agents} agents, ${policy}: ${percent(talkShare)} talk, ${percent(abandonment)} abandoned, ${JSON.stringify(contestant)}\n`;
      }
  return text;
}

async function best(policy: TunedPolicyName, scenario: DialingScenario, agents: number): Promise<Tried> {
  const [firstDays, secondDays] = DAYS[agents]!;
  const look = (contestants: readonly Contestant[], days: number): Promise<Tried[]> =>
    tryAll(contestants, days, scenario, agents, `${policy}, ${scenario} with ${agents} agents`);
  const candidates = policy === 'ratio' ? ratioCandidates(agents) : vicidialCandidates(agents);
  const first = ranked(await look(candidates, firstDays), FIRST_LOOK_CAP);
  const finalists = first.slice(0, FINALISTS[policy]).map(({ contestant }) => contestant);
  const [winner] = ranked(await look(finalists, secondDays), CAP);
  if (!winner) throw new Error(`no ${policy} keeps within 3 % for ${scenario} with ${agents} agents`);
  return winner;
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

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
