import { Refused, unreachable } from '../base/errors.ts';
import { dispose } from './attempt-desk.ts';
import type { DialFloor } from './dial-floor.ts';
import type { EngineInput } from './input.ts';
import { previewAccept, previewNext, previewSkip } from './preview-desk.ts';
import type { Turn } from './turn.ts';

export type DiallingInput = Extract<
  EngineInput,
  { type: 'LeadsCame' | 'CampaignsChanged' | 'PreviewAsked' | 'Disposed' }
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
