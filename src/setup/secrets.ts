import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, Refused } from '../base/errors.ts';

/** What only this installation knows. Made at the first start; never logged. */
export interface Secrets {
  /** Passwords of the PBX's control interfaces. */
  readonly ariPassword: string;
  readonly amiPassword: string;
  readonly eslPassword: string;
  /** The first API token, with every right. */
  readonly adminToken: string;
  /** What the users that set-up made sign in with at first. */
  readonly consolePassword: string;
}

const NAMES = ['ariPassword', 'amiPassword', 'eslPassword', 'adminToken', 'consolePassword'] as const;

/** 32 of them, so that none is likelier than another. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

const MAKE: Readonly<Record<(typeof NAMES)[number], () => string>> = {
  ariPassword: newSecret,
  amiPassword: newSecret,
  eslPassword: newSecret,
  adminToken: newSecret,
  consolePassword: newPassword,
};

/** Where the secrets of the data folder `data` lie. */
export function secretsFile(data: string): string {
  return join(data, 'secrets.json');
}

/**
 * Reads the secrets, and makes those that are not there yet; the file is for its owner only.
 * Throws `Refused('bad-secrets')` when the file is there but is not ours to read.
 */
export function ensureSecrets(data: string): Secrets {
  const file = secretsFile(data);
  const known = existsSync(file) ? readKnown(file) : {};
  const missing = NAMES.filter((name) => !isSecret(known[name]));
  if (missing.length === 0) return pick(known);
  const secrets = { ...known, ...Object.fromEntries(missing.map((name) => [name, MAKE[name]()])) };
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
  return pick(secrets);
}

/** Reads the secrets that a start has made. Throws `Refused` when there are none. */
export function readSecrets(data: string): Secrets {
  const file = secretsFile(data);
  if (!existsSync(file)) throw new Refused('not-set-up', `There is no set-up in ${data} yet. Run: npm start`);
  const known = readKnown(file);
  if (!NAMES.every((name) => isSecret(known[name])))
    throw new Refused('bad-secrets', `${file} is not complete. Run npm start, which adds what is missing.`);
  return pick(known);
}

/** A random text that is safe in URLs and configuration files, with 192 bits of chance. */
export function newSecret(): string {
  return randomBytes(24).toString('base64url');
}

/** A password for people, who read it and type it: 100 bits of chance in four groups, without letters that look alike. */
export function newPassword(): string {
  const letters = [...randomBytes(20)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return letters.match(/.{5}/g)!.join('-');
}

function readKnown(file: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof content === 'object' && content !== null) return content as Record<string, unknown>;
  } catch (error) {
    const reason = messageOf(error).split('\n')[0]?.includes('EACCES')
      ? 'cannot be read'
      : 'is not readable JSON';
    throw new Refused('bad-secrets', `${file} ${reason}. Restore it, or move it away to get new secrets.`);
  }
  throw new Refused(
    'bad-secrets',
    `${file} is not a JSON object. Restore it, or move it away to get new secrets.`,
  );
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{16,}$/.test(value);
}

function pick(known: Record<string, unknown>): Secrets {
  return {
    ariPassword: String(known.ariPassword),
    amiPassword: String(known.amiPassword),
    eslPassword: String(known.eslPassword),
    adminToken: String(known.adminToken),
    consolePassword: String(known.consolePassword),
  };
}
