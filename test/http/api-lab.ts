import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { type Agent, type AgentInput, reduceAgent } from '../../src/agent/agent.ts';
import { PhoneStore } from '../../src/agent/phone-store.ts';
import { AgentStore } from '../../src/agent/store.ts';
import { AuditLog } from '../../src/audit/log.ts';
import { AuditStore } from '../../src/audit/store.ts';
import { Refused } from '../../src/base/errors.ts';
import { idSource } from '../../src/base/ids.ts';
import type { Log } from '../../src/base/log.ts';
import { Gauge } from '../../src/base/metrics.ts';
import { seededRandom } from '../../src/base/random.ts';
import { BranchStore } from '../../src/branch/store.ts';
import type { Call } from '../../src/call/call.ts';
import { CallStore } from '../../src/call/store.ts';
import { CampaignStore } from '../../src/campaign/store.ts';
import { CustomerStore } from '../../src/customer/store.ts';
import { ContactStore } from '../../src/desk/contact-store.ts';
import { DeskStore } from '../../src/desk/store.ts';
import type { Centre, Health, QueueStatus } from '../../src/engine/centre.ts';
import type { DirectionAsked } from '../../src/engine/direction.ts';
import { readRouting } from '../../src/engine/routing-file.ts';
import type { CentreStore } from '../../src/engine/store.ts';
import type { TalkAsked } from '../../src/engine/talk-requests.ts';
import type { ApiParts, FlowShelf, RoutingDesk } from '../../src/http/api.ts';
import { buildApp } from '../../src/http/app.ts';
import { Door } from '../../src/http/door.ts';
import { DeskTopic } from '../../src/http/live/desk-topic.ts';
import { type Role, TOKEN_ROLES } from '../../src/http/roles.ts';
import { Scopes } from '../../src/http/scope.ts';
import { TokenStore } from '../../src/http/store.ts';
import type { Flow } from '../../src/ivr/flow.ts';
import { parseFlow } from '../../src/ivr/parse.ts';
import type { Problem } from '../../src/ivr/report.ts';
import { menu } from '../../src/ivr/steps/menu.ts';
import { hangup, say } from '../../src/ivr/steps/say.ts';
import { FlowHistory, StepStats } from '../../src/ivr/store.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import type { PhoneStatus } from '../../src/pbx/pbx.ts';
import type { RoutingRules } from '../../src/queue/rules.ts';
import { CallbackStore } from '../../src/queue/store.ts';
import { inProject } from '../../src/setup/project.ts';
import { seedDemonstration } from '../../src/setup/seed.ts';
import { Passwords } from '../../src/user/password.ts';
import { SessionStore } from '../../src/user/session-store.ts';
import { UserStore } from '../../src/user/store.ts';
import { reportsOver } from '../report/reports-over.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { openStore, START } from '../store/examples.ts';
import { type ContactLab, contactLab } from './contact-lab.ts';
import { FakeBans } from './fake-bans.ts';
import { aDialer, type FakeDialer } from './fake-dialer.ts';

/** A centre that does what the real one promises, without calls of its own. */
export class FakeCentre implements Centre {
  calls: Call[] = [];
  staff: Agent[] = [];
  queueStatuses: QueueStatus[] = [];
  registered: PhoneStatus[] = [];
  /** What was wanted of talks. */
  readonly asked: (TalkAsked & { readonly call: string })[] = [];
  state: Health = { ready: true, problems: [], pbx: 'simulated', liveCalls: 0 };
  /** Thrown by the next command. */
  trouble: Error | undefined;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  liveCalls = () => this.calls;
  liveCall = (id: string) => this.calls.find((call) => call.id === id);
  agents = () => this.staff;
  agent = (id: string) => this.staff.find((agent) => agent.id === id);
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

  async saveAgent(agent: Agent): Promise<Agent> {
    this.#fail();
    const before = this.staff.find(({ id }) => id === agent.id);
    const saved = before ? { ...agent, state: before.state } : agent;
    this.staff = [...this.staff.filter(({ id }) => id !== agent.id), saved];
    return saved;
  }

