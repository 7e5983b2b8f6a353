import type { AgentRow } from './agent-report.ts';
import type { FoundCall } from './call-filter.ts';
import type { Cell } from './cell.ts';
import type { Grouping, IntervalRow } from './interval-report.ts';

/** The languages of people who read reports. */
export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A column of an export. */
export interface Column<Row> {
  readonly name: Readonly<Record<Language, string>>;
  readonly of: (row: Row) => Cell;
}

const column = <Row>(zh: string, en: string, of: (row: Row) => Cell): Column<Row> => ({
  name: { 'zh-CN': zh, en },
  of,
});

const moment = (ms: number | null): Cell => (ms === null ? null : { at: ms });
/** In seconds, which is what spreadsheets reckon with; to a tenth. */
const seconds = (ms: number | undefined): Cell => (ms === undefined ? null : Math.round(ms / 100) / 10);
const share = (value: number | undefined): Cell => (value === undefined ? null : { share: value });

export const CALL_COLUMNS: readonly Column<FoundCall>[] = [
  column('开始时间', 'Started', ({ startedAt }) => moment(startedAt)),
  column('呼叫方向', 'Direction', ({ direction }) => direction),
  column('结果', 'Outcome', ({ outcome }) => outcome),
  column('客户号码', 'Customer number', ({ ani }) => ani),
  column('来电名称', 'Caller name', ({ aniName }) => aniName),
  column('被叫号码', 'Dialled number', ({ dnis }) => dnis),
  column('客户编号', 'Customer', ({ customerId }) => customerId),
  column('客户姓名', 'Customer name', ({ customerName }) => customerName),
  column('客户等级', 'Tier', ({ tier }) => tier),
  column('队列', 'Queue', ({ queue }) => queue),
  column('营销活动', 'Campaign', ({ campaignId }) => campaignId),
  column('坐席工号', 'Agent', ({ agentId }) => agentId),
  column('坐席姓名', 'Agent name', ({ agentName }) => agentName),
  column('接通时间', 'Answered', ({ connectedAt }) => moment(connectedAt)),
  column('结束时间', 'Ended', ({ endedAt }) => moment(endedAt)),
  column('等待（秒）', 'Waited (s)', ({ waitedMs }) => seconds(waitedMs)),
  column('通话（秒）', 'Talked (s)', ({ talkedMs }) => seconds(talkedMs)),
  column('挂机方', 'Ended by', ({ endedBy }) => endedBy),
  column('挂机原因', 'Cause', ({ endCause }) => endCause),
  column('有录音', 'Recording', ({ recorded }) => (recorded ? 1 : 0)),
  column('小结', 'Disposition', ({ dispositions }) => dispositions),
  column('销售机会', 'Opportunity', ({ sale }) => sale),
  column('备注', 'Note', ({ note }) => note),
  column('通话编号', 'Call', ({ id }) => id),
];

/** The columns of an interval report whose rows are told apart like this. */
export function intervalColumns(by: Grouping): readonly Column<IntervalRow>[] {
  return [
    column('时段开始', 'Interval', ({ at }) => moment(at)),
    ...(by === 'centre' ? [] : [column<IntervalRow>('队列', 'Queue', ({ queue }) => queue)]),
    ...(by === 'tier' ? [column<IntervalRow>('客户等级', 'Tier', ({ tier }) => tier)] : []),
    ...INTERVAL_FIGURES,
    ...(by === 'centre'
      ? [column<IntervalRow>('占用率', 'Occupancy', ({ occupancy }) => share(occupancy))]
      : []),
  ];
}

const INTERVAL_FIGURES: readonly Column<IntervalRow>[] = [
  column('呼入量', 'Offered', ({ offered }) => offered),
  column('其中重新排队', 'Of these queued again', ({ requeued }) => requeued),
  column('接听量', 'Answered', ({ answered }) => answered),
  column('达标接听量', 'Answered in target', ({ inTarget }) => inTarget),
  column('放弃量', 'Abandoned', ({ abandoned }) => abandoned),
  column('其中短时放弃', 'Of these short', ({ shortAbandoned }) => shortAbandoned),
  column('离开队列', 'Left unserved', ({ left }) => left),
  column('服务水平', 'Service level', ({ serviceLevel }) => share(serviceLevel)),
  column('服务水平（不含短时放弃）', 'Service level without short', (row) =>
    share(row.serviceLevelWithoutShort),
  ),
  column('目标', 'Goal', ({ goal }) => share(goal)),
  column('目标时限（秒）', 'Target (s)', ({ targetMs }) => seconds(targetMs)),
  column('放弃率', 'Abandonment rate', ({ abandonmentRate }) => share(abandonmentRate)),
  column('平均应答速度（秒）', 'ASA (s)', ({ averageWaitMs }) => seconds(averageWaitMs)),
  column('平均放弃等待（秒）', 'Average time to abandon (s)', ({ averageAbandonMs }) =>
    seconds(averageAbandonMs),
  ),
  column('最长等待（秒）', 'Longest wait (s)', ({ longestWaitMs }) => seconds(longestWaitMs)),
  column('平均通话（秒）', 'Average talk (s)', ({ averageTalkMs }) => seconds(averageTalkMs)),
  column('平均保持（秒）', 'Average hold (s)', ({ averageHoldMs }) => seconds(averageHoldMs)),
  column('平均话后处理（秒）', 'Average wrap-up (s)', ({ averageWrapUpMs }) => seconds(averageWrapUpMs)),
  column('平均处理时长（秒）', 'AHT (s)', ({ averageHandleMs }) => seconds(averageHandleMs)),
  column('回呼请求', 'Callbacks asked for', ({ callbacks }) => callbacks),
  column('回呼完成', 'Callbacks done', ({ callbacksDone }) => callbacksDone),
];

