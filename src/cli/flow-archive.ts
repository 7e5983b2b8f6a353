import { Refused } from '../base/errors.ts';
import { EventLog } from '../engine/store.ts';
import { VERBS } from '../engine/verbs.ts';
import type { Flow } from '../ivr/flow.ts';
import type { FlowVersion, Release } from '../ivr/history.ts';
import { parseFlow } from '../ivr/parse.ts';
import { problemText } from '../ivr/report.ts';
import { FlowHistory } from '../ivr/store.ts';
import { storeFile } from '../setup/prepare.ts';
import type { Settings } from '../setup/settings.ts';
import { readDatabase } from '../store/read-only.ts';
import { noSuchFlow } from './flow-find.ts';
import type { FlowFolder } from './flow-folder.ts';

/** What ran here, of one flow. */
export interface FlowPast {
  /** The latest first; at least one. */
  readonly releases: readonly Release[];
  /** Every version among them. */
  readonly versions: ReadonlyMap<string, FlowVersion>;
}

/** @throws Refused `no-history` when nothing ran here yet, `flow-unknown` when this flow did not */
export async function pastOf(flow: string, settings: Settings): Promise<FlowPast> {
  const past = await readDatabase(storeFile(settings.data), async (database) => {
    const history = new FlowHistory(database, new EventLog(database));
    const releases = await history.releases(flow);
    if (releases.length === 0) throw noSuchFlow(flow, await history.names(), 'in the history');
    const ids = [...new Set(releases.map(({ version }) => version))];
    const found = await Promise.all(ids.map((id) => history.find(flow, id)));
    return {
      releases,
      versions: new Map(found.flatMap((one) => (one ? [[one.version, one] as const] : []))),
    };
  });
  if (past) return past;
  throw new Refused(
    'no-history',
    `Nothing ran from ${settings.data} yet, so there is no history. It begins with npm start.`,
  );
}

/** The version that callers enter, or entered last. */
export function latest({ releases }: FlowPast): string {
  return releases.find(({ version }) => version !== '')!.version;
}

/** The version that `written` is, or is the beginning of. @throws Refused `flow-version-unknown` */
export function findVersion(past: FlowPast, flow: string, written: string): FlowVersion {
  const fitting = [...past.versions.values()].filter(({ version }) => version.startsWith(written));
  const [only, second] = fitting;
  if (only && !second) return only;
  const why = only ? `${fitting.length} versions begin so` : 'none is called so';
  throw new Refused(
    'flow-version-unknown',
    `"${written}" is no version of flow ${flow}: ${why}. npx carillon flow history ${flow} lists them.`,
  );
}

/**
 * A version as a flow again, read with the files that it would run with now.
 * @throws Refused `flow-problems` when it cannot be read any more
 */
export function flowOf(old: FlowVersion, folder: FlowFolder): Flow {
  const parsed = parseFlow(old.text, old.file, old.version, VERBS, {
    prompts: old.prompts,
    limits: folder.shared.limits,
    signature: (name) => folder.flows.find((flow) => flow.name === name)?.signature,
    isRecorded: () => true,
  });
  if (parsed.flow) return parsed.flow;
  throw new Refused(
    'flow-problems',
    [`Version ${old.version} cannot be read any more:`, ...parsed.problems.map(problemText)].join('\n'),
  );
}
