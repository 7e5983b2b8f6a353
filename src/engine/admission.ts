/** What may come in. Callers beyond it hear the busy signal at once, so that those who are inside are served as ever. */
export interface AdmissionLimits {
  /** Callers from outside that are taken per second, in the long run. */
  readonly callsPerSecond: number;
  /** Channels that may be up when a caller from outside is taken. */
  readonly channels: number;
}

/** How busy it is. */
export interface Load {
  /** UTC ms. */
  readonly now: number;
  /** Channels that are up. */
  readonly channels: number;
  /** How long things wait until the engine takes them, ms. */
  readonly lagMs: number;
}

export type AdmissionRefusal = 'too-many-channels' | 'too-many-per-second' | 'late';

/** A time of overload: from its first refusal until there was none for a while. */
export interface Overload {
  /** UTC ms. */
  readonly since: number;
  /** Last refusal, UTC ms. */
  readonly last: number;
  readonly refused: Readonly<Partial<Record<AdmissionRefusal, number>>>;
}

export interface Admission {
  /** Callers that may come at once: a token bucket. */
  readonly tokens: number;
  /** When that was so, UTC ms. */
  readonly at: number;
  readonly overload?: Overload;
}

/** Callers come in bunches: what was not used in so many seconds may come at once. */
const BURST_S = 2;
/** Whoever is later than this, ms, takes no more work. */
const LATE_MS = 250;
/** An overload is over when nobody was refused for so long, ms. */
const CALM_MS = 10_000;

/** Nobody has come yet. */
export function openAdmission(limits: AdmissionLimits): Admission {
  return { tokens: limits.callsPerSecond * BURST_S, at: 0 };
}

/** Whether one more caller is taken, and if not, why. Every call of this is a caller. */
export function admit(
  before: Admission,
  limits: AdmissionLimits,
  load: Load,
): readonly [Admission, AdmissionRefusal | undefined] {
  const { now } = load;
  // A clock that was set back fills nothing.
  const earned = (Math.max(0, now - before.at) / 1000) * limits.callsPerSecond;
  const tokens = Math.min(limits.callsPerSecond * BURST_S, before.tokens + earned);
  const refusal = refusalFor(tokens, limits, load);
  if (!refusal) return [{ ...before, tokens: tokens - 1, at: now }, undefined];
  const { since, refused } = before.overload ?? { since: now, refused: {} };
  const overload = { since, last: now, refused: { ...refused, [refusal]: (refused[refusal] ?? 0) + 1 } };
  return [{ tokens, at: now, overload }, refusal];
}

/** When an overload may be over (UTC ms); undefined while there is none. */
export function calmAt({ overload }: Admission): number | undefined {
  return overload && overload.last + CALM_MS;
}

/** The overload is over. */
export function calmed({ tokens, at }: Admission): Admission {
  return { tokens, at };
}

/** An overload in a sentence for the operator; none while there is none. */
export function overloadText(admission: Admission | undefined): string[] {
  const refused = Object.entries(admission?.overload?.refused ?? {});
  if (refused.length === 0) return [];
  const counts = refused.map(([why, count]) => `${count} ${why}`).join(', ');
  return [`more callers come than are taken; the others hear the busy signal (${counts})`];
}

function refusalFor(tokens: number, limits: AdmissionLimits, load: Load): AdmissionRefusal | undefined {
  if (load.channels >= limits.channels) return 'too-many-channels';
  if (load.lagMs > LATE_MS) return 'late';
  return tokens < 1 ? 'too-many-per-second' : undefined;
}
