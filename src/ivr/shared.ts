import { z } from 'zod';
import type { Persona } from '../speech/persona.ts';
import { type Calendar, type DayLists, missingYears } from './calendar.ts';
import { calendarFile, dayLists, readCalendar, readDayLists, zone } from './calendar-file.ts';
import { LIMITS, type Limits } from './check.ts';
import { flowFrame, language, name } from './grammar.ts';
import type { Path, Problem, Report } from './report.ts';
import { readYaml } from './yaml.ts';

/** What all flows have in common. The records have no prototype: whatever name is looked up, only what was written is found. */
export interface Shared {
  /** The zone of the centre, IANA name. */
  readonly zone: string;
  readonly calendars: Readonly<Record<string, Calendar>>;
  readonly personas: Readonly<Record<string, Persona>>;
  /** Words that every flow may say by name, by language. Their places are checked by the flows that say them. */
  readonly prompts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly limits: Limits;
}

/** For a centre without a shared file. */
export const NO_SHARED: Shared = {
  zone: 'UTC',
  calendars: named({}),
  personas: named({}),
  prompts: named({}),
  limits: LIMITS,
};

const voiceStyle = z.strictObject({
  voice: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9+_.-]{0,63}$/, 'a voice of plain letters, digits, +, _, . and -')
    .optional()
    .describe("The speech program's own name of a voice, such as cmn-latn-pinyin+f3"),
  speed: z
    .number()
    .positive()
    .max(1000)
    .optional()
    .describe('As the program counts it; espeak-ng: words per minute, 80 to 450'),
  pitch: z.number().min(-1000).max(1000).optional().describe('As the program counts it; espeak-ng: 0 to 99'),
});

const persona = z.strictObject({
  prompts: name.optional().describe('The folder of its recordings, beside those of the languages'),
  music: name.optional().describe('The music class for those who wait'),
  voices: z.partialRecord(language, voiceStyle).optional().describe('How speech is made, by language'),
});

const limits = z.strictObject({
  'menu-depth': z
    .int()
    .min(1)
    .max(100)
    .default(LIMITS.menuDepth)
    .describe('Menus on the way to a menu, itself included'),
  'menu-keys': z.int().min(1).max(12).default(LIMITS.menuKeys).describe('Keys of one menu'),
  'prompt-seconds': z.int().min(1).max(3600).default(LIMITS.promptSeconds).describe('Length of one prompt'),
});

/** The file `shared.yaml`. */
export const sharedFile = z.strictObject({
  zone: zone.describe('The time zone of the centre, such as Asia/Shanghai'),
  ...dayLists,
  calendars: z.record(name, calendarFile).default({}).describe('Opening hours that flows name in "hours"'),
  personas: z
    .record(name, persona)
    .default({})
    .describe('Voice, music and recordings that flows name in "persona"'),
  prompts: flowFrame.shape.prompts.describe('Words that every flow may say by name'),
  limits: limits.prefault({}).describe('From where on the checker warns that it is too much for a caller'),
});

type SharedFile = z.output<typeof sharedFile>;

/**
 * Reads the shared file. Never throws: whatever the text is, it becomes what is shared or a list of problems.
 * @param file as it is named in messages
 * @param now UTC ms, to warn of years without holidays; without it there is no such warning
 */
export function readShared(
  text: string,
  file: string,
  now?: number,
): { readonly shared?: Shared; readonly problems: readonly Problem[] } {
  const { content, report, problems } = readYaml(text, file);
  if (!report) return { problems };
  if (content === null || content === undefined) {
    report.put({ line: 1, column: 1 }, 'the file is empty', 'begin with "zone:", or take the file away');
    return { problems: report.problems };
  }
  const read = sharedFile.safeParse(content);
  if (!read.success) {
    report.addIssues([], read.error);
    return { problems: report.problems };
  }
  const lists = readDayLists(read.data, [], report);
  const shared = sharedOf(read.data, lists, report);
  if (report.problems.length > 0) return { problems: report.problems };
  if (now !== undefined) warnOfMissingYears(read.data, shared, lists, now, report);
  return { shared, problems: report.problems };
}

function sharedOf(file: SharedFile, lists: DayLists, report: Report): Shared {
  const { zone, personas, prompts, limits } = file;
  const ordinary = { zone, lists };
  const calendars = Object.entries(file.calendars).map(
    ([name, one]) => [name, readCalendar(one, ordinary, ['calendars', name], report)] as const,
  );
  return {
    zone,
    calendars: named(Object.fromEntries(calendars)),
    personas: named(personas as Record<string, Persona>),
    prompts: named(prompts as Record<string, Record<string, string>>),
    limits: {
      menuDepth: limits['menu-depth'],
      menuKeys: limits['menu-keys'],
      promptSeconds: limits['prompt-seconds'],
    },
  };
}

/** One warning per list of holidays, not one per calendar that uses it. */
function warnOfMissingYears(
  file: SharedFile,
  { zone, calendars }: Shared,
  lists: DayLists,
  now: number,
  report: Report,
): void {
  const warn = (path: Path, list: Pick<Calendar, 'zone' | 'lists'>): void => {
    for (const year of missingYears(list, now))
      report.add(path, `there are no holidays of ${year} here`, 'add them, [] if there are none', 'warning');
  };
  warn(['holidays'], { zone, lists });
  for (const [name, { holidays }] of Object.entries(file.calendars))
    if (holidays) warn(['calendars', name, 'holidays'], calendars[name]!);
}

function named<Value>(values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.assign(Object.create(null), values);
}
