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
  /** Addresses that phones are registered at now. Rejects with `PbxError`. */
  registered(): Promise<readonly string[]>;
}

export interface PerimeterListener {
  noticed(incident: Incident): void;
  /** The link is there, perhaps anew: the switch may have forgotten who is shut out. */
  up(): void;
}

/**
 * `wrong-login`: somebody failed to prove who he is, or wants to be somebody unknown, over a connection, so the address is
 * his. `unproven-login`: the same in a datagram, whose sender anybody may forge. `guest-call`: a call of somebody who need
 * not prove who he is, in a datagram too.
 */
export type Offence = 'wrong-login' | 'unproven-login' | 'guest-call';

export interface Incident {
  readonly offence: Offence;
  /** IP address that it came from. */
  readonly address: string;
  /** Who he said he is, cleaned; '' when he did not. */
  readonly account: string;
}
