import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import {
  type ClassAssignment,
  type ClassOfService,
  type DialLimits,
  EMERGENCY_GROUP,
  type NumberGroup,
} from '../call/class-of-service.ts';
import { clash, type HomeDialling, type NumberPattern, readPattern } from '../call/dialled-number.ts';
import { duration, name } from '../ivr/grammar.ts';
import type { Path, Problem, Report } from '../ivr/report.ts';
import { readYaml } from '../ivr/yaml.ts';

const QUOTES = 'put it into quotes, such as "110"';
const PATTERN_HINT =
  'digits, x for any digit, [2-8] for some, ... at the end for any further ones, + in front for abroad';

/** What is missing is told in other words. */
const unlessMissing =
  (message: string) =>
  ({ input }: { readonly input?: unknown }): string | undefined =>
    input === undefined ? undefined : message;

const number = z.string({ error: unlessMissing(`a number: ${QUOTES}`) });
const count = (of: string) => z.int(`${of}, a whole number`).min(0).max(1_000_000_000).optional();

const limits = z
  .strictObject({
    'at-once': count('legs at once'),
    'per-minute': count('legs that begin within a minute'),
    'per-hour': count('legs that begin within an hour'),
    'minutes-per-day': count('minutes'),
    'spend-per-day': count('money in the smallest unit'),
  })
  .prefault({});

const group = z.strictObject({
  numbers: z
    .array(number, 'a list of numbers, such as ["0[3-9]xx[2-8]xxxxxx"]')
    .min(1, 'at least one')
    .max(500),
  rate: z
    .int({ error: unlessMissing('a whole number in the smallest unit of the currency') })
    .min(0)
    .max(10_000_000),
  longest: duration.optional(),
  'same-number-per-hour': count('calls'),
});

/** A class for all, and classes of their own by name. */
const assignment = z
  .record(z.string(), name)
  .refine(
    (classes) => Object.hasOwn(classes, 'default'),
    'say which class the others have, such as default: none',
  );

const prefix = (pattern: RegExp, hint: string) => number.regex(pattern, hint);

/** The file `class-of-service.yaml`. */
const classOfServiceFile = z.strictObject({
  home: z.strictObject({
    country: prefix(/^[1-9]\d{0,2}$/, 'a country code without +, such as "86"'),
    international: prefix(/^\d{1,4}$/, 'what is dialled before a country code, such as "00"'),
    national: prefix(/^\d{0,2}$/, 'what is dialled before an area code, such as "0", or "" for nothing'),
  }),
  emergency: z
    .array(prefix(/^\d{2,6}$/, 'an emergency number of 2 to 6 digits, written out'))
    .min(1, 'name the emergency numbers, such as ["110", "119", "120"]')
    .max(20),
  groups: z.record(name, group),
  classes: z.record(name, z.array(name, 'a list of groups, [] for none')),
  sources: z.strictObject({
    phones: assignment,
    flows: assignment,
    campaigns: assignment,
    callers: name,
  }),
  limits: z
    .strictObject({
      all: limits,
      'each-phone': limits,
      'each-flow': limits,
      'each-campaign': limits,
      'each-caller': limits,
    })
    .prefault({}),
});

type File = z.output<typeof classOfServiceFile>;

/**
 * Reads the rules of class of service. Never throws: whatever the text is, it becomes rules or a list of problems.
 * @param file as it is named in messages
 */
export function readClassOfService(
  text: string,
  file: string,
): { readonly rules?: ClassOfService; readonly problems: readonly Problem[] } {
  const { content, report, problems } = readYaml(text, file);
  if (!report) return { problems };
  const read = classOfServiceFile.safeParse(content ?? {});
  if (!read.success) {
    report.addIssues([], read.error, classOfServiceFile);
    return { problems: report.problems };
  }
  const groups = readGroups(read.data, report);
  checkClasses(read.data, report);
  checkSources(read.data, report);
  if (report.problems.length > 0) return { problems: report.problems };
  return { rules: rulesOf(read.data, groups), problems: [] };
}

interface PlacedPattern {
  readonly pattern: NumberPattern;
  readonly group: string;
  readonly path: Path;
}

