import type { Clock } from '../base/clock.ts';
import type { ArrivedChannel } from '../pbx/pbx.ts';
import { type AdmissionLimits, type AdmissionRefusal, admit, openAdmission } from './admission.ts';
import type { CentreState } from './state.ts';

export interface GateParts {
  /** Without limits everybody is let in. */
  readonly limits?: AdmissionLimits;
  readonly state: CentreState;
  readonly clock: Clock;
  /** How late the daemon is, ms. */
  readonly lagMs: () => number;
  /** Gives a caller the busy signal. */
  readonly refuse: (channel: string) => void;
  /** The first refusal after a calm time. */
  readonly overloaded: (reason: AdmissionRefusal) => void;
}

/** A daemon that has just taken over has much to take up, and is late with it. */
const YOUNG_MS = 5000;
const YOUNG_PATIENCE_MS = 1500;

/** Where callers come in. Who is refused hears the busy signal at once: before the mailbox, which may be what is too full. */
export class Gate {
  readonly #parts: GateParts;
  /** Let in, and not yet among the channels that are up. */
  readonly #entering = new Set<string>();
  /** When the first caller came, UTC ms. */
  #openSince?: number;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** He has been taken in, or never will be. */
  entered(channel: string): void {
    this.#entering.delete(channel);
  }

  /** Whether this caller is let in. The house itself always is, and who is inside already. */
  admits({ channel, source }: ArrivedChannel): boolean {
    const { limits, state, clock, lagMs, refuse, overloaded } = this.#parts;
    if (!limits || source.kind === 'phone' || state.open.has(channel)) return true;
    const before = state.admission ?? openAdmission(limits);
    const channels = state.channelsUp + this.#entering.size;
    const now = clock.now();
    this.#openSince ??= now;
    // Who waited for this daemon to come is not sent away because it has just come.
    const patienceMs = now - this.#openSince < YOUNG_MS ? YOUNG_PATIENCE_MS : 0;
    const load = { now, channels, lagMs: lagMs() - patienceMs };
    const [after, refusal] = admit(before, limits, load);
    state.admission = after;
    if (!refusal) {
      this.#entering.add(channel);
      return true;
    }
    state.openChannel(channel, load.now, undefined);
    refuse(channel);
    if (!before.overload) overloaded(refusal);
    return false;
  }
}
