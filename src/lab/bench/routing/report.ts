import type { Comparison, ErlangRow } from './erlang-rows.ts';
import type { DecisionTimes } from './matching.ts';
import type { OfferTimes } from './offers.ts';
import type { Sample } from './sample.ts';
import type { TierOutcome, TierScenario } from './tiers.ts';

/** Columns side by side, the first to the left and the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))),
  );
  return `${lines.map((cells) => `  ${cells.join('  ').trimEnd()}`).join('\n')}\n`;
}

const give = ({ mean, error }: Sample, digits = 1): string => `${mean.toFixed(digits)} ±${error.toFixed(2)}`;

/** One row of Erlang A beside what the rules of matching did. */
export function erlangText(row: ErlangRow, comparisons: readonly Comparison[]): string {
  const { callsPerHour, handleMs, agents, patienceMs } = row;
  return (
    `\n  ${callsPerHour} calls an hour of ${handleMs / 1000} s, ${agents} agents, patience ${patienceMs / 1000} s\n` +
    table([
      ['', 'Erlang A', 'measured', 'z'],
      ...comparisons.map(({ figure, unit, expected, measured, z }) => [
        `${figure}, ${unit}`,
        expected.toFixed(2),
        give(measured, 2),
        z.toFixed(1),
      ]),
    ])
  );
}

/** How each order served the tiers of a scenario. */
export function tierText({ name, plan }: TierScenario, outcomes: readonly TierOutcome[]): string {
  const { agents, callsPerHour, handleMs, patienceMs, tiers } = plan;
  return (
    `\n  ${name}: ${agents} agents, ${callsPerHour} calls an hour of ${handleMs / 1000} s, patience ${patienceMs / 1000} s\n` +
    table([
      [
        'order',
        ...tiers.map(
          ({ tier, share, goal, targetMs }) =>
            `${tier} (${Math.round(100 * share)} %): ${Math.round(100 * goal)} % in ${targetMs / 1000} s`,
        ),
        'worst tier, points',
      ],
      ...outcomes.map(({ contestant, reached, worst }) => [
        contestant.name,
        ...reached.map((sample) => give(sample)),
        worst.toFixed(2),
      ]),
    ])
  );
}

/** What a decision costs, by situation. */
export function matchText(times: readonly DecisionTimes[]): string {
  return table([
    [
      'decision',
      'waiting',
      'p50 µs',
      'p99 µs',
      'event to explained offer, p50 µs',
      'p99 µs',
      'filter and sort, p50 µs',
      'times as much',
    ],
    ...times.map(({ decision, waiting, p50Us, p99Us, wholeP50Us, wholeP99Us, naiveP50Us }) => [
      decision,
      String(waiting),
      p50Us.toFixed(2),
      p99Us.toFixed(2),
      wholeP50Us.toFixed(2),
      wholeP99Us.toFixed(2),
      naiveP50Us.toFixed(0),
      (naiveP50Us / wholeP50Us).toFixed(0),
    ]),
  ]);
}

/** From event to offer, by what made the offer possible. */
export function offerText({ kinds, commit }: OfferTimes): string {
  return table([
    ['what happens', 'offers', 'p50 ms', 'p99 ms', 'p99 ms of processor', 'p50 in commits'],
    ...kinds.map(({ event, p50Ms, p99Ms, processorP99Ms, count }) => [
      event,
      String(count),
      p50Ms.toFixed(2),
      p99Ms.toFixed(2),
      processorP99Ms.toFixed(2),
      (p50Ms / commit.p50Ms).toFixed(1),
    ]),
    [
      'one bare commit of the database',
      String(commit.count),
      commit.p50Ms.toFixed(2),
      commit.p99Ms.toFixed(2),
      '',
      '1.0',
    ],
  ]);
}
