import { and, asc, desc, eq, inArray, lt, ne, or, type SQL } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import type { Authorship, EventWriter, LogEvent } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import type { Campaign, CampaignDirectory } from './campaign.ts';
import type { Feedback } from './feedback.ts';
import { type CampaignFigures, figuresOf } from './figures-store.ts';
import { campaignTable, feedbackTable } from './table.ts';

/** The campaigns, and what customers said about them. */
export class CampaignStore implements CampaignDirectory {
  readonly #database: Database;
  readonly #events: EventWriter;
  #codes: readonly string[] | undefined;

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
  }

  async byId(id: string): Promise<Campaign | undefined> {
    return this.#one(eq(campaignTable.id, id));
  }

  async byCode(code: string): Promise<Campaign | undefined> {
    return this.#one(eq(campaignTable.code, code));
  }

  /** Read whenever a caller is asked for a code, hence kept in memory until a campaign is saved here. */
  async codes(): Promise<readonly string[]> {
    this.#codes ??= this.#database.query
      .select({ code: campaignTable.code })
      .from(campaignTable)
      .all()
      .map((row) => row.code);
    return this.#codes;
  }

  /** By code. */
  async list(): Promise<Campaign[]> {
    return this.#database.query
      .select()
      .from(campaignTable)
      .orderBy(asc(campaignTable.code))
      .all()
      .map(campaignOf);
  }

  /**
   * Adds a campaign, or changes it.
   * @param made goes to the log as `CampaignChanged`; what set-up puts in does not
   * @throws Refused `campaign-code-taken`
   */
  async save(campaign: Campaign, made?: Authorship): Promise<void> {
    const { id, ...facts } = campaign;
    const rules = { ...facts, branch: campaign.branch ?? '' };
    this.#events.commit(() => {
      const other = this.#database.query
        .select({ id: campaignTable.id, name: campaignTable.name })
        .from(campaignTable)
        .where(and(eq(campaignTable.code, campaign.code), ne(campaignTable.id, id)))
        .get();
      if (other)
        throw new Refused(
          'campaign-code-taken',
          `Code ${campaign.code} is in use by "${other.name}": take another`,
          {
            code: campaign.code,
            campaign: other.id,
          },
        );
      this.#database.query
        .insert(campaignTable)
        .values({ id, ...rules })
        .onConflictDoUpdate({ target: campaignTable.id, set: rules })
        .run();
      if (!made) return [];
      return [{ type: 'CampaignChanged', version: 1, at: made.at, data: { campaign: id, by: made.by } }];
    });
    this.#codes = undefined;
  }

  /** The branch whose campaign it is; undefined where there is no such campaign. */
  branchOf(id: string): string | undefined {
    const { branch } = campaignTable;
    return this.#database.query.select({ branch }).from(campaignTable).where(eq(campaignTable.id, id)).get()
      ?.branch;
  }

  /** What its code brought. @param since from when on its callers are counted, UTC ms */
  figures(id: string, since: number): CampaignFigures {
    return figuresOf(this.#database, id, since);
  }

  #one(which: SQL): Campaign | undefined {
    const row = this.#database.query.select().from(campaignTable).where(which).get();
    return row && campaignOf(row);
  }

  /** Keeps feedback, and says so in the log. @throws Refused `campaign-unknown` */
  async addFeedback(feedback: Feedback): Promise<void> {
    if (!(await this.byId(feedback.campaignId)))
      throw new Refused('campaign-unknown', `There is no campaign ${feedback.campaignId}`);
    this.#events.commit(() => {
      this.#database.query.insert(feedbackTable).values(feedback).run();
      return [feedbackRecorded(feedback)];
    });
  }

  /** Newest first. */
  async feedback(filter: {
    readonly campaignId?: string;
    readonly before?: { readonly at: number; readonly id: string };
    readonly limit: number;
  }): Promise<Feedback[]> {
    const { campaignId, at, id } = feedbackTable;
    const { before } = filter;
    return this.#database.query
      .select()
      .from(feedbackTable)
      .where(
        and(
          filter.campaignId === undefined ? undefined : eq(campaignId, filter.campaignId),
          before && or(lt(at, before.at), and(eq(at, before.at), lt(id, before.id))),
        ),
      )
      .orderBy(desc(at), desc(id))
      .limit(filter.limit)
      .all()
      .map(known);
  }

  /** What a customer said so far, whichever way he was recognised, newest first. */
  async feedbackOf(
    customerId: string | undefined,
    numbers: readonly string[],
    limit: number,
  ): Promise<Feedback[]> {
    if (customerId === undefined && numbers.length === 0) return [];
    return this.#database.query
      .select()
      .from(feedbackTable)
      .where(
        or(
          customerId === undefined ? undefined : eq(feedbackTable.customerId, customerId),
          numbers.length === 0 ? undefined : inArray(feedbackTable.ani, [...numbers]),
        ),
      )
      .orderBy(desc(feedbackTable.at), desc(feedbackTable.id))
      .limit(limit)
      .all()
      .map(known);
  }
}

/** What was said stays out of the log: it is free text, and the feedback itself has it. */
function feedbackRecorded({ campaignId, customerId, callId, interest, by, at }: Feedback): LogEvent {
  const data = { campaign: campaignId, customer: customerId ?? null, interest, by };
  return { type: 'FeedbackRecorded', version: 1, at, call: callId, data };
}

function campaignOf({ branch, ...row }: typeof campaignTable.$inferSelect): Campaign {
  return { ...row, ...(branch !== '' && { branch }) };
}
