import { dirname, join, resolve } from 'node:path';
import { Refused } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { Flow } from '../ivr/flow.ts';
import { isShared, type Knowledge, type SourceFile } from '../ivr/flow-set.ts';
import { type Problem, problemText } from '../ivr/report.ts';
import type { Settings } from '../setup/settings.ts';
import { type FlowFolder, outlineOf, readFlowFolder, shownPath } from './flow-folder.ts';
import { badUsage } from './terminal.ts';

/** For reading flows without asking whether they would run here. */
export const UNCHECKED: Knowledge = {
  names: () => undefined,
  isRecorded: () => true,
  now: () => Date.now(),
};

/** A flow as its file is now. */
export interface FoundFlow {
  readonly name: string;
  readonly source: SourceFile;
  readonly folder: FlowFolder;
  /** Undefined when its file has errors. */
  readonly flow?: Flow;
  readonly errors: readonly Problem[];
}

/**
 * The flow of that name in the folder of flows, or the flow in a file.
 * @throws Refused `flow-unknown` that says which one may be meant, `bad-usage` when the file is not there
 */
export async function findFlow(wanted: string, settings: Settings): Promise<FoundFlow> {
  const isFile = isFilePath(wanted);
  const folder = await readFlowFolder(isFile ? dirname(resolve(wanted)) : settings.flows, UNCHECKED);
  const sources = folder.files.filter(({ file }) => !isShared(file));
  const names = new Map(sources.map((source) => [source, outlineOf(source.text, source.file).name]));
  const source = isFile
    ? sources.find(({ file }) => resolve(file) === resolve(wanted))
    : sources.find((one) => names.get(one) === wanted);
  if (!source) {
    if (isFile) throw badUsage(`${wanted} is not there, or is no flow file.`);
    throw noSuchFlow(wanted, [...names.values()], `in ${shownPath(folder.folder)}`);
  }
  return {
    name: names.get(source) ?? '',
    source,
    folder,
    flow: folder.flows.find(({ file }) => file === source.file),
    errors: folder.problems.filter(({ file, severity }) => file === source.file && severity === 'error'),
  };
}

/** A flow without errors. @throws Refused `flow-problems` that names them */
export async function findGoodFlow(
  wanted: string,
  settings: Settings,
): Promise<FoundFlow & { readonly flow: Flow }> {
  const found = await findFlow(wanted, settings);
  if (found.flow) return { ...found, flow: found.flow };
  // With a broken shared file, no flow can be read.
  const common = found.folder.problems.filter(({ file, severity }) => isShared(file) && severity === 'error');
  const lines = [...common, ...found.errors];
  throw new Refused(
    'flow-problems',
    [...lines.map(problemText), `Mend this first; npx carillon flow check tells when it is right.`].join(
      '\n',
    ),
  );
}

/** Absolute path of the file of a flow. */
export function pathOf({ source, folder }: FoundFlow): string {
  return join(folder.folder, source.file.replace(/^.*\//, ''));
}

/** Whether somebody who writes this means a file, not a name or a version. */
export function isFilePath(text: string): boolean {
  return text.includes('/') || /\.ya?ml$/.test(text);
}

export function noSuchFlow(wanted: string, names: readonly string[], where: string): Refused {
  const known = names.filter((name) => name !== '');
  const hint =
    nearest(wanted, known) || (known.length > 0 ? `there is ${known.join(', ')}` : 'there is none');
  return new Refused('flow-unknown', `There is no flow "${wanted}" ${where}: ${hint}`);
}
