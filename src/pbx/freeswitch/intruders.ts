import type { Commander } from './answers.ts';
import { CAUSE_NAMES } from './causes.ts';
import type { EslEvent } from './esl-codec.ts';
import { encodeFor } from './esl-encoder.ts';

/**
 * Ends who takes somebody's place in a call by SIP (`Replaces`): FreeSWITCH lets everybody do so who knows the name of the call, past the
 * dialplan. With whom he was put together is parked then, as if the other one had hung up; whoever was in no bridge, FreeSWITCH has ended
 * already for him.
 */
export function endIntruder(commander: Commander, event: EslEvent): void {
  if (event('Event-Name') !== 'CHANNEL_ANSWER' || event('variable_sip_replaces_call_id') === '') return;
  commander.attempt(
    commander.sayGone(event('Unique-ID'), encodeFor('uuid_kill', event('Unique-ID'), CAUSE_NAMES.rejected)),
  );
}
