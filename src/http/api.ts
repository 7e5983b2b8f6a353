import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { PhoneStore } from '../agent/phone-store.ts';
import type { AgentStore } from '../agent/store.ts';
import type { AuditLog } from '../audit/log.ts';
import type { AuditStore } from '../audit/store.ts';
import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Metric } from '../base/metrics.ts';
import type { BranchStore } from '../branch/store.ts';
import type { CallStore } from '../call/store.ts';
import type { CampaignStore } from '../campaign/store.ts';
import type { CustomerStore } from '../customer/store.ts';
import type { ContactStore } from '../desk/contact-store.ts';
import type { DeskStore } from '../desk/store.ts';
import type { Centre } from '../engine/centre.ts';
import type { EventLog } from '../engine/store.ts';
import type { Flow } from '../ivr/flow.ts';
import type { FlowSummary } from '../ivr/library.ts';
import type { Problem } from '../ivr/report.ts';
import type { FlowHistory, StepStats } from '../ivr/store.ts';
import type { RoutingRules } from '../queue/rules.ts';
import type { CallbackStore } from '../queue/store.ts';
import type { ReportParts } from '../report/parts.ts';
import type { Ban } from '../security/bans.ts';
import type { Persona } from '../speech/persona.ts';
import type { Passwords } from '../user/password.ts';
import type { SessionStore } from '../user/session-store.ts';
import type { UserStore } from '../user/store.ts';
import type { ContactParts } from './contact-parts.ts';
import type { DemonstrationDesk } from './demonstration.ts';
import type { Door } from './door.ts';
import type { EditingParts } from './editing-parts.ts';
import type { DeskTopic } from './live/desk-topic.ts';
import type { DialerParts } from './outbound.ts';
import type { Principal } from './principal.ts';
import type { Role } from './roles.ts';
import type { Scopes } from './scope.ts';
import type { Sockets } from './sockets.ts';
import type { TokenStore } from './store.ts';

/** Everything that the API answers from. */
export interface ApiParts {
  readonly centre: Centre;
  readonly calls: CallStore;
  readonly agents: AgentStore;
  readonly customers: CustomerStore;
  readonly campaigns: CampaignStore;
  readonly callbacks: CallbackStore;
  /** What agents write and choose. */
  readonly desk: DeskStore;
  /** What there was with customers. */
  readonly pastContacts: ContactStore;
  readonly deskTopic: DeskTopic;
  readonly events: EventLog;
  readonly tokens: TokenStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly passwords: Passwords;
  readonly door: Door;
  /** Where is noted what somebody did, and what was noted. */
  readonly audit: AuditLog;
  readonly audited: AuditStore;
  readonly branches: BranchStore;
  readonly phones: PhoneStore;
  /** What whoever asks may see. */
  readonly scopes: Scopes;
  readonly metrics: readonly Metric[];
  readonly bans: BanDesk;
  readonly flows: FlowShelf;
  readonly history: FlowHistory;
  readonly routing: RoutingDesk;
  readonly stepStats: StepStats;
  /** Figures and the search for calls; undefined where none are made. */
  readonly reports?: ReportParts;
  /** What it takes to call people; undefined in a centre that calls nobody. */
  readonly dialer?: DialerParts;
  /** What it takes to edit flows and routing rules; undefined where the files are not for the API. */
  readonly editing?: EditingParts;
  /** Callers whom the PBX plays itself. */
  readonly demonstration?: DemonstrationDesk;
  /** Whom it may call, and whom it called; undefined in such a centre too. */
  readonly contacts?: ContactParts;
  /** Absolute folder of the recordings; no audio outside it is given out. */
  readonly recordings: string;
  /** Absolute folder of the console's pages; undefined where there are none. */
  readonly console?: string;
  /** Websockets; undefined where none are served. */
  readonly sockets?: Sockets;
  /** Told that phones were added, changed or removed; resolves when the PBX knows. */
  readonly phonesChanged?: () => Promise<void>;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** The IVR flows as far as the API shows them. */
export interface FlowShelf {
  list(): readonly FlowSummary[];
  byName(name: string): Flow | undefined;
  persona(name: string): Persona | undefined;
  /** Names of the personas that there are. */
  personas(): readonly string[];
  /** The zone that the centre keeps its hours in. */
  zone(): string;
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
    /** A read that the audit log keeps, such as of a recording; what changes something is kept anyway, unless it only asks by POST. `when-done`: of what is sent again and again while somebody types, what says `done`. */
    audit?: 'reads' | 'changes-nothing' | 'when-done';
    /** Whether its answer waits for the PBX, which may refuse or be away. */
    asksPbx?: boolean;
  }
  interface FastifyRequest {
    /** Set on every route that is not for everybody. */
    principal: Principal | undefined;
    /** Id of the session that he asks with. */
    session: string | undefined;
    /** Id of the refusal that answered it. */
    refusal: string | undefined;
    /** The user who tried to sign in, or left. */
    tried: { id: string; name: string; role: string; branch: string } | undefined;
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
