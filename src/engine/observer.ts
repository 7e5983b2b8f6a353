/** Who watches how the engine works. What it does has to cost next to nothing. */
export interface EngineObserver {
  /** Time that only grows, ms. */
  readonly now: () => number;
  /** A turn is over: rules, commit, and the start of its effects. @param startedAt as `now` told it */
  turned(startedAt: number, inputs: number): void;
  /** A commit is over, well or not. */
  committed(startedAt: number, well: boolean): void;
}

/** How full the engine is now. */
export interface EngineGauges {
  /** Inputs that nobody has looked at. */
  readonly mailbox: number;
  /** Turns whose changes the store did not take yet. */
  readonly unsaved: number;
  /** Channels that are up in the PBX, as far as we know. */
  readonly channels: number;
  /** Callers who heard the busy signal in the present overload, by reason. */
  readonly overload: Readonly<Record<string, number>>;
}
