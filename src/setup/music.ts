import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED_FILE } from '../ivr/flow-set.ts';
import { readShared } from '../ivr/shared.ts';
import { holdTone } from './hold-tone.ts';
import type { Settings } from './settings.ts';

/** A music class and the folder of its sound files. */
export interface MusicClass {
  readonly name: string;
  readonly folder: string;
}

/** The ordinary music. The PBX drops a class without files and leaves callers in silence, so there is always one. */
export function ordinaryMusic(own: string, shared: string): string {
  const shipped = [join(shared, 'moh'), '/usr/share/asterisk/moh', '/var/lib/asterisk/moh'].find(hasSound);
  return shipped ?? withHoldTone(own, 'default');
}

/** The further classes: each folder of `<flows>/music`, and a melody of ours for what personas name and nobody recorded. */
export function furtherMusic(settings: Pick<Settings, 'flows'>, own: string): MusicClass[] {
  const folder = join(settings.flows, 'music');
  const recorded = existsSync(folder)
    ? readdirSync(folder).filter((name) => hasSound(join(folder, name)))
    : [];
  const names = new Set(
    [...recorded, ...musicOfPersonas(settings.flows)].filter(
      (name) => name !== 'default' && CLASS.test(name),
    ),
  );
  return [...names].sort().map((name) => ({
    name,
    folder: recorded.includes(name) ? join(folder, name) : withHoldTone(join(own, name), name),
  }));
}

const CLASS = /^[A-Za-z0-9_-]{1,40}$/;

function musicOfPersonas(flows: string): string[] {
  const file = join(flows, SHARED_FILE);
  if (!existsSync(file)) return [];
  const { shared } = readShared(readFileSync(file, 'utf8'), SHARED_FILE);
  return Object.values(shared?.personas ?? {}).flatMap(({ music }) => music ?? []);
}

function withHoldTone(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true });
  if (!hasSound(folder)) writeFileSync(join(folder, 'hold.wav'), holdTone(name));
  return folder;
}

function hasSound(folder: string): boolean {
  return (
    existsSync(folder) &&
    statSync(folder).isDirectory() &&
    readdirSync(folder).some(
      (name) => /\.(wav|gsm|ulaw|alaw|sln\d*|g722)$/.test(name) && isFilled(join(folder, name)),
    )
  );
}

function isFilled(file: string): boolean {
  return statSync(file).size > 44;
}
