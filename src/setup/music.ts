import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED_FILE } from '../ivr/flow-set.ts';
import { readShared } from '../ivr/shared.ts';
import { holdTone } from './hold-tone.ts';
import type { PbxKind } from './pbx-installation.ts';
import type { Settings } from './settings.ts';

/** A music class and the folder of its sound files. */
export interface MusicClass {
  readonly name: string;
  readonly folder: string;
}

/** Endings of the sound files that a PBX plays. */
const PLAYABLE: Readonly<Record<PbxKind, RegExp>> = {
  asterisk: /\.(wav|gsm|ulaw|alaw|sln\d*|g722)$/,
  freeswitch: /\.(wav|au|gsm)$/,
};

/**
 * The ordinary music. The PBX drops a class without files and leaves callers in silence, so there is always one.
 * @param shipped absolute folders in which music that came with the PBX may lie
 */
export function ordinaryMusic(own: string, shipped: readonly string[], pbx: PbxKind): string {
  return shipped.find((folder) => hasSound(folder, pbx)) ?? withHoldTone(own, 'default', pbx);
}

/** The further classes: each folder of `<flows>/music`, and a melody of ours for what personas name and nobody recorded. */
export function furtherMusic(settings: Pick<Settings, 'flows'>, own: string, pbx: PbxKind): MusicClass[] {
  const folder = join(settings.flows, 'music');
  const recorded = existsSync(folder)
    ? readdirSync(folder).filter((name) => hasSound(join(folder, name), pbx))
    : [];
  const names = new Set(
    [...recorded, ...musicOfPersonas(settings.flows)].filter(
      (name) => name !== 'default' && CLASS.test(name),
    ),
  );
  return [...names].sort().map((name) => ({
    name,
    folder: recorded.includes(name) ? join(folder, name) : withHoldTone(join(own, name), name, pbx),
  }));
}

const CLASS = /^[A-Za-z0-9_-]{1,40}$/;

function musicOfPersonas(flows: string): string[] {
  const file = join(flows, SHARED_FILE);
  if (!existsSync(file)) return [];
  const { shared } = readShared(readFileSync(file, 'utf8'), SHARED_FILE);
  return Object.values(shared?.personas ?? {}).flatMap(({ music }) => music ?? []);
}

function withHoldTone(folder: string, name: string, pbx: PbxKind): string {
  mkdirSync(folder, { recursive: true });
  if (!hasSound(folder, pbx)) writeFileSync(join(folder, 'hold.wav'), holdTone(name));
  return folder;
}

function hasSound(folder: string, pbx: PbxKind): boolean {
  return (
    existsSync(folder) &&
    statSync(folder).isDirectory() &&
    readdirSync(folder).some((name) => PLAYABLE[pbx].test(name) && isFilled(join(folder, name)))
  );
}

function isFilled(file: string): boolean {
  return statSync(file).size > 44;
}
