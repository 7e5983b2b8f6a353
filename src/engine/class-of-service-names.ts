import { nearest } from '../base/nearest.ts';
import type { ClassOfService } from '../call/class-of-service.ts';

/** The phones, flows and campaigns that there are; undefined where nobody can tell. */
export type KnownSources = Readonly<Partial<Record<NamedKind, readonly string[] | undefined>>>;

type NamedKind = 'phone' | 'flow' | 'campaign';

const NAMED: readonly NamedKind[] = ['phone', 'flow', 'campaign'];

/** Those to whom the rules give a class of their own and who do not exist, a sentence each: mostly they are misspelt. */
export function unknownInRules({ sources }: ClassOfService, known: KnownSources): string[] {
  return NAMED.flatMap((kind) =>
    [...sources[kind].own].flatMap(([name, className]) => {
      const unknown = unknownSource(kind, name, known);
      return unknown === undefined ? [] : [`the class ${className} is given to nobody: ${unknown}`];
    }),
  );
}

/** What is wrong with a name: `there is no flow "hotlin": did you mean "hotline"?`. Undefined: nothing, or nobody can tell. */
export function unknownSource(kind: NamedKind, name: string, known: KnownSources): string | undefined {
  const names = known[kind];
  if (names === undefined || names.includes(name)) return undefined;
  const hint = nearest(name, names);
  return `there is no ${kind} "${name}"${hint === '' ? '.' : `: ${hint}`}`;
}
