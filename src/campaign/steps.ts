import { z } from 'zod';
import { DIAL_EXITS, QUEUE_EXITS, RECORD_EXITS } from '../call/call.ts';
import { duration, name, prompt } from '../ivr/grammar.ts';
import { type StepKind, type StepResult, type StepRun, stepKind } from '../ivr/step.ts';
import { leaveMessage } from '../ivr/steps/voicemail.ts';
import type { Queue } from '../queue/queue.ts';
import {
  type Campaign,
  type CampaignDirectory,
  entryComplete,
  MAX_CODE_LENGTH,
  validityOf,
} from './campaign.ts';
import type { CodeGuesses } from './guesses.ts';

/** Asks for a campaign code and puts the caller through to that campaign's reception. */
export function campaignCodeStep(campaigns: CampaignDirectory, guesses: CodeGuesses): StepKind {
  return stepKind({
    verb: 'campaign-code',
    summary: "Asks for a campaign code and puts the caller through to that campaign's reception.",
    args: z.strictObject({
      say: prompt,
      wrong: prompt,
      tries: z.int().min(1).max(9).default(3),
      timeout: duration.default(8000),
      pause: duration.default(3000),
    }),
    waiting: 'waits',
    exits: () => [...DIAL_EXITS, 'wrong', 'silence', 'expired', 'not-yet-valid', 'locked'],
    prompts: (args) => [args.say, args.wrong],
    async run(step, args) {
      const { ani } = step.call;
      const codes = await campaigns.codes();
      let exit = 'silence';
      for (let attempt = 0; attempt < args.tries; attempt += 1) {
        if (!guesses.mayGuess(ani, step.now())) return refuse(step, 'locked');
        const { digits } = await step.gather(args.say, {
          maxDigits: MAX_CODE_LENGTH,
          endKey: '#',
          firstMs: args.timeout,
          nextMs: args.pause,
          complete: (entered) => entryComplete(codes, entered),
        });
        const campaign = digits === '' ? undefined : await campaigns.byCode(digits);
        if (campaign) return putThrough(step, campaign);
        exit = digits === '' ? 'silence' : 'wrong';
        step.verbs.forgetTyped();
        if (exit === 'silence') continue;
        guesses.noteWrong(ani, step.now());
        step.note('CampaignCodeRefused', { reason: 'wrong', ani });
        if (attempt + 1 < args.tries) await step.say(args.wrong);
      }
      return { exit };
    },
  });
}

function refuse(step: StepRun, reason: string): StepResult {
  step.note('CampaignCodeRefused', { reason, ani: step.call.ani });
  return { exit: reason };
}

function putThrough(step: StepRun, campaign: Campaign): StepResult {
  const facts = {
    campaignId: campaign.id,
    ...(campaign.persona === '' ? {} : { persona: campaign.persona }),
  };
  const validity = validityOf(campaign, step.now());
  if (validity !== 'valid') return { ...refuse(step, validity), facts };
  step.note('CampaignCodeEntered', { campaign: campaign.id });
  const { reception: to, receptionRingMs: ringMs, persona } = campaign;
  const music = step.music(undefined, undefined, persona || undefined);
  const handOver = { kind: 'dial', leg: step.nextLeg(), to, ringMs, music, writtenBy: 'campaign' } as const;
  return { facts, handOver };
}

/** Puts the caller through to a campaign that the flow names: selling in self-service. */
export function campaignStep(campaigns: CampaignDirectory): StepKind {
  return stepKind({
    verb: 'campaign',
    summary: 'Puts the caller through to the reception of a campaign, without a code.',
    args: name,
    waiting: 'waits',
    exits: () => [...DIAL_EXITS, 'expired', 'not-yet-valid', 'unknown'],
    mentions: (id) => [{ kind: 'campaign', name: id }],
    async run(step, id) {
      const campaign = await campaigns.byId(id);
      return campaign ? putThrough(step, campaign) : { exit: 'unknown' };
    },
  });
}

/** Does what the caller's campaign foresees when its reception could not be reached. */
export function campaignFallbackStep(
  campaigns: CampaignDirectory,
  queues: (name: string) => Queue | undefined,
): StepKind {
  return stepKind({
    verb: 'campaign-fallback',
    summary:
      "Goes on as the caller's campaign foresees when its reception is not reached: queue, other target or voicemail.",
    args: z.strictObject({
      voicemail: prompt,
      longest: duration.default(120_000),
      music: name.optional(),
    }),
    waiting: 'waits',
    exits: () => [...new Set([...DIAL_EXITS, ...QUEUE_EXITS, ...RECORD_EXITS, 'none'])],
    prompts: (args) => [args.voicemail],
    async run(step, args) {
      const { campaignId } = step.call.facts;
      const campaign = campaignId === undefined ? undefined : await campaigns.byId(campaignId);
      const fallback = campaign?.fallback ?? { kind: 'none' };
      switch (fallback.kind) {
        case 'none':
          return { exit: 'none' };
        case 'queue': {
          const queue = queues(fallback.queue);
          if (!queue) return { exit: 'no-agents' };
          return {
            handOver: {
              kind: 'queue',
              queue: queue.name,
              maxWaitMs: queue.maxWaitMs,
              music: step.music(args.music, queue.music),
            },
          };
        }
        case 'target': {
          const ringMs = campaign?.receptionRingMs ?? 20_000;
          return {
            handOver: {
              kind: 'dial',
              leg: step.nextLeg(),
              to: fallback.to,
              ringMs,
              music: step.music(args.music),
              writtenBy: 'campaign',
            },
          };
        }
        case 'voicemail':
          return leaveMessage(step, fallback.box, args.voicemail, args.longest);
      }
    },
  });
}
