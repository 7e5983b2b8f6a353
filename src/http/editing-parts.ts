import type { RoutingEditor } from '../engine/routing-editor.ts';
import type { FlowEditor } from '../ivr/flow-editor.ts';
import type { SourceFile } from '../ivr/flow-set.ts';
import type { FlowLibrary } from '../ivr/library.ts';
import type { PictureOptions } from '../ivr/picture.ts';
import type { TrialState } from '../lab/flow-bench.ts';
import type { Bench } from '../lab/flow-talk.ts';
import type { TrialWish } from '../lab/flow-trials.ts';
import type { PromptBook } from '../speech/prompt.ts';

/** What it takes to edit the files that say what the centre does, and to try flows out. */
export interface EditingParts {
  readonly files: FlowEditor;
  readonly library: Pick<FlowLibrary, 'fileOf' | 'shared'>;
  readonly routing: RoutingEditor;
  /** Where simulated calls go on. */
  readonly bench: Pick<Bench, 'ask'>;
  /** The picture of the flow that a file would be; undefined while it has errors. */
  readonly pictureOf: (source: SourceFile, options: PictureOptions) => Promise<string | undefined>;
  /** @throws Refused `flow-unknown`, `language-unknown`, `flow-problems` */
  readonly beginTrial: (wish: TrialWish, owner: string) => Promise<TrialState>;
  /** The sound of prompts, as callers hear them. */
  readonly prompts: Pick<PromptBook, 'media'>;
}