function readGroups(file: File, report: Report): NumberGroup[] {
  const all: PlacedPattern[] = [];
  const groups = Object.entries(file.groups).map(([groupName, one]): NumberGroup => {
    const patterns = one.numbers.flatMap((text, at) => {
      const path = ['groups', groupName, 'numbers', at];
      const pattern = patternOf(text, file.home, path, report);
      if (pattern) all.push({ pattern, group: groupName, path });
      return pattern ?? [];
    });
    return {
      name: groupName,
      patterns,
      rate: one.rate,
      ...(one.longest === undefined ? {} : { longestMs: one.longest }),
      ...(one['same-number-per-hour'] === undefined
        ? {}
        : { sameNumberPerHour: one['same-number-per-hour'] }),
    };
  });
  refuseClashes(all, report);
  return groups;
}

function patternOf(text: string, home: HomeDialling, path: Path, report: Report): NumberPattern | undefined {
  const pattern = readPattern(text);
  if (!pattern) report.add(path, `"${text}" is no pattern of numbers`, PATTERN_HINT);
  else if (pattern.foreign && text.startsWith(`+${home.country}`))
    report.add(
      path,
      `"${text}" begins with your own country code`,
      `write it as it is dialled at home, without +${home.country}`,
    );
  else if (!pattern.foreign && text.startsWith(home.international))
    report.add(
      path,
      `"${text}" begins as numbers abroad are dialled`,
      `write + instead of ${home.international}`,
    );
  else return pattern;
  return undefined;
}

function refuseClashes(all: readonly PlacedPattern[], report: Report): void {
  all.forEach(({ pattern, group, path }, at) => {
    const other = all.slice(0, at).find((one) => clash(one.pattern, pattern));
    if (!other) return;
    if (other.pattern.text === pattern.text)
      report.add(path, `"${pattern.text}" is there twice`, `the other one is in group ${other.group}`);
    else if (other.group !== group)
      report.add(
        path,
        `some numbers fit "${pattern.text}" and also "${other.pattern.text}" of group ${other.group}`,
        'make one of them narrower, so that it counts first',
      );
  });
}

function checkClasses({ groups, classes }: File, report: Report): void {
  if (Object.hasOwn(groups, EMERGENCY_GROUP))
    report.add(['groups', EMERGENCY_GROUP], 'a group cannot be called "emergency"', 'take another name');
  for (const [className, names] of Object.entries(classes))
    names.forEach((one, at) => {
      if (Object.hasOwn(groups, one)) return;
      const path = ['classes', className, at];
      if (one === EMERGENCY_GROUP)
        report.add(path, 'emergency numbers belong to every class', 'take it out of here');
      else report.add(path, `there is no group "${one}"`, nearest(one, Object.keys(groups)));
    });
}

function checkSources({ sources, classes }: File, report: Report): void {
  const check = (className: string, path: Path): void => {
    if (!Object.hasOwn(classes, className))
      report.add(path, `there is no class "${className}"`, nearest(className, Object.keys(classes)));
  };
  for (const kind of ['phones', 'flows', 'campaigns'] as const)
    for (const [who, className] of Object.entries(sources[kind])) {
      if (kind === 'phones' && who !== 'default' && !/^\d{1,15}$/.test(who))
        report.add(['sources', kind, who], `"${who}" is no extension`, 'write its digits, in quotes');
      check(className, ['sources', kind, who]);
    }
  check(sources.callers, ['sources', 'callers']);
}

function rulesOf(
  { home, emergency, classes, sources, limits: all }: File,
  groups: readonly NumberGroup[],
): ClassOfService {
  return {
    home,
    emergency,
    groups,
    classes: new Map(Object.entries(classes).map(([className, names]) => [className, new Set(names)])),
    sources: {
      phone: assignmentOf(sources.phones),
      flow: assignmentOf(sources.flows),
      campaign: assignmentOf(sources.campaigns),
      caller: { ordinary: sources.callers, own: new Map() },
    },
    limits: {
      all: limitsOf(all.all),
      phone: limitsOf(all['each-phone']),
      flow: limitsOf(all['each-flow']),
      campaign: limitsOf(all['each-campaign']),
      caller: limitsOf(all['each-caller']),
    },
  };
}

function assignmentOf({ default: ordinary = '', ...own }: Readonly<Record<string, string>>): ClassAssignment {
  return { ordinary, own: new Map(Object.entries(own)) };
}

function limitsOf(written: z.output<typeof limits>): DialLimits {
  return {
    atOnce: written['at-once'],
    perMinute: written['per-minute'],
    perHour: written['per-hour'],
    minutesPerDay: written['minutes-per-day'],
    spendPerDay: written['spend-per-day'],
  } as DialLimits;
}
