import type { PacingSettings } from '../../../dialer/outbound.ts';
import type { DialingSetup } from '../../dialing/setup.ts';

/** How long a person speaks who answers, and how long it takes from his answer until he is known for one, ms. */
export const GREETS_MS = 500;
const KNOWN_AFTER_MS = 1400;
/** A machine speaks on, ms. */
export const MACHINE_SPEAKS_MS = 8000;
export const WRAP_UP_S = 3;
export const RING_MS = 16_000;

/** By what the campaign of the bench is paced, in the product and in the lab alike. */
export const PACING: PacingSettings = {
  mode: 'predictive',
  ratio: 1.2,
  minAgents: 5,
  maxAbandonment: 0.03,
  rollingWindow: false,
  connectWithinMs: 2000,
  cancels: false,
  minRingMs: 15_000,
};

/** When somebody answers in person, sooner or later. */
export const ANSWERS_AFTER = { meanMs: 6000, cv: 0.5 };
export const TALK = { meanMs: 20_000, cv: 0.6 };

/** Everybody who takes part, as the bench plays them and as the lab is told: half of the calls are answered in person. */
export function worldOf(agents: number, lastsMs: number): DialingSetup {
  return {
    agents,
    lastsMs,
    talk: TALK,
    wrapUp: { meanMs: WRAP_UP_S * 1000, cv: 0 },
    answers: {
      segments: [{ share: 1, live: 0.5 }],
      // In the lab an answer is known for one at once.
      liveAfter: {
        meanMs: ANSWERS_AFTER.meanMs + KNOWN_AFTER_MS,
        cv: (ANSWERS_AFTER.cv * ANSWERS_AFTER.meanMs) / (ANSWERS_AFTER.meanMs + KNOWN_AFTER_MS),
      },
      machine: 0.15,
      machineAfterMs: 5000,
      detectMs: 2000,
      others: { noAnswer: 15, busy: 15, failed: 5 },
      ringMs: RING_MS,
      busyAfterMs: [300, 600],
      failedAfterMs: [300, 600],
    },
    scenario: 'flat',
    connectWithinMs: PACING.connectWithinMs,
    tickMs: 500,
    postDialMs: 0,
  };
}
