import { type Finding, megabytes, ok, problem, warning } from './finding.ts';

/** The database as far as it can be read. */
export interface DatabaseFacts {
  readonly exists: boolean;
  /** Why it cannot be opened, a sentence; '' when it can. */
  readonly fault: string;
  /** What SQLite finds wrong inside, `ok` for nothing, '' when it is too large to be read through. */
  readonly verdict: string;
  /** Steps of the schema that are not applied, or that this version does not know. */
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
  readonly bytes: number;
  readonly walBytes: number;
}

/** The log that SQLite writes ahead is folded in at 4 MB; much more means that something keeps it from that. */
const LARGE_WAL = 256 * 2 ** 20;

/** Checks the one file in which everything stands. */
export function checkDatabase(facts: DatabaseFacts): Finding[] {
  if (!facts.exists) return [warning('database', 'there is no database yet', 'Run: npm start')];
  if (facts.fault !== '')
    return [problem('database', facts.fault, 'Stop Carillon before you put a copy in its place.')];
  return [checkContent(facts), checkSchema(facts), checkWal(facts)];
}

function checkContent({ verdict, bytes }: DatabaseFacts): Finding {
  if (verdict === 'ok') return ok('database', `whole, ${megabytes(bytes)}`);
  if (verdict === '')
    return ok(
      'database',
      `opens; with ${megabytes(bytes)} it was not read through (pragma quick_check does)`,
    );
  return problem(
    'database',
    `the database is damaged (${verdict})`,
    'Stop Carillon and put the last copy in its place.',
  );
}

function checkSchema({ missing, unknown }: DatabaseFacts): Finding {
  if (unknown.length > 0)
    return problem(
      'schema',
      `a newer Carillon has been at the database (${unknown.join(', ')})`,
      'Start that version, or a newer one.',
    );
  return missing.length === 0
    ? ok('schema', 'up to date')
    : warning('schema', `not up to date, without ${missing.join(', ')}`, 'Run: npm start');
}

function checkWal({ walBytes }: DatabaseFacts): Finding {
  const says = `${megabytes(walBytes)} not folded in yet`;
  return walBytes < LARGE_WAL
    ? ok('write-ahead-log', says)
    : warning(
        'write-ahead-log',
        says,
        'A program that reads the database for long keeps it from being folded in: end that one.',
      );
}
