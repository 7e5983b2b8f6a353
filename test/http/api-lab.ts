import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { type Agent, type AgentInput, reduceAgent } from '../../src/agent/agent.ts';
import { AgentStore } from '../../src/agent/store.ts';
import { Refused } from '../../src/base/errors.ts';
import { idSource } from '../../src/base/ids.ts';
import type { Log } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { Call } from '../../src/call/call.ts';
import { CallStore } from '../../src/call/store.ts';
import { CampaignStore } from '../../src/campaign/store.ts';
import { CustomerStore } from '../../src/customer/store.ts';
import type { Centre, Health, QueueStatus } from '../../src/engine/centre.ts';
import type { CentreStore } from '../../src/engine/store.ts';
import type { ApiParts } from '../../src/http/api.ts';
import { buildApp } from '../../src/http/app.ts';
import { EVERY_ROLE, type Role } from '../../src/http/roles.ts';
import { TokenStore } from '../../src/http/store.ts';
import type { FlowSummary } from '../../src/ivr/library.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import type { PhoneStatus } from '../../src/pbx/pbx.ts';
import { seedDemonstration } from '../../src/setup/seed.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { openStore, START } from '../store/examples.ts';

/** A centre that does what the real one promises, without calls of its own. */
export class FakeCentre implements Centre {
  calls: Call[] = [];
  staff: Agent[] = [];
  queueStatuses: QueueStatus[] = [];
  registered: PhoneStatus[] = [];
  state: Health = { ready: true, problems: [], pbx: 'simulated', liveCalls: 0 };
  /** Thrown by the next command. */
  trouble: Error | undefined;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  liveCalls = () => this.calls;
  agents = () => this.staff;
  queues = () => this.queueStatuses;
  health = () => this.state;

  async phones(): Promise<readonly PhoneStatus[]> {
    this.#fail();
    return this.registered;
  }

  async tellAgent(id: string, input: AgentInput): Promise<Agent> {
    this.#fail();
    const index = this.staff.findIndex((agent) => agent.id === id);
    const moved = reduceAgent(this.staff[index]!, input, this.#now());
    this.staff[index] = moved;
    return moved;
  }

  async hangUp(id: string): Promise<void> {
    this.#fail();
    if (!this.calls.some((call) => call.id === id)) throw new Refused('call-not-live', `${id} is over`);
    this.calls = this.calls.filter((call) => call.id !== id);
  }

  #fail(): void {
    const { trouble } = this;
    this.trouble = undefined;
    if (trouble) throw trouble;
  }
}

class FakeFlows {
  wrong: readonly string[] = [];
  entries: readonly FlowSummary[] = [
    { name: 'hotline', version: 'v1', numbers: ['95533'], file: 'hotline.yaml' },
  ];
  list = () => this.entries;
  problems = () => this.wrong;
  async reload(): Promise<readonly string[]> {
    this.wrong = ['hotline.yaml:3:1 there is no step "mian"'];
    return this.wrong;
  }
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

export interface ApiLab extends ApiParts {
  readonly app: FastifyInstance;
  readonly centre: FakeCentre;
  readonly flows: FakeFlows;
  readonly clock: VirtualClock;
  readonly store: CentreStore;
  readonly tokenOf: Record<Role, string>;
  /** What was logged, a line each. */
  readonly logged: string[];
  /** Sends a request as somebody of `role`; '' sends no token. */
  send(
    role: Role | '',
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
  ): Promise<Answer>;
  inject(options: InjectOptions): Promise<Answer>;
}

/** The API over the demonstration centre in memory, with a token of every role; role agent is 1001. */
export async function openApi(): Promise<ApiLab> {
  const { database, events, store } = openStore();
  await seedDemonstration(database, START);
  const clock = new VirtualClock(START);
  const centre = new FakeCentre(() => clock.now());
  const { agents: staff, queues } = await store.load();
  centre.staff = [...staff];
  centre.queueStatuses = queues.map((queue) => ({ queue, waiting: [], loggedIn: 0, ready: 0 }));
  const tokens = new TokenStore(database);
  const logged: string[] = [];
  const recordings = join(temporaryFolder(), 'recordings');
  mkdirSync(recordings);
  const parts = {
    centre,
    calls: new CallStore(database, events),
    agents: new AgentStore(database),
    customers: new CustomerStore(database, events),
    campaigns: new CampaignStore(database, events),
    events,
    tokens,
    flows: new FakeFlows(),
    recordings,
    log: listeningLog(logged),
    clock,
    ids: idSource(() => clock.now(), seededRandom(1)),
  };
  const app = buildApp(parts);
  onTestFinished(async () => {
    await app.close();
    database.close();
  });
  const tokenOf = await tokensOf(tokens);
  const inject = async (options: InjectOptions): Promise<Answer> => {
    const { statusCode, headers, body } = await app.inject(options);
    const isJson = String(headers['content-type']).startsWith('application/json');
    return { status: statusCode, headers, text: body, body: isJson ? JSON.parse(body) : undefined };
  };
  const send: ApiLab['send'] = (role, method, url, body) =>
    inject({
      method,
      url,
      headers: role === '' ? {} : { authorization: `Bearer ${tokenOf[role]}` },
      ...(body === undefined ? {} : { payload: body as object }),
    });
  return { ...parts, app, store, tokenOf, logged, send, inject };
}

async function tokensOf(tokens: TokenStore): Promise<Record<Role, string>> {
  const pairs: [Role, string][] = [];
  for (const role of EVERY_ROLE) {
    const agentId = role === 'agent' ? '1001' : undefined;
    pairs.push([role, await tokens.issue({ id: `t-${role}`, name: role, role, agentId, createdAt: START })]);
  }
  return Object.fromEntries(pairs) as Record<Role, string>;
}

function listeningLog(lines: string[]): Log {
  const listen = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { debug: listen, info: listen, warn: listen, error: listen };
}
