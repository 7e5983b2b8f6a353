import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { AgentStore } from '../agent/store.ts';
import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Metric } from '../base/metrics.ts';
import type { CallStore } from '../call/store.ts';
import type { CampaignStore } from '../campaign/store.ts';
import type { CustomerStore } from '../customer/store.ts';
import type { Centre } from '../engine/centre.ts';
import type { EventLog } from '../engine/store.ts';
import type { Flow } from '../ivr/flow.ts';
import type { FlowSummary } from '../ivr/library.ts';
import type { Problem } from '../ivr/report.ts';
import type { FlowHistory, StepStats } from '../ivr/store.ts';
import type { RoutingRules } from '../queue/rules.ts';
import type { CallbackStore } from '../queue/store.ts';
import type { Ban } from '../security/bans.ts';
import type { Persona } from '../speech/persona.ts';
import type { ContactParts } from './contact-parts.ts';
import type { DialerParts } from './outbound.ts';
import type { Principal } from './principal.ts';
import type { Role } from './roles.ts';
import type { TokenStore } from './store.ts';

/** Everything that the API answers from. */
export interface ApiParts {
  readonly centre: Centre;
  readonly calls: CallStore;
  readonly agents: AgentStore;
  readonly customers: CustomerStore;
  readonly campaigns: CampaignStore;
  readonly callbacks: CallbackStore;
  readonly events: EventLog;
  readonly tokens: TokenStore;
  readonly metrics: readonly Metric[];
  readonly bans: BanDesk;
  readonly flows: FlowShelf;
  readonly history: FlowHistory;
  readonly routing: RoutingDesk;
  readonly stepStats: StepStats;
  /** What it takes to call people; undefined in a centre that calls nobody. */
  readonly dialer?: DialerParts;
  /** Whom it may call, and whom it called; undefined in such a centre too. */
  readonly contacts?: ContactParts;
  /** Absolute folder of the recordings; no audio outside it is given out. */
  readonly recordings: string;
  /** Absolute folder of the console's pages; undefined where there are none. */
  readonly console?: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** The IVR flows as far as the API shows them. */
export interface FlowShelf {
  list(): readonly FlowSummary[];
  byName(name: string): Flow | undefined;
  persona(name: string): Persona | undefined;
  /** Names of the calendars that there are. */
  calendars(): readonly string[];
  /** What is wrong in the flow files, warnings too. */
  problems(): readonly Problem[];
  /** What keeps prompts from sounding as they should, a sentence each. */
  promptProblems(): readonly string[];
  /** Reads the files again; a flow with an error keeps its last good version. Returns the problems. */
  reload(by: string): Promise<readonly Problem[]>;
  /** Puts a version back that ran before, and reads the files. @throws Refused `flow-version-unknown` */
  rollback(name: string, version: string, by: string): Promise<readonly Problem[]>;
}

/** The routing rules as far as the API shows them. */
export interface RoutingDesk {
  current(): RoutingRules;
  /** What is wrong with the rules or the agents, a sentence each. */
  problems(): readonly string[];
}

/** The addresses that are shut out. */
export interface BanDesk {
  list(): readonly Ban[];
  /** @throws Refused `ban-unknown` */
  lift(address: string, by: string): Ban;
}

/** The app as the features' routes see it. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Who may use a route: certain roles, whoever has an agent's seat, or everybody, even without a token. */
export type Allowed = readonly (Role | 'seat')[] | 'everybody';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route has to say it. */
    allowed?: Allowed;
    /** Whether its answer waits for the PBX, which may refuse or be away. */
    asksPbx?: boolean;
  }
  interface FastifyRequest {
    /** Set on every route that is not for everybody. */
    principal: Principal | undefined;
  }
}

/** Whoever makes this request. */
export function caller(request: Pick<FastifyRequest, 'principal'>): Principal {
  if (!request.principal) throw new Error('a route for everybody asked who is there');
  return request.principal;
}

/** The name under which he signs what he changes. */
export function signed(principal: Principal): string {
  return principal.agentId ?? principal.name;
}
