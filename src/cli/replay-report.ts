import { spanText } from '../base/span.ts';
import { becauseOf, type ChangedVisit } from '../replay/changed-calls.ts';
import type { FigureGroup, FigureRow } from '../replay/comparison.ts';
import type { VisitOutcome } from '../replay/outcome.ts';
import { coloured, columnsOf, cutToColumns, harmless } from './terminal.ts';

const NAME_WIDTH = 30;
const WIDTH = 12;
/** Less than this is no change worth a mark: 0.05 points, 50 ms. */
const SMALL: Readonly<Record<FigureRow['kind'], number>> = { count: 0.5, share: 0.0005, time: 50 };

/** The figures as a table for a terminal of 80 columns. @param heads of the columns */
export function figureLines(heads: readonly string[], groups: readonly FigureGroup[]): string[] {
  const withChange = heads.length > 2;
  const head = [...heads, ...(withChange ? ['change'] : [])].map((text) => right(cutToColumns(text, WIDTH)));
  return [
    coloured('bold', `${' '.repeat(NAME_WIDTH)}${head.join('')}`),
    ...groups.flatMap((group) => [
      ...titleOf(group),
      ...group.rows.filter(hasValue).map((row) => line(row, withChange)),
      '',
    ]),
  ];
}

/** Calls that went another way, two lines each. */
export function changedLines(changed: readonly ChangedVisit[]): string[] {
  return changed.flatMap(({ before, after }) => [
    `${coloured('bold', harmless(after.call))}  ${placeText(after)}`,
    `    same rules: ${visitText(before)}`,
    `    changed:    ${visitText(after)}`,
  ]);
}

function visitText(visit: VisitOutcome): string {
  const { how, agent = '', waitedMs } = visit;
  const end =
    how === 'answered' ? `${harmless(agent)} after ${spanText(waitedMs)}` : `after ${spanText(waitedMs)}`;
  return `${end}: ${becauseOf(visit)}`;
}

const placeText = ({ queue, tier }: Pick<VisitOutcome, 'queue' | 'tier'>): string =>
  harmless(tier === '' ? queue : `${queue}, ${tier}`);

function titleOf({ queue, tier, targets }: FigureGroup): string[] {
  if (queue === undefined || tier === undefined) return [coloured('bold', 'all callers')];
  const told = [...new Set(targets.filter((target) => target !== ''))].join(' → ');
  return [`${coloured('bold', placeText({ queue, tier }))}  ${coloured('dim', `target ${told}`)}`];
}

const hasValue = ({ values }: FigureRow): boolean =>
  values.some((value) => value !== undefined && value !== 0);

function line(row: FigureRow, withChange: boolean): string {
  const cells = row.values.map((value) => right(valueText(row.kind, value)));
  const name = `  ${row.name}`;
  return `${name}${' '.repeat(Math.max(1, NAME_WIDTH - columnsOf(name)))}${cells.join('')}${withChange ? change(row) : ''}`;
}

/** What the changed rules make of the day that the same rules give. */
function change({ kind, values, better }: FigureRow): string {
  const [, before, after] = values;
  if (before === undefined || after === undefined) return '';
  const by = after - before;
  if (Math.abs(by) < SMALL[kind]) return right('=');
  const text = right(`${by > 0 ? '+' : '−'}${valueText(kind, Math.abs(by))}`);
  if (better === 'neither') return text;
  return coloured(by > 0 === (better === 'more') ? 'green' : 'red', text);
}

function valueText(kind: FigureRow['kind'], value: number | undefined): string {
  if (value === undefined) return '–';
  switch (kind) {
    case 'count':
      return value.toLocaleString('en-US');
    case 'share':
      return `${(value * 100).toFixed(1)}%`;
    case 'time':
      return spanText(value);
  }
}

const right = (text: string): string => ' '.repeat(Math.max(0, WIDTH - columnsOf(text))) + text;
