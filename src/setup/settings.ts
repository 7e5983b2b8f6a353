import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseNetwork } from '../base/address.ts';
import { Refused } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { PBX_KINDS, type PbxKind } from './pbx-installation.ts';
import { projectFolder } from './project.ts';

/** What the operator may decide before the start. All of it comes from the environment; see `SETTINGS`. */
export interface Settings {
  /** The IP address that SIP, RTP and the API listen on. */
  readonly bind: string;
  readonly sipPort: number;
  readonly httpPort: number;
  /** First and last UDP port for audio, both included. */
  readonly rtpFirst: number;
  readonly rtpLast: number;
  /** Callers from outside that are taken per second, in the long run; the others hear the busy signal. */
  readonly callsPerSecond: number;
  /** Absolute folder that everything we write lives in. */
  readonly data: string;
  readonly pbx: PbxKind;
  /** Absolute folder of the private Asterisk, unpacked there when no other one is found. */
  readonly pbxRoot: string;
  readonly trunk: { readonly host: string; readonly port: number };
  /** Absolute path of an Asterisk program to use instead of looking for one. */
  readonly asterisk?: string;
  /** Absolute path of a FreeSWITCH program, or of the folder it is installed in, to use instead of looking for one. */
  readonly freeswitch?: string;
  /** Absolute folder of the flow files. */
  readonly flows: string;
  /** Absolute path of the file that says which outside numbers may be dialled. */
  readonly classOfService: string;
  /** Absolute path of the file with the routing rules. */
  readonly routing: string;
  /** Absolute path of the file with the short numbers that may be called. */
  readonly shortCodes: string;
  /** People whom campaigns call per second, at most. */
  readonly dialsPerSecond: number;
  /** Days for which attempts to call somebody are kept. */
  readonly keepAttempts: number;
  /** Days for which the audit log is kept. */
  readonly keepAudit: number;
  /** Absolute path of the file with the policies of contact; regulators lie in the folder beside it. */
  readonly contactPolicy: string;
  /** Whether SIP callers that nobody knows may dial in. */
  readonly guests: boolean;
  /** Addresses and networks that are never shut out, whatever they do. */
  readonly neverBan: readonly string[];
  /** Services that flows may ask, by name. */
  readonly services: Readonly<Record<string, ServiceSetting>>;
  /** A speech program's command line or a speech service's address, '' for espeak-ng. */
  readonly speech: string;
}

export interface ServiceSetting {
  /** Absolute, without a slash at its end; `sample`: the sample core bank, which the daemon runs itself. */
  readonly url: string;
  /** '' for none. */
  readonly token: string;
}

/** Address of the service that ships with Carillon. */
export const SAMPLE = 'sample';

/** What two cores bear when twice as many call: FreeSWITCH needs three times as much processor for a call. */
const CALLS_PER_SECOND: Readonly<Record<PbxKind, number>> = { asterisk: 100, freeswitch: 50 };
const CLASS_OF_SERVICE = 'dialplan/class-of-service.yaml';
const ROUTING = 'routing/routing.yaml';
const SHORT_CODES = 'dialer/short-codes.yaml';
const CONTACT_POLICY = 'dialer/contact-policy.yaml';

