import { contestantFor, type DialingPolicyName } from '../../dialing/contestants.ts';
import { daysOver, type ShiftFigures } from '../../dialing/figures.ts';
import type { DialingScenario } from '../../dialing/scenario.ts';
import { sampleOf } from '../routing/sample.ts';
import { playJobs } from './crew.ts';
import type { ShiftJob } from './job.ts';

/** What a policy reached in a scenario, over all seeds. Shares are per cent. */
export interface DialerRow {
  readonly scenario: DialingScenario;
  readonly agents: number;
  readonly policy: DialingPolicyName;
  readonly talkShare: number;
  /** Of `talkShare`. */
  readonly stdErr: number;
  readonly abandonment: number;
  readonly abandonmentStdErr: number;
  /** The largest of one day. */
  readonly abandonmentMax: number;
  readonly worst30: number;
  readonly worst60: number;
  readonly worst30Max: number;
  readonly worst60Max: number;
  readonly over30Share: number;
  readonly over60Share: number;
  readonly daysOver: number;
  readonly meanWaitS: number;
  readonly dialsPerAgentHour: number;
  readonly cancelShare: number;
  readonly seeds: number;
}

/** What is compared. */
export interface Comparison {
  readonly scenarios: readonly DialingScenario[];
  readonly sizes: readonly number[];
  readonly policies: readonly DialingPolicyName[];
  readonly seeds: readonly number[];
}

export async function compare({ scenarios, sizes, policies, seeds }: Comparison): Promise<DialerRow[]> {
  const cells = scenarios.flatMap((scenario) =>
    sizes.flatMap((agents) => policies.map((policy) => ({ scenario, agents, policy }))),
  );
  const jobs: ShiftJob[] = cells.flatMap(({ scenario, agents, policy }) =>
    seeds.map((seed) => ({ scenario, agents, contestant: contestantFor(policy, scenario, agents), seed })),
  );
  const played = await playJobs(jobs, 'bench:dialer');
  return cells.map((cell, index) => ({
    ...cell,
    ...rowOf(played.slice(index * seeds.length, (index + 1) * seeds.length)),
  }));
}

/** @param days one of each seed, two at least */
export function rowOf(days: readonly ShiftFigures[]): Omit<DialerRow, 'scenario' | 'agents' | 'policy'> {
  const of = (figure: (day: ShiftFigures) => number, scale = 100) => {
    const { mean, error } = sampleOf(days.map(figure));
    return { mean: rounded(scale * mean), error: rounded(scale * error) };
  };
  const most = (figure: (day: ShiftFigures) => number) => rounded(100 * Math.max(...days.map(figure)));
  const talk = of(({ talkShare }) => talkShare);
  const abandonment = of((day) => day.abandonment);
  return {
    talkShare: talk.mean,
    stdErr: talk.error,
    abandonment: abandonment.mean,
    abandonmentStdErr: abandonment.error,
    abandonmentMax: most((day) => day.abandonment),
    worst30: of(({ worst30 }) => worst30).mean,
    worst60: of(({ worst60 }) => worst60).mean,
    worst30Max: most(({ worst30 }) => worst30),
    worst60Max: most(({ worst60 }) => worst60),
    over30Share: of(({ over30 }) => over30).mean,
    over60Share: of(({ over60 }) => over60).mean,
    daysOver: daysOver(days),
    meanWaitS: of(({ meanWaitS }) => meanWaitS, 1).mean,
    dialsPerAgentHour: of(({ dialsPerAgentHour }) => dialsPerAgentHour, 1).mean,
    cancelShare: of(({ cancels }) => cancels).mean,
    seeds: days.length,
  };
}

function rounded(value: number): number {
  return Math.round(1000 * value) / 1000;
}
