import { z } from 'zod';
import type { Call } from '../../call/call.ts';
import type { Recorded } from '../../call/verbs.ts';
import { duration, name, prompt } from '../grammar.ts';
import type { Prompt, StepKind, StepRun } from '../step.ts';
import { stepKind } from '../step.ts';

/** Where messages are kept. */
export interface VoicemailBoxes {
  keep(call: Call, box: string, recorded: Recorded): Promise<void>;
}

const MIN_MESSAGE_MS = 1000;

export function voicemailStep(boxes: VoicemailBoxes): StepKind {
  return stepKind({
    verb: 'voicemail',
    summary: 'Asks for a message after the tone and keeps it.',
    args: z.strictObject({ box: name, say: prompt, longest: duration.default(120_000) }),
    exits: () => ['done', 'empty', 'failed'],
    prompts: (args) => [args.say],
    run: async (step, args) => ({ exit: await leaveMessage(step, boxes, args.box, args.say, args.longest) }),
  });
}

/** Records a message into `box`. A message that the caller ends by hanging up is kept too. */
export async function leaveMessage(
  step: StepRun,
  boxes: VoicemailBoxes,
  box: string,
  say: Prompt,
  longestMs: number,
): Promise<'done' | 'empty' | 'failed'> {
  await step.say(say);
  const recorded = await step.record(
    { maxMs: longestMs, maxSilenceMs: 5000, beep: true, endKey: '#' },
    (result) => keepWorthwhile(step.call, boxes, box, result),
  );
  if (recorded.outcome === 'failed') return 'failed';
  return recorded.durationMs < MIN_MESSAGE_MS ? 'empty' : 'done';
}

async function keepWorthwhile(
  call: Call,
  boxes: VoicemailBoxes,
  box: string,
  recorded: Recorded,
): Promise<void> {
  if (recorded.outcome === 'done' && recorded.durationMs >= MIN_MESSAGE_MS)
    await boxes.keep(call, box, recorded);
}
