/** How much each kind of PBX is loaded with in `bench:calls`. */
import type { PbxKind } from '../../setup/pbx-installation.ts';
import type { ClimbOptions } from './climb.ts';

export interface Loads {
  /** Calls per second at which the cost of a call is measured: the PBX bears them on both sides. */
  readonly atRate: number;
  readonly climb: ClimbOptions;
  /** A run of the search makes no fewer calls. */
  readonly fewestCalls: number;
  /** Callers who are there at once when memory is measured. */
  readonly liveCalls: number;
}

/** On the same machine FreeSWITCH bears a fraction of Asterisk's calls, whoever drives it. */
export const LOADS: Readonly<Record<PbxKind, Loads>> = {
  asterisk: {
    atRate: 250,
    climb: { from: 200, to: 1500, step: 25, tries: 3 },
    fewestCalls: 1000,
    liveCalls: 1000,
  },
  freeswitch: {
    atRate: 100,
    climb: { from: 100, to: 800, step: 10, tries: 3 },
    fewestCalls: 600,
    liveCalls: 300,
  },
};
