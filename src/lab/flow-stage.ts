import type { Agent } from '../agent/agent.ts';
import { assert } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Campaign, Fallback } from '../campaign/campaign.ts';
import type { Customer } from '../customer/customer.ts';
import { VERBS } from '../engine/verbs.ts';
import type { Flow } from '../ivr/flow.ts';
import { parseFlow } from '../ivr/parse.ts';
import type { Endpoint } from '../pbx/pbx.ts';
import { type Declarations, NOTHING_DECLARED } from '../queue/declarations.ts';
import { type Queue, skillQueue } from '../queue/queue.ts';
import { fixedRouting } from '../queue/rules.ts';
import { estimateMs } from '../speech/length.ts';
import { type Asked, ScriptedServices } from './scripted-services.ts';
import { type ReadFlows, type SaidLine, Stage, type StageOptions } from './stage.ts';
import { behaviourOf, type World, worldFile } from './world.ts';

/** What is not words: a recording of the caller, or a prompt of which only the recording exists. */
const UNKNOWN_LENGTH_MS = 2000;

/** Time for those who wait already to get into their queues, ms. */
const SETTLE_MS = 1000;

export interface FlowStageParts {
  readonly read: ReadFlows;
  readonly world: World;
  /** When the call comes in, UTC ms. */
  readonly at: number;
  readonly log: Log;
  /** Told of each look-up when it is made. */
  readonly asked: (asked: Asked) => void;
  readonly around: NonNullable<StageOptions['around']>;
}

/** A stage on which the world is as it is told, everybody at his place; prompts last as long as their words. */
export async function flowStage({ read, world, at, log, asked, around }: FlowStageParts): Promise<Stage> {
  const outside = new Map(phonesOf(world).map((one) => [one.number, one]));
  const lines = world.queues.filter(({ waiting }) => waiting > 0);
  const stage: Stage = new Stage({
    read: { ...read, flows: [...read.flows, ...lines.map(({ name }) => flowOfWaiting(name))] },
    around,
    log,
    startAt: at,
    routing: fixedRouting(queuesOf(read, world), 'service-level', declaredIn(world)),
    agents: world.agents.map((one) => agentOf(one, world)),
    campaigns: world.campaigns.map(campaignOf),
    customers: world.customers.map(customerOf),
    lookUp: new ScriptedServices(world.services, () => stage.clock, asked),
    pbx: {
      durationOf: (file) => lengthOf(stage.lines.get(file)),
      trunk: (number) => {
        const known = outside.get(number);
        return known ? (behaviourOf(known) ?? 'down') : { ringAfterMs: 50, answerAfterMs: 1000 };
      },
    },
  });
  await stage.start();
  for (const one of phonesOf(world))
    if (isPhone(one.number)) stage.pbx.setPhone(one.number, behaviourOf(one));
  for (const { id, phone: extension = id, state } of world.agents) {
    if (state === 'logged-out') continue;
    await stage.engine.tellAgent(id, { type: 'LogIn', extension });
    if (state === 'ready') await stage.engine.tellAgent(id, { type: 'GoReady' });
  }
  for (const { name, waiting } of lines)
    for (let count = 0; count < waiting; count += 1) stage.caller('', numberOfWaiting(name));
  if (lines.length > 0) await stage.clock.advance(SETTLE_MS);
  return stage;
}

/** What those dial who wait already: no telephone number, so nobody else gets there. */
function numberOfWaiting(queue: string): string {
  return `those who wait in ${queue}`;
}

function flowOfWaiting(queue: string): Flow {
  const steps = `{ wait: { queue: { name: "${queue}" }, then: end }, end: { hangup: {} } }`;
  const name = numberOfWaiting(queue);
  const { flow } = parseFlow(`flow: waiting\nstart: wait\nsteps: ${steps}\n`, name, name, VERBS);
  assert(flow, `nobody can wait in ${queue}`);
  return { ...flow, name, numbers: [name] };
}

function lengthOf(line: SaidLine | undefined): number {
  return line && line.text !== '' ? estimateMs(line.text, line.voice.language) : UNKNOWN_LENGTH_MS;
}

