import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Refused } from '../base/errors.ts';
import { flowPath, putFlowText } from '../ivr/flow-writing.ts';
import { checkSharedWords, type FlowVersion } from '../ivr/history.ts';
import { problemText } from '../ivr/report.ts';
import { askHealth } from '../setup/daemon-process.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { postToDaemon } from './daemon.ts';
import { type FlowPast, findVersion, flowOf, latest, pastOf } from './flow-archive.ts';
import { pathOf, UNCHECKED } from './flow-find.ts';
import { readFlowFolder, shownPath } from './flow-folder.ts';
import { changesText, fileOf } from './flow-versions.ts';
import { coloured, print, remark } from './terminal.ts';

/** What the daemon may take to say that it is there, ms. */
const HEALTH_MS = 2000;

/** `carillon flow rollback`: puts back a version that ran before. @throws Refused */
export async function rollBack(name: string, written: string): Promise<void> {
  const settings = readSettings(process.env);
  const past = await pastOf(name, settings);
  const target = findVersion(past, name, written);
  const changes = await changesOf(past, target, settings);
  const found = await fileOf(name, settings);
  const path = found ? pathOf(found) : flowPath(settings.flows, target.file);
  const health = await askHealth(settings, HEALTH_MS);
  const keptBefore = await keptBeside(path);
  if (health.state === 'silent') await putBack(path, target, past, settings);
  else
    await postToDaemon(settings, `/api/flows/${encodeURIComponent(name)}/rollback`, {
      version: target.version,
    });
  for (const kept of await keptBeside(path))
    if (!keptBefore.includes(kept))
      remark(`What was in ${shownPath(path)} never ran; it is kept as ${shownPath(kept)}.`);
  print(coloured('bold', `${name}: ${latest(past)} → ${target.version}, in ${shownPath(path)}`));
  print(changes);
  print(
    health.state === 'silent'
      ? 'Nothing runs now: callers enter it after npm start.'
      : 'The next caller enters it; callers who are inside stay in their version.',
  );
}

/** Where no daemon does it. @throws Refused before anything is written */
async function putBack(path: string, target: FlowVersion, past: FlowPast, settings: Settings): Promise<void> {
  const source = { file: basename(path), text: target.text };
  const { shared, problems } = await readFlowFolder(settings.flows, UNCHECKED, source);
  checkSharedWords(target, shared);
  const errors = problems.filter(
    ({ file, severity }) => basename(file) === source.file && severity === 'error',
  );
  if (errors.length > 0)
    throw new Refused(
      'flow-problems',
      [`Version ${target.version} does not go with the other files:`, ...errors.map(problemText)].join('\n'),
    );
  const isKnown = (text: string): boolean =>
    [...past.versions.values()].some((version) => version.text === text);
  await putFlowText(path, target.text, isKnown, Date.now());
}

/** What was kept of a file. */
async function keptBeside(path: string): Promise<string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.kept'))
    .map((name) => join(dirname(path), name));
}

/** Also finds out that the version can still be read, before anything is touched. @throws Refused `flow-problems` */
async function changesOf(past: FlowPast, target: FlowVersion, settings: Settings): Promise<string> {
  const folder = await readFlowFolder(settings.flows, UNCHECKED);
  const after = flowOf(target, folder);
  const running = past.versions.get(latest(past));
  try {
    return running ? changesText(flowOf(running, folder), after) : '';
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    return `What changes for callers cannot be told: ${thrown.message}`;
  }
}
