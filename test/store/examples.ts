import type { Agent } from '../../src/agent/agent.ts';
import type { Call, CallFacts } from '../../src/call/call.ts';
import type { Leg } from '../../src/call/leg.ts';
import type { Changes, LogEvent, StepLeft } from '../../src/engine/changes.ts';
import { CentreStore, EventLog } from '../../src/engine/store.ts';
import { connect, type Database } from '../../src/store/connect.ts';
import { migrate } from '../../src/store/migrate.ts';

/** A moment that examples count from. */
export const START = Date.UTC(2026, 2, 2, 1);

/** An empty database in memory, or in `file`, with its schema. */
export function openStore(file = ':memory:'): { database: Database; events: EventLog; store: CentreStore } {
  const database = connect(file);
  migrate(database, START);
  return { database, ...storesOf(database) };
}

/** The log and the engine's store over a database that has its schema. */
export function storesOf(database: Database): { events: EventLog; store: CentreStore } {
  const events = new EventLog(database);
  return { events, store: new CentreStore(database, events) };
}

export function aCall(changes: Partial<Call> = {}): Call {
  return {
    id: 'c1',
    channel: 'ch1',
    source: { kind: 'outside' },
    ani: '13800138000',
    aniName: '孙丽',
    dnis: '95533',
    startedAt: START,
    facts: { language: 'zh-CN', persona: '', variables: {} },
    stack: [],
    phase: { at: 'flow' },
    legs: [],
    waitedMs: 0,
    talkedMs: 0,
    ...changes,
  };
}

/**
 * A call in which an agent talks, after one who did not answer. `Required` sees to it that whoever adds a field to calls or
 * legs finds out here whether the store keeps it.
 */
export function aBusyCall(): Required<Omit<Call, 'endedAt' | 'endedBy' | 'endCause'>> {
  const unanswered: Required<Omit<Leg, 'answeredAt' | 'goneAt'>> = {
    id: 'l1',
    to: { kind: 'phone', extension: '1001' },
    agent: '1001',
    queue: 'vip',
    writtenBy: '1003',
    replaces: 'l0',
    plannedAt: START + 1000,
    ringingAt: START + 1100,
    endedAt: START + 16_000,
    cause: 'cancelled',
    sipCode: 487,
    outcome: 'no-answer',
  };
  const answered: Leg = {
    id: 'l2',
    to: { kind: 'outside', number: '02787654321' },
    plannedAt: START + 16_000,
    answeredAt: START + 18_000,
  };
  const facts: Required<CallFacts> = {
    language: 'en',
    persona: 'private',
    customerId: 'demo-vip',
    tier: 'vip',
    personalFlow: 'sun-li',
    campaignId: 'm1',
    queue: 'vip',
    agentId: '1002',
    customer: {
      attributes: { dialect: '福建', response: 0.7, languages: ['zh-CN', 'en'] },
      agents: { 'last-agent': '1003' },
      patienceMs: 40_000,
    },
    left: { queue: 'general', since: START, wishes: { prefers: ['skill.card'] } },
    heard: { verdict: 'human', at: START + 20_000 },
    variables: { choice: '3', 问候: '您好', tries: 2, asked: true },
  };
  return {
    ...aCall(),
    source: { kind: 'phone', extension: '1010' },
    facts,
    entered: { flow: 'hotline', version: 'v1' },
    cursor: { flow: 'hotline', version: 'v1', step: 'agent', run: 3, entry: 2, since: START + 900 },
    stack: [
      {
        cursor: { flow: 'frame', version: 'v7', step: 'hotline', run: 1, entry: 1, since: START },
        variables: { greeted: true },
      },
    ],
    callback: { id: 'b1', askedBy: '13800000009', ringMs: 30_000 },
    outbound: {
      attempt: 'a1',
      campaign: 'o1',
      person: 'p1',
      flow: 'outbound',
      queue: 'sales',
      minRingMs: 15_000,
      connectWithinMs: 2000,
      abandonedAt: START + 30_000,
    },
    supervision: {
      leg: { id: 'l3', to: { kind: 'phone', extension: '1009' }, plannedAt: START + 19_000 },
      by: { id: 'u1', name: '王芳' },
      mode: 'whisper',
      agent: '1003',
      ringUntil: START + 49_000,
      since: START + 19_000,
    },
    phase: { at: 'connected', leg: 'l2', since: START + 18_000 },
    legs: [unanswered, answered],
    connectedAt: START + 18_000,
    waitedMs: 17_000,
    talkedMs: 1,
  };
}

export function anAgent(changes: Partial<Agent> = {}): Agent {
  return {
    id: '1001',
    name: '张伟',
    homeExtension: '1001',
    attributes: { languages: ['zh-CN'], site: 'wuhan' },
    skills: { service: 8, wealth: 9.5 },
    state: { at: 'logged-out', since: START },
    ...changes,
  };
}

export function anEvent(changes: Partial<LogEvent> = {}): LogEvent {
  return { type: 'CallArrived', version: 1, at: START, call: 'c1', data: { ani: '13800138000' }, ...changes };
}

/** What a turn of the mailbox changed; nothing but what is named. */
export function theChanges(changes: Partial<Changes>): Changes {
  return {
    calls: [],
    agents: [],
    callbacks: [],
    attempts: [],
    wishes: [],
    events: [],
    stepsLeft: [],
    ...changes,
  };
}

export function aStepLeft(changes: Partial<StepLeft> = {}): StepLeft {
  return { flow: 'hotline', version: 'v1', step: 'main', exit: '1', at: START, ms: 1000, ...changes };
}
