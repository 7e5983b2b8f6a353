import type { PbxKind } from '../../../setup/pbx-installation.ts';

/** What the benches of faults want to see. */
export const FAULTS = [
  'daemonKill',
  'daemonHang',
  'pbxKill',
  'abandon',
  'agentRace',
  'overload',
  'dialerKill',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Both are good. */
export type Goal = readonly [least: number, most: number];

type Goals = Readonly<Record<Fault, Readonly<Record<string, Goal>>>>;

/** By fault and figure; what is not named here has no goal. */
const OF_BOTH: Goals = {
  daemonKill: { dropped: [0, 0], gaps: [0, 0], failed: [0, 0], stranded: [0, 0], controlMs: [0, 1_000] },
  daemonHang: { servedMs: [0, 3_000], staleWrites: [0, 0] },
  pbxKill: { noticedMs: [0, 1_000], servingMs: [0, 3_000], unclosed: [0, 0], registrationsLost: [0, 0] },
  agentRace: { stuck: [0, 0], dropped: [0, 0], orphans: [0, 0], rounds: [1_000, Number.POSITIVE_INFINITY] },
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

/** Only FreeSWITCH takes calls up again that it was killed under. */
const OF_FREESWITCH: Goals = {
  ...OF_BOTH,
  pbxKill: {
    ...OF_BOTH.pbxKill,
    lost: [0, 0],
    stranded: [0, 0],
    silent: [0, 0],
    audioBackMs: [0, 5_000],
    controlMs: [0, 5_000],
  },
};

export function goalsOf(pbx: PbxKind, fault: Fault): Readonly<Record<string, Goal>> {
  return (pbx === 'freeswitch' ? OF_FREESWITCH : OF_BOTH)[fault];
}

/** The figures of this fault that miss their goals; one that is not there, or is no number, misses it. */
export function missedBy(pbx: PbxKind, fault: Fault, figures: object): string[] {
  const known = new Map(Object.entries(figures));
  return Object.entries(goalsOf(pbx, fault))
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
