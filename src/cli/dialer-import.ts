import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, Refused } from '../base/errors.ts';
import type { ImportView } from '../http/outbound-imports.ts';
import type { CountedListView } from '../http/outbound-lists.ts';
import { CsvReader } from '../list/csv.ts';
import { COLUMN_ROLES, ENCODINGS } from '../list/list.ts';
import { readSecrets } from '../setup/secrets.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { addressOfApi, tellDaemon } from './daemon.ts';
import { badUsage, counted, cutToColumns, harmless, print, table, unreadable } from './terminal.ts';

export interface ImportCommandOptions {
  readonly campaign?: string;
  readonly list?: string;
  readonly encoding?: string;
  readonly country?: string;
  readonly column?: readonly string[];
  readonly refused?: string;
  readonly example?: boolean;
}

/** What `carillon dialer import --example` prints: nobody has these numbers. Columns that are not known go to the agent's screen. */
export const EXAMPLE_LIST = `customer number,name,mobile,home phone,time zone,priority,product
C-1001,王小明,139 0000 0001,139-0000-0002,,10,winter savings
C-1002,李静,13900000003,,,,credit card
C-1003,Emma Smith,,+44 20 7946 0123,Europe/London,5,winter savings
`;

const ROUTE = '/api/outbound';
const LOOK_EVERY_MS = 500;
const BAR = 30;
/** Refused rows that are shown where no file takes them. */
const SHOWN_REFUSED = 5;

/**
 * `carillon dialer import FILE --campaign ID`: sends the file and waits until it is in its list. Returns the exit code: 0 when it was taken.
 * @throws Refused `bad-usage`, or what the daemon refuses
 */
export async function importList(file: string | undefined, options: ImportCommandOptions): Promise<number> {
  const { campaign, example } = options;
  if (example) {
    print(EXAMPLE_LIST.trimEnd());
    return 0;
  }
  if (file === undefined || campaign === undefined)
    throw badUsage(
      'Name a file, and the campaign with --campaign; npx carillon dialer import --example prints such a file.',
    );
  const settings = readSettings(process.env);
  const bytes = await sizeOf(file);
  const query = queryOf(file, bytes, options);
  const list = await listFor(settings, campaign, options.list);
  query.set('sha256', await digestOf(file, (read) => draw('read', read / bytes)));
  const begun = await send(
    settings,
    file,
    `${ROUTE}/lists/${encodeURIComponent(list.id)}/imports?${query}`,
    (sent) => draw('sent', sent / bytes),
  );
  const done = await follow(settings, begun);
  clearBar();
  print(importText(done, list.name));
  // A file that cannot be read as a list leaves none behind.
  if (done.status === 'refused' && list.isNew)
    await tellDaemon(settings, 'DELETE', `${ROUTE}/lists/${encodeURIComponent(list.id)}`);
  if (options.refused !== undefined) await keepRefused(settings, done.id, options.refused);
  else if (done.refused > 0) print(refusedText(await firstRefused(settings, done.id), done.refused));
  return done.status === 'finished' ? 0 : 1;
}

/** How an import ended, for people. @param list the name of the list into which it went */
export function importText(done: ImportView, list: string): string {
  const { status, problem, rows, added, changed, unchanged, refused, numbersRefused, id } = done;
  const why = problem === '' ? '' : `\n${harmless(problem)}`;
  const numbers =
    numbersRefused > 0 ? ` ${counted(numbersRefused, 'number')} of rows that were taken left out.` : '';
  const where =
    refused > 0
      ? `\nEvery refused row with line and reason: --refused FILE, or GET ${ROUTE}/imports/${harmless(id)}/refused`
      : '';
  return (
    `${status === 'finished' ? `Imported into list ${harmless(list)}` : `The import is ${status}`}: ${counted(rows, 'row')}: ${added} added, ${changed} changed, ` +
    `${unchanged} as they were, ${refused} refused.${numbers}${why}${where}`
  );
}

function queryOf(file: string, bytes: number, options: ImportCommandOptions): URLSearchParams {
  const { encoding, country, column = [] } = options;
  if (encoding !== undefined && !(ENCODINGS as readonly string[]).includes(encoding))
    throw badUsage(`--encoding is one of ${ENCODINGS.join(', ')}.`);
  const query = new URLSearchParams({ name: basename(file), bytes: String(bytes) });
  if (encoding !== undefined) query.set('encoding', encoding);
  if (country !== undefined) query.set('country', country.toUpperCase());
  const columns = column.map((pair) => {
    const at = pair.lastIndexOf('=');
    const role = pair.slice(at + 1);
    if (at < 1 || !(COLUMN_ROLES as readonly string[]).includes(role))
      throw badUsage(
        `--column "${harmless(pair)}": write heading=role; roles are ${COLUMN_ROLES.join(', ')}.`,
      );
    return [pair.slice(0, at), role] as const;
  });
  if (columns.length > 0) query.set('columns', JSON.stringify(Object.fromEntries(columns)));
  return query;
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((thrown: unknown) => {
    throw unreadable(file, thrown);
  });
  if (!found.isFile()) throw badUsage(`${harmless(file)} is no file.`);
  if (found.size === 0) throw badUsage(`${harmless(file)} is empty.`);
  return found.size;
}

