import { nearest } from '../base/nearest.ts';
import { type DayLists, type Days, dateOf, missingYears } from '../ivr/calendar.ts';
import { type CalendarFile, readCalendar, readDayLists } from '../ivr/calendar-file.ts';
import type { Path, Problem, Report } from '../ivr/report.ts';
import { readYaml } from '../ivr/yaml.ts';
import type { ContactPolicy, Hours } from './data.ts';
import { policyFile, type RegulatorFile, regulatorFile, type WrittenPolicy } from './policy-grammar.ts';
import { looser } from './policy-looser.ts';

/** A text and the file that it is from, as messages name it. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
}

/** The texts that policies are read from. */
export interface PolicyTexts {
  readonly policies: NamedText;
  /** Those of the folder `regulators`. */
  readonly regulators: readonly NamedText[];
}

/** The policies that a file names. */
export interface ContactPolicies {
  readonly usual: string;
  readonly byName: ReadonlyMap<string, ContactPolicy>;
}

export interface ReadPolicies {
  /** Undefined when there are errors. */
  readonly policies?: ContactPolicies;
  readonly problems: readonly Problem[];
}

/** What a policy is made of, once everything that its regulator says is filled in. */
type Rules = Omit<RegulatorFile, 'title'> & Partial<Pick<WrittenPolicy, 'dates' | 'hours'>>;

interface Preset {
  readonly rules: Rules;
  readonly policy: ContactPolicy;
}

/**
 * Reads the policies of contact. Never throws: whatever the texts are, they become policies or a list of problems.
 * @param now UTC ms: holidays of the years that begin soon have to be listed; without it nobody asks
 */
export function readPolicies({ policies, regulators }: PolicyTexts, now?: number): ReadPolicies {
  const problems: Problem[] = [];
  const presets = new Map<string, Preset>();
  for (const one of regulators) {
    const read = readRegulator(one);
    problems.push(...read.problems);
    if (read.preset) presets.set(read.preset.rules.regulator, read.preset);
  }
  const { content, report, problems: unreadable } = readYaml(policies.text, policies.file);
  if (!report) return { problems: [...problems, ...unreadable] };
  const read = policyFile.safeParse(content ?? {});
  if (!read.success) {
    report.addIssues([], read.error, policyFile);
    return { problems: [...problems, ...report.problems] };
  }
  const { usual, policies: written } = read.data;
  const names = Object.keys(written);
  if (!names.includes(usual)) report.add(['usual'], `there is no policy "${usual}"`, nearest(usual, names));
  const byName = new Map<string, ContactPolicy>();
  for (const [name, one] of Object.entries(written)) {
    const policy = readPolicy(name, one, presets, report);
    if (!policy) continue;
    byName.set(name, policy);
    if (now !== undefined) warnOfYears(name, policy, now, report);
  }
  const all = [...problems, ...report.problems];
  const broken = all.some(({ severity }) => severity === 'error');
  return { ...(!broken && { policies: { usual, byName } }), problems: all };
}

function readRegulator({ file, text }: NamedText): {
  readonly preset?: Preset;
  readonly problems: readonly Problem[];
} {
  const { content, report, problems } = readYaml(text, file);
  if (!report) return { problems };
  const read = regulatorFile.safeParse(content ?? {});
  if (!read.success) {
    report.addIssues([], read.error, regulatorFile);
    return { problems: report.problems };
  }
  const { title: _title, ...rules } = read.data;
  const expected = /([^/\\]+)\.yaml$/.exec(file)?.[1];
  if (rules.regulator !== expected)
    report.add(
      ['regulator'],
      `"${rules.regulator}" is not the name of the file`,
      `write regulator: ${expected}`,
    );
  const policy = policyOf(rules.regulator, rules, [], report);
  return { ...(report.problems.length === 0 && { preset: { rules, policy } }), problems: report.problems };
}

