import { readdirSync, readFileSync } from 'node:fs';
import type { Agent } from '../../src/agent/agent.ts';
import { idSource } from '../../src/base/ids.ts';
import { type Log, silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { Call } from '../../src/call/call.ts';
import { holdsMessage, messageIn, type Voicemail } from '../../src/call/voicemail.ts';
import type { Campaign } from '../../src/campaign/campaign.ts';
import { CodeGuesses } from '../../src/campaign/guesses.ts';
import { type Customer, spellingsOf } from '../../src/customer/customer.ts';
import type { Changes, EngineStore, LogEvent } from '../../src/engine/changes.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { FlowDirectory } from '../../src/engine/input.ts';
import { allSteps } from '../../src/engine/steps.ts';
import { answersTo, type Flow, wordsOf } from '../../src/ivr/flow.ts';
import { parseFlow, problemText } from '../../src/ivr/parse.ts';
import type { PromptBook } from '../../src/ivr/prompts.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import type { Pbx } from '../../src/pbx/pbx.ts';
import { type SimulatedOptions, SimulatedPbx } from '../../src/pbx/simulated/pbx.ts';
import type { Queue } from '../../src/queue/queue.ts';

/** A store in memory that a restarted engine can load from, and that can be told to fail. */
export class MemoryStore implements EngineStore {
  readonly calls = new Map<string, Call>();
  readonly agents = new Map<string, Agent>();
  readonly queues: Queue[];
  readonly events: LogEvent[] = [];
  failing = false;

  constructor(agents: readonly Agent[], queues: readonly Queue[]) {
    for (const agent of agents) this.agents.set(agent.id, agent);
    this.queues = [...queues];
  }

  async load() {
    const live = [...this.calls.values()].filter((call) => call.phase.at !== 'ended');
    const all = [...this.calls.values()];
    const endedChannels = [
      ...all.flatMap(({ phase, channel, source }) =>
        phase.at === 'ended'
          ? [{ channel, ...(source.kind === 'phone' ? { extension: source.extension } : {}) }]
          : [],
      ),
      ...all.flatMap(({ legs }) =>
        legs.flatMap(({ id, to, endedAt }) =>
          endedAt === undefined
            ? []
            : [{ channel: id, ...(to.kind === 'phone' ? { extension: to.extension } : {}) }],
        ),
      ),
    ];
    return { calls: live, agents: [...this.agents.values()], queues: this.queues, endedChannels };
  }

  async commit(changes: Changes): Promise<void> {
    if (this.failing) throw new Error('disk I/O error');
    for (const call of changes.calls) this.calls.set(call.id, structuredClone(call));
    for (const agent of changes.agents) this.agents.set(agent.id, structuredClone(agent));
    this.events.push(...structuredClone(changes.events));
  }
}

export const agent = (id: string, skills: Record<string, number>, homeExtension = id): Agent => ({
  id,
  name: `agent ${id}`,
  homeExtension,
  skills,
  state: { at: 'logged-out', since: 0 },
});

export const queue = (name: string, needs: Record<string, number>, more: Partial<Queue> = {}): Queue => ({
  name,
  needs,
  ringMs: 15_000,
  wrapUpMs: 10_000,
  maxWaitMs: 120_000,
  music: 'default',
  ...more,
});

const VALID = { validFrom: 0, validUntil: Number.MAX_SAFE_INTEGER };

export const campaign = (code: string, more: Partial<Campaign> = {}): Campaign => ({
  id: `campaign-${code}`,
  name: code,
  code,
  checkDigit: false,
  ...VALID,
  reception: { kind: 'phone', extension: '2001' },
  receptionRingMs: 20_000,
  fallback: { kind: 'none' },
  material: '',
  ...more,
});

export interface LabOptions {
  readonly agents?: readonly Agent[];
  readonly queues?: readonly Queue[];
  readonly campaigns?: readonly Campaign[];
  readonly customers?: readonly Customer[];
  readonly flows?: readonly string[];
  readonly pbx?: SimulatedOptions;
  /** What each new engine gets instead of the PBX and the store themselves. */
  readonly connect?: (
    pbx: SimulatedPbx,
    store: MemoryStore,
    clock: VirtualClock,
  ) => { pbx: Pbx; store: EngineStore };
  readonly log?: Log;
}

/** What a caller hears is named by the prompt: `welcome`, or the words when it has no name. */
const promptBook: PromptBook = {
  media: (prompt, language) => [{ file: `${language}/${prompt.name ?? prompt.texts[language] ?? ''}` }],
  repair: async (prompt, language) => [{ file: `${language}/repaired-${prompt.name ?? ''}` }],
};

/** The whole engine on the simulated PBX in virtual time, with the shipped flows unless others are given. */
export function centreLab(options: LabOptions = {}) {
  const clock = new VirtualClock();
  const pbx = new SimulatedPbx(clock, options.pbx);
  const agents = options.agents ?? [
    agent('1001', { service: 8 }),
    agent('1002', { service: 6, wealth: 9.5 }),
  ];
  const queues = options.queues ?? [
    queue('general', { service: 5 }),
    queue('vip', { wealth: 9 }),
    queue('card', { card: 5 }),
  ];
  const campaigns = options.campaigns ?? [campaign('8001')];
  const customers = options.customers ?? [];
  const store = new MemoryStore(agents, queues);
  const voicemails: Pick<Voicemail, 'box' | 'file' | 'durationMs'>[] = [];
  const ids = idSource(() => clock.now(), seededRandom(1));
  const flows: Flow[] = [];
  let engine!: Engine;
  const kinds = allSteps({
    customers: {
      byNumber: async (number) =>
        customers.find((one) => spellingsOf(number).some((n) => one.numbers.includes(n))),
    },
    campaigns: {
      byId: async (id) => campaigns.find((one) => one.id === id),
      byCode: async (code) => campaigns.find((one) => one.code === code),
      codes: async () => campaigns.map((one) => one.code),
    },
    guesses: new CodeGuesses(),
    desk: {
      agentAt: (extension) => engine.agentAt(extension),
      tellAgent: (id, input) => engine.tellAgent(id, input),
    },
    queues: (name) => queues.find((one) => one.name === name),
  });
  for (const [index, text] of (options.flows ?? shippedFlows()).entries()) {
    const parsed = parseFlow(text, `flow-${index}.yaml`, `v${index}`, kinds);
    if (!parsed.flow) throw new Error(parsed.problems.map(problemText).join('\n'));
    flows.push(parsed.flow);
  }
  const directory: FlowDirectory = {
    forNumber: (dnis, fromPhone) =>
      flows.find((flow) => answersTo(flow, dnis) && (fromPhone || flow.callers === 'anyone')),
    byName: (name) => flows.find((flow) => flow.name === name),
    version: (name) => flows.find((flow) => flow.name === name),
  };
  const newEngine = (): Engine =>
    new Engine({
      ...(options.connect?.(pbx, store, clock) ?? { pbx, store }),
      flows: directory,
      prompts: promptBook,
      clock,
      ids,
      log: options.log ?? silentLog,
      recorded: (recorded) => {
        const message = messageIn(recorded.recording);
        if (message && holdsMessage(recorded)) voicemails.push({ ...recorded, box: message.box });
      },
      replaced: () => undefined,
    });
  engine = newEngine();
  return {
    clock,
    pbx,
    store,
    voicemails,
    wordsOf,
    get engine() {
      return engine;
    },
    async start() {
      await engine.start();
      await clock.advance(10);
    },
    /** The daemon dies (its promises are simply never heard of again) and a new one starts on the same store. */
    async restart(downMs = 500) {
      await engine.stop();
      await clock.advance(downMs);
      engine = newEngine();
      await engine.start();
      await clock.advance(10);
    },
    /** A new daemon starts on the same store; the old one is left as it is. */
    async succeed() {
      engine = newEngine();
      await engine.start();
      await clock.advance(10);
    },
    async ready(id: string, extension = id) {
      pbx.setPhone(extension, { ringAfterMs: 20, answerAfterMs: 2000 });
      await engine.tellAgent(id, { type: 'LogIn', extension });
      await engine.tellAgent(id, { type: 'GoReady' });
    },
    caller(ani = '13812345678', dnis = '95533') {
      return pbx.call({ source: { kind: 'outside' }, ani, aniName: '', dnis });
    },
    phone(extension: string, dnis: string) {
      return pbx.call({ source: { kind: 'phone', extension }, ani: extension, aniName: '', dnis });
    },
    types: () => store.events.map((event) => event.type),
    record: () => [...store.calls.values()].at(-1)!,
  };
}

function shippedFlows(): string[] {
  const folder = new URL('../../ivr-flows/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
}
