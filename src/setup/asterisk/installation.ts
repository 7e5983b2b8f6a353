import { mkdirSync } from 'node:fs';
import type { PbxInstallation } from '../pbx-installation.ts';
import type { Secrets } from '../secrets.ts';
import type { Settings } from '../settings.ts';
import { type AsteriskProgram, findAsterisk } from './find.ts';
import {
  asteriskConsole,
  asteriskLog,
  chooseAsteriskPorts,
  findRunningAsterisk,
  readAsteriskPorts,
  startAsterisk,
} from './process.ts';
import { canReload, reloadAsterisk } from './reload.ts';
import { asteriskEtc, asteriskHome, phoneFiles, renderAsterisk, renderPhones } from './render.ts';

/** The Asterisk of a data folder. */
export function asteriskInstallation(
  settings: Settings,
  secrets: Pick<Secrets, 'ariPassword' | 'amiPassword'>,
): PbxInstallation {
  const { data } = settings;
  let found: AsteriskProgram | undefined;
  const program = (): AsteriskProgram => found ?? missing('program');
  const ports = () => readAsteriskPorts(data) ?? missing('ports');
  return {
    name: 'Asterisk',
    logs: [asteriskLog(data), asteriskConsole(data)],
    etc: asteriskEtc(data),
    findRunning: () => findRunningAsterisk(data),
    async find(say) {
      found = await findAsterisk(settings, say);
      return `Asterisk ${found.version} (${originOf(found, settings)})`;
    },
    async configure(phones) {
      mkdirSync(asteriskHome(data), { recursive: true, mode: 0o700 });
      return renderAsterisk(settings, secrets, await chooseAsteriskPorts(data), phones, program());
    },
    configurePhones: (phones) => renderPhones(settings, phones),
    phoneFiles,
    start: () => startAsterisk(program().program, data, ports(), secrets.ariPassword),
    canReload,
    reload: (changed) => reloadAsterisk(ports(), secrets.ariPassword, changed),
  };
}

function originOf(asterisk: AsteriskProgram, settings: Settings): string {
  if (asterisk.origin === 'private') return `private, in ${settings.pbxRoot}`;
  return asterisk.origin === 'path' ? 'found on the PATH' : 'as CARILLON_ASTERISK says';
}

function missing(what: string): never {
  throw new Error(`the ${what} of this Asterisk is asked for before it was found`);
}