/** An agent's row with his name. */
export type NamedAgentRow = AgentRow & { readonly name: string };

const inState = (row: AgentRow, state: string): Cell =>
  seconds(row.states.reduce((sum, one) => sum + (one.state === state ? one.ms : 0), 0));

const AGENT_FIGURES: readonly Column<NamedAgentRow>[] = [
  column('坐席工号', 'Agent', ({ agent }) => agent),
  column('坐席姓名', 'Name', ({ name }) => name),
  column('登录时长（秒）', 'Logged in (s)', ({ loggedInMs }) => seconds(loggedInMs)),
  column('就绪（秒）', 'Ready (s)', (row) => inState(row, 'ready')),
  column('预占（秒）', 'Reserved (s)', (row) => inState(row, 'reserved')),
  column('振铃（秒）', 'Ringing (s)', (row) => inState(row, 'ringing')),
  column('通话（秒）', 'Talking (s)', (row) => inState(row, 'talking')),
  column('保持（秒）', 'Hold (s)', (row) => inState(row, 'hold')),
  column('话后处理（秒）', 'Wrap-up (s)', (row) => inState(row, 'wrap-up')),
  column('未就绪（秒）', 'Not ready (s)', (row) => inState(row, 'not-ready')),
  column('占用率', 'Occupancy', ({ occupancy }) => share(occupancy)),
  column('派话量', 'Offers', ({ offers }) => offers),
  column('接听量（队列）', 'Answered (queues)', ({ answered }) => answered),
  column('其他通话', 'Other calls', ({ others }) => others),
  column('振铃未接', 'Ring no answer', ({ ringNoAnswers }) => ringNoAnswers),
  column('拒接', 'Declined', ({ declined }) => declined),
  column('转接', 'Transfers', ({ transfers }) => transfers),
  column('平均通话（秒）', 'Average talk (s)', ({ averageTalkMs }) => seconds(averageTalkMs)),
  column('平均保持（秒）', 'Average hold (s)', ({ averageHoldMs }) => seconds(averageHoldMs)),
  column('平均话后处理（秒）', 'Average wrap-up (s)', ({ averageWrapUpMs }) => seconds(averageWrapUpMs)),
  column('平均处理时长（秒）', 'AHT (s)', ({ averageHandleMs }) => seconds(averageHandleMs)),
  column('销售机会', 'Opportunities', ({ opportunities }) => opportunities),
  column('销售成功', 'Successes', ({ successes }) => successes),
  column('销售机会率', 'Opportunity rate', ({ opportunityRate }) => share(opportunityRate)),
  column('销售成功率', 'Success rate', ({ successRate }) => share(successRate)),
];

/** The columns of an agent report: those of its reasons for not being ready, and of dispositions, are as its rows have them. */
export function agentColumns(rows: readonly NamedAgentRow[]): readonly Column<NamedAgentRow>[] {
  const reasons = named(
    rows.flatMap(({ states }) => states.flatMap((one) => (one.reason === '' ? [] : [one.reason]))),
  );
  const results = named(rows.flatMap(({ dispositions }) => dispositions.map(({ result }) => result)));
  return [
    ...AGENT_FIGURES,
    ...reasons.map((reason) =>
      column<NamedAgentRow>(`未就绪：${reason}（秒）`, `Not ready: ${reason} (s)`, ({ states }) =>
        seconds(states.find((one) => one.reason === reason)?.ms ?? 0),
      ),
    ),
    ...results.map((result) =>
      column<NamedAgentRow>(
        `外呼：${result === '' ? '未记录' : result}`,
        `Outbound: ${result === '' ? 'nothing noted' : result}`,
        ({ dispositions }) => dispositions.find((one) => one.result === result)?.attempts ?? 0,
      ),
    ),
  ];
}

const named = (all: readonly string[]): string[] => [...new Set(all)].sort();

/** A row as cells. */
export function cellsOf<Row>(columns: readonly Column<Row>[], row: Row): Cell[] {
  return columns.map(({ of }) => of(row));
}

export function headOf<Row>(columns: readonly Column<Row>[], language: Language): Cell[] {
  return columns.map(({ name }) => name[language]);
}

/** Names of sheets and files. */
export const SHEETS: Readonly<Record<'calls' | 'intervals' | 'agents', Readonly<Record<Language, string>>>> =
  {
    calls: { 'zh-CN': '通话', en: 'Calls' },
    intervals: { 'zh-CN': '时段报表', en: 'Intervals' },
    agents: { 'zh-CN': '坐席报表', en: 'Agents' },
  };

/** What the last row of a full sheet says. */
export const GOES_ON: Readonly<Record<Language, (next: string) => string>> = {
  'zh-CN': (next) => `本工作表已满，后续数据见工作表“${next}”`,
  en: (next) => `This sheet is full: it goes on on the sheet "${next}"`,
};
