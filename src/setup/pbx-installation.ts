import type { ScriptedCallers } from '../pbx/demonstration.ts';
import type { Pbx } from '../pbx/pbx.ts';
import type { Perimeter } from '../pbx/perimeter.ts';
import type { Phone } from './phone.ts';

/** What CARILLON_PBX takes. */
export const PBX_KINDS = ['asterisk', 'freeswitch'] as const;
export type PbxKind = (typeof PBX_KINDS)[number];

/** A PBX of ours that is up. */
export interface RunningPbx {
  readonly pid: number;
  /** It was running already: an earlier supervisor left it behind. */
  readonly adopted: boolean;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it: asks first, so that every caller gets a BYE; then insists. */
  stop(): Promise<void>;
}

/** The PBX of one data folder: found, configured, started, told of changes. One for each kind, in a folder of its name. */
export interface PbxInstallation {
  readonly name: 'Asterisk' | 'FreeSWITCH';
  /** Absolute paths of what it writes down, the one to look into first in front. */
  readonly logs: readonly [string, ...string[]];
  /** Absolute folder of its rendered configuration. */
  readonly etc: string;
  /** Process id of one that runs with this configuration, if there is one. */
  findRunning(): number | undefined;
  /**
   * Finds the program, or has it installed. Resolves with what it is, for people: `Asterisk 22.10.1 (private, in …)`.
   * Throws `Refused` with a sentence for the operator.
   */
  find(say: (line: string) => void): Promise<string>;
  /** Writes the whole configuration; the program was found. Resolves with the names of the files that changed. */
  configure(phones: readonly Phone[]): Promise<string[]>;
  /** Writes only what depends on phones. Returns the names of the files that changed. */
  configurePhones(phones: readonly Phone[]): string[];
  /** Names of all files that depend on phones. */
  phoneFiles(): readonly string[];
  /** Starts it and waits until it takes calls; one that runs already is adopted with all its calls. Throws `Refused`. */
  start(): Promise<RunningPbx>;
  /** Whether a running one can take these changed files without a restart. */
  canReload(changed: readonly string[]): boolean;
  /** Lets a running one read the changed files again; calls go on. Throws `Refused('reload-failed')`. */
  reload(changed: readonly string[]): Promise<void>;
}

/** What the daemon has of the PBX. */
export interface PbxConnections {
  readonly pbx: Pbx;
  readonly perimeter: Perimeter;
  readonly callers: ScriptedCallers;
  /** Absolute folder that it writes recordings into. */
  readonly recordings: string;
  /** Address of its SIP over websocket, for the phones in pages. */
  readonly webSip: string;
}
