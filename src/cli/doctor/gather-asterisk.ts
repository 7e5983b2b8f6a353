import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { type AsteriskProgram, findAsterisk } from '../../setup/asterisk/find.ts';
import { type AsteriskPorts, readAsteriskPorts } from '../../setup/asterisk/process.ts';
import { asteriskEtc, renderAsterisk } from '../../setup/asterisk/render.ts';
import type { Phone } from '../../setup/phone.ts';
import { isUnpacked, onPath } from '../../setup/private-root.ts';
import type { Secrets } from '../../setup/secrets.ts';
import type { Settings } from '../../setup/settings.ts';
import { askAmi } from './ask-ami.ts';
import type { FoundPbx } from './gather-switchboard.ts';
import { ASTERISK_MODULES } from './modules.ts';
import { staleFiles } from './stale-files.ts';
import type { LogIn } from './switchboard.ts';

const PATIENCE_MS = 3000;

/** The Asterisk of a data folder as it is found. @param pid of one that runs */
export async function gatherAsterisk(
  settings: Settings,
  secrets: Secrets | undefined,
  phones: readonly Phone[] | undefined,
  pid: number | undefined,
): Promise<FoundPbx> {
  const { program, fault } = await present(settings);
  const ports = readAsteriskPorts(settings.data);
  const [ari, ami] =
    pid !== undefined && ports && secrets
      ? await Promise.all([askAri(ports, secrets), askAmi(ports.ami, secrets.amiPassword)])
      : ([undefined, undefined] as const);
  return {
    name: 'Asterisk',
    program: program ? `Asterisk ${program.version} (${program.origin})` : '',
    fault,
    missingModules: program ? needed((name) => existsSync(join(program.modules, `${name}.so`))) : [],
    idleModules: ari?.running ? needed((name) => ari.running?.has(`${name}.so`) ?? true) : [],
    staleConfiguration:
      program && secrets && ports && phones
        ? staleFiles(settings.data, asteriskEtc, (data) =>
            renderAsterisk({ ...settings, data }, secrets, ports, phones, program),
          )
        : [],
    control: ari && ami ? { ARI: ari.logIn, AMI: ami.logIn } : {},
    isDriven: ari?.isAppRegistered,
    registered: ami?.contacts,
  };
}

function needed(isThere: (name: string) => boolean): { name: string; why: string }[] {
  return Object.entries(ASTERISK_MODULES)
    .filter(([name]) => !isThere(name))
    .map(([name, why]) => ({ name, why }));
}

/** The Asterisk that a start would take; nothing is unpacked for it. */
async function present(settings: Settings): Promise<{ program?: AsteriskProgram; fault: string }> {
  const installed = onPath('asterisk');
  if (!settings.asterisk && !isUnpacked(settings.pbxRoot) && !installed) return { fault: '' };
  const isPrivate = settings.asterisk !== undefined || isUnpacked(settings.pbxRoot);
  try {
    const asked = isPrivate || !installed ? settings : { ...settings, asterisk: installed };
    return { program: await findAsterisk(asked, () => undefined), fault: '' };
  } catch (thrown) {
    return { fault: messageOf(thrown) };
  }
}

interface AriAnswer {
  readonly logIn: LogIn;
  /** Undefined when it did not say. */
  readonly isAppRegistered?: boolean;
  /** File names of the modules that run. */
  readonly running?: ReadonlySet<string>;
}

async function askAri(ports: AsteriskPorts, { ariPassword }: Secrets): Promise<AriAnswer> {
  const authorization = `Basic ${Buffer.from(`carillon:${ariPassword}`).toString('base64')}`;
  const get = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${ports.ari}/ari/${path}`, {
      headers: { authorization },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  try {
    const app = await get('applications/carillon');
    if (app.status === 401 || app.status === 403) return { logIn: 'refused' };
    if (app.status >= 500) return { logIn: 'silent' };
    const modules: unknown = await (await get('asterisk/modules')).json();
    return { logIn: 'ok', isAppRegistered: app.status === 200, running: runningIn(modules) };
  } catch {
    return { logIn: 'silent' };
  }
}

function runningIn(modules: unknown): Set<string> | undefined {
  if (!Array.isArray(modules)) return undefined;
  const list = modules as { name?: unknown; status?: unknown }[];
  return new Set(list.filter(({ status }) => status === 'Running').map(({ name }) => String(name)));
}
