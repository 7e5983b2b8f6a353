import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { CustomerStore } from '../customer/store.ts';
import type { OutboundStore } from '../dialer/outbound/store.ts';
import { RoutingEditor } from '../engine/routing-editor.ts';
import type { RoutingWatch } from '../engine/routing-watch.ts';
import type { EditingParts } from '../http/editing-parts.ts';
import { FlowEditor, type FlowEditorParts } from '../ivr/flow-editor.ts';
import type { SourceFile } from '../ivr/flow-set.ts';
import type { FlowArchive } from '../ivr/history.ts';
import type { FlowLibrary } from '../ivr/library.ts';
import type { BenchQuestion } from '../lab/flow-bench.ts';
import type { Bench } from '../lab/flow-talk.ts';
import { sourcesOf } from '../lab/flow-trials.ts';
import type { PromptBook } from '../speech/prompt.ts';
import type { Settings } from './settings.ts';

export interface EditingCentreParts {
  readonly settings: Pick<Settings, 'flows' | 'routing'>;
  readonly library: FlowLibrary;
  readonly archive: FlowArchive;
  readonly routing: RoutingWatch;
  readonly prompts: PromptBook;
  readonly bench: Bench;
  readonly customers: Pick<CustomerStore, 'withFlow'>;
  readonly outbound: Pick<OutboundStore, 'list'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

type Judging = Pick<EditingCentreParts, 'library' | 'routing' | 'bench'>;

/** Judges files that are about to be written. */
export function judgeToSave(parts: Judging): FlowEditorParts['tryOutToSave'] {
  return async (drafts) =>
    parts.bench.ask('tryOutToSave', await questionOf(parts, []), await questionOf(parts, drafts));
}

async function questionOf(
  { library, routing }: Judging,
  drafts: readonly SourceFile[],
): Promise<BenchQuestion> {
  return { ...(await library.questionOf(drafts)), rules: routing.textInForce() ?? '' };
}

/** What the API edits the centre's files with. */
export function editingCentre(parts: EditingCentreParts): EditingParts {
  const { settings, library, archive, routing, prompts, customers, outbound, bench, clock, ids } = parts;
  const files = new FlowEditor({
    folder: settings.flows,
    library,
    archive,
    clock,
    tryOut: async (drafts) => bench.ask('tryOut', await questionOf(parts, drafts)),
    tryOutToSave: judgeToSave(parts),
    checkTests: (tests) => bench.ask('checkTests', tests),
    usesOf: async (flow) => {
      const own = await customers.withFlow(flow);
      const campaigns = (await outbound.list()).filter((campaign) => campaign.flow === flow);
      return [
        ...(own === 0 ? [] : [`it is the flow of ${own} ${own === 1 ? 'customer' : 'customers'}`]),
        ...campaigns.map(({ id }) => `outbound campaign ${id} uses it`),
      ];
    },
  });
  const uses = () =>
    library
      .list()
      .flatMap(({ name }) =>
        (library.byName(name)?.mentions ?? [])
          .filter(({ kind }) => kind === 'queue')
          .map((mention) => ({ queue: mention.name, by: `flow ${name}` })),
      );
  return {
    files,
    library,
    prompts,
    bench,
    pictureOf: async (source, options) =>
      bench.ask('picture', await questionOf(parts, [source]), source, options),
    beginTrial: async (wish, owner) => {
      const question = await questionOf(
        parts,
        sourcesOf(wish.drafts, (name) => library.fileOf(name)),
      );
      return bench.ask('beginTrial', question, ids.next('try-'), wish, owner);
    },
    routing: new RoutingEditor({ file: settings.routing, watch: routing, uses, clock }),
  };
}
