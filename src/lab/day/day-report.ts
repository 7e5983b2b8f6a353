import { localTime } from '../../base/zone.ts';
import { averageWaitMs, type DayFigures, type Interval, type LaneOfDay, serviceLevel } from './statistics.ts';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const BAR_COLUMNS = 20;

/** A bar of so many columns at most, exact to an eighth of one. */
export function bar(value: number, most: number, columns = BAR_COLUMNS): string {
  if (most <= 0 || value <= 0) return '';
  const eighths = Math.max(1, Math.round((Math.min(value, most) / most) * columns * 8));
  return '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7]!;
}

const HEAD = [
  'time 时间',
  'calls 来电',
  '',
  'answered 接通',
  'gave up 放弃',
  'sent away 转出',
  'in target 达标',
  'wait 平均等待',
  'longest 最长',
  'busy 占用率',
  'agents 座席',
];

/** The day as rows of a table, one per interval, with the heading first and the whole day last. @param zone IANA name */
export function intervalRows({ intervals, intervalMs, total }: DayFigures, zone: string): string[][] {
  const most = Math.max(...intervals.map(({ offered }) => offered), 0);
  const rows = intervals.map((interval) => [
    timeText(interval.at, zone),
    String(interval.offered),
    bar(interval.offered, most),
    ...cells(interval, (interval.loggedInMs / intervalMs).toFixed(0)),
  ]);
  return [HEAD, ...rows, ['all day 全天', String(total.offered), '', ...cells(total, '')]];
}

function cells(served: Omit<Interval, 'at'>, agents: string): string[] {
  return [
    String(served.answered),
    String(served.abandoned),
    String(served.sentAway),
    percentText(serviceLevel(served)),
    secondsText(averageWaitMs(served)),
    secondsText(served.offered > 0 ? served.longestMs : undefined),
    percentText(occupancy(served)),
    agents,
  ];
}

const LANE_HEAD = [
  'queue 队列',
  'tier 等级',
  'goal 目标',
  'in target 达标',
  'calls 来电',
  'answered 接通',
  'gave up 放弃',
  'wait 平均等待',
  'longest 最长',
];

/** What each tier got in each queue, against its goal. `isMissed`: it got less. */
export function laneRows(
  lanes: readonly LaneOfDay[],
): { readonly cells: string[]; readonly isMissed: boolean }[] {
  const rows = lanes.map((lane) => {
    const level = serviceLevel(lane);
    return {
      cells: [
        lane.queue,
        lane.tier === '' ? '-' : lane.tier,
        `${percentText(lane.goal)} in ${Math.round(lane.targetMs / 1000)}s`,
        percentText(level),
        String(lane.offered),
        String(lane.answered),
        String(lane.abandoned),
        secondsText(averageWaitMs(lane)),
        secondsText(lane.longestMs),
      ],
      isMissed: level !== undefined && level < lane.goal,
    };
  });
  return [{ cells: LANE_HEAD, isMissed: false }, ...rows];
}

/** Share of the time in which agents had a call or its notes in hand, 0 to 1; undefined when nobody worked. */
export function occupancy({
  busyMs,
  loggedInMs,
}: Pick<Interval, 'busyMs' | 'loggedInMs'>): number | undefined {
  return loggedInMs === 0 ? undefined : busyMs / loggedInMs;
}

/** `08:15`. */
export function timeText(at: number, zone: string): string {
  const { hour, minute } = localTime(at, zone);
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

function percentText(share: number | undefined): string {
  return share === undefined ? '-' : `${(share * 100).toFixed(1)}%`;
}

function secondsText(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(1)}s`;
}
