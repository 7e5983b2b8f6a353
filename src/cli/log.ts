import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { daemonLog } from '../setup/daemon-process.ts';
import { readSettings } from '../setup/settings.ts';
import { callStory } from './call-story.ts';
import {
  durationMs,
  fieldsText,
  jsonLine,
  LEVELS,
  type LogFilter,
  type LogLine,
  logFilter,
  readLogLine,
} from './log-line.ts';
import { badUsage, coloured, endWithReader, harmless, print, remark } from './terminal.ts';

export interface LogOptions {
  readonly call?: string;
  readonly follow?: boolean;
  readonly since?: string;
  readonly level?: string;
  readonly json?: boolean;
}

/** A file that is followed is looked at this often, ms. */
const LOOK_EVERY_MS = 250;
const LEVEL_WIDTH = 5;

/** `carillon log`: what the daemon wrote, for people. Does not return while it follows. @throws Refused `bad-usage` */
export async function showLog(options: LogOptions): Promise<void> {
  endWithReader();
  const { data } = readSettings(process.env);
  const file = daemonLog(data);
  const wanted = logFilter(filterOf(options));
  const show = (text: string): void => {
    if (text === '') return;
    const line = readLogLine(text);
    if (wanted(line)) print(options.json ? jsonLine(text) : shown(line));
  };
  if (!existsSync(file)) remark(`There is no ${file} yet.`);
  const older = `${file}.1`;
  const texts = [older, file].map((one) => (existsSync(one) ? readFileSync(one, 'utf8') : ''));
  if (options.call !== undefined && !options.json) await showStory(data, options.call, texts, wanted);
  else for (const text of texts) for (const line of text.split('\n')) show(line);
  if (options.follow) await follow(file, Buffer.byteLength(texts[1] ?? ''), show);
}

/** What the daemon wrote about a call, and what happened to it, by the clock. */
async function showStory(
  data: string,
  call: string,
  texts: readonly string[],
  wanted: (line: LogLine) => boolean,
): Promise<void> {
  const written = texts
    .flatMap((text) => text.split('\n'))
    .filter((text) => text !== '')
    .map(readLogLine)
    .filter(wanted);
  const happened = (await callStory(data, call)).filter(wanted);
  const lines = [...happened, ...written].toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0));
  for (const line of lines) print(shown(line));
  if (lines.length === 0)
    remark(`Nothing is known of ${harmless(call)}. npx carillon status names the calls that are live.`);
}

function filterOf({ call, since, level = 'info' }: LogOptions): LogFilter {
  const least = LEVELS[level];
  if (least === undefined)
    throw badUsage(`There is no level "${level}": there is ${Object.keys(LEVELS).join(', ')}.`);
  const ago = since === undefined ? undefined : durationMs(since);
  if (since !== undefined && ago === undefined)
    throw badUsage(`"${since}" is no length of time: write such as 90s, 10m, 2h or 1d.`);
  return {
    level: least,
    ...(call !== undefined && { call }),
    ...(ago !== undefined && { since: Date.now() - ago }),
  };
}

/** Shows what is added, for ever. The file is emptied when it has grown too large: then it begins anew. */
async function follow(file: string, from: number, show: (text: string) => void): Promise<never> {
  let place = from;
  let rest = '';
  let decoder = new StringDecoder('utf8');
  for (;;) {
    await sleep(LOOK_EVERY_MS);
    const size = existsSync(file) ? statSync(file).size : 0;
    if (size < place) [place, rest, decoder] = [0, '', new StringDecoder('utf8')];
    if (size === place) continue;
    const lines = (rest + decoder.write(piece(file, place, size - place))).split('\n');
    place = size;
    rest = lines.pop() ?? '';
    for (const line of lines) show(line);
  }
}

function piece(file: string, from: number, bytes: number): Buffer {
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    const read = readSync(handle, buffer, 0, bytes, from);
    return buffer.subarray(0, read);
  } finally {
    closeSync(handle);
  }
}

function shown({ at, level, message, fields }: LogLine): string {
  if (at === undefined) return harmless(message);
  const name = Object.keys(LEVELS).findLast((one) => (LEVELS[one] ?? 0) <= level) ?? 'trace';
  const colour = level >= 50 ? 'red' : level >= 40 ? 'yellow' : 'green';
  const { part, ...others } = fields;
  const stack = typeof fields.stack === 'string' ? fields.stack.split('\n').slice(1) : [];
  return [
    [
      coloured('dim', new Date(at).toISOString().replace('T', ' ').replace('Z', '')),
      coloured(colour, name.padEnd(LEVEL_WIDTH)),
      ...(part === undefined ? [] : [coloured('dim', `${harmless(String(part))}:`)]),
      harmless(message),
      coloured('dim', harmless(fieldsText(others))),
    ].join(' '),
    ...stack.map((line) => coloured('dim', `    ${harmless(line)}`)),
  ]
    .join('\n')
    .trimEnd();
}
