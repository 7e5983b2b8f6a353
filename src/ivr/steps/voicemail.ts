import { z } from 'zod';
import { RECORD_EXITS } from '../../call/call.ts';
import { recordingOf } from '../../call/voicemail.ts';
import { box, duration, prompt } from '../grammar.ts';
import { type Prompt, type StepResult, type StepRun, stepKind } from '../step.ts';

export const voicemail = stepKind({
  verb: 'voicemail',
  summary: 'Asks for a message after the tone and keeps it.',
  args: z.strictObject({ box, say: prompt, longest: duration.default(120_000) }),
  exits: () => RECORD_EXITS,
  prompts: (args) => [args.say],
  run: (step, args) => leaveMessage(step, args.box, args.say, args.longest),
});

/** Asks for a message into `box`. A message that the caller ends by hanging up is kept too. */
export async function leaveMessage(
  step: StepRun,
  box: string,
  say: Prompt,
  longestMs: number,
): Promise<StepResult> {
  await step.say(say);
  const recording = recordingOf(step.call.id, step.call.cursor?.run ?? 0, box);
  return { handOver: { kind: 'record', recording, maxMs: longestMs } };
}