/** Every phone and outside number; of two with one number, the one that is listed as a phone. */
function phonesOf({ agents, campaigns, phones }: World) {
  return [
    ...campaigns.map(({ reception: number, answers, talks }) => ({ number, answers, talks })),
    ...agents.map(({ id, phone: number = id, answers, talks }) => ({ number, answers, talks })),
    ...phones,
  ];
}

/** Our own phones have short numbers. */
function isPhone(number: string): boolean {
  return /^\d{2,6}$/.test(number);
}

function endpointOf(number: string): Endpoint {
  return isPhone(number) ? { kind: 'phone', extension: number } : { kind: 'outside', number };
}

const NEEDED_SCORE = 5;

/** What a queue without rules of its own asks for: agents who were told to serve it. */
function ownNeeds(queue: string): Record<string, number> {
  return { [`queue-${queue}`]: NEEDED_SCORE };
}

function queuesOf({ flows }: ReadFlows, world: World): Queue[] {
  const named = [
    ...flows.flatMap(({ mentions }) =>
      mentions.flatMap(({ kind, name }) => (kind === 'queue' ? [name] : [])),
    ),
    ...world.agents.flatMap(({ queues }) => queues),
    ...world.campaigns.flatMap(({ fallback }) => (fallback && 'queue' in fallback ? [fallback.queue] : [])),
  ];
  const listed = new Set(world.queues.map(({ name }) => name));
  const others = [...new Set(named)].filter((name) => !listed.has(name));
  const all = [...world.queues, ...worldFile.parse({ queues: others }).queues];
  return all.map((queue) =>
    skillQueue(queue.name, queue.needs ?? ownNeeds(queue.name), {
      ringMs: queue.ring,
      wrapUpMs: queue['wrap-up'],
      maxWaitMs: queue['max-wait'],
      maxWaiting: queue['max-waiting'],
      hours: queue.hours ?? '',
      music: queue.music,
    }),
  );
}

/** What the customers of the test have is declared, and nothing of it is sensitive. */
function declaredIn({ customers }: World): Declarations {
  const names = customers.flatMap(({ attributes }) => Object.keys(attributes ?? {}));
  const caller = Object.fromEntries(names.map((name) => [name, { type: 'text', sensitive: false } as const]));
  return { ...NOTHING_DECLARED, attributes: { agent: {}, caller } };
}

/** An agent of a queue has at least the scores that it needs. */
function agentOf(agent: World['agents'][number], world: World): Agent {
  const needs = agent.queues.map(
    (queue) => world.queues.find(({ name }) => name === queue)?.needs ?? ownNeeds(queue),
  );
  return {
    id: agent.id,
    name: agent.name ?? agent.id,
    homeExtension: agent.phone ?? agent.id,
    skills: Object.assign({}, ...needs, agent.skills),
    state: { at: 'logged-out', since: 0 },
  };
}

function customerOf(customer: World['customers'][number]): Customer {
  const { number, id = number, name, tier, language = '', flow = '', attributes } = customer;
  const accountManager = customer['account-manager'];
  const caseOwner = customer['case-owner'];
  return {
    id,
    name,
    tier,
    language,
    numbers: [number],
    note: '',
    flow,
    attributes,
    ...(accountManager !== undefined && { accountManager }),
    ...(caseOwner !== undefined && { caseOwner }),
  };
}

function campaignOf(campaign: World['campaigns'][number]): Campaign {
  const { code, id = `campaign-${code}`, reception, ring, persona = '', fallback } = campaign;
  return {
    id,
    name: id,
    code,
    checkDigit: false,
    validFrom: campaign['valid-from'] ?? 0,
    validUntil: campaign['valid-until'] ?? Number.MAX_SAFE_INTEGER,
    reception: endpointOf(reception),
    receptionRingMs: ring,
    fallback: fallbackOf(fallback),
    material: '',
    persona,
  };
}

function fallbackOf(fallback: World['campaigns'][number]['fallback']): Fallback {
  if (!fallback) return { kind: 'none' };
  if ('queue' in fallback) return { kind: 'queue', queue: fallback.queue };
  if ('voicemail' in fallback) return { kind: 'voicemail', box: fallback.voicemail };
  return { kind: 'target', to: endpointOf(fallback.number) };
}
