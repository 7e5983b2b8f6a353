import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditStore } from '../audit/store.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { VoicemailKeeper } from '../call/voicemail-keeper.ts';
import type { Engine } from '../engine/engine.ts';
import type { FlowLibrary } from '../ivr/library.ts';
import type { SessionStore } from '../user/session-store.ts';
import type { DialerCentre } from './dialer-centre.ts';

export interface SweepingParts {
  readonly messages: Pick<VoicemailKeeper, 'sweep'>;
  readonly dialer: Pick<DialerCentre, 'sweep'>;
  readonly flows: Pick<FlowLibrary, 'prune'>;
  readonly engine: Pick<Engine, 'liveCalls'>;
  readonly audited: Pick<AuditStore, 'prune'>;
  readonly sessions: Pick<SessionStore, 'sweep'>;
  /** Days for which the audit log is kept. */
  readonly keepAudit: number;
  readonly clock: Clock;
  readonly log: Log;
}

const SWEEP_EVERY_MS = 5 * 60_000;
const SWEEP_SESSIONS_EVERY_MS = 20_000;
const DAY_MS = 24 * 3_600_000;
/** Entries of the audit log that go in one sweep at most, and in one commit. */
const PRUNED_AUDIT = 20_000;
const PRUNED_AT_ONCE = 500;
/** Between two such commits, in which calls have their turns, ms. */
const PAUSE_MS = 20;

/** Removes what is older than it has to be kept: now, and every few minutes. */
export class Sweeping {
  readonly #parts: SweepingParts;
  #isStopped = false;
  #cancelSweep: () => void = () => undefined;
  #cancelSessions: () => void = () => undefined;

  constructor(parts: SweepingParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#sweep();
    this.#sweepSessions();
  }

  /** Nothing is swept any more; the database may be closed. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelSweep();
    this.#cancelSessions();
  }

  #sweep(): void {
    const { messages, dialer, flows, engine, clock, log } = this.#parts;
    this.#cancelSweep = clock.at(clock.now() + SWEEP_EVERY_MS, () => this.#sweep());
    void messages.sweep();
    void dialer.sweep();
    try {
      flows.prune(engine.liveCalls());
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'old versions of flows could not be removed');
    }
    void this.#pruneAudit();
  }

  /** A little at a time. */
  async #pruneAudit(): Promise<void> {
    const { audited, keepAudit, clock, log } = this.#parts;
    const before = clock.now() - keepAudit * DAY_MS;
    try {
      for (let gone = 0; gone < PRUNED_AUDIT; gone += PRUNED_AT_ONCE) {
        if (audited.prune(before, PRUNED_AT_ONCE) < PRUNED_AT_ONCE) return;
        await sleep(PAUSE_MS);
        if (this.#isStopped) return;
      }
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'old entries of the audit log could not be removed');
    }
  }

  /** Whoever is signed out, by the clock or by the command line, has nothing open for long. */
  #sweepSessions(): void {
    const { sessions, clock, log } = this.#parts;
    this.#cancelSessions = clock.at(clock.now() + SWEEP_SESSIONS_EVERY_MS, () => this.#sweepSessions());
    sessions
      .sweep(clock.now())
      .catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'sessions could not be looked at'));
  }
}