  async removeAgent(id: string): Promise<void> {
    this.#fail();
    const agent = this.staff.find((one) => one.id === id);
    if (agent?.state.at !== 'logged-out') throw new Refused('agent-logged-in', `${id} is logged in`);
    this.staff = this.staff.filter((one) => one !== agent);
  }

  async tellTalk(id: string, { request, by }: TalkAsked): Promise<void> {
    this.#fail();
    if (!this.calls.some((call) => call.id === id)) throw new Refused('call-not-live', `${id} is over`);
    this.asked.push({ call: id, request, ...(by !== undefined && { by }) });
  }

  /** What supervisors wanted of calls. */
  readonly directed: (DirectionAsked & { readonly call: string })[] = [];

  async direct(id: string, asked: DirectionAsked): Promise<void> {
    this.#fail();
    this.directed.push({ call: id, ...asked });
  }

  /** Agents whose pages asked for their sound. */
  readonly rejoining: string[] = [];

  async rejoin(agent: string): Promise<boolean> {
    this.#fail();
    this.rejoining.push(agent);
    return this.calls.length > 0;
  }

  /** What agents dialled themselves. */
  readonly dialled: { readonly agent: string; readonly number: string }[] = [];

  async dial(agent: string, number: string): Promise<string> {
    this.#fail();
    this.dialled.push({ agent, number });
    return `call-d${this.dialled.length}`;
  }

  /** Callbacks of which it was told that nobody is to be called. */
  readonly closedCallbacks: string[] = [];

