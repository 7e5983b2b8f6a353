import type { Call, Phase } from '../call/call.ts';
import { hasCaller } from '../call/callback-rules.ts';
import { waitingPlaybacksOf } from '../ivr/run.ts';
import type { Turn } from './turn.ts';

/** True while somebody waits in a queue, a phone ringing for him or not. */
export function waits(phase: Phase): boolean {
  return phase.at === 'queued' || phase.at === 'offered';
}

/** What he was told is cut short before anything else is done to him. */
export function leavesRoom(turn: Turn, was: Call, is: Call): void {
  if (waits(was.phase) && !waits(is.phase)) turn.effect(is.id, { do: 'hush', call: is.id });
}

/** He waits now: once the music plays, he is told what there is to tell. */
export function entersRoom(turn: Turn, was: Call, is: Call): void {
  if (!waits(was.phase) && is.phase.at === 'queued') accompany(turn, is);
}

/** After a restart or a lost link: what a dead daemon left playing is ended, and music and messages begin again. */
export function takeUpWaiting(turn: Turn, call: Call): void {
  const { phase, channel } = call;
  if ((phase.at !== 'queued' && phase.at !== 'offered') || !hasCaller(call)) return;
  turn.effect(call.id, { do: 'quiet', playbacks: waitingPlaybacksOf(call.id) });
  turn.effect(call.id, { do: 'music', channel, class: phase.music });
  accompany(turn, call);
}

function accompany(turn: Turn, call: Call): void {
  const { cursor } = call;
  const flow = cursor && turn.flows.version(cursor.flow, cursor.version);
  const step = cursor && flow?.steps.get(cursor.step);
  // Where an agent sent him, his flow has nothing to tell him.
  const sent = 'sent' in call.phase && call.phase.sent === true;
  if (!flow || !step?.kind.whileWaiting || sent) return;
  turn.effect(call.id, { do: 'accompany', call, flow, step, run: cursor.run });
}