/**
 * The list that is meant, by id or name; a new one of this name when there is none. Where none is named it is the one that is called as
 * the campaign is, else its first: people of another file are changed, not doubled.
 */
async function listFor(
  settings: Settings,
  campaign: string,
  wanted: string | undefined,
): Promise<Pick<CountedListView, 'id' | 'name'> & { readonly isNew?: true }> {
  const path = `${ROUTE}/${encodeURIComponent(campaign)}/lists`;
  const name = wanted ?? campaign;
  const { items } = (await tellDaemon(settings, 'GET', path)) as { items: readonly CountedListView[] };
  const known = items.find((list) => list.id === name || list.name === name);
  const usual = wanted === undefined ? items[0] : undefined;
  if (known ?? usual) return (known ?? usual)!;
  return { ...((await tellDaemon(settings, 'POST', path, { name })) as CountedListView), isNew: true };
}

async function digestOf(file: string, passed: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), counting(passed), hash);
  return hash.digest('hex');
}

/**
 * Posts a file piece by piece.
 * @param passed is told how many bytes have gone
 * @throws Refused with the daemon's own sentence, or `daemon-silent`
 */
export async function send<Answer = ImportView>(
  settings: Settings,
  file: string,
  path: string,
  passed: (bytes: number) => void,
): Promise<Answer> {
  const body = Readable.toWeb(Readable.from(counting(passed)(createReadStream(file))));
  const response = await fetch(`${addressOfApi(settings)}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${readSecrets(settings.data).adminToken}`,
      'content-type': 'text/csv',
    },
    body,
    duplex: 'half',
    redirect: 'error',
  } as RequestInit).catch((thrown: unknown) => {
    throw new Refused('daemon-silent', `The daemon ended the connection: ${messageOf(thrown)}`);
  });
  const answer = (await response.json().catch(() => undefined)) as Answer & {
    error?: { message?: unknown };
  };
  if (response.ok) return answer;
  throw new Refused(
    'daemon-refused',
    String(answer?.error?.message ?? `The daemon answered ${response.status}.`),
  );
}

/** Tells how many bytes have passed. */
function counting(passed: (bytes: number) => void) {
  return async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const piece of pieces) {
      bytes += piece.length;
      passed(bytes);
      yield piece;
    }
  };
}

async function follow(settings: Settings, begun: ImportView): Promise<ImportView> {
  let seen = begun;
  while (seen.status === 'waiting' || seen.status === 'running') {
    draw(`${seen.status}: ${counted(seen.rows, 'row')}, ${seen.refused} refused`, seen.share);
    await sleep(LOOK_EVERY_MS);
    seen = (await tellDaemon(settings, 'GET', `${ROUTE}/imports/${begun.id}`)) as ImportView;
  }
  return seen;
}

async function keepRefused(settings: Settings, id: string, file: string): Promise<void> {
  await pipeline(await refusedFile(settings, id), createWriteStream(file));
  print(`Refused rows are in ${harmless(file)}.`);
}

/** Every refused row as the daemon gives it out, CSV in UTF-8. */
async function refusedFile(settings: Settings, id: string): Promise<Readable> {
  const response = await fetch(`${addressOfApi(settings)}${ROUTE}/imports/${id}/refused`, {
    headers: { authorization: `Bearer ${readSecrets(settings.data).adminToken}` },
  });
  if (!response.ok || !response.body)
    throw new Refused('daemon-refused', `The refused rows were not given out (${response.status}).`);
  return Readable.fromWeb(response.body as never);
}

/** The cells of the first refused rows; the rest is not read. */
async function firstRefused(settings: Settings, id: string): Promise<readonly (readonly string[])[]> {
  const reader = new CsvReader(',');
  const rows: (readonly string[])[] = [];
  const coming = await refusedFile(settings, id);
  for await (const piece of coming.setEncoding('utf8')) {
    for (const row of reader.push(String(piece))) if ('cells' in row) rows.push(row.cells);
    // The first one has the headings.
    if (rows.length > SHOWN_REFUSED) break;
  }
  for (const row of reader.end()) if ('cells' in row) rows.push(row.cells);
  return rows.slice(1, 1 + SHOWN_REFUSED);
}

/** The first refused rows, for people. @param refused how many there are */
export function refusedText(rows: readonly (readonly string[])[], refused: number): string {
  const shown = rows.map(([line = '', what = '', , sentence = '']) => [
    `line ${harmless(line)}`,
    harmless(what),
    harmless(sentence),
  ]);
  const more = refused > rows.length ? `\nand ${refused - rows.length} more` : '';
  return `${table(shown)}${more}`;
}

/** A bar on the terminal; nothing where there is none. */
function draw(what: string, share: number): void {
  if (!process.stderr.isTTY) return;
  const part = Math.max(0, Math.min(1, share));
  const full = Math.round(part * BAR);
  const line = `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${String(Math.round(part * 100)).padStart(3)}% ${what}`;
  process.stderr.write(`\r${cutToColumns(line, process.stderr.columns ?? 80)}\u001b[K`);
}

function clearBar(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}
