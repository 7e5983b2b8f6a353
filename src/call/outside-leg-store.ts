import { and, desc, eq, gte, inArray, isNotNull, isNull, or, type SQL } from 'drizzle-orm';
import type { EndedChannel } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import { countedFor, maxTalkOf, type OutsideLeg } from './dial-source.ts';
import { legOf, sourceOf } from './row-store.ts';
import { callTable, legTable } from './table.ts';

/** Calls, the last ones, whose hang-ups may have been lost with the daemon. */
const LATELY = 500;

/** Channels of the calls and legs that came last and have ended: one that is still up was to be hung up. */
export function lastEndedChannels(database: Database): EndedChannel[] {
  const { query } = database;
  const { id, channel, source, startedAt, endedAt } = callTable;
  const calls = query
    .select({ id, channel, source, endedAt })
    .from(callTable)
    .orderBy(desc(startedAt))
    .limit(LATELY)
    .all();
  const callers = calls
    .filter((call) => call.endedAt !== null)
    .map((call) => ({ channel: call.channel, from: sourceOf(call.source) }));
  const ofThem = inArray(
    legTable.callId,
    calls.map((call) => call.id),
  );
  const legs = query
    .select()
    .from(legTable)
    .where(and(ofThem, isNotNull(legTable.endedAt)))
    .all()
    .map(legOf);
  return [
    ...callers.map(({ channel, from }) =>
      from.kind === 'phone' ? { channel, extension: from.extension } : { channel },
    ),
    ...legs.map(({ id, to }) =>
      to.kind === 'phone' ? { channel: id, extension: to.extension } : { channel: id },
    ),
  ];
}

/** The outside legs of live calls and of those that ended since `since` (UTC ms): they count for limits after a restart too. */
export function outsideLegsSince(database: Database, since: number): OutsideLeg[] {
  const { endedAt, enteredFlow, campaignId } = callTable;
  // Two questions: each finds its calls by an index, both in one would scan them all.
  return [isNull(endedAt), gte(endedAt, since)].flatMap((which) =>
    // Whom a campaign did not reach entered no flow: there can be very many.
    outsideLegsOf(database, and(which, or(isNotNull(enteredFlow), isNull(campaignId)))),
  );
}

function outsideLegsOf(database: Database, which: SQL | undefined): OutsideLeg[] {
  const { query } = database;
  const { id, channel, source, ani, askedBy, enteredFlow, campaignId, state } = callTable;
  const calls = query.select({ id }).from(callTable).where(which);
  return query
    .select({ leg: legTable, channel, source, ani, askedBy, enteredFlow, campaignId, state })
    .from(legTable)
    .innerJoin(callTable, eq(id, legTable.callId))
    .where(and(inArray(legTable.callId, calls), eq(legTable.toKind, 'outside')))
    .all()
    .map(({ leg, channel, source, state, ...call }) => {
      const byCampaign = leg.id === channel && call.askedBy === null;
      const { id, toNumber: number, writtenBy, plannedAt, answeredAt, endedAt } = leg;
      const sources = countedFor(
        known({ ...call, byCampaign, source: sourceOf(source) }),
        writtenBy ?? undefined,
      );
      const maxTalkMs = state ? maxTalkOf(id, state.phase) : undefined;
      return known({ id, number, sources, plannedAt, answeredAt, endedAt, maxTalkMs });
    });
}