/** Every environment variable, its default and its meaning: for `--help` and the manual. */
export const SETTINGS: readonly {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
}[] = [
  { name: 'CARILLON_PBX', fallback: 'asterisk', meaning: 'asterisk or freeswitch' },
  { name: 'CARILLON_SIP_PORT', fallback: '5060', meaning: 'SIP port, UDP and TCP' },
  { name: 'CARILLON_HTTP_PORT', fallback: '8080', meaning: 'port of the API' },
  { name: 'CARILLON_RTP_PORTS', fallback: '20000-20999', meaning: 'UDP ports for audio, first-last' },
  {
    name: 'CARILLON_CALLS_PER_SECOND',
    fallback: '100, on FreeSWITCH 50',
    meaning: 'callers taken per second; more hear the busy signal',
  },
  { name: 'CARILLON_BIND', fallback: '127.0.0.1', meaning: 'IP address to listen on; 0.0.0.0 for all' },
  { name: 'CARILLON_DATA', fallback: '.carillon', meaning: 'the one folder for all data' },
  { name: 'CARILLON_TRUNK', fallback: '127.0.0.1:5090', meaning: 'SIP trunk to the outside, host:port' },
  {
    name: 'CARILLON_GUESTS',
    fallback: 'on (loopback only)',
    meaning: 'on or off: may unknown SIP callers dial in',
  },
  {
    name: 'CARILLON_NEVER_BAN',
    fallback: '127.0.0.0/8,::1',
    meaning: 'addresses, networks: never shut out for wrong logins',
  },
  { name: 'CARILLON_FLOWS', fallback: 'ivr-flows', meaning: 'folder of the IVR flow files' },
  {
    name: 'CARILLON_CLASS_OF_SERVICE',
    fallback: CLASS_OF_SERVICE,
    meaning: 'file that says who may dial which outside numbers',
  },
  { name: 'CARILLON_ROUTING', fallback: ROUTING, meaning: 'file with the queues and routing rules' },
  {
    name: 'CARILLON_SHORT_CODES',
    fallback: SHORT_CODES,
    meaning: 'file with the short numbers that lists may hold',
  },
  {
    name: 'CARILLON_DIALS_PER_SECOND',
    fallback: '20',
    meaning: 'people whom campaigns call per second, at most',
  },
  {
    name: 'CARILLON_KEEP_ATTEMPTS',
    fallback: '1826',
    meaning: 'days for which the attempts of campaigns are kept',
  },
  {
    name: 'CARILLON_KEEP_AUDIT',
    fallback: '400',
    meaning: 'days for which the audit log is kept',
  },
  {
    name: 'CARILLON_CONTACT_POLICY',
    fallback: CONTACT_POLICY,
    meaning: 'file with whom campaigns may call, and when',
  },
  {
    name: 'CARILLON_SERVICES',
    fallback: 'core-bank=sample',
    meaning: 'services that flows may ask: name=http(s) address, …',
  },
  { name: 'CARILLON_SERVICE_TOKENS', fallback: 'none', meaning: 'their bearer tokens: name=token, …' },
  {
    name: 'CARILLON_SPEECH',
    fallback: 'espeak-ng',
    meaning: 'another speech program (a command line) or service (an http address)',
  },
  { name: 'CARILLON_ASTERISK', fallback: 'found or unpacked', meaning: 'path of an Asterisk 20 or newer' },
  {
    name: 'CARILLON_FREESWITCH',
    fallback: 'found',
    meaning: 'folder or program of a FreeSWITCH 1.10 or newer, for CARILLON_PBX=freeswitch',
  },
  { name: 'CARILLON_PBX_ROOT', fallback: '<data>/pbx', meaning: 'where the private Asterisk is unpacked' },
];

/** Policies and abandonment look back over so many days, with room to spare. */
const LEAST_KEPT = 90;
/** Who wants to look back finds a month at least. */
const LEAST_AUDITED = 30;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings from environment variables; relative paths count from the folder of this clone.
 * Throws `Refused('bad-setting')` whose sentence names the variable and says what it may be.
 */
