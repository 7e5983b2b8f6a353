import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isWebPhone } from '../agent/web-phone.ts';
import { parseNetwork, touches } from '../base/address.ts';
import { Refused } from '../base/errors.ts';
import { cleanText } from '../base/text.ts';
import { canDemonstrate } from './demonstration.ts';
import { demonstrationVoices } from './demonstration-voices.ts';
import type { AsteriskProgram } from './find-asterisk.ts';
import { furtherMusic, type MusicClass, ordinaryMusic } from './music.ts';
import type { PbxPorts } from './ports.ts';
import { inProject } from './project.ts';
import type { Secrets } from './secrets.ts';
import { hostPort, isEveryAddress, isLoopback, mostChannels, type Settings } from './settings.ts';
import { fillTemplate } from './template.ts';

/** A phone that may register. */
export interface Phone {
  readonly extension: string;
  readonly password: string;
  readonly name: string;
}

const TEMPLATES = inProject('sip-config/asterisk');
const PER_PHONE = join(TEMPLATES, 'each-phone');
const PER_WEB_PHONE = join(TEMPLATES, 'each-web-phone');
const PER_MUSIC = join(TEMPLATES, 'each-music');
const PHONE_LIST = 'phones.json';
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
  ports: PbxPorts,
  phones: readonly Phone[],
  asterisk: Pick<AsteriskProgram, 'modules' | 'shared'>,
): string[] {
  makeFolders(asteriskHome(settings.data));
  const ownMusic = join(asteriskHome(settings.data), 'music');
  const values = {
    ...ports,
    ariPort: ports.ari,
    amiPort: ports.ami,
    ariPassword: secrets.ariPassword,
    amiPassword: secrets.amiPassword,
    etc: asteriskEtc(settings.data),
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
    music: ordinaryMusic(ownMusic, asterisk.shared),
    demonstrationVoices: demonstrationVoices(settings.data),
  };
  const files = [...templatesIn(TEMPLATES), ...templatesIn(DIALPLAN)];
  const changed = files.flatMap(({ name, path }) =>
    isWanted(name, settings)
      ? write(settings.data, name, fillTemplate(readFileSync(path, 'utf8'), values))
      : remove(settings.data, name),
  );
  const music = renderMusic(settings, furtherMusic(settings, join(ownMusic, 'classes')));
  return [...changed, ...music, ...renderPhones(settings, phones)];
}

/**
 * Writes only what depends on the phones. Returns the names of the files that changed.
 * Throws `Refused('bad-value')` for an extension or password that no configuration file can hold.
 */
export function renderPhones(settings: Pick<Settings, 'data'>, phones: readonly Phone[]): string[] {
  const usable = phones.map(checked);
  const inPages = usable.filter(({ extension }) => isWebPhone(extension));
  const onDesks = usable.filter(({ extension }) => !isWebPhone(extension));
  write(settings.data, PHONE_LIST, `${JSON.stringify(onDesks, null, 2)}\n`);
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
    return write(settings.data, name, `; Rendered by Carillon from its database.\n${parts.join('')}`);
  });
}

function renderMusic(settings: Settings, classes: readonly MusicClass[]): string[] {
  return templatesIn(PER_MUSIC).flatMap(({ name, path }) => {
    const template = readFileSync(path, 'utf8');
    const parts = classes.map((one) => fillTemplate(template, { ...one }));
    return write(settings.data, name, `; Rendered by Carillon from the folder of flows.\n${parts.join('')}`);
  });
}

/** The phones on desks that were last written into the configuration. Empty before the first start. */
export function renderedPhones(data: string): Phone[] {
  const file = join(asteriskEtc(data), PHONE_LIST);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Phone[]) : [];
}

function checked(phone: Phone): Phone {
  const shape = isWebPhone(phone.extension) ? /^[\w-]{1,32}$/ : /^\d{1,15}$/;
  if (!shape.test(phone.extension))
    throw new Refused(
      'bad-value',
      `${JSON.stringify(phone.extension)} is no extension; it must be 1 to 15 digits.`,
    );
  if (phone.password.length < 8)
    throw new Refused('bad-value', `The password of phone ${phone.extension} is shorter than 8 characters.`);
  // A name is only shown, so it is cleaned rather than refused.
  return { ...phone, name: cleanText(phone.name).replace(/[;"\\[\]{}$<>|]/g, ' ') };
}

/** Loopback is home to many programs, so there the port counts too; elsewhere a trunk may send from any port. */
function trunkMatch(trunk: Settings['trunk']): string {
  const host = trunk.host === 'localhost' ? '127.0.0.1' : trunk.host;
  return isLoopback(host) ? hostPort(host, trunk.port) : host;
}

/** Where nobody but this machine can call, and it is trusted, guests need not be counted. */
function watchesGuests({ bind, neverBan }: Pick<Settings, 'bind' | 'neverBan'>): boolean {
  return !touches(
    bind,
    neverBan.flatMap((network) => parseNetwork(network) ?? []),
  );
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

function write(data: string, name: string, content: string): string[] {
  const file = join(asteriskEtc(data), name);
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return [];
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return [name];
}

function remove(data: string, name: string): string[] {
  const file = join(asteriskEtc(data), name);
  if (!existsSync(file)) return [];
  rmSync(file);
  return [name];
}
