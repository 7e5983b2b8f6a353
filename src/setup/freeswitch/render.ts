import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { accessList } from '../../pbx/freeswitch/perimeter.ts';
import { canDemonstrate } from '../demonstration.ts';
import { demonstrationVoices } from '../demonstration-voices.ts';
import { watchesGuests } from '../guests.ts';
import { furtherMusic, ordinaryMusic } from '../music.ts';
import { type Phone, usablePhones } from '../phone.ts';
import { inProject } from '../project.ts';
import type { Secrets } from '../secrets.ts';
import { hostPort, isEveryAddress, isLoopback, mostChannels, type Settings } from '../settings.ts';
import { removeWritten, writeChanged } from '../written-files.ts';
import type { FreeswitchProgram } from './find.ts';
import { freeswitchEtc, freeswitchHome, freeswitchLog } from './home.ts';
import type { FreeswitchPorts } from './ports.ts';
import { freeswitchFolders } from './process.ts';
import { fillXml } from './xml.ts';

/** What the configuration depends on besides settings and phones. */
export interface FreeswitchSurroundings {
  readonly secrets: Pick<Secrets, 'eslPassword'>;
  readonly ports: FreeswitchPorts;
  readonly program: Pick<FreeswitchProgram, 'music'>;
  /** IP addresses that the trunk's name stands for now. */
  readonly trunkAddresses: readonly string[];
}

const TEMPLATES = inProject('sip-config/freeswitch');
const DIALPLAN = inProject('dialplan/freeswitch');
/** Kept by the daemon: who is shut out. */
export const SHUT_OUT = 'shut_out.xml';

/**
 * Writes FreeSWITCH's whole configuration into the data folder, and makes the folders it needs. Returns the names of the files that
 * changed, so that a running FreeSWITCH can be told. Throws `Refused('bad-value')`.
 */
export function renderFreeswitch(
  settings: Settings,
  phones: readonly Phone[],
  surroundings: FreeswitchSurroundings,
): string[] {
  const { data } = settings;
  for (const folder of freeswitchFolders(data)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const etc = freeswitchEtc(data);
  const values = valuesOf(settings, surroundings);
  const changed = [...templatesIn(TEMPLATES), ...templatesIn(DIALPLAN)].flatMap(({ name, path }) =>
    isWanted(name, settings)
      ? writeChanged(etc, name, fillXml(readFileSync(path, 'utf8'), values))
      : removeWritten(etc, name),
  );
  if (!existsSync(join(etc, SHUT_OUT))) writeChanged(etc, SHUT_OUT, accessList([]));
  const music = furtherMusic(settings, join(freeswitchHome(data), 'music/classes'), 'freeswitch');
  const addresses = surroundings.trunkAddresses.map((address) => ({
    network: `${address}/${isIP(address) === 6 ? 128 : 32}`,
  }));
  return [
    ...changed,
    ...renderEach(
      data,
      'each-music',
      music.map((one) => ({ ...one })),
    ),
    ...renderEach(data, 'each-trunk-address', addresses),
    ...renderFreeswitchPhones(settings, phones),
  ];
}

/**
 * Writes only what depends on the phones. Returns the names of the files that changed.
 * Throws `Refused('bad-value')` for an extension or password that no configuration file can hold.
 */
export function renderFreeswitchPhones({ data }: Pick<Settings, 'data'>, phones: readonly Phone[]): string[] {
  const { onDesks, inPages } = usablePhones(data, phones);
  const values = (some: readonly Phone[]) => some.map((phone) => ({ ...phone }));
  return [
    ...renderEach(data, 'each-phone', values(onDesks)),
    ...renderEach(data, 'each-web-phone', values(inPages)),
  ];
}

/** The names of the files that depend on the phones and FreeSWITCH reads. */
export function freeswitchPhoneFiles(): string[] {
  return ['each-phone', 'each-web-phone'].flatMap((folder) =>
    templatesIn(join(TEMPLATES, folder)).map(({ name }) => name),
  );
}

/** New channels per second for each caller that is taken: his own, a leg to whom he talks with, and one that the daemon refuses. */
const SESSIONS_PER_CALL = 3;

function valuesOf(
  settings: Settings,
  { secrets, ports, program }: FreeswitchSurroundings,
): Record<string, string | number> {
  const { bind, trunk, data } = settings;
  return {
    eslPort: ports.esl,
    eslPassword: secrets.eslPassword,
    webSipPort: ports.webSip,
    log: freeswitchLog(data),
    announced: announced(bind),
    bind,
    sipPort: settings.sipPort,
    trunk: hostPort(trunk.host, trunk.port),
    // Loopback is home to many programs, so there the port counts too; elsewhere a trunk may send from any port.
    trunkPort: isLoopback(trunk.host) ? trunk.port : '.*',
    guests: settings.guests ? (watchesGuests(settings) ? 'watched' : 'welcome') : 'refused',
    rtpFirst: settings.rtpFirst,
    rtpLast: settings.rtpLast,
    maxCalls: mostChannels(settings),
    sessionsPerSecond: settings.callsPerSecond * SESSIONS_PER_CALL,
    music: ordinaryMusic(join(freeswitchHome(data), 'music/default'), program.music, 'freeswitch'),
    demonstrationVoices: demonstrationVoices(data),
  };
}

/** Who listens on every address announces one all the same; FreeSWITCH finds one of IPv4 by itself. */
function announced(bind: string): string {
  if (!isEveryAddress(bind)) return bind;
  if (isIP(bind) === 4) return 'auto';
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  const isReachable = (one: NetworkInterfaceInfo) =>
    one.family === 'IPv6' && one.scopeid === 0 && !one.internal;
  return all.find(isReachable)?.address ?? '::1';
}

function renderEach(data: string, folder: string, values: readonly Record<string, string>[]): string[] {
  return templatesIn(join(TEMPLATES, folder)).flatMap(({ name, path }) => {
    const template = readFileSync(path, 'utf8');
    const parts = values.map((one) => fillXml(template, one));
    return writeChanged(freeswitchEtc(data), name, `<include>\n${parts.join('')}</include>\n`);
  });
}

function isWanted(name: string, settings: Settings): boolean {
  return name !== 'demonstration.xml' || canDemonstrate(settings);
}

function templatesIn(folder: string): { name: string; path: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.xml'))
    .sort()
    .map((name) => ({ name, path: join(folder, name) }));
}
