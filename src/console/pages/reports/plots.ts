import type { AgentReportView, IntervalReportView } from '../../../report/http.ts';
import type { ChartOption } from './charts.ts';

const ANSWERED = '#15803d';
const ABANDONED = '#b91c1c';
const LEFT = '#d08a1d';
const LEVEL = '#0e7490';
const BEFORE = '#7c8aa0';

/** Callers of all queues in one interval. */
interface Point {
  answered: number;
  abandoned: number;
  left: number;
  inTarget: number;
  offered: number;
}

const HOUR_MS = 3_600_000;

/**
 * Bars of what became of callers, and the service level as a line.
 * @param before of the week before, interval by interval, if it is to be compared
 * @param label of an interval; @param t words by key
 */
export function callerPlot(
  report: IntervalReportView,
  before: IntervalReportView | undefined,
  label: (at: number) => string,
  t: (key: string) => string,
): ChartOption {
  const starts = report.starts.slice(0, -1);
  const points = pointsOf(report);
  const earlier = before && pointsOf(before);
  const bar = (name: keyof Point, color: string, decal: string) => ({
    type: 'bar',
    name: t(`reports.${name}`),
    stack: 'callers',
    barMaxWidth: 40,
    itemStyle: { color, ...(decal !== '' && { decal: { symbol: decal, color: 'rgba(255,255,255,0.45)' } }) },
    data: points.map((point) => point[name]),
  });
  return {
    ...FRAME,
    tooltip: { trigger: 'axis' },
    xAxis: { type: 'category', data: starts.map(label) },
    yAxis: [
      { type: 'value', minInterval: 1 },
      { type: 'value', min: 0, max: 100, axisLabel: { formatter: '{value} %' }, splitLine: { show: false } },
    ],
    series: [
      bar('answered', ANSWERED, ''),
      bar('abandoned', ABANDONED, 'rect'),
      bar('left', LEFT, 'triangle'),
      {
        type: 'line',
        name: t('reports.serviceLevel'),
        yAxisIndex: 1,
        symbol: 'circle',
        symbolSize: 6,
        itemStyle: { color: LEVEL },
        data: points.map(({ inTarget, offered }) =>
          offered === 0 ? null : Math.round((1000 * inTarget) / offered) / 10,
        ),
      },
      ...(earlier
        ? [
            {
              type: 'line',
              name: `${t('reports.offered')} (${t('reports.before')})`,
              symbol: 'diamond',
              lineStyle: { type: 'dashed', color: BEFORE },
              itemStyle: { color: BEFORE },
              data: starts.map((_start, index) => earlier[index]?.offered ?? null),
            },
          ]
        : []),
    ],
  };
}

const STATES: readonly (readonly [string, string, string])[] = [
  ['talking', '#15803d', ''],
  ['hold', '#86b894', 'rect'],
  ['wrap-up', '#0e7490', 'triangle'],
  ['ringing', '#67b3c6', ''],
  ['reserved', '#a5d3de', ''],
  ['ready', '#cbd5e1', ''],
  ['not-ready', '#d08a1d', 'diamond'],
];

/** Time of each agent by state, in hours. @param t words by key */
export function agentPlot(report: AgentReportView, t: (key: string) => string): ChartOption {
  const agents = report.items.filter(({ loggedInMs }) => loggedInMs > 0);
  return {
    ...FRAME,
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
    xAxis: { type: 'category', data: agents.map(({ agent, name }) => name || agent) },
    yAxis: { type: 'value', axisLabel: { formatter: '{value} h' } },
    series: STATES.map(([state, color, decal]) => ({
      type: 'bar',
      name: t(`reports.states.${state}`),
      stack: 'time',
      barMaxWidth: 40,
      itemStyle: {
        color,
        ...(decal !== '' && { decal: { symbol: decal, color: 'rgba(255,255,255,0.45)' } }),
      },
      data: agents.map(({ states }) => {
        const ms = states.reduce((sum, one) => sum + (one.state === state ? one.ms : 0), 0);
        return Math.round((100 * ms) / HOUR_MS) / 100;
      }),
    })),
  };
}

/** Its time can be zoomed: by the slider, and by the wheel with Ctrl, so that the page scrolls. */
const FRAME = {
  animation: false,
  aria: { enabled: false, decal: { show: true } },
  legend: { top: 0 },
  grid: { left: 48, right: 56, top: 36, bottom: 64 },
  dataZoom: [
    { type: 'slider', height: 18, bottom: 8 },
    { type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, moveOnMouseMove: true },
  ],
};

function pointsOf({ starts, items }: IntervalReportView): Point[] {
  const points = new Map(starts.slice(0, -1).map((at) => [at, noPoint()]));
  for (const row of items) {
    const point = points.get(row.at);
    if (!point) continue;
    for (const name of ['answered', 'abandoned', 'left', 'inTarget', 'offered'] as const)
      point[name] += row[name];
  }
  return [...points.values()];
}

const noPoint = (): Point => ({ answered: 0, abandoned: 0, left: 0, inTarget: 0, offered: 0 });
