import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refused } from '../../base/errors.ts';
import { readAsteriskPorts } from '../../setup/asterisk/process.ts';
import { findRunningPbx } from '../../setup/choose-pbx.ts';
import { isDaemon } from '../../setup/daemon-process.ts';
import { readFreeswitchPorts } from '../../setup/freeswitch/ports.ts';
import type { PbxKind } from '../../setup/pbx-installation.ts';
import type { Phone } from '../../setup/phone.ts';
import { readSecrets, type Secrets } from '../../setup/secrets.ts';
import type { Settings } from '../../setup/settings.ts';
import { presentBans } from '../bans.ts';
import { askDaemon } from '../daemon.ts';
import { gatherAsterisk } from './gather-asterisk.ts';
import { gatherFreeswitch } from './gather-freeswitch.ts';
import { programsOn } from './gather-network.ts';
import type { SwitchboardFacts } from './switchboard.ts';

const PATIENCE_MS = 3000;

/** What runs here, found without asking anybody. */
export interface Processes {
  readonly pbx?: number;
  readonly daemon?: number;
  /** Ports of the PBX's control interfaces by their names, the one that the daemon drives it through in front. */
  readonly control: Readonly<Record<string, number>>;
}

/** A PBX as it is found, and how many phones are registered there; undefined when nobody said. */
export type FoundPbx = Omit<SwitchboardFacts, 'pid' | 'daemon' | 'health' | 'shutOut' | 'strangers'> & {
  readonly registered?: number;
};

/** The same with whoever drives it. */
export interface FoundSwitchboard {
  readonly switchboard: SwitchboardFacts;
  /** Phones that are registered; undefined when nobody said. */
  readonly registered?: number;
}

const GATHER: Readonly<Record<PbxKind, typeof gatherAsterisk>> = {
  asterisk: gatherAsterisk,
  freeswitch: gatherFreeswitch,
};

export function processesOf(settings: Settings): Processes {
  const { data } = settings;
  const file = join(data, 'daemon.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  return {
    pbx: findRunningPbx(settings),
    daemon: pid > 1 && isDaemon(pid, data) ? pid : undefined,
    control: controlOf(settings),
  };
}

/** @param phones that should be able to register; undefined when nobody knows */
export async function switchboardFacts(
  settings: Settings,
  { pbx: pid, daemon, control }: Processes,
  phones: readonly Phone[] | undefined,
): Promise<FoundSwitchboard> {
  const { registered, ...found } = await GATHER[settings.pbx](
    settings,
    secretsOf(settings.data),
    phones,
    pid,
  );
  const health = daemon === undefined ? undefined : await askDaemon(settings, PATIENCE_MS);
  const bans = health && (await presentBans(settings, PATIENCE_MS));
  const [port] = Object.values(control);
  return {
    switchboard: {
      ...found,
      pid,
      daemon,
      health,
      shutOut: bans?.map(({ address }) => address),
      strangers: pid === undefined || port === undefined ? [] : programsOn(port, [process.pid, daemon ?? -1]),
    },
    registered,
  };
}

function controlOf({ pbx, data }: Settings): Processes['control'] {
  if (pbx === 'freeswitch') {
    const ports = readFreeswitchPorts(data);
    return ports ? { ESL: ports.esl } : {};
  }
  const ports = readAsteriskPorts(data);
  return ports ? { ARI: ports.ari, AMI: ports.ami } : {};
}

function secretsOf(data: string): Secrets | undefined {
  try {
    return readSecrets(data);
  } catch (thrown) {
    if (thrown instanceof Refused) return undefined;
    throw thrown;
  }
}
