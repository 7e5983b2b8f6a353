import type { z } from 'zod';
import type { Path } from '../ivr/report.ts';

/** What others are checked against: without it, or in doubt about it, all of them would seem wrong. */
const DECLARATIONS = ['skills', 'attributes'];

/** Without them nothing else is in doubt; a word that there is not may be meant for a declaration. */
const OPTIONAL = ['order', 'tiers'];

type Tree = Record<string, unknown>;

/**
 * The content of a routing file without its parts that are not understood, so that the others can be checked in the same go.
 * Undefined when nothing can be told without them.
 * @param error of the grammar
 */
export function withoutBroken(content: unknown, error: z.ZodError): unknown {
  const file = treeOf(structuredClone(content));
  if (!file) return undefined;
  for (const path of error.issues.flatMap(brokenBy)) {
    const [part, ...rest] = path.map(String);
    if (part === 'queues' && rest.length > 0) mend(file, rest);
    else if (part === undefined || part === 'sensitive-use' || DECLARATIONS.includes(part)) return undefined;
    else if (!OPTIONAL.includes(part) && DECLARATIONS.some((name) => !Object.hasOwn(file, name)))
      return undefined;
    else delete file[part];
  }
  return file;
}

function brokenBy(issue: z.core.$ZodIssue): Path[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

/** Takes a key out of a queue; the queue stays, because others may name it. */
function mend(file: Tree, [name = '', key]: readonly string[]): void {
  const queues = treeOf(file.queues);
  if (!queues || !Object.hasOwn(queues, name)) return;
  const queue = treeOf(queues[name]);
  if (!queue || key === undefined) queues[name] = { needs: [] };
  else if (key === 'needs') queue.needs = [];
  else delete queue[key];
}

function treeOf(value: unknown): Tree | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : undefined;
}
