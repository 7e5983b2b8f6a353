import { Refused } from '../base/errors.ts';
import type { Signature } from './flow.ts';
import type { Shared } from './shared.ts';

/** What a version of a flow, or of the shared file, was read from: enough to read it again. */
export interface FlowVersion {
  readonly name: string;
  readonly version: string;
  /** As it is named in messages. Only its last part says where it belongs. */
  readonly file: string;
  readonly text: string;
  /** The shared prompts that it used, by name and language. */
  readonly prompts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Those of the flows that it called, by name; none where it called none. */
  readonly signatures?: Readonly<Record<string, Signature>>;
}

/** The moment from which new callers enter a version. */
export interface Release {
  /** '': from then on callers entered none, the flow was gone. */
  readonly version: string;
  /** UTC ms. */
  readonly at: number;
  /** An agent's id, the name of an API token, or what released it by itself. */
  readonly by: string;
}

/** Where versions of flows are kept. The shared file has its own there, under the name `shared.yaml`. */
export interface FlowArchive {
  /** Keeps the version and that callers enter it from now on. Releasing the one that they enter already changes nothing. */
  release(version: FlowVersion, at: number, by: string): Promise<void>;
  /** Keeps that the flow is gone. Its versions stay. */
  withdraw(name: string, at: number, by: string): Promise<void>;
  find(name: string, version: string): Promise<FlowVersion | undefined>;
  /** Whether some version of this file said this, to the letter. */
  holds(file: string, text: string): Promise<boolean>;
  /** What callers entered last, of each flow that was not withdrawn; the latest last. */
  live(): Promise<readonly FlowVersion[]>;
  /** The latest first. */
  releases(name: string): Promise<readonly Release[]>;
}

/**
 * A version is a text and the shared words that it used: with other words it would be another one.
 * @param shared the words as they are now
 * @throws Refused `flow-version-needs-shared` that names the prompts which differ
 */
export function checkSharedWords(old: FlowVersion, { prompts: shared }: Pick<Shared, 'prompts'>): void {
  const differs = ([name, words]: [string, Readonly<Record<string, string>>]): boolean => {
    const now = Object.hasOwn(shared, name) ? shared[name]! : {};
    return [...new Set([...Object.keys(words), ...Object.keys(now)])].some(
      (language) => words[language] !== now[language],
    );
  };
  const prompts = Object.entries(old.prompts)
    .filter(differs)
    .map(([name]) => name);
  if (prompts.length === 0) return;
  const named = prompts.map((name) => `"${name}"`).join(', ');
  throw new Refused(
    'flow-version-needs-shared',
    `Version ${old.version} of flow ${old.name} used other words of ${named} in shared.yaml. Put those back first, ` +
      `or write them into "prompts" of the flow's own file.`,
    { prompts },
  );
}