export function readSettings(env: Environment): Settings {
  refuseUnknown(env);
  const bind = addressIn(env, 'CARILLON_BIND', '127.0.0.1');
  const sipPort = portIn(env, 'CARILLON_SIP_PORT', 5060);
  const httpPort = portIn(env, 'CARILLON_HTTP_PORT', 8080);
  const [rtpFirst, rtpLast] = portRangeIn(env, 'CARILLON_RTP_PORTS', '20000-20999');
  const data = folderIn(env, 'CARILLON_DATA', '.carillon');
  const asterisk = textOf(env, 'CARILLON_ASTERISK');
  const freeswitch = textOf(env, 'CARILLON_FREESWITCH');
  if (sipPort === httpPort)
    bad(`CARILLON_SIP_PORT and CARILLON_HTTP_PORT are both ${sipPort}; give them different ports.`);
  if (sipPort >= rtpFirst && sipPort <= rtpLast)
    bad(
      `CARILLON_SIP_PORT ${sipPort} lies inside CARILLON_RTP_PORTS ${rtpFirst}-${rtpLast}; move one of them.`,
    );
  const pbx = pbxIn(env);
  return {
    bind,
    sipPort,
    httpPort,
    rtpFirst,
    rtpLast,
    callsPerSecond: countIn(env, 'CARILLON_CALLS_PER_SECOND', CALLS_PER_SECOND[pbx], 10_000),
    data,
    pbx,
    pbxRoot: folderIn(env, 'CARILLON_PBX_ROOT', `${data}/pbx`),
    trunk: hostAndPortIn(env, 'CARILLON_TRUNK', '127.0.0.1:5090'),
    asterisk: asterisk ? folderIn(env, 'CARILLON_ASTERISK', asterisk) : undefined,
    freeswitch: freeswitch ? folderIn(env, 'CARILLON_FREESWITCH', freeswitch) : undefined,
    flows: folderIn(env, 'CARILLON_FLOWS', 'ivr-flows'),
    classOfService: folderIn(env, 'CARILLON_CLASS_OF_SERVICE', CLASS_OF_SERVICE),
    routing: folderIn(env, 'CARILLON_ROUTING', ROUTING),
    shortCodes: folderIn(env, 'CARILLON_SHORT_CODES', SHORT_CODES),
    dialsPerSecond: countIn(env, 'CARILLON_DIALS_PER_SECOND', 20, 1_000),
    keepAttempts: countIn(env, 'CARILLON_KEEP_ATTEMPTS', 1826, 36_500, LEAST_KEPT),
    keepAudit: countIn(env, 'CARILLON_KEEP_AUDIT', 400, 36_500, LEAST_AUDITED),
    contactPolicy: folderIn(env, 'CARILLON_CONTACT_POLICY', CONTACT_POLICY),
    guests: switchIn(env, 'CARILLON_GUESTS', isLoopback(bind)),
    neverBan: networksIn(env, 'CARILLON_NEVER_BAN', '127.0.0.0/8,::1'),
    services: servicesIn(env),
    speech: textOf(env, 'CARILLON_SPEECH'),
  };
}

/** Channels that there is audio for: each takes two ports, and a new call must not get those of one that just ended. */
export function mostChannels({ rtpFirst, rtpLast }: Pick<Settings, 'rtpFirst' | 'rtpLast'>): number {
  return Math.floor((rtpLast - rtpFirst + 1) / 4);
}

/** Whether only this machine can reach `address`. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address === 'localhost' || /^127(\.\d{1,3}){3}$/.test(address);
}

/** Whether `address` stands for every address of the machine. */
export function isEveryAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** `host:port` as URLs and SIP want it, with an IPv6 address in brackets. */
export function hostPort(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The address under which somebody on this machine reaches what listens on `settings.bind`. */
export function reachableHost(settings: Pick<Settings, 'bind'>): string {
  if (settings.bind === '0.0.0.0') return '127.0.0.1';
  return settings.bind === '::' ? '::1' : settings.bind;
}

/** A mistyped name would otherwise be a setting that is silently not made. */
function refuseUnknown(env: Environment): void {
  const unknown = Object.keys(env).find(
    (name) => name.startsWith('CARILLON_') && !SETTINGS.some((setting) => setting.name === name),
  );
  if (unknown === undefined) return;
  const hint = nearest(unknown, namesOf(SETTINGS)) || 'nothing is called like it.';
  bad(`There is no setting ${unknown}: ${hint} npx carillon --help lists those there are.`);
}

const namesOf = (settings: typeof SETTINGS): string[] => settings.map(({ name }) => name);

function bad(sentence: string): never {
  throw new Refused('bad-setting', sentence);
}

/** An empty variable counts as not set, as in `CARILLON_BIND= npm start`. */
function textOf(env: Environment, name: string): string {
  return env[name]?.trim() ?? '';
}

function portIn(env: Environment, name: string, fallback: number): number {
  const text = textOf(env, name);
  if (!text) return fallback;
  const port = portFrom(text);
  if (port === undefined) bad(`${name} is "${text}"; give a port from 1 to 65535, such as ${fallback}.`);
  return port;
}

function countIn(env: Environment, name: string, fallback: number, most: number, least = 1): number {
  const text = textOf(env, name) || String(fallback);
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < least || count > most)
    bad(`${name} is "${text}"; give a whole number from ${least} to ${most}, such as ${fallback}.`);
  return count;
}

function portFrom(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : undefined;
}

function portRangeIn(env: Environment, name: string, fallback: string): [number, number] {
  const text = textOf(env, name) || fallback;
  const [first, last, ...rest] = text.split('-').map((part) => portFrom(part.trim()));
  if (first === undefined || last === undefined || rest.length > 0)
    bad(`${name} is "${text}"; give a first and a last port, such as ${fallback}.`);
  if (first < 1024) bad(`${name} starts at ${first}; ports below 1024 are reserved, use ${fallback}.`);
  if (first % 2 === 1)
    bad(`${name} starts at ${first}; audio needs an even first port, such as ${first + 1}.`);
  if (last < first)
    bad(`${name} is "${text}", which goes backwards; give the lower port first, such as ${fallback}.`);
  if (last - first < 9)
    bad(`${name} is "${text}"; each call leg takes two ports, so give at least ten, such as ${fallback}.`);
  return [first, last];
}

