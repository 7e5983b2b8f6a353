import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { PbxInstallation } from '../pbx-installation.ts';
import type { Secrets } from '../secrets.ts';
import type { Settings } from '../settings.ts';
import { type FreeswitchProgram, findFreeswitch } from './find.ts';
import { freeswitchConsole, freeswitchEtc, freeswitchLog } from './home.ts';
import { chooseFreeswitchPorts, readFreeswitchPorts } from './ports.ts';
import { findRunningFreeswitch, startFreeswitch } from './process.ts';
import { canReload, reloadFreeswitch } from './reload.ts';
import { freeswitchPhoneFiles, renderFreeswitch, renderFreeswitchPhones } from './render.ts';

/** The FreeSWITCH of a data folder. */
export function freeswitchInstallation(
  settings: Settings,
  secrets: Pick<Secrets, 'eslPassword'>,
): PbxInstallation {
  const { data } = settings;
  let found: FreeswitchProgram | undefined;
  const program = (): FreeswitchProgram => found ?? missing('program');
  const ports = () => readFreeswitchPorts(data) ?? missing('ports');
  return {
    name: 'FreeSWITCH',
    logs: [freeswitchLog(data), freeswitchConsole(data)],
    etc: freeswitchEtc(data),
    findRunning: () => findRunningFreeswitch(data),
    async find() {
      found = await findFreeswitch(settings.freeswitch);
      return `FreeSWITCH ${found.version} (${originOf(found)})`;
    },
    async configure(phones) {
      const isRunning = findRunningFreeswitch(data) !== undefined;
      return renderFreeswitch(settings, phones, {
        secrets,
        ports: await chooseFreeswitchPorts(data, isRunning),
        program: program(),
        trunkAddresses: await addressesOf(settings.trunk.host),
      });
    },
    configurePhones: (phones) => renderFreeswitchPhones(settings, phones),
    phoneFiles: freeswitchPhoneFiles,
    start: () => startFreeswitch(program(), data, ports(), secrets.eslPassword),
    canReload,
    reload: (changed) =>
      reloadFreeswitch({ data, eslPort: ports().esl, eslPassword: secrets.eslPassword }, changed),
  };
}

/**
 * IP addresses that a host's name stands for now. Empty where it cannot be looked up: then nobody counts as the trunk, and what is dialled
 * through it fails.
 */
export async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  if (host === 'localhost') return ['127.0.0.1'];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address).sort();
}

function originOf({ origin, command }: FreeswitchProgram): string {
  if (origin === 'configured') return 'as CARILLON_FREESWITCH says';
  return origin === 'path' ? 'found on the PATH' : command;
}

function missing(what: string): never {
  throw new Error(`the ${what} of this FreeSWITCH is asked for before it was found`);
}
