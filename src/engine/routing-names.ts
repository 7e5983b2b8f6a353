import type { Agent } from '../agent/agent.ts';
import type { Attributes } from '../base/attributes.ts';
import { nearest } from '../base/nearest.ts';
import type { Path, Report } from '../ivr/report.ts';
import { attributeProblems, skillProblems } from '../queue/declarations.ts';
import type { AgentFacts, LadderStep } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';

/** What there is beside the rules; undefined where nobody can tell. */
export interface RoutingSurroundings {
  readonly agents?: readonly Agent[];
  readonly calendars?: readonly string[];
  /** How many callbacks wait by themselves, by queue. */
  readonly callbacks?: ReadonlyMap<string, number>;
}

interface Warning {
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
}

/** Puts what does not go together with the agents and calendars into the report of the file. */
export function warnOfNames(rules: RoutingRules, surroundings: RoutingSurroundings, report: Report): void {
  for (const { path, message, hint } of warningsOf(rules, surroundings))
    report.add(path, message, hint, 'warning');
}

/** The same for rules that are in force, a sentence each. */
export function namesWrong(rules: RoutingRules, surroundings: RoutingSurroundings): string[] {
  return warningsOf(rules, surroundings).map(
    ({ path, message, hint }) => `queue ${String(path[1])}: ${message}${hint === '' ? '' : `: ${hint}`}`,
  );
}

/** Callbacks that nobody will ever make, because their queue was renamed or removed, a sentence per queue. */
export function callbacksLost(
  { queues }: RoutingRules,
  { callbacks = new Map() }: RoutingSurroundings,
): string[] {
  return [...callbacks].flatMap(([queue, count]) => {
    if (queues.has(queue)) return [];
    const wait = count === 1 ? '1 callback waits' : `${count} callbacks wait`;
    const near = nearest(queue, [...queues.keys()]);
    const hint = near === '' ? '' : ` (there is "${near}")`;
    return [
      `${wait} for queue "${queue}", which is gone${hint}: put it back into the file, or close them: GET /api/callbacks?queue=${encodeURIComponent(queue)}`,
    ];
  });
}

function warningsOf(rules: RoutingRules, { agents, calendars }: RoutingSurroundings): Warning[] {
  return [...rules.queues.values()].flatMap(({ name, hours, ladder }): Warning[] => {
    const noCalendar = calendars !== undefined && hours !== '' && !calendars.includes(hours);
    const nobody =
      agents !== undefined && !ladder.some((step) => agents.some((agent) => mayFit(agent, step)));
    return [
      ...(noCalendar
        ? [
            {
              path: ['queues', name, 'hours'],
              message: `there is no calendar "${hours}", so the queue counts as closed`,
              hint: nearest(hours, calendars),
            },
          ]
        : []),
      ...(nobody
        ? [
            {
              path: ['queues', name, 'needs'],
              message: 'no agent on file could ever take a call from here',
              hint: 'lower its needs, add a step of relax, or give agents what it needs',
            },
          ]
        : []),
    ];
  });
}

/** Whether an agent fits a step for some caller, as far as that can be told without one. */
export function mayFit(agent: Agent, { needs }: LadderStep): boolean {
  const facts = factsOf(agent);
  return needs.every(({ looksAt, holds }) => looksAt.length > 0 || holds(facts, NOBODY));
}

const NOTHING: Attributes = {};
const NOBODY = { tier: '', language: '', attributes: NOTHING };

/** An agent as rules see him. */
export function factsOf({ id, skills, attributes = NOTHING }: Agent): AgentFacts {
  return { id, skills, attributes };
}

/** What is wrong with agents; an error is what the centre cannot work with. */
export interface AgentProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** What is wrong with the agents on file, a sentence each; the same thing with several is told once. */
export function agentProblems(
  agents: readonly Agent[],
  { skills: declared, attributes }: RoutingRules,
): AgentProblem[] {
  const found = new Map<string, { readonly severity: AgentProblem['severity']; readonly agents: Agent[] }>();
  const note = (agent: Agent, severity: AgentProblem['severity'], problem: string): void => {
    const known = found.get(problem);
    if (known) known.agents.push(agent);
    else found.set(problem, { severity, agents: [agent] });
  };
  for (const agent of agents) {
    for (const { problem, isScore } of skillProblems(agent.skills, declared))
      note(agent, isScore ? 'warning' : 'error', problem);
    for (const { problem } of attributeProblems(agent.attributes ?? NOTHING, attributes.agent, 'agent'))
      note(agent, 'warning', problem);
  }
  const single = [...found].map(([problem, { severity, agents: those }]): AgentProblem => {
    const [first, ...others] = those;
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return { severity, message: `agent ${first!.id} (${first!.name})${more}: ${problem}` };
  });
  return [...single, ...sharedPhones(agents)];
}

function sharedPhones(agents: readonly Agent[]): AgentProblem[] {
  const owners = new Map<string, Agent>();
  return agents.flatMap((agent): AgentProblem | [] => {
    if (agent.homeExtension === '') return [];
    const other = owners.get(agent.homeExtension);
    owners.set(agent.homeExtension, other ?? agent);
    if (!other) return [];
    return {
      severity: 'error',
      message: `agents ${other.id} (${other.name}) and ${agent.id} (${agent.name}) have the same home phone ${agent.homeExtension}: give one of them another`,
    };
  });
}
