/**
 * The outer side of a switch: who tries to get in without a right to, and who is kept away. Apart from `Pbx`, because calls
 * have no part in it.
 */
export interface Perimeter {
  /** Connects and stays connected until `stop`. */
  start(listener: PerimeterListener): void;
  stop(): Promise<void>;
  /**
   * From now on the switch listens to nobody from exactly these networks (`192.0.2.7`, `2001:db8:0:1::/64`), whatever was
   * said before. Rejects with `PbxError`.
   */
  shutOut(networks: readonly string[]): Promise<void>;
}

export interface PerimeterListener {
  noticed(incident: Incident): void;
  /** The link is there, perhaps anew: the switch may have forgotten who is shut out. */
  up(): void;
}

/**
 * `wrong-login`: somebody failed to prove who he is, or wants to be somebody unknown. `guest-call`: a call of somebody
 * who need not prove it.
 */
export type Offence = 'wrong-login' | 'guest-call';

export interface Incident {
  readonly offence: Offence;
  /** IP address that it came from. */
  readonly address: string;
  /** Who he said he is, cleaned; '' when he did not. */
  readonly account: string;
}
