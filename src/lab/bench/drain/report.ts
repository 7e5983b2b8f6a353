import type { PbxKind } from '../../../setup/pbx-installation.ts';
import { type Column, measuredIn, PBX_TITLES, sideBySide } from '../compared.ts';
import type { Round } from './burst.ts';
import { type Burst, medianOf } from './figures.ts';
import { NATIVE } from './native-queues.ts';
import { GOALS, type Verdict } from './verdict.ts';

/** What all bursts of one system come to. */
export type Summary = ReturnType<typeof summaryOf>;

/** The figures of one PBX. */
export interface Result extends Verdict {
  readonly ideal: Pick<Burst, 'drainMs' | 'doneMs'>;
  readonly native: Summary;
  readonly carillon: Summary;
  /** Why Carillon refused callers. */
  readonly overloads: readonly string[];
}

/** Medians, and sums of what must not happen. @param voiceMs from the agent's answer until his caller hears him */
export function summaryOf(rounds: readonly Round[], voiceMs: number) {
  const drains = rounds.map((round) => round.drainMs);
  const median = (figure: (round: Round) => number): number => medianOf(rounds.map(figure));
  const sum = (figure: (round: Round) => number): number =>
    rounds.reduce((all, round) => all + figure(round), 0);
  return {
    drainMs: medianOf(drains),
    doneMs: median((round) => round.doneMs),
    fastestMs: Math.min(...drains),
    slowestMs: Math.max(...drains),
    waitMs: { mean: median((round) => round.waitMs.mean), p95: median((round) => round.waitMs.p95) },
    gapMs: { mean: median((round) => round.gapMs.mean), p95: median((round) => round.gapMs.p95) },
    lost: sum((round) => round.lost),
    emptyRings: sum((round) => round.emptyRings),
    voiceMs,
    pbxMs: median((round) => round.pbxMs),
    daemonMs: median((round) => round.daemonMs),
    bench: median((round) => round.bench),
    others: median((round) => round.others),
  };
}

/** Text for people: a column for each system, and a verdict for each PBX. */
export function tableOf(results: Readonly<Partial<Record<PbxKind, Result>>>): string {
  const measured = measuredIn(results);
  const columns = measured.flatMap(([kind, { native, carillon }]): Column<Summary>[] => [
    [NATIVE[kind].name, native],
    [`Carillon on ${PBX_TITLES[kind]}`, carillon],
  ]);
  return [
    sideBySide(columns, [
      ['drained, median', (of) => `${of.drainMs} ms`],
      ['fastest to slowest', (of) => `${of.fastestMs} to ${of.slowestMs} ms`],
      ['last talk over, median', (of) => `${of.doneMs} ms`],
      ['wait, mean and 95 %', (of) => `${of.waitMs.mean}, ${of.waitMs.p95} ms`],
      ['free to next ring', (of) => `${of.gapMs.mean}, ${of.gapMs.p95} ms`],
      ['answer to voice', (of) => `${of.voiceMs} ms`],
      ['lost, empty rings', (of) => `${of.lost}, ${of.emptyRings}`],
      ['CPU per call', (of) => `${of.pbxMs} + ${of.daemonMs} ms`],
      ['bench and others used', (of) => `${of.bench} and ${of.others}`],
    ]),
    ...measured.flatMap(([kind, result]) => verdictLines(kind, result)),
  ].join('');
}

function verdictLines(kind: PbxKind, result: Result): string[] {
  const { ideal, overloads, faults, ratio, ratioToEnd, reached } = result;
  return [
    `${PBX_TITLES[kind]}\n`,
    `  without any loss of time  drained ${ideal.drainMs} ms, last talk over ${ideal.doneMs} ms\n`,
    ...overloads.map((reason) => `  Carillon refused callers: ${reason}\n`),
    ...faults.map((fault) => `  ${fault}\n`),
    `  ratio                     ${ratio ?? 'none'}, goal ${GOALS[kind]}${reached ? '' : ': MISSED'}; to the end of the last talk ${ratioToEnd ?? 'none'}\n`,
  ];
}
