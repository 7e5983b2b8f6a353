import { messageOf } from '../base/errors.ts';
import { callOfRecording } from '../call/voicemail.ts';
import type { Effect, EngineInput } from './input.ts';
import type { CentreState } from './state.ts';

/** What a line of the log is about: everything that is known of a call can be found by them. */
export interface LogIds {
  readonly call?: string;
  readonly channel?: string;
  readonly leg?: string;
}

/** What an input is about. */
export function idsOfInput(input: EngineInput, state: CentreState): LogIds {
  if ('channel' in input) {
    const leg = state.callOfLeg(input.channel);
    const call = (state.callOfChannel(input.channel) ?? leg)?.id;
    return {
      ...(call !== undefined && { call }),
      ...(leg ? { leg: input.channel } : { channel: input.channel }),
    };
  }
  if ('leg' in input) {
    const call = state.callOfLeg(input.leg)?.id;
    return { ...(call !== undefined && { call }), leg: input.leg };
  }
  if ('call' in input) return { call: input.call };
  const recorded = input.type === 'RecordingEnded' ? callOfRecording(input.recording) : undefined;
  return recorded === undefined ? {} : { call: recorded };
}

/** What an effect is about. @param key whose order it keeps: a call, or a channel or bridge without one */
export function idsOfEffect(key: string, effect: Effect): LogIds {
  const channel = 'channel' in effect ? effect.channel : undefined;
  const leg = effect.do === 'originate' ? effect.leg.id : 'leg' in effect ? effect.leg : undefined;
  return {
    ...(key.startsWith('call-') && { call: key }),
    ...(channel !== undefined && { channel }),
    ...(leg !== undefined && { leg }),
  };
}

/** A fault of our own in a line of the log: an error as it is would be written as `{}`. */
export function faultOf(thrown: unknown): { readonly reason: string; readonly stack?: string } {
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  return { reason: messageOf(thrown), ...(stack !== undefined && { stack }) };
}
