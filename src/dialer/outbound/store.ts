import { asc, eq } from 'drizzle-orm';
import { Refused } from '../../base/errors.ts';
import type { Authorship, EventWriter } from '../../engine/changes.ts';
import type { Database } from '../../store/connect.ts';
import type { OutboundCampaign } from '../outbound.ts';
import { attemptTable, outboundCampaignTable } from '../table.ts';

/** The campaigns that call people. */
export class OutboundStore {
  readonly #database: Database;
  readonly #events: EventWriter;

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
  }

  async byId(id: string): Promise<OutboundCampaign | undefined> {
    return this.#find(id);
  }

  /** By name. */
  async list(): Promise<OutboundCampaign[]> {
    const { name, id } = outboundCampaignTable;
    return this.#database.query
      .select()
      .from(outboundCampaignTable)
      .orderBy(asc(name), asc(id))
      .all()
      .map(campaignOf);
  }

  /** The branch whose campaign it is; undefined where there is no such campaign. */
  branchOf(id: string): string | undefined {
    const { branch } = outboundCampaignTable;
    return this.#database.query
      .select({ branch })
      .from(outboundCampaignTable)
      .where(eq(outboundCampaignTable.id, id))
      .get()?.branch;
  }

  /** Adds a campaign, or changes it. @param made goes to the log as `OutboundCampaignChanged`; what set-up puts in does not */
  async save(campaign: OutboundCampaign, made?: Authorship): Promise<void> {
    const { id, ...facts } = campaign;
    const rest = { ...facts, branch: campaign.branch ?? '' };
    this.#events.commit(() => {
      const was = this.#find(id)?.status;
      this.#database.query
        .insert(outboundCampaignTable)
        .values({ id, ...rest })
        .onConflictDoUpdate({ target: outboundCampaignTable.id, set: rest })
        .run();
      if (!made) return [];
      const { name, status, pacing } = campaign;
      const data = { campaign: id, name, status, was: was ?? null, mode: pacing.mode, by: made.by };
      return [{ type: 'OutboundCampaignChanged', version: 1, at: made.at, data }];
    });
  }

  /**
   * Changes a campaign as it is now: nobody else's change comes between.
   * @param to may throw: then nothing changes
   * @throws Refused `outbound-unknown`
   */
  async change(
    id: string,
    made: Authorship,
    to: (known: OutboundCampaign) => OutboundCampaign,
  ): Promise<OutboundCampaign> {
    const changed = to(this.#find(id) ?? unknown(id));
    await this.save(changed, made);
    return changed;
  }

  /**
   * Forgets a campaign for which nobody was ever dialled; one that was used is stopped and stays, because its attempts name it.
   * @throws Refused `outbound-unknown`, `outbound-not-stopped`, `outbound-has-attempts`
   */
  async remove(id: string, made: Authorship): Promise<void> {
    this.#events.commit(() => {
      const { status } = this.#find(id) ?? unknown(id);
      if (status !== 'stopped')
        throw new Refused('outbound-not-stopped', `Outbound campaign ${id} is ${status}: stop it first`);
      const { query } = this.#database;
      const { campaign } = attemptTable;
      if (query.select({ campaign }).from(attemptTable).where(eq(campaign, id)).limit(1).get())
        throw new Refused(
          'outbound-has-attempts',
          `People were called for outbound campaign ${id}, and its attempts are kept: leave it stopped`,
        );
      query.delete(outboundCampaignTable).where(eq(outboundCampaignTable.id, id)).run();
      const data = { campaign: id, by: made.by };
      return [{ type: 'OutboundCampaignRemoved', version: 1, at: made.at, data }];
    });
  }

  #find(id: string): OutboundCampaign | undefined {
    const row = this.#database.query
      .select()
      .from(outboundCampaignTable)
      .where(eq(outboundCampaignTable.id, id))
      .get();
    return row && campaignOf(row);
  }
}

function campaignOf({ branch, ...row }: typeof outboundCampaignTable.$inferSelect): OutboundCampaign {
  return { ...row, ...(branch !== '' && { branch }) };
}

function unknown(id: string): never {
  throw new Refused('outbound-unknown', `There is no outbound campaign ${id}`);
}
