import type { AgentRow } from './agent-report.ts';
import type { CallFilter } from './call-filter.ts';
import type { Language } from './columns.ts';
import type { Figures, Grouping, IntervalRow } from './interval-report.ts';
import type { Interval, Span } from './span.ts';

/** An interval report as it is wanted. */
export interface IntervalQuestion extends Span {
  readonly interval: Interval;
  readonly by: Grouping;
  /** All if undefined, as the branches. */
  readonly queues?: readonly string[];
  readonly branches?: readonly string[];
  /** IANA name. */
  readonly zone: string;
}

/** An agent report as it is wanted. */
export interface AgentQuestion extends Span {
  readonly agents?: readonly string[];
  readonly branches?: readonly string[];
}

/** How far the log was read: what happened later is in no figure yet. */
export interface ReadState {
  /** UTC ms; 0 when there is nothing. */
  readonly readTo: number;
  /** Whether there is more in the log. */
  readonly isBehind: boolean;
}

export interface IntervalAnswer extends ReadState {
  readonly rows: readonly IntervalRow[];
  readonly total: Figures;
  /** Beginnings of all intervals, UTC ms, and the end of the last. */
  readonly starts: readonly number[];
}

export interface AgentAnswer extends ReadState {
  readonly rows: readonly (AgentRow & { readonly name: string })[];
  readonly total: AgentRow;
}

/** What is to be exported. */
export type ExportOf =
  | { readonly of: 'calls'; readonly filter: CallFilter }
  | { readonly of: 'intervals'; readonly question: IntervalQuestion }
  | { readonly of: 'agents'; readonly question: AgentQuestion };

export type ExportQuestion = ExportOf & {
  readonly format: 'csv' | 'xlsx';
  readonly language: Language;
  readonly zone: string;
};