  async callbackClosed(id: string): Promise<void> {
    this.closedCallbacks.push(id);
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

const HOTLINE = `flow: hotline
numbers: ["95533"]
languages: [en]
start: welcome
steps:
  welcome: { say: { en: Welcome. }, then: main }
  main:
    menu: { say: { en: "For cards, press 1." }, keys: { 1: cards } }
    otherwise: cards
  cards: { hangup: {} }
`;

/** What every flow file has to be free of. */
export const MISSING_STEP: Problem = {
  file: 'ivr-flows/hotline.yaml',
  line: 3,
  column: 1,
  severity: 'error',
  message: 'there is no step "mian"',
  hint: 'did you mean "main"?',
};

/** Flows that are read again and put back by saying so. */
class FakeFlows implements FlowShelf {
  readonly hotline: Flow = parseFlow(HOTLINE, 'ivr-flows/hotline.yaml', 'v1', [say, menu, hangup]).flow!;
  /** What the next reading finds. */
  found: readonly Problem[] = [];
  wrong: readonly Problem[] = [];
  wrongPrompts: readonly string[] = [];
  /** What was asked for, and by whom. */
  readonly asked: string[] = [];
  list = () => [this.hotline];
  byName = (name: string) => (name === 'hotline' ? this.hotline : undefined);
  persona = (name: string) => (name === 'private' ? {} : undefined);
  personas = () => ['private'];
  zone = () => 'Asia/Shanghai';
  calendars = () => ['branch-hours'];
  problems = () => this.wrong;
  promptProblems = () => this.wrongPrompts;

  async reload(by: string): Promise<readonly Problem[]> {
    this.asked.push(`reload by ${by}`);
    this.wrong = this.found;
    return this.wrong;
  }

  async rollback(name: string, version: string, by: string): Promise<readonly Problem[]> {
    if (version === 'v0') throw new Refused('flow-version-unknown', `there is no version v0 of flow ${name}`);
    this.asked.push(`${name} back to ${version}`);
    return this.reload(by);
  }
}

/** The routing rules that ship. */
class FakeRouting implements RoutingDesk {
  rules: RoutingRules = readRouting(readFileSync(inProject('routing/routing.yaml'), 'utf8'), 'r.yaml').rules!;
  wrong: readonly string[] = [];
  current = () => this.rules;
  problems = () => this.wrong;
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
  readonly contacts: ContactLab;
  readonly dialer: FakeDialer;
  readonly flows: FakeFlows;
  readonly routing: FakeRouting;
  readonly clock: VirtualClock;
  readonly store: CentreStore;
  readonly tokenOf: Record<Role, string>;
  /** What was logged, a line each. */
  readonly logged: string[];
  /** Sends a request as somebody of `role`; '' sends no token. */
  send(
    role: Role | '',
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
  ): Promise<Answer>;
  inject(options: InjectOptions): Promise<Answer>;
}

/** The API over the demonstration centre in memory, with a token of every role; role agent is 1001. */
export async function openApi(more?: (parts: ApiParts) => Partial<ApiParts>): Promise<ApiLab> {
  const { database, events, store } = openStore();
  await seedDemonstration(database, START);
  const clock = new VirtualClock(START);
  const centre = new FakeCentre(() => clock.now());
  const { agents: staff } = await store.load();
  const routing = new FakeRouting();
  centre.staff = [...staff];
  centre.queueStatuses = [...routing.current().queues.values()].map((queue) => ({
    queue,
    waiting: [],
    loggedIn: 0,
    ready: 0,
    working: 0,
    estimatedWaitMs: undefined,
    accuracy: { estimates: 0, near: 0, errorMs: 0, absoluteErrorMs: 0 },
  }));
  const tokens = new TokenStore(database);
  const logged: string[] = [];
  const log = listeningLog(logged);
  const sessions = new SessionStore(database);
  const audited = new AuditStore(database);
  const recordings = join(temporaryFolder(), 'recordings');
  mkdirSync(recordings);
  const calls = new CallStore(database, events);
  const agents = new AgentStore(database, events);
  const customers = new CustomerStore(database, events);
  const campaigns = new CampaignStore(database, events);
  const branches = new BranchStore(database, events);
  const dialer = aDialer(database, events);
  const outbound = dialer.campaigns;
  const parts = {
    centre,
    calls,
    agents,
    customers,
    campaigns,
    branches,
    phones: new PhoneStore(database, events),
    scopes: new Scopes({ branches, centre, calls, agents, customers, campaigns, outbound, events }),
    callbacks: new CallbackStore(database, events),
    events,
    tokens,
    users: new UserStore(database),
    sessions,
    passwords: new Passwords(),
    door: new Door({ tokens, sessions, clock }),
    audited,
    audit: new AuditLog({ store: audited, clock, log }),
    contacts: contactLab(database, events, clock),
    dialer,
    bans: new FakeBans(),
    metrics: [new Gauge({ name: 'carillon_ready', help: 'Whether.' }, () => [[[], 1]])],
    flows: new FakeFlows(),
    routing,
    history: new FlowHistory(database, events),
    stepStats: new StepStats(database),
    reports: reportsOver(database),
    recordings,
    log,
    clock,
    ids: idSource(() => clock.now(), seededRandom(1)),
  };
  const deskParts = {
    ...parts,
    desk: new DeskStore(database, events),
    pastContacts: new ContactStore(database),
  };
  const api = { ...deskParts, deskTopic: new DeskTopic(deskParts) };
  const app = buildApp({ ...api, ...more?.(api) });
  onTestFinished(async () => {
    await app.close();
    database.close();
  });
  const tokenOf = await tokensOf(tokens);
  const inject = async (options: InjectOptions): Promise<Answer> => {
    const { statusCode, headers, body } = await app.inject(options);
    const isJson = String(headers['content-type']).startsWith('application/json') && body !== '';
    return { status: statusCode, headers, text: body, body: isJson ? JSON.parse(body) : undefined };
  };
  const send: ApiLab['send'] = (role, method, url, body) =>
    inject({
      method,
      url,
      headers: role === '' ? {} : { authorization: `Bearer ${tokenOf[role]}` },
      ...(body === undefined ? {} : { payload: body as object }),
    });
  return { ...api, app, store, tokenOf, logged, send, inject };
}

async function tokensOf(tokens: TokenStore): Promise<Record<Role, string>> {
  const pairs: [Role, string][] = [];
  for (const role of TOKEN_ROLES) {
    const agentId = role === 'agent' ? '1001' : undefined;
    pairs.push([
      role,
      await tokens.issue({ id: `t-${role}`, name: role, role, agentId, branch: '', createdAt: START }),
    ]);
  }
  return Object.fromEntries(pairs) as Record<Role, string>;
}

function listeningLog(lines: string[]): Log {
  const listen = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { debug: listen, info: listen, warn: listen, error: listen };
}
