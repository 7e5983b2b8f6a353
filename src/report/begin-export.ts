import type { AgentAnswer, ExportQuestion, IntervalAnswer } from './asked.ts';
import type { CallFilter, CallPlace, FoundCalls } from './call-filter.ts';
import { type Cell, type TableWriter, ZoneClock } from './cell.ts';
import {
  agentColumns,
  CALL_COLUMNS,
  type Column,
  cellsOf,
  GOES_ON,
  headOf,
  intervalColumns,
  SHEETS,
} from './columns.ts';
import { CsvWriter } from './csv.ts';
import { ExportFile, type RowSource, rowsAtHand } from './export-file.ts';
import { XlsxWriter } from './xlsx.ts';

/** Rows that are looked for, or written, at once. */
const PIECE = 500;

/** Finds a page of calls. */
export type FindCalls = (filter: CallFilter, limit: number, before?: CallPlace) => FoundCalls;

/** An export of calls, which are found while its file is taken. @param now UTC ms */
export function exportOfCalls(
  question: ExportQuestion,
  filter: CallFilter,
  find: FindCalls,
  now: number,
): ExportFile {
  return new ExportFile(
    writerFor(question, now),
    headOf(CALL_COLUMNS, question.language),
    callRows(find, filter),
  );
}

/** An export of a report. */
export function exportOfReport(
  question: ExportQuestion,
  answer: { readonly intervals: IntervalAnswer } | { readonly agents: AgentAnswer },
  now: number,
): ExportFile {
  if ('agents' in answer)
    return exportOfRows(question, agentColumns(answer.agents.rows), answer.agents.rows, now);
  const by = question.of === 'intervals' ? question.question.by : 'centre';
  return exportOfRows(question, intervalColumns(by), answer.intervals.rows, now);
}

function exportOfRows<Row>(
  question: ExportQuestion,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  now: number,
): ExportFile {
  const cells = rows.map((row) => cellsOf(columns, row));
  return new ExportFile(
    writerFor(question, now),
    headOf(columns, question.language),
    rowsAtHand(cells, PIECE),
  );
}

function callRows(find: FindCalls, filter: CallFilter): RowSource {
  let before: CallPlace | undefined;
  let isOver = false;
  return (): readonly (readonly Cell[])[] | undefined => {
    if (isOver) return undefined;
    const { items, next } = find(filter, PIECE, before);
    before = next;
    isOver = next === undefined;
    return items.map((call) => cellsOf(CALL_COLUMNS, call));
  };
}

function writerFor({ of, format, language, zone }: ExportQuestion, now: number): TableWriter {
  const clock = new ZoneClock(zone);
  if (format === 'csv') return new CsvWriter(clock);
  return new XlsxWriter({ sheet: SHEETS[of][language], goesOn: GOES_ON[language], clock, at: now });
}
