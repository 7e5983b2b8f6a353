import { z } from 'zod';
import { RECORD_EXITS } from '../../call/call.ts';
import { isStatement, recordingOf, statementOf } from '../../call/voicemail.ts';
import type { Prompt } from '../../speech/prompt.ts';
import { box, duration, prompt, variableName } from '../grammar.ts';
import { type StepKind, type StepResult, type StepRun, stepKind } from '../step.ts';

export const voicemail = stepKind({
  verb: 'voicemail',
  summary: 'Asks for a message after the tone and keeps it in a box.',
  args: z.strictObject({ box, say: prompt, longest: duration.default(120_000) }),
  waiting: 'waits',
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

export const record = stepKind({
  verb: 'record',
  summary:
    'Records what the caller says after the tone; the variable then names the recording, for "replay".',
  args: z.strictObject({ say: prompt, into: variableName, longest: duration.default(60_000) }),
  waiting: 'waits',
  exits: () => RECORD_EXITS,
  prompts: (args) => [args.say],
  sets: (args) => ({ [args.into]: 'text' }),
  async run(step, args) {
    await step.say(args.say);
    const recording = statementOf(step.call.id, step.call.cursor?.run ?? 0);
    return { set: { [args.into]: recording }, handOver: { kind: 'record', recording, maxMs: args.longest } };
  },
});

/** @param fileOf the absolute path, without extension, of a recording */
export function replayStep(fileOf: (recording: string) => string): StepKind {
  return stepKind({
    verb: 'replay',
    summary: 'Lets the caller hear what "record" recorded.',
    args: z.strictObject({ recording: variableName.describe('The variable that "record" set') }),
    waiting: 'speaks',
    exits: () => ['next', 'missing'],
    reads: (args) => [args.recording],
    async run(step, args) {
      const recording = String(step.call.facts.variables[args.recording] ?? '');
      if (!isStatement(recording, step.call.id)) return { exit: 'missing' };
      const outcome = await step.verbs.play([{ file: fileOf(recording) }], true);
      return { exit: outcome === 'failed' ? 'missing' : 'next' };
    },
  });
}
