import { nearest } from '../../base/nearest.ts';
import { startOfDay } from '../../base/zone.ts';
import type { Problem, Report } from '../../ivr/report.ts';
import { readYaml } from '../../ivr/yaml.ts';
import type { RoutingRules } from '../../queue/rules.ts';
import { chanceFor } from './chance.ts';
import type { AgentGroup, CallerGroup, Fault, FaultKind, Scenario } from './scenario.ts';
import { type ScenarioFile, scenarioFile } from './scenario-grammar.ts';
import { weightsOf } from './shape.ts';

/** What a scenario file says before the rules are known that it is played by. */
export interface DraftScenario {
  /** The file of routing rules, as it is written there; undefined: that of the centre. */
  readonly routing?: string;
  /** The scenario under these rules; none when it does not go with them, and what is wrong. */
  with(rules: RoutingRules): { readonly scenario?: Scenario; readonly problems: readonly Problem[] };
}

/** Reads a scenario file. Never throws: what is wrong becomes problems. @param file as it is named in messages */
export function readScenario(
  text: string,
  file: string,
): { readonly draft?: DraftScenario; readonly problems: readonly Problem[] } {
  const { content, report, problems } = readYaml(text, file);
  if (!report) return { problems };
  const read = scenarioFile.safeParse(content ?? {});
  if (!read.success) {
    report.addIssues([], read.error, scenarioFile);
    return { problems: report.problems };
  }
  const { data } = read;
  checkCallers(data, report);
  if (report.problems.length > 0) return { problems: report.problems };
  return {
    draft: {
      ...(data.routing !== undefined && { routing: data.routing }),
      with: (rules) => {
        checkNames(data, rules, report);
        if (report.problems.length > 0) return { problems: report.problems };
        return { scenario: scenarioOf(data, rules), problems: [] };
      },
    },
    problems: [],
  };
}

function checkCallers({ callers }: ScenarioFile, report: Report): void {
  for (const [group, { calls, expected }] of Object.entries(callers))
    if ((calls === undefined) === (expected === undefined))
      report.add(
        ['callers', group],
        calls === undefined ? 'it does not say how many call' : '"calls" and "expected" are there both',
        'write calls: 5000, or expected: [40, 60, 80] for equal parts of the day',
      );
}

function checkNames({ callers, agents }: ScenarioFile, rules: RoutingRules, report: Report): void {
  for (const [group, { queue }] of Object.entries(callers))
    if (!rules.queues.has(queue))
      report.add(
        ['callers', group, 'queue'],
        `the routing rules have no queue "${queue}"`,
        nearest(queue, rules.queues.keys()) || `there is ${[...rules.queues.keys()].join(', ')}`,
      );
  if (rules.skills.length === 0) return;
  for (const [group, { skills }] of Object.entries(agents))
    for (const skill of Object.keys(skills))
      if (!rules.skills.includes(skill))
        report.add(
          ['agents', group, 'skills', skill],
          `the routing rules have no skill "${skill}"`,
          nearest(skill, rules.skills) || `there is ${rules.skills.join(', ')}`,
        );
}

function scenarioOf(file: ScenarioFile, rules: RoutingRules): Scenario {
  const [year = 0, month = 0, day = 0] = file.date.split('-').map(Number);
  const { fromMs, toMs } = file.hours;
  return {
    name: file.name,
    seed: file.seed,
    startAt: startOfDay(year, month, day, file.zone) + fromMs,
    lastsMs: toMs - fromMs,
    zone: file.zone,
    rules,
    callers: Object.entries(file.callers).map(([name, group]) => callersOf(name, group)),
    agents: Object.entries(file.agents).map(([name, group]) => agentsOf(name, group, file.hours)),
    faults: faultsOf(file),
  };
}

function callersOf(name: string, group: ScenarioFile['callers'][string]): CallerGroup {
  const {
    queue,
    tier = '',
    calls,
    shape,
    expected,
    language,
    attributes,
    menu,
    patience,
    talk,
    redials,
    callbacks,
  } = group;
  return {
    name,
    queue,
    tier,
    ...(calls !== undefined && { calls }),
    weights: expected ?? (typeof shape === 'string' ? weightsOf(shape) : shape),
    language,
    attributes,
    menuMs: menu,
    patience,
    talk,
    redial: redials
      ? { chance: redials.share, after: redials.after }
      : { chance: 0, after: { meanMs: 1, law: 'fixed', cv: 0 } },
    ...(callbacks && { callback: { chance: callbacks.share, after: callbacks.after } }),
  };
}

/** Times of day become times from the beginning. */
function agentsOf(
  name: string,
  group: ScenarioFile['agents'][string],
  hours: ScenarioFile['hours'],
): AgentGroup {
  const shift = group.shift ?? hours;
  return {
    name,
    count: group.count,
    skills: group.skills,
    attributes: group.attributes,
    fromMs: Math.max(0, shift.fromMs - hours.fromMs),
    toMs: Math.max(0, shift.toMs - hours.fromMs),
    jitterMs: group.jitter,
    breaks: group.breaks
      .filter(({ at }) => at >= hours.fromMs)
      .map(({ at, for: forMs }) => ({ atMs: at - hours.fromMs, forMs })),
    pace: group.pace,
    answersAfter: group['answers-after'],
    ...(group['wrap-up'] && { wrapUp: group['wrap-up'] }),
    misses: group.misses,
    rejects: group.declines,
    phoneLost: group['loses-phone'],
    backAfter: group['back-after'],
  };
}

function faultsOf({ faults, hours, seed }: ScenarioFile): Fault[] {
  const chance = chanceFor(seed, 'times of faults');
  const lastsMs = hours.toMs - hours.fromMs;
  return faults.flatMap(({ at, times, for: forMs, ...fault }) =>
    Array.from({ length: times }, () => ({
      atMs: at === undefined ? Math.floor(chance() * lastsMs) : Math.max(0, at - hours.fromMs),
      forMs,
      ...kindOf(fault),
    })),
  );
}

function kindOf({
  what,
  share = 0.5,
  by,
}: Pick<ScenarioFile['faults'][number], 'what' | 'share' | 'by'>): FaultKind {
  switch (what) {
    case 'daemon-death':
      return { what, moment: 'now' };
    case 'late-snapshots':
      return { what, byMs: msOf(by ?? '5s'), lost: share };
    case 'commands':
      return { what, refused: share / 2, lost: share / 2 };
    case 'clock-step':
      return { what, byMs: msOf(by ?? '-60m') };
    case 'phones-lost':
      return { what, share };
    default:
      return { what };
  }
}

function msOf(text: string): number {
  const amount = Number.parseInt(text, 10);
  if (text.endsWith('ms')) return amount;
  return text.endsWith('m') ? amount * 60_000 : amount * 1000;
}
