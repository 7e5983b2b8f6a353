import { and, count, eq, gte } from 'drizzle-orm';
import { callTable } from '../call/table.ts';
import type { Database } from '../store/connect.ts';
import type { Feedback } from './feedback.ts';
import { feedbackTable } from './table.ts';

/** What a campaign's code brought. */
export interface CampaignFigures {
  /** Callers who keyed it in, and those of them who talked with somebody; since a moment. */
  readonly callers: number;
  readonly connected: number;
  /** What customers said, ever. */
  readonly feedback: Readonly<Partial<Record<Feedback['interest'], number>>>;
}

/** @param since UTC ms */
export function figuresOf(database: Database, campaign: string, since: number): CampaignFigures {
  const { campaignId, startedAt, connectedAt } = callTable;
  const calls = database.query
    .select({ callers: count(), connected: count(connectedAt) })
    .from(callTable)
    .where(and(eq(campaignId, campaign), gte(startedAt, since)))
    .get();
  const said = database.query
    .select({ interest: feedbackTable.interest, times: count() })
    .from(feedbackTable)
    .where(eq(feedbackTable.campaignId, campaign))
    .groupBy(feedbackTable.interest)
    .all();
  return {
    callers: calls?.callers ?? 0,
    connected: calls?.connected ?? 0,
    feedback: Object.fromEntries(said.map(({ interest, times }) => [interest, times])),
  };
}
