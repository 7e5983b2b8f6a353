/** What the benches of faults want to see. */
export const FAULTS = ['daemonKill', 'daemonHang', 'pbxKill', 'abandon', 'overload', 'dialerKill'] as const;
export type Fault = (typeof FAULTS)[number];

/** Both are good. */
export type Goal = readonly [least: number, most: number];

/** By fault and figure; what is not named here has no goal. */
export const GOALS: Readonly<Record<Fault, Readonly<Record<string, Goal>>>> = {
  daemonKill: { dropped: [0, 0], gaps: [0, 0], failed: [0, 0], stranded: [0, 0], controlMs: [0, 1_000] },
  daemonHang: { servedMs: [0, 3_000], staleWrites: [0, 0] },
  pbxKill: { noticedMs: [0, 1_000], servingMs: [0, 3_000], unclosed: [0, 0] },
  abandon: { orphans: [0, 0], stuck: [0, 0] },
  dialerKill: { doubleDials: [0, 0], droppedAnswers: [0, 0], openAttempts: [0, 0] },
  // A burst of two seconds' worth is admitted beyond the rate.
  overload: {
    p95Ms: [0, 500],
    zombies: [0, 0],
    broken: [0, 0],
    answeredShare: [0.95, 1.1],
    offeredShare: [1.9, 2.1],
  },
};

/** The figures of this fault that miss their goals; one that is not there, or is no number, misses it. */
export function missedBy(fault: Fault, figures: object): string[] {
  const known = new Map(Object.entries(figures));
  return Object.entries(GOALS[fault])
    .filter(([name, [least, most]]) => {
      const value = Number(known.get(name));
      return !(value >= least && value <= most);
    })
    .map(([name]) => name);
}

/** A goal in words. */
export function goalText([least, most]: Goal): string {
  return least === most ? `${most}` : least === 0 ? `at most ${most}` : `${least} to ${most}`;
}
