import type { DayFigures, LaneFigures } from './figures.ts';

/** One figure in all columns. `undefined`: there is none. */
export interface FigureRow {
  readonly name: string;
  readonly kind: 'count' | 'share' | 'time';
  readonly values: readonly (number | undefined)[];
  /** Whether more is better, for the colour of a change. */
  readonly better: 'more' | 'less' | 'neither';
}

export interface FigureGroup {
  readonly queue?: string;
  readonly tier?: string;
  /** `85% in 20s` of each column; the same ones are told once. */
  readonly targets: readonly string[];
  readonly rows: readonly FigureRow[];
}

/** Puts the figures of several outcomes of a day side by side: all callers first, then by queue and tier. */
export function sideBySide(columns: readonly DayFigures[]): FigureGroup[] {
  const keys = new Set(columns.flatMap(({ lanes }) => lanes.map(keyOf)));
  const lanes = [...keys].sort().map((key): FigureGroup => {
    const found = columns.map(({ lanes: own }) => own.find((lane) => keyOf(lane) === key));
    const one = found.find((lane) => lane !== undefined)!;
    const targets = found.map((lane) => (lane ? targetText(lane) : ''));
    return { queue: one.queue, tier: one.tier, targets, rows: callerRows(found) };
  });
  return [{ targets: [], rows: dayRows(columns) }, ...lanes];
}

/** `85% in 20s`. */
function targetText({ goal, targetMs }: LaneFigures): string {
  return targetMs === 0 ? 'no such queue' : `${Math.round(goal * 1000) / 10}% in ${targetMs / 1000}s`;
}

const keyOf = ({ queue, tier }: LaneFigures): string => `${queue}\n${tier}`;

function dayRows(columns: readonly DayFigures[]): FigureRow[] {
  const row = (
    name: string,
    kind: FigureRow['kind'],
    better: FigureRow['better'],
    of: (figures: DayFigures) => number | undefined,
  ): FigureRow => ({ name, kind, better, values: columns.map(of) });
  return [
    ...callerRows(columns.map(({ total }) => total)),
    row('answered by who knows him', 'count', 'more', ({ familiarAnswers }) => familiarAnswers),
    row('offers', 'count', 'neither', ({ offers }) => offers),
    row('  at a later step', 'count', 'less', ({ relaxedOffers }) => relaxedOffers),
    row('  not taken', 'count', 'less', ({ failedOffers }) => failedOffers),
    row('occupancy of agents', 'share', 'neither', ({ occupancy }) => occupancy),
  ];
}

function callerRows(columns: readonly (DayFigures['total'] | undefined)[]): FigureRow[] {
  const row = (
    name: string,
    kind: FigureRow['kind'],
    better: FigureRow['better'],
    of: (figures: DayFigures['total']) => number | undefined,
  ): FigureRow => ({ name, kind, better, values: columns.map((figures) => figures && of(figures)) });
  return [
    row('waited', 'count', 'neither', ({ offered }) => offered),
    row('answered', 'count', 'more', ({ answered }) => answered),
    row('gave up', 'count', 'less', ({ abandoned }) => abandoned),
    row('left or sent away', 'count', 'less', ({ left }) => left),
    row('answered in time', 'share', 'more', ({ serviceLevel }) => serviceLevel),
    row('mean wait', 'time', 'less', ({ averageMs }) => averageMs),
    row('longest wait', 'time', 'less', ({ longestMs }) => longestMs),
  ];
}
