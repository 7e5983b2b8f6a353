import type { Log } from '../base/log.ts';
import { asteriskConnections } from './asterisk/connections.ts';
import { asteriskInstallation } from './asterisk/installation.ts';
import { asteriskConsole, asteriskLog, findRunningAsterisk } from './asterisk/process.ts';
import { freeswitchConnections } from './freeswitch/connections.ts';
import { freeswitchConsole, freeswitchLog } from './freeswitch/home.ts';
import { freeswitchInstallation } from './freeswitch/installation.ts';
import { findRunningFreeswitch } from './freeswitch/process.ts';
import { PBX_KINDS, type PbxConnections, type PbxInstallation, type PbxKind } from './pbx-installation.ts';
import { programOf } from './pbx-process.ts';
import type { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';

interface Kind {
  readonly install: (settings: Settings, secrets: Secrets) => PbxInstallation;
  readonly connect: (settings: Settings, secrets: Secrets, log: (part: string) => Log) => PbxConnections;
  readonly findRunning: (data: string) => number | undefined;
  readonly logs: (data: string) => readonly [string, ...string[]];
}

const KINDS: Readonly<Record<PbxKind, Kind>> = {
  asterisk: {
    install: asteriskInstallation,
    connect: asteriskConnections,
    findRunning: findRunningAsterisk,
    logs: (data) => [asteriskLog(data), asteriskConsole(data)],
  },
  freeswitch: {
    install: freeswitchInstallation,
    connect: freeswitchConnections,
    findRunning: findRunningFreeswitch,
    logs: (data) => [freeswitchLog(data), freeswitchConsole(data)],
  },
};

/** The PBX that the settings name. */
export function choosePbx(settings: Settings, secrets: Secrets): PbxInstallation {
  return KINDS[settings.pbx].install(settings, secrets);
}

/** What the daemon has of the PBX that the settings name. Throws `Refused('not-set-up')`. @param log of a part of the daemon */
export function connectPbx(settings: Settings, secrets: Secrets, log: (part: string) => Log): PbxConnections {
  return KINDS[settings.pbx].connect(settings, secrets, log);
}

/** Process id of the PBX that the settings name, if it runs on their data folder. */
export function findRunningPbx({ pbx, data }: Pick<Settings, 'pbx' | 'data'>): number | undefined {
  return KINDS[pbx].findRunning(data);
}

/** Where the PBX that the settings name writes down what happens, the file to look into first in front. */
export function pbxLogs({ pbx, data }: Pick<Settings, 'pbx' | 'data'>): readonly [string, ...string[]] {
  return KINDS[pbx].logs(data);
}

/** A PBX of another kind than the settings name that runs on their data folder. */
export function findOtherPbx({
  pbx,
  data,
}: Pick<Settings, 'pbx' | 'data'>): { readonly kind: PbxKind; readonly pid: number } | undefined {
  for (const kind of PBX_KINDS) {
    const pid = kind === pbx ? undefined : KINDS[kind].findRunning(data);
    if (pid !== undefined) return { kind, pid };
  }
  return undefined;
}

/**
 * The settings of the centre that runs on their data folder, for commands beside it: their own terminal may name another PBX, or lack the
 * name of its program.
 */
export function asItRuns(settings: Settings): Settings {
  const pbx = findOtherPbx(settings)?.kind ?? settings.pbx;
  const pid = findRunningPbx({ ...settings, pbx });
  const program = pbx === 'freeswitch' && pid !== undefined ? programOf(pid) : undefined;
  return { ...settings, pbx, freeswitch: settings.freeswitch ?? program };
}
