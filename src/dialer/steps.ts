import { z } from 'zod';
import { type Call, QUEUE_EXITS } from '../call/call.ts';
import { customerLeg } from '../call/callback-rules.ts';
import { duration } from '../ivr/grammar.ts';
import { type StepKind, stepKind } from '../ivr/step.ts';
import { DETECTION_LIMITS } from '../pbx/pbx.ts';

/** What is said instead has to begin before his time is over: so much earlier we give up looking for an agent, ms. */
const TO_SPEAK_MS = 150;

/** When an agent has to be there for somebody who has answered, UTC ms. */
export function connectBy({ outbound, facts, startedAt, ...call }: Call): number {
  const heardAt = outbound?.clockStarts === 'greeting-end' ? facts.heard?.at : undefined;
  const since = heardAt ?? customerLeg(call)?.answeredAt ?? startedAt;
  return since + (outbound?.connectWithinMs ?? 0) - TO_SPEAK_MS;
}

/** Finds an agent of the campaign for somebody who has answered, in the time that the law gives. */
export const campaignAgent: StepKind = stepKind({
  verb: 'campaign-agent',
  summary:
    'Puts whoever answered a call of a campaign through to an agent, or gives up in the time that the law gives.',
  args: z.strictObject({}),
  waiting: 'waits',
  exits: () => QUEUE_EXITS,
  instead: { 'no-agents': 'timeout' },
  async run(step) {
    const { outbound } = step.call;
    if (!outbound) return { exit: 'no-agents' };
    const maxWaitMs = Math.max(0, connectBy(step.call) - step.now());
    return { handOver: { kind: 'queue', queue: outbound.queue, maxWaitMs, music: '' } };
  },
});

/** Listens whether a person or a machine answered. */
export const detectMachine: StepKind = stepKind({
  verb: 'detect-machine',
  summary: 'Listens whether a person or an answering machine answered.',
  args: z.strictObject({
    'at-most': duration.default(3500).describe('How long to listen'),
    'greeting-beyond': duration
      .default(DETECTION_LIMITS.greetingMs)
      .describe('Whoever speaks for longer without a pause is a machine'),
    'silence-beyond': duration
      .default(DETECTION_LIMITS.initialSilenceMs)
      .describe('Whoever says nothing for so long at first is a machine'),
    'pause-after': duration
      .default(DETECTION_LIMITS.afterGreetingSilenceMs)
      .describe('A pause of this length after a greeting means a person'),
  }),
  waiting: 'waits',
  exits: () => ['human', 'machine', 'unsure'],
  instead: { unsure: 'human' },
  async run(step, args) {
    const { verdict } = await step.verbs.detectMachine({
      totalMs: args['at-most'],
      greetingMs: args['greeting-beyond'],
      initialSilenceMs: args['silence-beyond'],
      afterGreetingSilenceMs: args['pause-after'],
    });
    step.note('AnswerHeard', { verdict });
    return { exit: verdict, facts: { heard: { verdict, at: step.now() } } };
  },
});

/** Notes that he does not want to be called: with what the call has become, so that it is kept whatever happens to either. */
export const optOutStep: StepKind = stepKind({
  verb: 'opt-out',
  summary: 'Notes that whoever was called does not want to be called again.',
  args: z.strictObject({
    from: z
      .enum(['campaign', 'everything'])
      .default('everything')
      .describe('Only by this campaign, or by none any more'),
  }),
  waiting: 'none',
  exits: () => ['done'],
  async run(step, { from }) {
    const { outbound, facts } = step.call;
    step.optOut(from === 'campaign' ? (outbound?.campaign ?? facts.campaignId ?? '') : '');
    return { exit: 'done' };
  },
});
