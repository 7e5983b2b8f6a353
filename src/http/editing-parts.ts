import type { RoutingEditor } from '../engine/routing-editor.ts';
import type { FlowEditor } from '../ivr/flow-editor.ts';
import type { FlowLibrary } from '../ivr/library.ts';
import type { FlowTrials } from '../lab/flow-trials.ts';
import type { PromptBook } from '../speech/prompt.ts';

/** What it takes to edit the files that say what the centre does, and to try flows out. */
export interface EditingParts {
  readonly files: FlowEditor;
  readonly library: Pick<FlowLibrary, 'tryOut' | 'fileOf' | 'shared'>;
  readonly routing: RoutingEditor;
  readonly trials: FlowTrials;
  /** The sound of prompts, as callers hear them. */
  readonly prompts: Pick<PromptBook, 'media'>;
}
