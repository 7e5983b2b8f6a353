import type { AnswerCount } from '../dialer/abandonment.ts';
import type { CampaignStatus } from '../dialer/dialling.ts';
import { shareOf } from '../dialer/figures.ts';
import type { OutboundCampaign, PacingMode } from '../dialer/outbound.ts';
import type { WhyNot } from '../dialer/why-not.ts';

/** The abandonment of a window, against what is allowed. */
export interface WindowRow {
  readonly answered: number;
  readonly abandoned: number;
  /** 0 to 1. */
  readonly share: number;
}

/** A campaign that calls people. */
export interface DialerRow {
  readonly id: string;
  readonly name: string;
  readonly status: OutboundCampaign['status'];
  readonly mode: PacingMode;
  readonly queue: string;
  readonly dialling: number;
  readonly ringing: number;
  readonly waiting: number;
  readonly talking: number;
  readonly atHand: number;
  /** Why nothing is dialled, '' while something is or nobody is idle. */
  readonly whyNot: WhyNot | '';
  readonly trunkRestsUntil: number | null;
  /** Share of the live answers that may be abandoned. */
  readonly allowed: number;
  /** How probable it is that the next answer finds no agent in time, and how probable it may be; null before the first decision. */
  readonly risk: number | null;
  readonly allowedRisk: number | null;
  readonly last30Min: WindowRow;
  readonly day: WindowRow;
  readonly thirtyDays: WindowRow;
}

/** @param status of a campaign that is at work, or of which something is under way */
export function dialerRow(
  { id, name, status: is, pacing, queue }: OutboundCampaign,
  status: CampaignStatus,
): DialerRow {
  const { dialling, ringing, waiting, talking, atHand, whyNot, reason, abandonment } = status;
  return {
    id,
    name,
    status: is,
    mode: pacing.mode,
    queue,
    dialling,
    ringing,
    waiting,
    talking,
    atHand,
    whyNot,
    trunkRestsUntil: status.trunkRestsUntil ?? null,
    allowed: pacing.maxAbandonment,
    risk: reason?.risk ?? null,
    allowedRisk: reason?.allowed ?? null,
    last30Min: windowRow(abandonment.last30Min),
    day: windowRow(abandonment.day),
    thirtyDays: windowRow(abandonment.thirtyDays),
  };
}

function windowRow({ answered, abandoned }: AnswerCount): WindowRow {
  return { answered, abandoned, share: shareOf(abandoned, answered) };
}
