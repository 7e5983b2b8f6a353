import type { StepLeft } from '../engine/changes.ts';
import type { Place } from '../ivr/report.ts';
import type { Happening } from './flow-happening.ts';
import type { ReadFlows } from './stage.ts';

/** How much of a flow the tests went through. */
export interface FlowCoverage {
  readonly flow: string;
  readonly file: string;
  readonly steps: number;
  readonly missed: readonly ({ readonly step: string } & Place)[];
  readonly waysNotTaken: readonly ({ readonly step: string; readonly exit: string } & Place)[];
}

/** Collects which steps were entered, and by which ways out they were left. */
export class Coverage {
  readonly #entered = new Set<string>();
  readonly #left = new Set<string>();

  add(happenings: readonly Happening[], left: readonly StepLeft[]): void {
    for (const one of happenings) if (one.kind === 'step') this.#entered.add(`${one.flow}/${one.step}`);
    for (const { flow, step, exit } of left) this.#left.add(`${flow}/${step}/${exit}`);
  }

  of({ flows }: ReadFlows): FlowCoverage[] {
    return flows.map(({ name: flow, file, steps }) => {
      const all = [...steps.values()];
      const missed = all.filter((step) => !this.#entered.has(`${flow}/${step.name}`));
      const waysNotTaken = all
        .filter((step) => !missed.includes(step))
        .flatMap(({ name, exits, line, column }) =>
          exits
            .filter((exit) => !this.#left.has(`${flow}/${name}/${exit}`))
            .map((exit) => ({ step: name, exit, line, column })),
        );
      const places = missed.map(({ name, line, column }) => ({ step: name, line, column }));
      return { flow, file, steps: all.length, missed: places, waysNotTaken };
    });
  }
}

/** Steps reached of all steps, per cent; 100 where there are none. */
export function percentOf(flows: readonly FlowCoverage[]): number {
  const steps = flows.reduce((sum, flow) => sum + flow.steps, 0);
  const missed = flows.reduce((sum, flow) => sum + flow.missed.length, 0);
  return steps === 0 ? 100 : (100 * (steps - missed)) / steps;
}
