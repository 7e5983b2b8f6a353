import { Refused, unreachable } from '../base/errors.ts';
import { dispose } from './attempt-desk.ts';
import { callOf } from './begin-attempt.ts';
import type { DialFloor } from './dial-floor.ts';
import type { EngineInput } from './input.ts';
import { previewAccept, previewNext, previewSkip } from './preview-desk.ts';
import type { Turn } from './turn.ts';

export type DiallingInput = Extract<
  EngineInput,
  { type: 'LeadsCame' | 'CampaignsChanged' | 'DiallingEnds' | 'PreviewAsked' | 'Disposed' }
>;

/** What is asked of the dialer, or comes to it. @throws Refused */
export function takeDialling(turn: Turn, floor: DialFloor | undefined, input: DiallingInput): void {
  if (!floor) throw new Refused('no-dialer', 'this centre calls nobody');
  switch (input.type) {
    case 'LeadsCame':
      floor.campaigns.get(input.campaign)?.hopper.filled(input.leads, turn.now);
      floor.dueAt = 0;
      return;
    case 'CampaignsChanged':
      return floor.takeCampaigns(input.campaigns);
    case 'DiallingEnds':
      return endDialling(turn, floor);
    case 'Disposed':
      return dispose(turn, floor, input.attempt, input.disposition);
    case 'PreviewAsked':
      if (input.wish === 'next') previewNext(turn, floor, input.agent, input.campaign);
      else if (input.wish === 'skip') previewSkip(turn, floor, input.agent, input.reason);
      else input.made(previewAccept(turn, floor, input.agent));
      return;
    default:
      return unreachable(input);
  }
}

/** Whoever answered now would hear nobody. While it is not known how the PBX is, he may have answered. */
function endDialling(turn: Turn, floor: DialFloor): void {
  floor.isEnding = true;
  if (turn.state.isBlind) return;
  for (const id of [...floor.underWay.keys()]) {
    const call = turn.state.calls.get(callOf(id));
    if (call?.phase.at === 'reaching') turn.tellCall(call, { type: 'LetGo' });
  }
}
