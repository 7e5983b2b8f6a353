import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canDemonstrate } from '../demonstration.ts';
import { demonstrationVoices } from '../demonstration-voices.ts';
import { watchesGuests } from '../guests.ts';
import { furtherMusic, type MusicClass, ordinaryMusic } from '../music.ts';
import { type Phone, usablePhones } from '../phone.ts';
import { inProject } from '../project.ts';
import type { Secrets } from '../secrets.ts';
import { hostPort, isEveryAddress, isLoopback, mostChannels, type Settings } from '../settings.ts';
import { fillTemplate } from '../template.ts';
import { removeWritten, writeChanged } from '../written-files.ts';
import type { AsteriskProgram } from './find.ts';
import type { AsteriskPorts } from './process.ts';

const TEMPLATES = inProject('sip-config/asterisk');
const PER_PHONE = join(TEMPLATES, 'each-phone');
const PER_WEB_PHONE = join(TEMPLATES, 'each-web-phone');
const PER_MUSIC = join(TEMPLATES, 'each-music');
const DIALPLAN = inProject('dialplan/asterisk');

/** Where the data folder `data` keeps all that belongs to Asterisk. */
export function asteriskHome(data: string): string {
  return join(data, 'asterisk');
}

/** Where Asterisk of the data folder `data` reads its configuration. */
export function asteriskEtc(data: string): string {
  return join(asteriskHome(data), 'etc');
}

/**
 * Writes Asterisk's whole configuration into the data folder, and makes the folders it needs. Returns the names of the
 * files that changed, so that a running Asterisk can be told. Throws `Refused('bad-value')`.
 */
export function renderAsterisk(
  settings: Settings,
  secrets: Pick<Secrets, 'ariPassword' | 'amiPassword'>,
  ports: AsteriskPorts,
  phones: readonly Phone[],
  asterisk: Pick<AsteriskProgram, 'modules' | 'shared'>,
): string[] {
  makeFolders(asteriskHome(settings.data));
  const etc = asteriskEtc(settings.data);
  const ownMusic = join(asteriskHome(settings.data), 'music');
  const values = {
    ...ports,
    ariPort: ports.ari,
    amiPort: ports.ami,
    ariPassword: secrets.ariPassword,
    amiPassword: secrets.amiPassword,
    etc,
    home: asteriskHome(settings.data),
    modules: asterisk.modules,
    shared: asterisk.shared,
    bind: settings.bind,
    sipBind: hostPort(settings.bind, settings.sipPort),
    guestContext: watchesGuests(settings) ? 'from-guests' : 'from-outside',
    trunk: hostPort(settings.trunk.host, settings.trunk.port),
    trunkMatch: trunkMatch(settings.trunk),
    rtpFirst: settings.rtpFirst,
    rtpLast: settings.rtpLast,
    maxCalls: mostChannels(settings),
    music: ordinaryMusic(ownMusic, shippedMusic(asterisk), 'asterisk'),
    demonstrationVoices: demonstrationVoices(settings.data),
  };
  const files = [...templatesIn(TEMPLATES), ...templatesIn(DIALPLAN)];
  const changed = files.flatMap(({ name, path }) =>
    isWanted(name, settings)
      ? writeChanged(etc, name, fillTemplate(readFileSync(path, 'utf8'), values))
      : removeWritten(etc, name),
  );
  const music = renderMusic(settings, furtherMusic(settings, join(ownMusic, 'classes'), 'asterisk'));
  return [...changed, ...music, ...renderPhones(settings, phones)];
}

/**
 * Writes only what depends on the phones. Returns the names of the files that changed.
 * Throws `Refused('bad-value')` for an extension or password that no configuration file can hold.
 */
export function renderPhones(settings: Pick<Settings, 'data'>, phones: readonly Phone[]): string[] {
  const { onDesks, inPages } = usablePhones(settings.data, phones);
  return [...renderEach(settings, PER_PHONE, onDesks), ...renderEach(settings, PER_WEB_PHONE, inPages)];
}

/** The names of the files that depend on the phones and Asterisk reads. */
export function phoneFiles(): string[] {
  return [PER_PHONE, PER_WEB_PHONE].flatMap((folder) => templatesIn(folder).map(({ name }) => name));
}

function renderEach(settings: Pick<Settings, 'data'>, folder: string, phones: readonly Phone[]): string[] {
  return templatesIn(folder).flatMap(({ name, path }) => {
    const template = readFileSync(path, 'utf8');
    const parts = phones.map((phone) => fillTemplate(template, { ...phone }));
    return writeChanged(
      asteriskEtc(settings.data),
      name,
      `; Rendered by Carillon from its database.\n${parts.join('')}`,
    );
  });
}

function renderMusic(settings: Settings, classes: readonly MusicClass[]): string[] {
  return templatesIn(PER_MUSIC).flatMap(({ name, path }) => {
    const template = readFileSync(path, 'utf8');
    const parts = classes.map((one) => fillTemplate(template, { ...one }));
    return writeChanged(
      asteriskEtc(settings.data),
      name,
      `; Rendered by Carillon from the folder of flows.\n${parts.join('')}`,
    );
  });
}

/** Loopback is home to many programs, so there the port counts too; elsewhere a trunk may send from any port. */
function trunkMatch(trunk: Settings['trunk']): string {
  const host = trunk.host === 'localhost' ? '127.0.0.1' : trunk.host;
  return isLoopback(host) ? hostPort(host, trunk.port) : host;
}

function shippedMusic({ shared }: Pick<AsteriskProgram, 'shared'>): string[] {
  return [join(shared, 'moh'), '/usr/share/asterisk/moh', '/var/lib/asterisk/moh'];
}

function isWanted(name: string, settings: Settings): boolean {
  if (name === 'pjsip_guests.conf') return settings.guests;
  if (/_demonstration\.conf$/.test(name)) return canDemonstrate(settings);
  if (name === 'pjsip_media.conf') return !isEveryAddress(settings.bind);
  return true;
}

function makeFolders(home: string): void {
  for (const folder of [
    'etc',
    'run',
    'log',
    'cache',
    'lib/agi-bin',
    'lib/keys',
    'spool/recording',
    'spool/tmp',
  ])
    mkdirSync(join(home, folder), { recursive: true, mode: 0o700 });
}

function templatesIn(folder: string): { name: string; path: string }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.conf'))
    .sort()
    .map((name) => ({ name, path: join(folder, name) }));
}