function addressIn(env: Environment, name: string, fallback: string): string {
  const text = textOf(env, name) || fallback;
  if (isIP(text) === 0)
    bad(`${name} is "${text}"; give an IP address of this machine, such as 127.0.0.1 or 0.0.0.0.`);
  return text;
}

function hostAndPortIn(env: Environment, name: string, fallback: string): { host: string; port: number } {
  const text = textOf(env, name) || fallback;
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text);
  const host = parts?.[1] ?? parts?.[2] ?? '';
  const port = portFrom(parts?.[3] ?? '5060');
  const known = isIP(host) !== 0 || /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,252}[a-zA-Z0-9])?$/.test(host);
  if (!known || port === undefined)
    bad(`${name} is "${text}"; give a host and a port, such as ${fallback} or sip.example.com:5060.`);
  return { host, port };
}

function folderIn(env: Environment, name: string, fallback: string): string {
  const path = resolve(projectFolder, textOf(env, name) || fallback);
  // These end up in configuration files and play lists of the PBX, where other signs mean something.
  const wrong = [...path].find((letter) => !/[\p{L}\p{M}\p{N} /._+=@()-]/u.test(letter));
  if (wrong !== undefined)
    bad(
      `${name} is ${JSON.stringify(path)}; the path may not hold ${JSON.stringify(wrong)}, choose another.`,
    );
  return path;
}

function networksIn(env: Environment, name: string, fallback: string): string[] {
  const networks = (textOf(env, name) || fallback).split(',').map((part) => part.trim());
  const wrong = networks.find((network) => parseNetwork(network) === undefined);
  if (wrong !== undefined)
    bad(`${name} has "${wrong}", which is no IP address or network; give such as 10.0.0.0/8,192.0.2.7.`);
  return networks;
}

function switchIn(env: Environment, name: string, fallback: boolean): boolean {
  const text = textOf(env, name).toLowerCase();
  if (!text) return fallback;
  if (text === 'on' || text === 'off') return text === 'on';
  return bad(`${name} is "${text}"; give on or off.`);
}

function pbxIn(env: Environment): PbxKind {
  const text = textOf(env, 'CARILLON_PBX').toLowerCase() || 'asterisk';
  const kind = PBX_KINDS.find((one) => one === text);
  return kind ?? bad(`CARILLON_PBX is "${text}"; give ${PBX_KINDS.join(' or ')}.`);
}

function servicesIn(env: Environment): Settings['services'] {
  const urls = pairsIn(env, 'CARILLON_SERVICES', 'core-bank=sample');
  const tokens = pairsIn(env, 'CARILLON_SERVICE_TOKENS', '');
  for (const [name, url] of urls)
    if (url !== SAMPLE && !isServiceAddress(url))
      // An address may hold a password, so it is not shown.
      bad(
        `CARILLON_SERVICES has no usable address for ${name}; give one such as http://10.0.0.5:8095, without user and password.`,
      );
  for (const name of tokens.keys())
    if (!urls.has(name))
      bad(`CARILLON_SERVICE_TOKENS has a token for ${name}, which CARILLON_SERVICES does not name.`);
  return Object.fromEntries(
    [...urls].map(([name, url]) => [name, { url: url.replace(/\/+$/, ''), token: tokens.get(name) ?? '' }]),
  );
}

function isServiceAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:\/\/[^?#@]+$/.test(url);
}

/** `name=value` pairs, separated by commas. */
function pairsIn(env: Environment, name: string, fallback: string): Map<string, string> {
  const pairs = (textOf(env, name) || fallback).split(',').filter((pair) => pair.trim() !== '');
  return new Map(
    pairs.map((pair) => {
      const [, key, value] = /^\s*([\w-]+)\s*=\s*(\S+)\s*$/.exec(pair) ?? [];
      // What stands there may be a token, so it is not shown.
      if (key === undefined || value === undefined)
        return bad(`${name} has a part that is not name=value; separate them by commas.`);
      return [key, value] as const;
    }),
  );
}
