import { cyclesIn, wayRound } from '../base/graph.ts';
import { didYouMean } from '../base/nearest.ts';
import { type Said, said, takenApart } from '../base/said.ts';
import type { Flow } from './flow.ts';
import { type Knowledge, SHARED_FILE } from './flow-set.ts';
import { type Problem, wordsOf } from './report.ts';
import type { Shared } from './shared.ts';
import type { Mention } from './step.ts';

/** What only shows when all flows are seen together; of two that clash, the later file is named. */
export function crossCheck(flows: readonly Flow[], shared: Shared, knowledge: Knowledge): Problem[] {
  const owners = new Map<string, Flow>();
  const clashes = flows.flatMap((flow) =>
    claimsOf(flow).flatMap((claim) => {
      const owner = owners.get(claim);
      if (!owner) owners.set(claim, flow);
      return owner ? [clashProblem(flow.file, claim, owner.file)] : [];
    }),
  );
  const known = knownNames(flows, shared, knowledge);
  const missing = flows.flatMap((flow) =>
    missingMentions(flow, known).map((mention) => mentionProblem(flow, mention, known)),
  );
  const endless = endlessCalls(flows).map(({ names, way }) =>
    endlessProblem(flows.findLast(({ name }) => names.includes(name))!.file, way),
  );
  return [...clashes, ...endless, ...missing, ...flows.flatMap((flow) => wishProblems(flow, knowledge))];
}

/** What only one flow can have: its name and its numbers, as problems call them. */
export function claimsOf({ name, numbers }: Pick<Flow, 'name' | 'numbers'>): string[] {
  return [`flow "${name}"`, ...new Set(numbers.map((number) => `number ${number}`))];
}

/** @param claim what `file` claims, and `owner` has */
export function clashProblem(file: string, claim: string, owner: string): Problem {
  return claim.startsWith('number ')
    ? problemOf(file, said`${claimSaid(claim)} also leads to ${owner}`, 'take it out of one of them')
    : problemOf(file, said`${claimSaid(claim)} is also in ${owner}`, 'rename one of them');
}

/** A claim of a flow, taken apart. */
export function claimSaid(claim: string): Said {
  const name = /^flow "(.*)"$/s.exec(claim)?.[1];
  return name === undefined ? said`number ${claim.replace(/^number /, '')}` : said`flow "${name}"`;
}

export function endlessProblem(file: string, way: readonly string[]): Problem {
  return problemOf(
    file,
    said`flows call each other without end: ${way.join(' → ')}`,
    'use "go" where it need not come back',
  );
}

/** An error that is about a whole file. */
export function problemOf(file: string, message: string | Said, hint: string | Said): Problem {
  return { file, line: 1, column: 1, severity: 'error', ...wordsOf(message, hint) };
}

/** The names that there are of a kind of thing; undefined where that is not known. */
export type KnownNames = (kind: Mention['kind']) => ReadonlySet<string> | undefined;

export function knownNames(flows: readonly Flow[], shared: Shared, knowledge: Knowledge): KnownNames {
  const sets = new Map<Mention['kind'], ReadonlySet<string> | undefined>([
    ['flow', new Set(flows.map(({ name }) => name))],
    ['calendar', new Set(Object.keys(shared.calendars))],
    ['persona', new Set(Object.keys(shared.personas))],
  ]);
  for (const kind of ['queue', 'campaign', 'service'] as const) {
    const names = knowledge.names(kind);
    if (names) sets.set(kind, new Set(names));
  }
  return (kind) => sets.get(kind);
}

/** What a flow names and is not there. */
export function missingMentions({ mentions }: Flow, known: KnownNames): Flow['mentions'] {
  return mentions.filter(({ kind, name }) => known(kind)?.has(name) === false);
}

export function mentionProblem(flow: Flow, mention: Flow['mentions'][number], known: KnownNames): Problem {
  const { kind, name, line, column } = mention;
  const there = [...(known(kind) ?? [])];
  const hint =
    didYouMean(name, there) || (there.length > 0 ? said`there is ${there.join(', ')}` : WHERE[kind]);
  return { ...problemOf(flow.file, said`there is no ${takenApart(kind)} "${name}"`, hint), line, column };
}

/** What the flow wants of agents and the routing rules do not understand: nobody heeds it. */
export function wishProblems({ steps, file }: Flow, { wrongWish }: Knowledge): Problem[] {
  if (!wrongWish) return [];
  return [...steps.values()].flatMap(({ kind, args, line, column }) =>
    (kind.wishes?.(args) ?? []).flatMap((wish): Problem[] => {
      const wrong = wrongWish(wish);
      if (wrong === undefined) return [];
      return [
        { ...problemOf(file, said`the routing rules do not understand "${wish.text}"`, wrong), line, column },
      ];
    }),
  );
}

/** Where things are made that a flow may name. */
const WHERE: Readonly<Record<Mention['kind'], string | Said>> = {
  queue: 'queues stand in routing/routing.yaml',
  campaign: 'campaigns are made through the API',
  service: 'name it in the setting CARILLON_SERVICES',
  flow: 'make a file for it',
  calendar: said`add it to ${SHARED_FILE}`,
  persona: said`add it to ${SHARED_FILE}`,
};

/** Groups of flows that wait for each other, with one way round. */
export function endlessCalls(
  flows: readonly Flow[],
): { readonly names: readonly string[]; readonly way: readonly string[] }[] {
  const graph = new Map(
    flows.map((flow) => [
      flow.name,
      [...flow.steps.values()].flatMap(({ kind, args }) =>
        kind.comesBack ? (kind.calls?.(args) ?? []).map(({ flow: called }) => called) : [],
      ),
    ]),
  );
  return cyclesIn(graph).map((names) => ({
    names,
    way: wayRound(new Map(names.map((name) => [name, graph.get(name)!])), names[0]!),
  }));
}
