import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { messageOf, Refused } from '../base/errors.ts';
import { localTime } from '../base/zone.ts';
import type { Flow } from '../ivr/flow.ts';
import { problemText } from '../ivr/report.ts';
import { entryTo } from '../lab/flow-entry.ts';
import { EMPTY_WORLD, readFlowTests } from '../lab/flow-test-file.ts';
import { FlowWalk, type Shown } from '../lab/flow-try.ts';
import { number, time, type World } from '../lab/world.ts';
import { readSettings } from '../setup/settings.ts';
import { UNCHECKED } from './flow-find.ts';
import { readFlowFolder, shownPath } from './flow-folder.ts';
import { badUsage, coloured, harmless, print } from './terminal.ts';

export interface FlowTryOptions {
  /** Name of a flow, or a number; undefined: the only flow that anyone can dial. */
  readonly target?: string;
  /** The number that is shown, '' for hidden. */
  readonly caller?: string;
  /** One of our own phones calls. */
  readonly phone?: string;
  /** Date, time and zone; undefined: now. */
  readonly at?: string;
  readonly language?: string;
  /** A test file, whose world there is; undefined: the one beside the flow, if it has one. */
  readonly world?: string;
  /** The folder of flows, if not that of the settings. */
  readonly folder?: string;
}

/** `carillon flow try`: walks through a flow in the terminal, without a PBX. Returns the exit code. @throws Refused */
export async function tryFlow(options: FlowTryOptions): Promise<number> {
  const folder = options.folder ?? readSettings(process.env).flows;
  const whole = await readFlowFolder(folder, UNCHECKED);
  const errors = whole.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Refused('flow-problems', errors.map(problemText).join('\n'));
  const { flow, dials, read } = entryTo(whole, options.target, options.language);
  const phone = checked('phone', options.phone) ?? (flow.callers === 'phones' ? '1001' : undefined);
  const caller = { number: checked('caller', options.caller || undefined) ?? '', phone, dials };
  const at = options.at === undefined ? Date.now() : momentOf(options.at);
  const world = await worldFor(folder, flow, options.world);
  const { day, hour, minute, month, year } = localTime(at, read.shared.zone);
  const two = (value: number): string => `${value}`.padStart(2, '0');
  const who = phone === undefined ? caller.number || 'a hidden number' : `phone ${phone}`;
  const when = `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)} (${read.shared.zone})`;
  aside(`${who} calls flow ${flow.name} on ${when}; .? for help`);
  await walk(await FlowWalk.begin({ read, world, at, caller }, show));
  return 0;
}

/** Until the call or the input is over. */
async function walk(call: FlowWalk): Promise<void> {
  if (call.over) return;
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  let hidden = false;
  // What a terminal echoes, except for secrets.
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!hidden) process.stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({
    input: process.stdin,
    output: echo,
    terminal,
    prompt: '> ',
    historySize: 0,
  });
  lines.on('SIGINT', () => lines.close());
  const ask = (): void => {
    if (!terminal) return;
    hidden = false;
    lines.prompt();
    hidden = call.secret;
  };
  ask();
  for await (const line of lines) {
    if (hidden) process.stdout.write('\n');
    await call.take(line);
    if (call.over) break;
    ask();
  }
  await call.hangUp();
}

function show({ kind, text }: Shown): void {
  if (kind === 'said') print(harmless(text));
  else if (kind === 'aside') aside(text);
  else print(coloured('red', `  ${harmless(text)}`));
}

function aside(text: string): void {
  print(coloured('dim', `  ${harmless(text)}`));
}

function checked(option: string, text: string | undefined): string | undefined {
  if (text !== undefined && !number.safeParse(text).success)
    throw badUsage(`--${option} takes a telephone number, not ${harmless(text)}.`);
  return text;
}

function momentOf(text: string): number {
  const read = time.safeParse(text);
  if (!read.success) throw badUsage('--at takes date, time and zone, such as 2026-11-23T10:00:00+08:00.');
  return read.data;
}

async function worldFor(folder: string, flow: Flow, named: string | undefined): Promise<World> {
  const path = named ?? join(folder, basename(flow.file).replace(/\.ya?ml$/, '.test.yaml'));
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (named !== undefined) throw badUsage(`${named} cannot be read: ${messageOf(thrown)}`);
    aside(
      'there is no test file beside the flow: there are no customers and no agents, and services cannot be reached',
    );
    return EMPTY_WORLD;
  }
  const { world, problems } = readFlowTests(text, shownPath(path));
  if (problems.length > 0) throw new Refused('flow-problems', problems.map(problemText).join('\n'));
  aside(`the world is that of ${shownPath(path)}`);
  return world;
}
