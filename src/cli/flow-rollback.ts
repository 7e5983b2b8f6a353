import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Refused } from '../base/errors.ts';
import type { FlowVersion } from '../ivr/history.ts';
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
  const path = found ? pathOf(found) : join(settings.flows, basename(target.file));
  await keepUnknownText(path, past);
  const health = await askHealth(settings, HEALTH_MS);
  if (health.state === 'silent') await writeWhole(path, target.text);
  else
    await postToDaemon(settings, `/api/flows/${encodeURIComponent(name)}/rollback`, {
      version: target.version,
    });
  print(coloured('bold', `${name}: ${latest(past)} → ${target.version}, in ${shownPath(path)}`));
  print(changes);
  print(
    health.state === 'silent'
      ? 'Nothing runs now: callers enter it after npm start.'
      : 'The next caller enters it; callers who are inside stay in their version.',
  );
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

/** What is in the file and never ran would be lost. */
async function keepUnknownText(path: string, past: FlowPast): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined || [...past.versions.values()].some((version) => version.text === text)) return;
  const kept = `${path}.${new Date().toISOString().replace(/[:.]/g, '-')}.kept`;
  await copyFile(path, kept, constants.COPYFILE_EXCL);
  remark(`What was in ${shownPath(path)} never ran; it is kept as ${shownPath(kept)}.`);
}

/** Nobody ever reads half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    throw new Refused('no-right', `${path} cannot be written (${code}). Give this user the right to it.`);
  }
}
