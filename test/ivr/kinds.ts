import { CodeGuesses } from '../../src/campaign/guesses.ts';
import { allSteps } from '../../src/engine/steps.ts';

const nobody = {
  byNumber: async () => undefined,
  byId: async () => undefined,
  byCode: async () => undefined,
  codes: async () => [],
};

/** Every verb, in a centre where nothing is. For reading flows only. */
export const kinds = allSteps({
  customers: nobody,
  campaigns: nobody,
  guesses: new CodeGuesses(),
  desk: {
    agentAt: () => undefined,
    tellAgent: async () => {
      throw new Error('not here');
    },
  },
  queues: () => undefined,
  callbacks: { request: async () => undefined },
  lookUps: {
    lookUp: { ask: async () => ({ kind: 'failed', reason: 'not here' }) },
    services: () => undefined,
  },
  dayState: () => 'closed',
  recordingFile: (recording) => recording,
});
