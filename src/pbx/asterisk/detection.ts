import type { DetectionLimits, DetectionReason, MachineVerdict, PbxEvent } from '../pbx.ts';

/** Context of the dialplan that listens whether a machine answered. */
export const LISTENING = 'answering-machine';

const VERDICTS: ReadonlyMap<string, MachineVerdict> = new Map([
  ['HUMAN', 'human'],
  ['MACHINE', 'machine'],
]);

/** What app_amd calls its causes, before the figures: `LONGGREETING-1500-1500`. */
const REASONS: ReadonlyMap<string, DetectionReason> = new Map([
  ['HUMAN', 'short-greeting'],
  ['LONGGREETING', 'long-greeting'],
  ['MAXWORDLENGTH', 'long-word'],
  ['MAXWORDS', 'many-words'],
  ['INITIALSILENCE', 'silence'],
  ['TOOLONG', 'too-long'],
  ['NOAUDIODATA', 'no-audio'],
]);

/** The channel variable that the dialplan gives to AMD: its first four arguments. */
export function limitsVariable(limits: DetectionLimits): { variable: string; value: string } {
  const { initialSilenceMs, greetingMs, afterGreetingSilenceMs, totalMs } = limits;
  const value = [initialSilenceMs, greetingMs, afterGreetingSilenceMs, totalMs].join(',');
  return { variable: 'CARILLON_DETECTION', value };
}

/** The verdict as the dialplan words it in the arguments of Stasis: `detected,HUMAN,HUMAN-800-800,1260`. */
export function verdictOf(
  channel: string,
  [, status = '', cause = '', ms = '']: readonly string[],
): Extract<PbxEvent, { type: 'MachineDetected' }> {
  return {
    type: 'MachineDetected',
    channel,
    verdict: VERDICTS.get(status) ?? 'unsure',
    reason: REASONS.get(cause.split('-')[0] ?? '') ?? 'not-analysed',
    ms: /^\d{1,9}$/.test(ms) ? Number(ms) : 0,
  };
}
