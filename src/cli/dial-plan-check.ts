import { readFile } from 'node:fs/promises';
import { Refused } from '../base/errors.ts';
import {
  type ClassOfService,
  classOf,
  type DialLimits,
  type DialSource,
  EMERGENCY_GROUP,
  groupOf,
  judge,
  mayReach,
  type NumberGroup,
  type SourceKind,
} from '../call/class-of-service.ts';
import { holderText, refusalText } from '../call/dial-refusal.ts';
import { formsOf, plainNumber } from '../call/dialled-number.ts';
import { readClassOfService } from '../engine/class-of-service-file.ts';
import { type KnownSources, unknownInRules, unknownSource } from '../engine/class-of-service-names.ts';
import { readSettings } from '../setup/settings.ts';
import { knownSources } from './dial-plan-names.ts';
import { problemLines } from './flow-check.ts';
import { shownPath } from './flow-folder.ts';
import { coloured, counted, print, table } from './terminal.ts';

export interface DialPlanOptions {
  readonly phone?: string;
  readonly flow?: string;
  readonly campaign?: string;
  /** true: a caller without a number. */
  readonly caller?: string | true;
}

/**
 * `carillon dial-plan check`: what is wrong in the rules, or who may dial a number. Returns the exit code: 1 for rules with a
 * mistake and for a number that is not permitted. @throws Refused when there is no such file
 */
export async function checkDialPlan(number: string, options: DialPlanOptions): Promise<number> {
  const settings = readSettings(process.env);
  const { classOfService } = settings;
  const file = shownPath(classOfService);
  const text = await readFile(classOfService, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    throw new Refused(
      'bad-setting',
      `${file} cannot be read (${thrown.code}). CARILLON_CLASS_OF_SERVICE says where it is.`,
    );
  });
  const { rules, problems } = readClassOfService(text, file);
  if (!rules) {
    for (const problem of problems) print(problemLines(problem));
    print(`${file}: ${coloured('red', counted(problems.length, 'error'))}`);
    return 1;
  }
  const known = await knownSources(settings);
  const sources = sourcesIn(options);
  const unknown = [...unknownInRules(rules, known), ...sources.flatMap((source) => unknownIn(source, known))];
  for (const sentence of unknown) print(`${coloured('yellow', 'warning')} ${sentence}`);
  if (number !== '') return tell(rules, number, sources);
  const result = unknown.length > 0 ? coloured('yellow', counted(unknown.length, 'warning')) : undefined;
  print(
    `${file}: ${rules.groups.length} groups, ${rules.classes.size} classes: ${result ?? coloured('green', 'no problems')}`,
  );
  return 0;
}

function unknownIn({ kind, name }: DialSource, known: KnownSources): string[] {
  const unknown = kind === 'caller' ? undefined : unknownSource(kind, name, known);
  return unknown === undefined ? [] : [unknown];
}

function sourcesIn({ phone, flow, campaign, caller }: DialPlanOptions): DialSource[] {
  const named = { phone, flow, campaign, caller: caller === true ? '' : caller };
  return Object.entries(named).flatMap(([kind, name]) =>
    name === undefined ? [] : [{ kind: kind as SourceKind, name }],
  );
}

function tell(rules: ClassOfService, number: string, sources: readonly DialSource[]): number {
  const judged = judge(rules, number, sources);
  if (judged.is === 'emergency') {
    print(
      `${number} is an emergency number: every phone of the house may dial it, past every limit; nobody else may.`,
    );
    return 0;
  }
  if (judged.is === 'denied' && rules.emergency.includes(plainNumber(number))) {
    print(mayNot(rules, judged, EMERGENCY_GROUP));
    return 1;
  }
  const group = groupOf(rules, number);
  if (!group) {
    print(`${number}: ${coloured('red', 'nobody may dial it')}. ${whyNoGroup(rules, number)}`);
    return 1;
  }
  print(`${number} is in the group ${coloured('bold', group.name)}: ${factsOf(group)}`);
  if (sources.length === 0) {
    print(table(everybody(rules).map((source) => rowOf(rules, source, group))));
    return 0;
  }
  if (judged.is === 'permitted') {
    const half = notAsked(sources);
    const answer =
      half === '' ? coloured('green', 'may be dialled') : coloured('yellow', 'nothing against it yet');
    print(`${answer}, within the limits: ${limitsOf(rules, sources)}`);
    if (half !== '') print(half);
    return 0;
  }
  print(mayNot(rules, judged, group.name));
  return 1;
}

