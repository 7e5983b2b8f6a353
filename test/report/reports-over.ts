import { ReportDesk } from '../../src/report/desk.ts';
import type { ReportParts } from '../../src/report/parts.ts';
import { connect, type Database } from '../../src/store/connect.ts';

/** Reports over a database, without a thread. @param recordedCalls ids of the calls that have a recording */
export function reportsOver(
  centre: Database,
  recordedCalls: () => readonly string[] = () => [],
  zone = 'Asia/Shanghai',
): ReportParts & { readonly desk: ReportDesk } {
  const desk = new ReportDesk({ centre, sums: connect(':memory:'), recordedCalls });
  const ask: ReportParts['ask'] = async (verb, ...words) => {
    const of = desk[verb] as (...words: readonly unknown[]) => unknown;
    return (await of.apply(desk, [...words])) as never;
  };
  return { desk, ask, zone: () => zone };
}
