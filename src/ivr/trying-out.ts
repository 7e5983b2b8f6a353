import { type FlowMemoryParts, readVersion, versionOf } from './flow-memory.ts';
import type { Knowledge, SourceFile } from './flow-set.ts';
import { goLive } from './going-live.ts';
import type { FlowVersion } from './history.ts';
import { NO_SHARED, type Shared } from './shared.ts';
import type { FoundFiles, GoingLive, LiveFile, Running } from './trial.ts';

/** The files as they would be, and all that it takes to judge them, as plain data: another thread may be asked. */
export interface TryOut {
  readonly found: FoundFiles;
  readonly running: { readonly flows: readonly FlowVersion[]; readonly shared?: SourceFile };
  readonly names: { readonly [Kind in NamedKind]?: readonly string[] };
  /** UTC ms. */
  readonly now: number;
}

type NamedKind = Parameters<Knowledge['names']>[0];

/** What would be. */
export interface Judged {
  readonly problems: GoingLive['problems'];
  /** What would run of each file, the shared one too. */
  readonly texts: ReadonlyMap<string, string>;
  /** What all flows would say alike. */
  readonly prompts: Shared['prompts'];
}

/** Puts a question of what there is. */
export function tryOutOf(
  found: FoundFiles,
  { flows, shared }: Running,
  knowledge: Pick<Knowledge, 'names' | 'now'>,
): TryOut {
  const source = shared && { file: shared.file, text: shared.text };
  return {
    found,
    running: { flows: [...flows.values()].map(versionOf), ...(source && { shared: source }) },
    names: {
      queue: knowledge.names('queue'),
      campaign: knowledge.names('campaign'),
      service: knowledge.names('service'),
    },
    now: knowledge.now(),
  };
}

/** Answers it, as the library itself would. */
export function answerTryOut(
  { found, running, names, now }: TryOut,
  reader: FlowMemoryParts['reader'],
  around: Pick<Knowledge, 'isRecorded' | 'wrongWish'>,
): GoingLive {
  const knowledge: Knowledge = { ...around, names: (kind) => names[kind], now: () => now };
  const flows = new Map<string, LiveFile>();
  for (const version of running.flows) {
    const read = readVersion(reader, version, version.file, knowledge);
    if (read) flows.set(version.file, read);
  }
  const { shared: source } = running;
  const shared = source && reader.shared(source, now).shared;
  const next = goLive(
    reader,
    found,
    { flows, ...(source && shared && { shared: { ...source, shared } }) },
    knowledge,
  );
  reader.keepOnly([...flows.values(), ...found.files]);
  return next;
}

export function judgedOf({ problems, flows, shared }: GoingLive): Judged {
  const texts = new Map([...flows].map(([file, { text }]) => [file, text]));
  if (shared) texts.set(shared.file, shared.text);
  return { problems, texts, prompts: (shared?.shared ?? NO_SHARED).prompts };
}
