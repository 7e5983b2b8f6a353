import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import type { Place, Problem, Report } from '../ivr/report.ts';
import { readYaml } from '../ivr/yaml.ts';
import { type ScriptLine, scriptLine, WORDS } from './flow-script.ts';
import { number, time, type World, worldFile, worldWith } from './world.ts';

/** When calls come in that do not say when: a Monday at ten in China. UTC ms. */
export const ORDINARY_TIME = Date.UTC(2026, 10, 23, 2);

const caller = z.union([z.literal(''), number]).describe('The number that is shown, "" when it is hidden');
const dials = number.describe('The number that is dialled');

const oneTest = z
  .strictObject({
    at: time.optional(),
    caller: caller.optional(),
    phone: number.optional().describe('Instead of "caller": one of our own phones calls'),
    dials: dials.optional(),
    world: worldFile.optional().describe('What there is for this test, besides what the file has'),
    script: z
      .array(scriptLine, { error: 'a list of lines: "- hears: welcome"' })
      .min(1, 'at least one line')
      .max(500)
      .describe('What happens, line by line'),
  })
  .refine((test) => test.caller === undefined || test.phone === undefined, {
    path: ['phone'],
    error: 'either "caller" or "phone"',
  });

/** A test file, see docs/flow-tests.md. */
export const flowTestFile = z.strictObject({
  at: time.optional(),
  caller: caller.optional(),
  dials: dials.optional(),
  world: worldFile.optional().describe('What there is around the flows'),
  tests: z
    .record(z.string().trim().min(1, 'a name that says what is tested').max(200), oneTest, {
      error: '"tests:" and below it the tests, by what they promise',
    })
    .describe('The tests, by what they promise'),
});

/** A test, with what the file says for all of them. */
export interface FlowTest extends Place {
  readonly file: string;
  readonly name: string;
  /** UTC ms. */
  readonly at: number;
  /** '' when hidden. */
  readonly caller: string;
  /** The phone of ours that calls; then `caller` is ''. */
  readonly phone?: string;
  readonly dials: string;
  readonly world: World;
  readonly script: readonly (ScriptLine & Place)[];
}

export interface ReadFlowTests {
  /** None when there are problems. */
  readonly tests: readonly FlowTest[];
  /** What there is for all tests of the file. */
  readonly world: World;
  readonly problems: readonly Problem[];
}

export const EMPTY_WORLD: World = worldFile.parse({});

/** Reads a test file. Never throws: what is wrong becomes problems. @param file as it is named in messages */
export function readFlowTests(text: string, file: string): ReadFlowTests {
  const { content, report, problems } = readYaml(text, file);
  if (!report) return { tests: [], world: EMPTY_WORLD, problems };
  const read = flowTestFile.safeParse(content ?? {});
  if (!read.success) {
    addIssues(report, read.error);
    return { tests: [], world: EMPTY_WORLD, problems: report.problems };
  }
  const { data } = read;
  const world = data.world ?? EMPTY_WORLD;
  const tests = Object.entries(data.tests).flatMap(([name, test]): FlowTest[] => {
    const path = ['tests', name];
    const dialled = test.dials ?? data.dials;
    if (dialled === undefined) {
      report.add(path, 'it does not say which number is dialled', 'add dials: "95533" here or at the top');
      return [];
    }
    const { phone } = test;
    return [
      {
        file,
        name,
        ...report.placeOf(path),
        at: test.at ?? data.at ?? ORDINARY_TIME,
        caller: phone === undefined ? (test.caller ?? data.caller ?? '') : '',
        ...(phone === undefined ? {} : { phone }),
        dials: dialled,
        world: test.world ? worldWith(world, test.world) : world,
        script: test.script.map((line, index) => ({
          ...line,
          ...report.placeOf([...path, 'script', index]),
        })),
      },
    ];
  });
  return { tests: report.problems.length > 0 ? [] : tests, world, problems: report.problems };
}

/** Of a line with a word that does not exist, only that is told, with the word that may be meant. */
function addIssues(report: Report, error: z.ZodError): void {
  const unknown = error.issues.filter(
    ({ code, path }) => code === 'unrecognized_keys' && path[2] === 'script',
  );
  const lines = new Set(unknown.map(({ path }) => path.join(' ')));
  for (const issue of error.issues) {
    if (!lines.has(issue.path.join(' '))) report.addIssues([], new z.ZodError([issue]));
    else if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys)
        report.add(
          [...issue.path, key],
          `there is no "${key}" here`,
          nearest(key, WORDS) || `there is ${WORDS.join(', ')}`,
        );
  }
}