function mayNot(rules: ClassOfService, { by }: { readonly by?: DialSource }, group: string): string {
  const whose = by && { by, class: classOf(rules, by) };
  return `${coloured('red', 'may not be dialled')}: ${refusalText({ reason: 'not-permitted', group, ...whose })}`;
}

/** Two are asked when a call is made: whoever wrote the number, and whoever brings the call. */
function notAsked(sources: readonly DialSource[]): string {
  const has = (...kinds: SourceKind[]): boolean => sources.some(({ kind }) => kinds.includes(kind));
  if (!has('phone', 'caller'))
    return 'Whoever brings the call is asked too: add --phone 1001 or --caller 13800138000.';
  if (!has('flow', 'campaign')) return 'Whoever wrote the number is asked too: add --flow or --campaign.';
  return '';
}

function whyNoGroup({ home }: ClassOfService, number: string): string {
  const forms = formsOf(number, home);
  if (forms.length === 0)
    return 'It cannot be read as a number: digits, with + or the country code in front.';
  return `No pattern of a group takes ${forms.join(' or ')}, or several groups do.`;
}

function factsOf({ rate, longestMs, sameNumberPerHour }: NumberGroup): string {
  return [
    `${rate} a minute`,
    ...(longestMs === undefined ? [] : [`at most ${longestMs / 60_000} minutes`]),
    ...(sameNumberPerHour === undefined ? [] : [`${sameNumberPerHour} calls an hour to one number`]),
  ].join(', ');
}

/** The ordinary source of each kind, and those that have a class of their own. */
function everybody({ sources }: ClassOfService): { readonly source: DialSource; readonly shown: string }[] {
  return (Object.keys(sources) as SourceKind[]).flatMap((kind) => [
    { source: { kind, name: '' }, shown: `every ${kind}` },
    ...[...sources[kind].own.keys()].map((name) => {
      const source = { kind, name };
      return { source, shown: `${holderText(source)}` };
    }),
  ]);
}

function rowOf(
  rules: ClassOfService,
  { source, shown }: { readonly source: DialSource; readonly shown: string },
  group: NumberGroup,
): string[] {
  const may = mayReach(rules, source, group) ? coloured('green', 'yes') : coloured('red', 'no');
  return [`  ${shown}`, classOf(rules, source), may];
}

function limitsOf({ limits }: ClassOfService, sources: readonly DialSource[]): string {
  const kinds = ['all', ...sources.map(({ kind }) => kind)] as const;
  return kinds
    .map((kind) => `${kind === 'all' ? 'all together' : `each ${kind}`} ${wordsOf(limits[kind])}`)
    .join('; ');
}

function wordsOf({ atOnce, perMinute, perHour, minutesPerDay, spendPerDay }: DialLimits): string {
  const words = [
    ...(atOnce === undefined ? [] : [`${atOnce} at once`]),
    ...(perMinute === undefined ? [] : [`${perMinute} a minute`]),
    ...(perHour === undefined ? [] : [`${perHour} an hour`]),
    ...(minutesPerDay === undefined ? [] : [`${minutesPerDay} minutes a day`]),
    ...(spendPerDay === undefined ? [] : [`${spendPerDay} in money a day`]),
  ];
  return words.length === 0 ? 'no limit' : words.join(', ');
}
