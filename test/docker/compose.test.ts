import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { load as parse } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { inProject } from '../../src/setup/project.ts';
import { readSettings, SETTINGS } from '../../src/setup/settings.ts';

const folder = inProject('docker');
interface Service {
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly volumes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly network_mode: string;
  readonly [more: string]: unknown;
}
const { services } = parse(readFileSync(resolve(folder, 'compose.yaml'), 'utf8')) as {
  readonly services: { readonly carillon: Service; readonly 'core-bank': Service };
};
const dockerfile = readFileSync(resolve(folder, 'Dockerfile'), 'utf8');
const carillon = services.carillon;

test('the compose file builds from files that exist', () => {
  expect(existsSync(resolve(folder, carillon.build.context, carillon.build.dockerfile))).toBe(true);
  for (const volume of carillon.volumes as string[]) {
    const source = volume.split(':')[0] ?? '';
    if (source.startsWith('.')) expect(existsSync(resolve(folder, source)), source).toBe(true);
  }
});

test('the image copies only what is in the repository and not ignored', () => {
  const ignored = readFileSync(inProject('.dockerignore'), 'utf8').split('\n');
  const copied = [...dockerfile.matchAll(/^COPY --chown=\S+ (.+) \S+$/gm)].flatMap((match) =>
    match[1]!.split(' '),
  );
  expect(copied.length).toBeGreaterThan(5);
  for (const path of copied) {
    expect(existsSync(inProject(path)), path).toBe(true);
    expect(ignored).not.toContain(path);
  }
});

test('every variable is one that Carillon reads, and every default is one that it takes', () => {
  const known = SETTINGS.map(({ name }) => name);
  const environment = Object.entries(carillon.environment as Record<string, string>);
  for (const [name] of environment) expect(known).toContain(name);
  for (const [name] of dockerfile.matchAll(/CARILLON_\w+/g)) expect(known).toContain(name);
  const defaults = environment.map(([name, value]) => [name, /^\$\{\w+:-(.*)\}$/.exec(value)?.[1]]);
  expect(readSettings(Object.fromEntries(defaults))).toEqual(readSettings({}));
});

describe('the variant for FreeSWITCH', () => {
  const variant = parse(readFileSync(resolve(folder, 'compose.freeswitch.yaml'), 'utf8')) as {
    readonly services: {
      readonly carillon: {
        readonly build: { readonly dockerfile: string; readonly args: Readonly<Record<string, string>> };
      };
    };
  };
  const { build } = variant.services.carillon;
  const file = readFileSync(resolve(folder, carillon.build.context, build.dockerfile), 'utf8');
  const copied = (text: string): string[] =>
    [...text.matchAll(/^COPY --chown=\S+ (.+)$/gm)].map((match) => match[1]!);

  test('is the same service, built on an image of the operator, who has to name it', () => {
    expect(Object.keys(variant.services)).toEqual(['carillon']);
    expect(Object.keys(variant.services.carillon)).toEqual(['build']);
    expect(build.args.FREESWITCH_IMAGE).toMatch(/^\$\{FREESWITCH_IMAGE:\?.+\}$/);
    expect(file).toMatch(/^ARG FREESWITCH_IMAGE$/m);
    expect([...file.matchAll(/^FROM (\S+)/gm)].at(-1)?.[1]).toMatch(/^\$\{FREESWITCH_IMAGE\}$/);
    for (const name of Object.keys(build.args)) expect(file).toMatch(new RegExp(`^ARG ${name}$`, 'm'));
  });

  test('holds the same files as the one with Asterisk, and starts the same program', () => {
    expect(copied(file)).toEqual(copied(dockerfile));
    const [start] = /^CMD .+$/m.exec(dockerfile) ?? [];
    expect(start).toBeDefined();
    expect(file).toContain(start);
  });

  test('runs without root rights, whatever the image of the operator does', () => {
    expect(file.lastIndexOf('\nUSER 1000:1000\n')).toBeGreaterThan(file.lastIndexOf('\nUSER root\n'));
    expect(file).toMatch(/^ENTRYPOINT \[\]$/m);
  });

  test('its settings are ones that Carillon takes', () => {
    const line = /^ENV (.+)$/m.exec(file)?.[1] ?? '';
    const given = Object.fromEntries(line.split(' ').map((pair) => pair.split('=') as [string, string]));
    expect(given.CARILLON_FREESWITCH).toMatch(/^\$\{FREESWITCH_FOLDER\}$/);
    const named = readSettings({ ...given, CARILLON_FREESWITCH: '/opt/freeswitch' });
    expect(named).toMatchObject({ pbx: 'freeswitch', freeswitch: '/opt/freeswitch', data: '/data' });
    expect(readSettings({ ...given, CARILLON_FREESWITCH: '' }).freeswitch).toBeUndefined();
  });
});

test('the container runs without root rights, on the host network, and keeps its data', () => {
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(carillon.network_mode).toBe('host');
  expect(carillon.volumes).toContain('carillon-data:/data');
  expect(dockerfile).toContain('CARILLON_DATA=/data');
});

describe('the sample core bank', () => {
  const bank = services['core-bank'];
  const bankfile = readFileSync(resolve(folder, 'core-bank/Dockerfile'), 'utf8');

  test('is built from files that exist, and runs without root rights', () => {
    expect(existsSync(resolve(folder, bank.build.context, bank.build.dockerfile))).toBe(true);
    const copied = [...bankfile.matchAll(/^COPY (\S+) \S+$/gm)].map((match) => match[1]!);
    expect(copied).toHaveLength(2);
    for (const path of copied) expect(existsSync(inProject(path)), path).toBe(true);
    const [, program = ''] = /^CMD \["node", "(.+)"\]$/m.exec(bankfile) ?? [];
    expect(existsSync(inProject(program))).toBe(true);
    expect(bankfile).toMatch(/^USER node$/m);
    expect(bank.cap_drop).toEqual(['ALL']);
  });

  test('is seen by nobody outside of the machine', () => {
    expect(bank.environment.CORE_BANK_HOST).toBe('127.0.0.1');
    expect(bank.ports).toBeUndefined();
  });

  test('its variables are those that its README tells', () => {
    const readme = readFileSync(resolve(folder, 'core-bank/README.md'), 'utf8');
    const told = [...readme.matchAll(/^\| `(CORE_BANK_\w+)`/gm)].map((match) => match[1]!);
    expect(Object.keys(bank.environment).sort()).toEqual(told.sort());
  });
});
