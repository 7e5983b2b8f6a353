import { CodeGuesses } from '../campaign/guesses.ts';
import type { StepKind } from '../ivr/step.ts';
import { allSteps } from './steps.ts';

/** Every verb of the flow language, for reading flows: nothing here can be run. */
export const VERBS: readonly StepKind[] = allSteps({
  customers: { byNumber: unusable },
  contacts: { lastContacts: unusable },
  visible: unusable,
  campaigns: { byId: unusable, byCode: unusable, codes: unusable },
  guesses: new CodeGuesses(),
  desk: { agentAt: unusable, tellAgent: unusable },
  queues: unusable,
  callbacks: { request: unusable },
  lookUps: { lookUp: { ask: unusable }, services: unusable },
  dayState: unusable,
  recordingFile: unusable,
});

function unusable(): never {
  throw new Error('flows are only read here, nothing of them runs');
}
