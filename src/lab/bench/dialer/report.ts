import type { ShiftPrediction } from '../../dialing/prediction.ts';
import { table } from '../routing/report.ts';
import type { DialerRow } from './rows.ts';

/** 120 s of talk in every 140 s: every answer is timed to an agent who has just become free. */
export const CLAIRVOYANT = 85.7;

const HEAD = [
  'policy',
  'talk %',
  '±',
  'wait s',
  'abandoned %',
  'worst day',
  'worst 30 min',
  'worst 60 min',
  '(of all seeds)',
  '60 min > 3 %',
  'days over',
  'dials/agent h',
  'let go %',
];

/** The rows as a table for each scenario and size. */
export function rowsText(rows: readonly DialerRow[]): string {
  const cells = new Map<string, DialerRow[]>();
  for (const row of rows) {
    const cell = `${row.scenario}, ${row.agents} agents, ${row.seeds} days`;
    cells.set(cell, [...(cells.get(cell) ?? []), row]);
  }
  return [...cells]
    .map(([cell, own]) => `\n${cell}\n${table([HEAD, ...own.map(rowCells), bound()])}`)
    .join('');
}

function rowCells(row: DialerRow): string[] {
  return [
    row.policy,
    row.talkShare.toFixed(2),
    row.stdErr.toFixed(2),
    row.meanWaitS.toFixed(1),
    row.abandonment.toFixed(2),
    row.abandonmentMax.toFixed(2),
    row.worst30.toFixed(1),
    row.worst60.toFixed(1),
    row.worst60Max.toFixed(1),
    row.over60Share.toFixed(1),
    String(row.daysOver),
    row.dialsPerAgentHour.toFixed(0),
    row.cancelShare.toFixed(1),
  ];
}

function bound(): string[] {
  return ['clairvoyant bound', CLAIRVOYANT.toFixed(2), ...new Array<string>(HEAD.length - 2).fill('')];
}

/** A prediction as a table. */
export function predictionText(prediction: ShiftPrediction): string {
  const { talkShare, abandonment, ...counts } = prediction;
  const line = (
    name: string,
    { mean, low, high }: ShiftPrediction['dials'],
    scale: number,
    digits: number,
  ) => [name, ...[mean, low, high].map((value) => (scale * value).toFixed(digits))];
  return table([
    ['', 'mean', 'from', 'to (95 %)'],
    line('talk %', talkShare, 100, 2),
    line('abandoned %', abandonment, 100, 2),
    ...Object.entries(counts).map(([name, predicted]) => line(name, predicted, 1, 1)),
  ]);
}
