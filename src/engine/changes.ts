import type { Agent } from '../agent/agent.ts';
import { messageOf } from '../base/errors.ts';
import type { Call } from '../call/call.ts';
import type { NewWish } from '../contact/wish.ts';
import type { Attempt } from '../dialer/attempt.ts';
import type { Callback } from '../queue/callback.ts';

/**
 * One business event of the append-only log. `type` is in the past tense; `data` holds only JSON, its shape belongs to
 * `type` and `version`.
 */
export interface LogEvent {
  readonly type: string;
  readonly version: number;
  /** UTC ms. */
  readonly at: number;
  readonly call?: string;
  readonly agent?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The log as whoever changes something writes to it. */
export interface EventWriter {
  /** Runs `work` and appends the events that it returns, in one transaction. `work` may not await. */
  commit(work: () => readonly LogEvent[]): void;
}

/** Who changed something, and when. */
export interface Authorship {
  /** An agent's id or the name of an API token. */
  readonly by: string;
  /** UTC ms. */
  readonly at: number;
}

/** A caller has left a step: by one of its ways out, or `hung-up`, `ended`, `go`, `error`. */
export interface StepLeft {
  readonly flow: string;
  readonly version: string;
  readonly step: string;
  readonly exit: string;
  /** UTC ms. */
  readonly at: number;
  /** Time spent in it. */
  readonly ms: number;
}

/** What one turn of the mailbox changed; committed whole or not at all. */
export interface Changes {
  readonly calls: readonly Call[];
  readonly agents: readonly Agent[];
  readonly callbacks: readonly Callback[];
  readonly attempts: readonly Attempt[];
  /** What people said with a key: they do not want to be called. */
  readonly wishes: readonly NewWish[];
  readonly events: readonly LogEvent[];
  /** For counts per step. */
  readonly stepsLeft: readonly StepLeft[];
}

/** How far a spool file has been written to the store: its first `turns` turns. */
export interface SpoolMark {
  readonly file: string;
  readonly turns: number;
}

/** What is to be committed is at fault, not the store: it will never be taken. */
export class UnfitChanges extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
    this.name = 'UnfitChanges';
  }
}

/** A channel that was to end; `extension`: the phone that it occupies if it did not. */
export interface EndedChannel {
  readonly channel: string;
  readonly extension?: string;
}

/** What the engine needs of a store. */
export interface EngineStore {
  /**
   * The state to go on from: calls that had not ended, agents with the states they were in, callbacks that are open; and the channels of
   * calls and legs that ended lately, with the phones that they occupied: their hang-up may have been lost.
   */
  load(): Promise<{
    readonly calls: readonly Call[];
    readonly agents: readonly Agent[];
    readonly callbacks: readonly Callback[];
    /** Attempts that had not ended. */
    readonly attempts: readonly Attempt[];
    readonly endedChannels: readonly EndedChannel[];
  }>;
  /**
   * Writes the new state of calls (with their legs) and agents, appends the events and notes `spooled`, in one transaction.
   * @throws Replaced, UnfitChanges; anything else: the store takes no writes now
   */
  commit(changes: Changes, spooled?: SpoolMark): Promise<void>;
}
