import { messageOf } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { Place } from '../ivr/report.ts';
import { Coverage, type FlowCoverage } from './flow-coverage.ts';
import { ScriptPlayer } from './flow-player.ts';
import { secretFields } from './flow-secrets.ts';
import type { FlowTest } from './flow-test-file.ts';
import { type TranscriptLine, transcriptOf } from './flow-transcript.ts';
import { FlowVisit } from './flow-visit.ts';
import type { ReadFlows } from './stage.ts';

/** Longest that the end of a call is waited for, ms. */
const END_MS = 5000;

export interface Failure extends Place {
  readonly message: string;
  /** Where the caller was, '' when he was nowhere. */
  readonly where: string;
}

export interface TestResult {
  readonly test: FlowTest;
  /** None: it passed. */
  readonly failures: readonly Failure[];
  readonly transcript: readonly TranscriptLine[];
}

export interface TestRun {
  readonly results: readonly TestResult[];
  readonly coverage: readonly FlowCoverage[];
}

/** Runs tests, each on a stage of its own; one that fails does not keep the others from running. */
export async function runTests(
  read: ReadFlows,
  tests: readonly FlowTest[],
  done: (result: TestResult) => void = () => undefined,
): Promise<TestRun> {
  const coverage = new Coverage();
  const results: TestResult[] = [];
  for (const test of tests) {
    const result = await runFlowTest(read, test, coverage);
    results.push(result);
    done(result);
  }
  return { results, coverage: coverage.of(read) };
}

/** Never rejects: what goes wrong is a failure of the test. */
async function runFlowTest(read: ReadFlows, test: FlowTest, coverage: Coverage): Promise<TestResult> {
  const failures: Failure[] = [];
  const broken: string[] = [];
  let visit: FlowVisit | undefined;
  const fail = (place: Place, message: string): void => {
    failures.push({ line: place.line, column: place.column, message, where: visit?.where ?? '' });
  };
  let transcript: TranscriptLine[] = [];
  try {
    const { world, at } = test;
    const caller = { number: test.caller, phone: test.phone, dials: test.dials };
    visit = await FlowVisit.begin({ read, world, at, caller, log: errorsInto(broken) });
    const veiled = (text: string): string => visit?.veiled(text) ?? text;
    const veil = { veiled, fields: secretFields(read) };
    const player = new ScriptPlayer(visit, promptNames(read), veil);
    for (const line of test.script) {
      const message = await player.play(line);
      if (message === undefined) continue;
      fail(line, veiled(message));
      break;
    }
    await end(visit);
    for (const trouble of troubles(visit)) fail(test, trouble);
    transcript = transcriptOf(visit.happenings, visit.since, veil);
    coverage.add(visit.happenings, visit.stage.store.stepsLeft);
    await visit.stage.engine.stop();
  } catch (thrown) {
    fail(test, `the test could not be run: ${messageOf(thrown)}`);
  }
  for (const message of broken) fail(test, `the engine reports an error: ${message}`);
  return { test, failures, transcript };
}

/** A call that goes on when the script is over is hung up. */
async function end(visit: FlowVisit): Promise<void> {
  if (visit.ended) return;
  visit.hangUp();
  await visit.until(() => visit.ended, END_MS);
}

function troubles({ happenings }: FlowVisit): string[] {
  return happenings.flatMap((one) => {
    if (one.kind !== 'event') return [];
    if (one.type === 'FlowLooped')
      return [`the flow goes round without waiting: ${one.data.flow}/${one.data.step}`];
    return one.type === 'CallRefused' ? [`no flow answers ${one.data.dnis} to this caller`] : [];
  });
}

function promptNames({ flows }: ReadFlows): ReadonlySet<string> {
  return new Set(flows.flatMap(({ namedPrompts }) => [...namedPrompts.keys()]));
}

/** A log of which only the errors matter. */
function errorsInto(broken: string[]): Log {
  return {
    ...silentLog,
    error: (fields, message) => {
      const { error, reason } = fields as { error?: unknown; reason?: unknown };
      const why = error === undefined ? reason : messageOf(error);
      broken.push(why === undefined ? message : `${message} (${why})`);
    },
  };
}
