import { lstat, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { Refused } from '../base/errors.ts';
import { OneAtATime } from '../base/one-at-a-time.ts';
import { digest, isFlowFile } from './flow-files.ts';
import { isShared, type SourceFile } from './flow-set.ts';
import { putFlowText } from './flow-writing.ts';
import type { FlowArchive } from './history.ts';
import type { FlowLibrary } from './library.ts';
import { type SpannedProblem, withEnds } from './problem-span.ts';
import { type Problem, problemText } from './report.ts';
import type { Judged } from './trying-out.ts';
import { MAX_FILE_BYTES } from './yaml.ts';

export interface FlowEditorParts {
  /** Absolute folder of the flow files. */
  readonly folder: string;
  readonly library: Pick<FlowLibrary, 'reload' | 'list' | 'byName' | 'problems' | 'fileOf' | 'runs'>;
  /** What would be if files said this. @throws Refused `flow-check-too-long`, `flow-checks-busy` */
  readonly tryOut: (drafts: readonly SourceFile[]) => Promise<Judged>;
  /** The same of files that are about to be written: what the calls' thread would read for too long is refused, too. */
  readonly tryOutToSave: FlowEditorParts['tryOut'];
  readonly archive: Pick<FlowArchive, 'holds'>;
  /** What is wrong in the texts of flow tests. */
  readonly checkTests: (tests: readonly SourceFile[]) => Promise<readonly Problem[]>;
  /** What outside of the flow files needs a flow, a sentence each. */
  readonly usesOf: (flow: string) => Promise<readonly string[]>;
  readonly clock: Clock;
}

export type FlowFileKind = 'flow' | 'shared' | 'test';

export interface FlowFileEntry {
  /** Without its folder. */
  readonly name: string;
  readonly kind: FlowFileKind;
  readonly bytes: number;
  /** UTC ms. */
  readonly changedAt: number;
  /** Whether callers go through what it says; for a test, whether it has no error. */
  readonly isRunning: boolean;
}

export interface FlowFileText {
  readonly name: string;
  readonly kind: FlowFileKind;
  readonly text: string;
  /** Names the text; '' while there is no such file. */
  readonly version: string;
  /** Whether callers go through this text; for a test, whether it has no error. */
  readonly isRunning: boolean;
}

export interface CheckedText {
  /** Of this file, and errors that it would bring to others. */
  readonly problems: readonly SpannedProblem[];
  /** Whether all of it would take effect. */
  readonly goesLive: boolean;
}

export interface Saving {
  readonly name: string;
  readonly text: string;
  /** The version that was edited, '' for a new file. */
  readonly basedOn: string;
  readonly evenWithErrors: boolean;
  /** Who saves, for the history. */
  readonly by: string;
}

/** The files of the folder of flows for those who edit them from elsewhere. What is saved here is taken up as if it were saved on disk. */
export class FlowEditor {
  readonly #parts: FlowEditorParts;
  readonly #writing = new OneAtATime();

  constructor(parts: FlowEditorParts) {
    this.#parts = parts;
  }

  async list(): Promise<readonly FlowFileEntry[]> {
    const { folder } = this.#parts;
    const names = (await readdir(folder)).filter((name) => FILE_NAME.test(name)).sort();
    const found: { readonly entry: Omit<FlowFileEntry, 'isRunning'>; readonly text: string | undefined }[] =
      [];
    for (const name of names) {
      const file = await stat(join(folder, name)).catch(() => undefined);
      if (!file?.isFile()) continue;
      const text = await this.#textOf(name).catch(() => undefined);
      const changedAt = Math.round(file.mtimeMs);
      found.push({ entry: { name, kind: kindOf(name), bytes: file.size, changedAt }, text });
    }
    const files = found.flatMap(({ entry: { name }, text }) => (text === undefined ? [] : [{ name, text }]));
    const running = await this.#runningOf(files);
    return found.map(({ entry }) => ({ ...entry, isRunning: running.has(entry.name) }));
  }

  /** @throws Refused `flow-file-unknown`, `bad-flow-file-name`, `flow-file-elsewhere` */
  async read(name: string): Promise<Pick<FlowFileText, 'text' | 'version'>> {
    const text = await this.#textOf(name);
    if (text === undefined) throw new Refused('flow-file-unknown', `There is no file ${name}.`);
    return { text, version: digest(text) };
  }

  /** A file and what is wrong with it; what cannot be checked now is handed out all the same, and says so. @throws Refused as `read` */
  async open(name: string): Promise<FlowFileText & CheckedText> {
    const { text } = await this.read(name);
    const checked = await this.check(name, text).catch((thrown) => this.#unchecked(name, text, thrown));
    return this.#shown(name, text, checked);
  }

  /** What would be if the file said this. @throws Refused `bad-flow-file-name` */
  check(name: string, text: string): Promise<CheckedText> {
    return this.#check(name, text, this.#parts.tryOut);
  }

  async #check(name: string, text: string, tryOut: FlowEditorParts['tryOut']): Promise<CheckedText> {
    checkName(name);
    const { library, checkTests } = this.#parts;
    const file = library.fileOf(name);
    const texts = new Map([[file, text]]);
    if (kindOf(name) === 'test') {
      const problems = await checkTests([{ file, text }]);
      return { problems: withEnds(problems, texts), goesLive: !problems.some(isError) };
    }
    const trial = await tryOut([{ file, text }]);
    const before = new Set(library.problems().map(problemText));
    const own = trial.problems.filter((problem) => problem.file === file);
    const elsewhere = trial.problems.filter(
      (problem) => problem.file !== file && isError(problem) && !before.has(problemText(problem)),
    );
    const goesLive = trial.texts.get(file) === text && elsewhere.length === 0 && !own.some(isError);
    return { problems: withEnds([...own, ...elsewhere], texts), goesLive };
  }

  /**
   * Writes a file, whole, and lets it take effect. One with errors is only written when that is wanted: what ran goes on then.
   * @throws Refused `changed-meanwhile`, `flow-problems`, `no-right`, and as `read`
   */
  save(saving: Saving): Promise<FlowFileText & CheckedText> {
    return this.#writing.run('', () => this.#save(saving));
  }

  /**
   * Takes a file away; a text that never ran is kept beside it.
   * @throws Refused `changed-meanwhile`, `flow-in-use`, and as `read`
   */
  remove({ name, basedOn, by }: Pick<Saving, 'name' | 'basedOn' | 'by'>): Promise<void> {
    return this.#writing.run('', async () => {
      const text = await this.#textOf(name);
      if (text === undefined) throw new Refused('flow-file-unknown', `There is no file ${name}.`);
      checkUnchanged(name, text, basedOn);
      await this.#checkUnused(name);
      const { folder, archive, library, clock } = this.#parts;
      const path = join(folder, name);
      if (await archive.holds(library.fileOf(name), text)) await rm(path);
      else await rename(path, `${path}.${new Date(clock.now()).toISOString().replace(/[:.]/g, '-')}.kept`);
      await library.reload(by);
    });
  }

  async #save({ name, text, basedOn, evenWithErrors, by }: Saving): Promise<FlowFileText & CheckedText> {
    const { folder, archive, library, clock } = this.#parts;
    checkUnchanged(name, await this.#textOf(name), basedOn);
    const checked = await this.#check(name, text, this.#parts.tryOutToSave);
    if (!checked.goesLive && !evenWithErrors) throw withProblems(checked.problems);
    const isKnown = (before: string): boolean | Promise<boolean> =>
      digest(before) === basedOn || archive.holds(library.fileOf(name), before);
    await putFlowText(join(folder, name), text, isKnown, clock.now());
    if (kindOf(name) !== 'test') await library.reload(by);
    return this.#shown(name, text, checked);
  }

  #shown(name: string, text: string, checked: CheckedText): FlowFileText & CheckedText {
    const { library } = this.#parts;
    const kind = kindOf(name);
    const isRunning = kind === 'test' ? checked.goesLive : library.runs(library.fileOf(name), text);
    return { name, kind, text, version: digest(text), isRunning, ...checked };
  }

  #unchecked(name: string, text: string, thrown: unknown): CheckedText {
    if (!(thrown instanceof Refused)) throw thrown;
    const { library } = this.#parts;
    const file = library.fileOf(name);
    const place = { file, line: 1, column: 1, endColumn: 1 };
    const message = 'this text could not be checked now';
    const problem: SpannedProblem = { ...place, severity: 'warning', message, hint: thrown.message };
    return { problems: [problem], goesLive: library.runs(file, text) };
  }

  /** The names of those among them that run. All tests are one question: the bench has others. */
  async #runningOf(
    files: readonly { readonly name: string; readonly text: string }[],
  ): Promise<ReadonlySet<string>> {
    const { library, checkTests } = this.#parts;
    const sources = files.map(({ name, text }) => ({ name, file: library.fileOf(name), text }));
    const tests = sources.filter(({ name }) => kindOf(name) === 'test');
    const problems = tests.length === 0 ? [] : await checkTests(tests).catch(notChecked);
    const wrong = new Set(problems?.filter(isError).map((problem) => problem.file));
    const running = sources.filter(({ name, file, text }) =>
      kindOf(name) === 'test' ? problems && !wrong.has(file) : library.runs(file, text),
    );
    return new Set(running.map(({ name }) => name));
  }

  /** Undefined where there is no such file. */
  async #textOf(name: string): Promise<string | undefined> {
    checkName(name);
    const path = join(this.#parts.folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (!found) return undefined;
    await this.#checkInside(path);
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES)
      throw new Refused('flow-file-too-large', `${name} is larger than 1 MB: edit it on disk.`);
    return readFile(path, 'utf8');
  }

  /** What a link leads to is not for everybody who may edit flows. */
  async #checkInside(path: string): Promise<void> {
    const inside = `${await realpath(this.#parts.folder)}${sep}`;
    const target = await realpath(path).catch(() => '');
    const isFile = target !== '' && (await stat(target)).isFile();
    if (!target.startsWith(inside) || !isFile)
      throw new Refused('flow-file-elsewhere', 'This is no file of the folder of flows: edit it on disk.');
  }

  async #checkUnused(name: string): Promise<void> {
    const { library, usesOf } = this.#parts;
    const file = library.fileOf(name);
    const flows = library.list();
    if (kindOf(name) === 'shared' && flows.length > 0)
      throw new Refused('flow-in-use', 'All flows need the shared file.', { uses: [] });
    const flow = flows.find((one) => one.file === file);
    if (!flow) return;
    const uses = [
      ...flow.numbers.map((number) => `number ${number} leads to it`),
      ...flows
        .filter((one) => this.#mentions(one.name, flow.name))
        .map((one) => `flow ${one.name} goes to it`),
      ...(await usesOf(flow.name)),
    ];
    if (uses.length > 0)
      throw new Refused('flow-in-use', `Flow ${flow.name} is still needed: ${uses.join('; ')}.`, { uses });
  }

  #mentions(by: string, flow: string): boolean {
    const { mentions = [] } = this.#parts.library.byName(by) ?? {};
    return by !== flow && mentions.some(({ kind, name }) => kind === 'flow' && name === flow);
  }
}