function readPolicy(
  name: string,
  written: WrittenPolicy,
  presets: ReadonlyMap<string, Preset>,
  report: Report,
): ContactPolicy | undefined {
  const path = ['policies', name];
  const { description: _description, agreed, ...changes } = written;
  const preset = presets.get(written.regulator);
  if (!preset) {
    const names = [...presets.keys()];
    report.add(
      [...path, 'regulator'],
      `there is no regulator "${written.regulator}"`,
      () => nearest(written.regulator, names) || `there is ${names.join(', ') || 'none that can be read'}`,
    );
    return undefined;
  }
  const hours = { ...preset.rules['calling-hours'], ...changes['calling-hours'] };
  const policy = policyOf(name, { ...preset.rules, ...changes, 'calling-hours': hours }, path, report);
  if (agreed !== undefined) return policy;
  for (const { key, message } of looser(policy, preset.policy))
    report.add(
      [...path, key],
      `${message} than the rules of ${written.regulator} permit`,
      'have counsel agree and say so under agreed, or take it out',
      'warning',
    );
  return policy;
}

function policyOf(name: string, rules: Rules, path: Path, report: Report): ContactPolicy {
  const { dates = [], hours: own, refusals, caps, conduct } = rules;
  const gap = rules['minimum-gap'];
  const { 'same-campaign': sameCampaignMs, 'other-campaigns': otherCampaignsMs } = refusals;
  return {
    name,
    regulator: rules.regulator,
    hours: hoursOf(rules['calling-hours'], [...path, 'calling-hours'], report),
    ...(own && { ownHours: ownHoursOf(own, [...path, 'hours'], report) }),
    ownDates: dates.flatMap((text, index) => datesOf(text, [...path, 'dates', index], report)),
    consentNeeded: rules.consent === 'needed',
    refusals: { otherCampaignsMs, ...(sameCampaignMs !== undefined && { sameCampaignMs }) },
    gaps: { numberMs: gap.number, personMs: gap.person },
    lockOuts: rules['lock-outs'],
    caps,
    conduct: {
      maxAbandonment: conduct['max-abandonment'],
      abandonmentWindows: conduct['abandonment-windows'],
      connectWithinMs: conduct['connect-within'],
      clockStarts: conduct['clock-starts'],
      minRingMs: conduct['minimum-ring'],
      messageNeeded: conduct.message === 'needed',
    },
  };
}

const NO_LISTS: DayLists = { holidays: [], workdays: [], years: [] };

function hoursOf(
  { open, holidays, workdays, 'special-days': special = {} }: Rules['calling-hours'],
  path: Path,
  report: Report,
): Hours {
  const lists = { ...(holidays !== 'none' && { holidays }), ...(workdays && { workdays }) };
  return plainHours({ open, 'special-days': special }, readDayLists(lists, path, report), path, report);
}

function ownHoursOf(
  { open, zone }: NonNullable<Rules['hours']>,
  path: Path,
  report: Report,
): ContactPolicy['ownHours'] {
  const hours = plainHours({ open, 'special-days': {} }, NO_LISTS, path, report);
  return { ...hours, ...(zone !== undefined && { zone }) };
}

/** They are kept in the zone of each number. */
function plainHours(file: CalendarFile, lists: DayLists, path: Path, report: Report): Hours {
  const { zone: _zone, ...hours } = readCalendar(file, { zone: 'UTC', lists }, path, report);
  return hours;
}

function datesOf(text: string, path: Path, report: Report): Days[] {
  const [first = '', last = first] = text.split('..');
  const missing = [first, last].find((date) => !exists(date));
  if (missing !== undefined)
    report.add(path, `there is no ${missing}`, 'write year-month-day, such as 2026-11-23');
  else if (first > last) report.add(path, `${last} is before ${first}`, 'turn them round');
  else return [{ first, last }];
  return [];
}

function exists(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight) && dateOf(midnight) === date;
}

function warnOfYears(name: string, { hours }: ContactPolicy, now: number, report: Report): void {
  const missing = missingYears({ lists: hours.lists, zone: 'UTC' }, now);
  if (missing.length > 0)
    report.add(
      ['policies', name],
      `the holidays of ${missing.join(' and ')} are not listed, so nobody is called then`,
      'add them under holidays',
      'warning',
    );
}
