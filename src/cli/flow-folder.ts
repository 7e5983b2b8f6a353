import { basename, join, relative } from 'node:path';
import { Refused } from '../base/errors.ts';
import { VERBS } from '../engine/verbs.ts';
import { crossCheck } from '../ivr/cross-check.ts';
import { readDraft } from '../ivr/draft.ts';
import type { Flow } from '../ivr/flow.ts';
import { digest, readFlowFiles } from '../ivr/flow-files.ts';
import { FlowReader, type FlowSet, isShared, type Knowledge, type SourceFile } from '../ivr/flow-set.ts';
import type { Problem } from '../ivr/report.ts';
import { NO_SHARED, readShared } from '../ivr/shared.ts';
import { readYaml } from '../ivr/yaml.ts';

/** A folder of flows as its files are now. */
export interface FlowFolder {
  readonly folder: string;
  /** All flow files and the shared one, named as the user sees them. */
  readonly files: readonly SourceFile[];
  /** Files that have no mistake of their own. */
  readonly flows: readonly Flow[];
  readonly shared: FlowSet['shared'];
  /** By file, then by place. */
  readonly problems: readonly Problem[];
  /** What could not be checked, '' for nothing. */
  readonly remark: string;
}

/**
 * Reads and checks all flows of a folder together.
 * @param instead what one of the files, there or not, is taken to say
 * @throws Refused `bad-usage` when there is no such folder
 */
export async function readFlowFolder(
  folder: string,
  knowledge: Knowledge,
  instead?: SourceFile,
): Promise<FlowFolder> {
  const read = await readFlowFiles(folder).catch((thrown: NodeJS.ErrnoException) => {
    throw new Refused('bad-usage', `The folder of flows ${folder} cannot be read (${thrown.code}).`);
  });
  const named = <T extends { readonly file: string }>(one: T): T => ({
    ...one,
    file: shownPath(join(folder, basename(one.file))),
  });
  const others = ({ file }: { readonly file: string }): boolean =>
    !instead || basename(file) !== basename(instead.file);
  const files = [...read.files.filter(others), ...(instead ? [instead] : [])].map(named);
  const unread = read.problems.filter(others).map(named);
  const checked = checkTogether(files, knowledge);
  return { folder, files, ...checked, problems: inOrder([...unread, ...checked.problems]) };
}

/** A path as somebody in this folder would type it. */
export function shownPath(path: string): string {
  const near = relative('', path);
  return near === '' ? '.' : near.length < path.length ? near : path;
}

type Checked = Pick<FlowFolder, 'flows' | 'shared' | 'problems' | 'remark'>;

function checkTogether(files: readonly SourceFile[], knowledge: Knowledge): Checked {
  const common = files.find(({ file }) => isShared(file));
  const broken = common && readShared(common.text, common.file, knowledge.now()).problems;
  if (common && broken?.some((problem) => problem.severity === 'error')) {
    // Whatever flows take from it would count as missing: mistakes that nobody made.
    const drafts = files
      .filter((file) => file !== common)
      .map(({ text, file }) => readDraft(text, file, VERBS));
    return {
      flows: [],
      shared: NO_SHARED,
      problems: [...broken, ...drafts.flatMap((draft) => draft.problems)],
      remark: `each flow was checked by itself only: ${common.file} has errors, mend them first`,
    };
  }
  const set = new FlowReader(VERBS, digest).read(files, knowledge);
  const flows = set.flows.flatMap(({ flow }) => flow ?? []);
  const unfinished = set.flows.flatMap(({ flow, text, file }) => (flow ? [] : outlineOf(text, file).name));
  const crossed = crossCheck(
    flows.map((flow) => withoutMention(flow, unfinished)),
    set.shared,
    knowledge,
  );
  return {
    flows,
    shared: set.shared,
    problems: [...set.problems, ...crossed],
    remark: '',
  };
}

/** A flow that has errors is there all the same: whoever goes to it is not to blame. */
function withoutMention(flow: Flow, names: readonly string[]): Flow {
  const mentions = flow.mentions.filter(({ kind, name }) => kind !== 'flow' || !names.includes(name));
  return { ...flow, mentions };
}

/** What can be said of a file that may have errors: the flow's name, '' for none, and how many steps it has. */
export function outlineOf(text: string, file: string): { readonly name: string; readonly steps: number } {
  const { content } = readYaml(text, file);
  const { flow, steps } = (content ?? {}) as { flow?: unknown; steps?: unknown };
  const name = content === undefined ? /^flow:\s*["']?([^\s"'#]+)/m.exec(text)?.[1] : flow;
  return {
    name: typeof name === 'string' ? name : '',
    steps: typeof steps === 'object' && steps !== null ? Object.keys(steps).length : 0,
  };
}

function inOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map((problem) => problem.file))].sort();
  return problems.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
