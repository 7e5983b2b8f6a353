import { ratio } from './interval-report.ts';
import { type AgentCounts, noAgentCounts } from './sums.ts';

/** What was summed of one agent. */
export interface AgentSums {
  readonly agent: string;
  readonly counts: AgentCounts;
  /** ms by state and reason. */
  readonly times: readonly { readonly state: string; readonly reason: string; readonly ms: number }[];
}

/** What agents noted about calls that they took. */
export interface AgentNotes {
  readonly agent: string;
  /** Calls in which an opportunity to sell was noted, and in how many of them it succeeded. */
  readonly opportunities: number;
  readonly successes: number;
}

/** Attempts of campaigns that an agent talked in, by what he noted; '' for nothing. */
export interface AgentDispositions {
  readonly agent: string;
  readonly result: string;
  readonly attempts: number;
}

/** One agent over the span. Times in ms; undefined where there is nothing to divide by. */
export interface AgentRow {
  readonly agent: string;
  readonly loggedInMs: number;
  readonly states: AgentSums['times'];
  readonly occupancy: number | undefined;
  readonly offers: number;
  /** Calls that he took: those of queues, and all others. */
  readonly answered: number;
  readonly others: number;
  readonly ringNoAnswers: number;
  readonly declined: number;
  readonly transfers: number;
  readonly averageTalkMs: number | undefined;
  readonly averageHoldMs: number | undefined;
  readonly averageWrapUpMs: number | undefined;
  readonly averageHandleMs: number | undefined;
  readonly opportunities: number;
  readonly successes: number;
  /** Of the calls that he took, in how many an opportunity was taken. */
  readonly opportunityRate: number | undefined;
  /** Of those, how many succeeded. */
  readonly successRate: number | undefined;
  readonly dispositions: readonly { readonly result: string; readonly attempts: number }[];
}

const BUSY: readonly string[] = ['reserved', 'ringing', 'talking', 'hold', 'wrap-up'];

/** A row for each agent of whom there is anything to tell, by their ids, and one for all together (`agent` is ''). */
export function agentReport(
  sums: readonly AgentSums[],
  notes: readonly AgentNotes[],
  dispositions: readonly AgentDispositions[],
): { readonly rows: readonly AgentRow[]; readonly total: AgentRow } {
  const ids = new Set([...sums, ...notes, ...dispositions].map(({ agent }) => agent));
  const of = <One extends { readonly agent: string }>(all: readonly One[], id: string): One[] =>
    all.filter(({ agent }) => agent === id);
  const rows = [...ids].sort().map((id) => rowOf(id, of(sums, id), of(notes, id), of(dispositions, id)));
  return { rows, total: rowOf('', sums, notes, dispositions) };
}

function rowOf(
  agent: string,
  sums: readonly AgentSums[],
  notes: readonly AgentNotes[],
  dispositions: readonly AgentDispositions[],
): AgentRow {
  const counts = noAgentCounts();
  for (const one of sums)
    for (const name of Object.keys(counts) as (keyof AgentCounts)[]) counts[name] += one.counts[name];
  const states = statesOf(sums);
  const msIn = (...wanted: readonly string[]): number =>
    states.reduce((sum, { state, ms }) => sum + (wanted.includes(state) ? ms : 0), 0);
  const calls = counts.answered + counts.others;
  const opportunities = notes.reduce((sum, one) => sum + one.opportunities, 0);
  const successes = notes.reduce((sum, one) => sum + one.successes, 0);
  const busyMs = msIn(...BUSY);
  return {
    agent,
    loggedInMs: states.reduce((sum, { ms }) => sum + ms, 0),
    states,
    occupancy: ratio(busyMs, busyMs + msIn('ready')),
    ...counts,
    averageTalkMs: ratio(msIn('talking'), calls),
    averageHoldMs: ratio(msIn('hold'), calls),
    averageWrapUpMs: ratio(msIn('wrap-up'), calls),
    averageHandleMs: ratio(msIn('talking', 'hold', 'wrap-up'), calls),
    opportunities,
    successes,
    opportunityRate: ratio(opportunities, calls),
    successRate: ratio(successes, opportunities),
    dispositions: dispositionsOf(dispositions),
  };
}

function statesOf(sums: readonly AgentSums[]): AgentRow['states'] {
  const byState = new Map<string, { state: string; reason: string; ms: number }>();
  for (const { state, reason, ms } of sums.flatMap(({ times }) => times)) {
    const name = JSON.stringify([state, reason]);
    const known = byState.get(name) ?? { state, reason, ms: 0 };
    known.ms += ms;
    byState.set(name, known);
  }
  return [...byState.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state);
}

function dispositionsOf(all: readonly AgentDispositions[]): AgentRow['dispositions'] {
  const byResult = new Map<string, number>();
  for (const { result, attempts } of all) byResult.set(result, (byResult.get(result) ?? 0) + attempts);
  return [...byResult]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([result, attempts]) => ({ result, attempts }));
}
