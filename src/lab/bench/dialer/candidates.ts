import type { Contestant } from '../../dialing/contestants.ts';

const METHODS = ['hard-limit', 'average', 'tapered'] as const;
const DROP_PERCENTS = [2.5, 3] as const;
const INTENSITIES = [-80, -60, -40, -20, 0, 20, 40] as const;
const MAXIMUM_LEVELS = [3, 12] as const;

/** The more agents, the more of them there may be too many or too few of. */
function diffTargets(agents: number): readonly number[] {
  if (agents <= 10) return [-2, -1, 0, 1];
  return agents <= 50 ? [-6, -5, -4, -3, -2, -1, 0, 1] : [-20, -16, -12, -8, -5, -3, -1, 0, 1];
}

/** The settings of VICIdial's rule that are tried for so many agents: 672 at least. */
export function vicidialCandidates(agents: number): Extract<Contestant, { kind: 'vicidial' }>[] {
  return METHODS.flatMap((method) =>
    DROP_PERCENTS.flatMap((dropPercent) =>
      diffTargets(agents).flatMap((diffTarget) =>
        INTENSITIES.flatMap((intensity) =>
          [false, true].flatMap((availableOnly) =>
            MAXIMUM_LEVELS.map((maximumLevel) => ({
              kind: 'vicidial' as const,
              settings: { method, dropPercent, diffTarget, intensity, availableOnly, maximumLevel },
            })),
          ),
        ),
      ),
    ),
  );
}

/** Lines per waiting agent: the more agents, the more of the busy ones are free soon. */
function linesPerIdle(agents: number): readonly number[] {
  if (agents <= 10) return steps(1, 3, 0.1);
  return agents <= 50 ? steps(2, 6, 0.2) : steps(3, 10, 0.25);
}

/** The fixed ratios that are tried for so many agents: the product's, and both of VICIdial's, which differ in how they round. */
export function ratioCandidates(agents: number): Contestant[] {
  const fixed = (availableOnly: boolean) => (level: number) =>
    ({ kind: 'fixed-level', level, availableOnly }) as const;
  const perIdle = linesPerIdle(agents);
  return [
    ...steps(1, 1.7, 0.02).map(fixed(false)),
    ...perIdle.map(fixed(true)),
    ...perIdle.map((ratio) => ({ kind: 'lines-per-idle', ratio }) as const),
  ];
}

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) =>
    Number((from + index * step).toFixed(2)),
  );
}
