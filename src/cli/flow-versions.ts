import { Refused } from '../base/errors.ts';
import { diffFlows } from '../ivr/diff.ts';
import { changeText } from '../ivr/diff-text.ts';
import type { Flow } from '../ivr/flow.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { findVersion, flowOf, latest, pastOf } from './flow-archive.ts';
import { type FoundFlow, findFlow, findGoodFlow, isFilePath } from './flow-find.ts';
import { coloured, harmless, print, table } from './terminal.ts';

/** `carillon flow history`: who let callers into which version when. @throws Refused */
export async function showHistory(name: string, { json }: { json?: boolean }): Promise<void> {
  const settings = readSettings(process.env);
  const past = await pastOf(name, settings);
  const runs = past.releases[0]?.version !== '';
  if (json) {
    const running = runs ? latest(past) : null;
    print(JSON.stringify({ flow: name, running, releases: past.releases }, null, 2));
    return;
  }
  const rows = past.releases.map(({ version, at, by }, index) => [
    index === 0 && runs ? '*' : '',
    version === '' ? '(gone)' : version,
    timeText(at),
    harmless(by),
  ]);
  print(table([['', 'version', 'from', 'by'], ...rows]));
  const what = runs ? '* is what callers enter.' : 'Callers enter none of them.';
  print(`${what} ${fileText(await fileOf(name, settings), latest(past))}`);
}

/** `carillon flow diff`: what changes for callers between two versions or files. @throws Refused */
export async function showDiff(
  name: string,
  from: string | undefined,
  to: string | undefined,
): Promise<void> {
  const settings = readSettings(process.env);
  const found = await findFlow(name, settings);
  const before = await flowMeant(from ?? latest(await pastOf(found.name, settings)), found, settings);
  const after = to === undefined ? await onDisk(name, settings) : await flowMeant(to, found, settings);
  print(coloured('bold', `${found.name}: ${before.called} → ${after.called}`));
  print(changesText(before.flow, after.flow));
}

/** What changes for callers, a line each. */
export function changesText(before: Flow, after: Flow): string {
  const changes = diffFlows(before, after);
  if (changes.length === 0) return 'Nothing changes for callers.';
  return changes.map((change) => `• ${harmless(changeText(change))}`).join('\n');
}

interface Meant {
  readonly flow: Flow;
  /** As it is named to the user. */
  readonly called: string;
}

async function onDisk(name: string, settings: Settings): Promise<Meant> {
  const { flow, source } = await findGoodFlow(name, settings);
  return { flow, called: source.file };
}

/** A version of a flow, or the flow in a file. */
async function flowMeant(written: string, found: FoundFlow, settings: Settings): Promise<Meant> {
  if (isFilePath(written)) return onDisk(written, settings);
  const version = findVersion(await pastOf(found.name, settings), found.name, written);
  return { flow: flowOf(version, found.folder), called: version.version };
}

/** The file of a flow that ran, which may be gone since. */
export async function fileOf(name: string, settings: Settings): Promise<FoundFlow | undefined> {
  try {
    return await findFlow(name, settings);
  } catch (thrown) {
    if (thrown instanceof Refused) return undefined;
    throw thrown;
  }
}

function fileText(found: FoundFlow | undefined, running: string): string {
  if (!found) return 'Its file is gone.';
  const { flow, name, source } = found;
  if (!flow) return `${source.file} has errors: npx carillon flow check ${source.file}`;
  if (flow.version === running) return `${source.file} says the same.`;
  return `${source.file} differs: npx carillon flow diff ${name}`;
}

const TIME_FORMAT = new Intl.DateTimeFormat('sv-SE', {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/** In the time zone of this machine. @param at UTC ms */
function timeText(at: number): string {
  return TIME_FORMAT.format(at);
}