/** Names of files in the folder itself. */
const FILE_NAME = /^[^./\\\p{C}][^/\\\p{C}]{0,80}\.ya?ml$/u;
const isError = ({ severity }: Problem): boolean => severity === 'error';

function kindOf(name: string): FlowFileKind {
  if (!isFlowFile(name)) return 'test';
  return isShared(name) ? 'shared' : 'flow';
}

/** What cannot be checked now is listed all the same. */
function notChecked(thrown: unknown): undefined {
  if (!(thrown instanceof Refused)) throw thrown;
}

function checkName(name: string): void {
  if (!FILE_NAME.test(name))
    throw new Refused(
      'bad-flow-file-name',
      'Names of flow files end in .yaml, begin without a dot and have no folder in them.',
    );
}

function checkUnchanged(name: string, text: string | undefined, basedOn: string): void {
  const version = text === undefined ? '' : digest(text);
  if (version === basedOn) return;
  throw new Refused(
    'changed-meanwhile',
    `${name} was changed by somebody else meanwhile: look at what it says now, and save again.`,
    { version },
  );
}

function withProblems(problems: readonly SpannedProblem[]): Refused {
  const errors = problems.filter(isError).map(problemText);
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see details)` : '';
  return new Refused('flow-problems', `This would not take effect. ${errors[0] ?? ''}${more}`, {
    problems: problems.map(problemText),
    diagnostics: problems,
  });
}
