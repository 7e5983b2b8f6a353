import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, Refused } from '../../base/errors.ts';
import { findRunning, readPbxPorts } from '../../setup/asterisk-process.ts';
import { isDaemon } from '../../setup/daemon-process.ts';
import { type AsteriskProgram, findAsterisk } from '../../setup/find-asterisk.ts';
import type { PbxPorts } from '../../setup/ports.ts';
import { isUnpacked, onPath } from '../../setup/private-root.ts';
import { asteriskEtc, type Phone, renderAsterisk } from '../../setup/render-asterisk.ts';
import { readSecrets, type Secrets } from '../../setup/secrets.ts';
import type { Settings } from '../../setup/settings.ts';
import { presentBans } from '../bans.ts';
import { askDaemon } from '../daemon.ts';
import { askAmi } from './ask-ami.ts';
import { programsOn } from './gather-network.ts';
import { NEEDED_MODULES } from './modules.ts';
import type { LogIn, SwitchboardFacts } from './switchboard.ts';

const PATIENCE_MS = 3000;

/** What runs here, found without asking anybody. */
export interface Processes {
  readonly asterisk?: number;
  readonly daemon?: number;
  readonly ports?: PbxPorts;
}

/** The PBX as it is found, and who is registered there. */
export interface FoundSwitchboard {
  readonly switchboard: SwitchboardFacts;
  /** Phones that are registered; undefined when nobody said. */
  readonly registered?: number;
}

export function processesOf(data: string): Processes {
  const file = join(data, 'daemon.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  return {
    asterisk: findRunning(data),
    daemon: pid > 1 && isDaemon(pid, data) ? pid : undefined,
    ports: readPbxPorts(data),
  };
}

/** @param phones that should be able to register; undefined when nobody knows */
export async function switchboardFacts(
  settings: Settings,
  { asterisk, daemon, ports }: Processes,
  phones: readonly Phone[] | undefined,
): Promise<FoundSwitchboard> {
  const { program, fault } = await present(settings);
  const secrets = secretsOf(settings.data);
  const runs = asterisk !== undefined && ports !== undefined && secrets !== undefined;
  const [ari, ami] = runs
    ? await Promise.all([askAri(ports, secrets), askAmi(ports.ami, secrets.amiPassword)])
    : ([undefined, undefined] as const);
  const health = daemon === undefined ? undefined : await askDaemon(settings, PATIENCE_MS);
  const bans = health && (await presentBans(settings, PATIENCE_MS));
  return {
    switchboard: {
      program: program ? `Asterisk ${program.version} (${program.origin})` : '',
      fault,
      missingModules: program ? needed((name) => existsSync(join(program.modules, `${name}.so`))) : [],
      idleModules: ari?.running ? needed((name) => ari.running?.has(`${name}.so`) ?? true) : [],
      pid: asterisk,
      staleConfiguration:
        program && secrets && ports && phones ? stale(settings, secrets, ports, phones, program) : [],
      ari: ari?.logIn,
      ami: ami?.logIn,
      isAppRegistered: ari?.isAppRegistered ?? false,
      daemon,
      health,
      shutOut: bans?.map(({ address }) => address),
      strangers: runs ? programsOn(ports.ari, [process.pid, daemon ?? -1]) : [],
    },
    registered: ami?.contacts,
  };
}

function needed(isThere: (name: string) => boolean): { name: string; why: string }[] {
  return Object.entries(NEEDED_MODULES)
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

function secretsOf(data: string): Secrets | undefined {
  try {
    return readSecrets(data);
  } catch (thrown) {
    if (thrown instanceof Refused) return undefined;
    throw thrown;
  }
}

interface AriAnswer {
  readonly logIn: LogIn;
  readonly isAppRegistered: boolean;
  /** File names of the modules that run. */
  readonly running?: ReadonlySet<string>;
}

async function askAri(ports: PbxPorts, { ariPassword }: Secrets): Promise<AriAnswer> {
  const authorization = `Basic ${Buffer.from(`carillon:${ariPassword}`).toString('base64')}`;
  const get = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${ports.ari}/ari/${path}`, {
      headers: { authorization },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  try {
    const app = await get('applications/carillon');
    if (app.status === 401 || app.status === 403) return { logIn: 'refused', isAppRegistered: false };
    if (app.status >= 500) return { logIn: 'silent', isAppRegistered: false };
    const modules: unknown = await (await get('asterisk/modules')).json();
    return { logIn: 'ok', isAppRegistered: app.status === 200, running: runningIn(modules) };
  } catch {
    return { logIn: 'silent', isAppRegistered: false };
  }
}

function runningIn(modules: unknown): Set<string> | undefined {
  if (!Array.isArray(modules)) return undefined;
  const list = modules as { name?: unknown; status?: unknown }[];
  return new Set(list.filter(({ status }) => status === 'Running').map(({ name }) => String(name)));
}

/** Renders the configuration anew, elsewhere, and compares: names of files that a start would write or remove. */
function stale(
  settings: Settings,
  secrets: Secrets,
  ports: PbxPorts,
  phones: readonly Phone[],
  program: AsteriskProgram,
): string[] {
  const elsewhere = mkdtempSync(join(tmpdir(), 'carillon-doctor-'));
  try {
    renderAsterisk({ ...settings, data: elsewhere }, secrets, ports, phones, program);
    const wanted = filesIn(asteriskEtc(elsewhere));
    const present = filesIn(asteriskEtc(settings.data));
    const names = new Set([...wanted.keys(), ...present.keys()]);
    return [...names]
      .filter((name) => wanted.get(name)?.replaceAll(elsewhere, settings.data) !== present.get(name))
      .sort();
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
}

function filesIn(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder).filter((name) => name.endsWith('.conf'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
