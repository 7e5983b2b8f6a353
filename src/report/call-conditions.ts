import type { CallFilter, Direction, Outcome } from './call-filter.ts';

/** What stands for a mark in a question. */
type Value = string | number | null;

/** A part of a question in SQL, with the values for its marks. */
export interface Part {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** The calls of campaigns and of callbacks are named after these. */
const IS_ATTEMPT = `c.id glob 'call-a-*'`;
const IS_CALLBACK = `c.id glob 'call-callback-*'`;
/** Only the log tells whether he waited when he hung up; it is asked of few. */
const HUNG_UP = `exists (select 1 from event e where e.call = c.id and e.type = 'CallEnded' and e.data ->> 'abandoned' = 1)`;
const OUR_CALL = `(${IS_ATTEMPT} or ${IS_CALLBACK})`;
const NEVER_TALKED = `c.ended_at is not null and c.connected_at is null`;

/** `call` is `c`. */
export const DIRECTION_SQL = `case when ${IS_ATTEMPT} then 'outbound' when ${IS_CALLBACK} then 'callback' when c.source glob 'phone:*' then 'internal' else 'inbound' end`;

export const OUTCOME_SQL = `case when c.ended_at is null then 'live' when c.connected_at is not null then 'answered' when ${OUR_CALL} then 'unreached' when c.queue is null then 'self-service' when ${HUNG_UP} then 'abandoned' else 'unserved' end`;

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  live: 'c.ended_at is null',
  answered: 'c.ended_at is not null and c.connected_at is not null',
  unreached: `${NEVER_TALKED} and ${OUR_CALL}`,
  'self-service': `${NEVER_TALKED} and not ${OUR_CALL} and c.queue is null`,
  abandoned: `${NEVER_TALKED} and not ${OUR_CALL} and c.queue is not null and c.ended_by = 'caller' and ${HUNG_UP}`,
  unserved: `${NEVER_TALKED} and not ${OUR_CALL} and c.queue is not null and not ${HUNG_UP}`,
};

const DIRECTIONS: Readonly<Record<Direction, string>> = {
  outbound: IS_ATTEMPT,
  callback: IS_CALLBACK,
  internal: `c.source glob 'phone:*' and not ${OUR_CALL}`,
  inbound: `not c.source glob 'phone:*' and not ${OUR_CALL}`,
};

const AMONG = '(select value from json_each(?))';

/** True for calls of which there is a recording; its value: ids of the calls that have one among the files, as JSON. */
export const RECORDED_SQL = `(c.id in ${AMONG} or c.id in (select call_id from voicemail))`;

/** What a filter says, but for the span of time. @param inFolder the value of `RECORDED_SQL` */
export function conditionsOf(filter: CallFilter, inFolder: () => string): Part[] {
  const { numbers, customer, agent, queue, campaign, talkedMs, recorded } = filter;
  const parts: Part[] = [];
  const add = (sql: string, ...values: Value[]): void => void parts.push({ sql, values });
  if (numbers) add(`c.ani in ${AMONG}`, JSON.stringify(numbers));
  if (customer !== undefined) add('c.customer_id = ?', customer);
  if (agent !== undefined) add('c.agent_id = ?', agent);
  if (queue !== undefined) add('c.queue = ?', queue);
  if (campaign !== undefined) add('c.campaign_id = ?', campaign);
  if (filter.outcome !== undefined) add(OUTCOMES[filter.outcome]);
  if (filter.direction !== undefined) add(DIRECTIONS[filter.direction]);
  if (talkedMs !== undefined) add('c.talked_ms >= ?', talkedMs);
  if (recorded !== undefined) add(recorded ? RECORDED_SQL : `not ${RECORDED_SQL}`, inFolder());
  return [...parts, ...noted(filter), ...inScope(filter)];
}

function noted({ disposition, text }: CallFilter): Part[] {
  const parts: Part[] = [];
  if (disposition !== undefined)
    parts.push({
      sql: `(exists (select 1 from call_note n where n.call = c.id and n.reason = ? and n.done_at is not null)
        or exists (select 1 from attempt a where a.id = substr(c.id, 6) and a.result = ?))`,
      values: [disposition, disposition],
    });
  if (text !== undefined) {
    const wanted = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    parts.push({
      sql: `(exists (select 1 from call_note n where n.call = c.id and n.done_at is not null and n.text like ? escape '\\')
        or exists (select 1 from attempt a where a.id = substr(c.id, 6) and a.note like ? escape '\\'))`,
      values: [wanted, wanted],
    });
  }
  return parts;
}

/** A call belongs to the branches of its customer, agent and campaign; ids of campaigns that call people are anybody's choice. */
const BRANCHES = [
  '(select branch from customer where id = c.customer_id)',
  '(select branch from agent where id = c.agent_id)',
  'coalesce((select branch from campaign where id = c.campaign_id), (select branch from outbound_campaign where id = c.campaign_id))',
];

function inScope({ branches }: CallFilter): Part[] {
  if (!branches) return [];
  const own = JSON.stringify(branches);
  const sql = BRANCHES.map((branch) => `${branch} in ${AMONG}`).join(' or ');
  return [{ sql: `(${sql})`, values: BRANCHES.map(() => own) }];
}
