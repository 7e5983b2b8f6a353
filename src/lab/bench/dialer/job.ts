import type { Contestant } from '../../dialing/contestants.ts';
import { makePolicy } from '../../dialing/contestants.ts';
import { figuresOf, type ShiftFigures } from '../../dialing/figures.ts';
import { playShift } from '../../dialing/play-shift.ts';
import type { DialingScenario } from '../../dialing/scenario.ts';
import { referenceSetup } from '../../dialing/setup.ts';

/** One shift to play. */
export interface ShiftJob {
  readonly scenario: DialingScenario;
  readonly agents: number;
  readonly contestant: Contestant;
  readonly seed: number;
}

export function playJob({ scenario, agents, contestant, seed }: ShiftJob): ShiftFigures {
  return figuresOf(playShift(referenceSetup(scenario, agents), seed, makePolicy(contestant)));
}
