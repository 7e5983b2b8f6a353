import type { FastifyRequest } from 'fastify';
import { Refused } from '../base/errors.ts';
import { Recent } from '../base/recent.ts';
import { type BranchTree, HEAD_OFFICE } from '../branch/branch.ts';
import type { BranchStore } from '../branch/store.ts';
import type { CallParties, CallStore } from '../call/store.ts';
import type { Centre } from '../engine/centre.ts';
import type { LogEvent } from '../engine/changes.ts';
import type { EventLog } from '../engine/store.ts';
import type { Principal } from './principal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that is not for everybody. */
    scope: Scope | undefined;
  }
}

/** Whose branch a thing has. */
interface Branched {
  /** Undefined where there is no such thing. */
  branchOf(id: string): string | undefined;
}

interface ScopeParts {
  readonly branches: Pick<BranchStore, 'tree'>;
  readonly centre: Pick<Centre, 'agent' | 'liveCall'>;
  readonly calls: Pick<CallStore, 'partiesOf'>;
  readonly agents: Branched;
  readonly customers: Branched;
  readonly campaigns: Branched;
  /** Undefined in a centre that calls nobody. */
  readonly outbound?: Branched | undefined;
  readonly events: Pick<EventLog, 'onAppended'>;
}

/** What is remembered of each kind: calls and events ask for the same ones again and again. */
const REMEMBERED = 20_000;

const KINDS = ['agents', 'customers', 'campaigns', 'outbound'] as const;
type Kind = (typeof KINDS)[number];

/** Which kind an event is about, and where it names it, when something of it may have changed. */
const CHANGES: Readonly<Record<string, Kind>> = {
  AgentChanged: 'agents',
  AgentRemoved: 'agents',
  CustomerChanged: 'customers',
  CampaignChanged: 'campaigns',
  OutboundCampaignChanged: 'outbound',
  OutboundCampaignRemoved: 'outbound',
};

/** Tells for everybody who asks what he may see. Answers from memory; the database is asked once for each thing. */
export class Scopes {
  readonly #parts: ScopeParts;
  readonly #branches: Readonly<Record<Kind, Recent<string>>>;
  readonly #calls = new Recent<CallParties>(REMEMBERED);

  constructor(parts: ScopeParts) {
    this.#parts = parts;
    this.#branches = {
      agents: new Recent(REMEMBERED),
      customers: new Recent(REMEMBERED),
      campaigns: new Recent(REMEMBERED),
      outbound: new Recent(REMEMBERED),
    };
    parts.events.onAppended((events) => {
      for (const event of events) this.#forget(event);
    });
  }

  /** What somebody may see, at any time from now on: it follows every change. */
  of(principal: Pick<Principal, 'branch' | 'agentId'>): Scope {
    return new Scope(principal, this);
  }

  get tree(): BranchTree {
    return this.#parts.branches.tree;
  }

  /** The branch of a thing, undefined where there is no such thing. */
  branchOf(kind: Kind, id: string): string | undefined {
    const known = this.#branches[kind].get(id);
    if (known !== undefined) return known;
    const found = this.#parts[kind]?.branchOf(id);
    if (found !== undefined) this.#branches[kind].set(id, found);
    return found;
  }

  /** The branches that a call belongs to: of its customer, its campaign and its agents, those whom it rings now too. */
  branchesOfCall(id: string, record?: CallParties): readonly string[] {
    const call = this.#parts.centre.liveCall(id);
    if (!call) return this.#branchesOf(record ?? this.#ended(id));
    const { customerId = null, agentId = null, campaignId = null } = call.facts;
    const rung = call.legs.flatMap(({ agent, endedAt }) =>
      agent !== undefined && endedAt === undefined ? [this.branchOf('agents', agent)] : [],
    );
    return [...this.#branchesOf({ customerId, agentId, campaignId }), ...rung].filter(isThere);
  }

  /** A campaign whose code is keyed in, else one that calls people: only the ids of the second kind are anybody's choice. */
  branchOfCampaign(id: string): string | undefined {
    return this.branchOf('campaigns', id) ?? this.branchOf('outbound', id);
  }

  /** The call that an agent has in hand, or has just had and writes up. */
  callInHand(agentId: string): string | undefined {
    const state = this.#parts.centre.agent(agentId)?.state;
    return state && 'call' in state ? state.call : undefined;
  }

  partiesOf(id: string): CallParties | undefined {
    const live = this.#parts.centre.liveCall(id);
    if (!live) return this.#ended(id);
    const { customerId = null, agentId = null, campaignId = null } = live.facts;
    return { customerId, agentId, campaignId };
  }

  #branchesOf(parties: CallParties | undefined): readonly string[] {
    if (!parties) return [];
    const { customerId, agentId, campaignId } = parties;
    return [
      customerId === null ? undefined : this.branchOf('customers', customerId),
      agentId === null ? undefined : this.branchOf('agents', agentId),
      campaignId === null ? undefined : this.branchOfCampaign(campaignId),
    ].filter(isThere);
  }

  /** Nothing of a call changes any more once it has ended. */
  #ended(id: string): CallParties | undefined {
    const known = this.#calls.get(id);
    if (known) return known;
    const parties = this.#parts.calls.partiesOf(id);
    if (parties) this.#calls.set(id, parties);
    return parties;
  }

  #forget({ type, agent, data }: LogEvent): void {
    const kind = CHANGES[type];
    if (!kind) return;
    const id = kind === 'agents' ? agent : data[kind === 'customers' ? 'customer' : 'campaign'];
    if (typeof id === 'string') this.#branches[kind].delete(id);
  }
}

/** What somebody may see: his branch and those below it, and the call that he has in hand. */
export class Scope {
  readonly #who: Pick<Principal, 'branch' | 'agentId'>;
  readonly #scopes: Scopes;

  constructor(who: Pick<Principal, 'branch' | 'agentId'>, scopes: Scopes) {
    this.#who = who;
    this.#scopes = scopes;
  }

  /** Whether he sees all branches. */
  get isWhole(): boolean {
    return this.#who.branch === HEAD_OFFICE;
  }

  /** His branch and all below it by id; the head office is none. */
  get branches(): readonly string[] {
    return this.#scopes.tree.within(this.#who.branch).map(({ id }) => id);
  }

  /** @param branch unset for the head office; for what is not there nobody but the head office may know that */
  sees(branch: string | undefined): boolean {
    return this.#scopes.tree.covers(this.#who.branch, branch ?? HEAD_OFFICE);
  }

  /** Himself too, wherever he belongs. */
  seesAgent(id: string): boolean {
    return this.isWhole || id === this.#who.agentId || this.#covers(this.#scopes.branchOf('agents', id));
  }

  /** Whether he has this call in hand: he serves whoever is in it, wherever that one has been before. */
  hasInHand(call: string): boolean {
    return this.#inHand === call;
  }

  seesCustomer(id: string): boolean {
    if (this.isWhole || this.#covers(this.#scopes.branchOf('customers', id))) return true;
    return this.#servedNow?.customerId === id;
  }

  /** Of either kind. */
  seesCampaign(id: string): boolean {
    if (this.isWhole || this.#covers(this.#scopes.branchOfCampaign(id))) return true;
    return this.#servedNow?.campaignId === id;
  }

  seesOutbound(id: string): boolean {
    return this.isWhole || this.#covers(this.#scopes.branchOf('outbound', id));
  }

  /** @param record of the call, where it is at hand */
  seesCall(id: string, record?: CallParties): boolean {
    return (
      this.isWhole ||
      this.#inHand === id ||
      this.#scopes.branchesOfCall(id, record).some((branch) => this.#covers(branch))
    );
  }

  /** By its call; else by its agent; else by what else it names. What names nothing is the head office's. */
  seesEvent({ call, agent, data }: Pick<LogEvent, 'call' | 'agent' | 'data'>): boolean {
    if (this.isWhole) return true;
    if (call !== undefined) return this.seesCall(call);
    if (agent !== undefined) return this.seesAgent(agent);
    const { customer, campaign, branch } = data;
    return (
      (typeof customer === 'string' && this.seesCustomer(customer)) ||
      (typeof campaign === 'string' && this.seesCampaign(campaign)) ||
      (typeof branch === 'string' && this.#covers(branch))
    );
  }

  /**
   * The branch for something new, or that is moved: the one that was named, else his own.
   * @throws Refused `branch-not-yours`, for those who see all `bad-branch`
   */
  placeIn(branch = this.#who.branch): string {
    if (!this.sees(branch)) throw notYours(branch);
    if (this.#scopes.tree.has(branch)) return branch;
    const problem = `there is no branch ${branch}`;
    throw new Refused('bad-branch', `branch: ${problem}`, { issues: [{ at: 'branch', problem }] });
  }

  /** Whom he serves, and for which campaign: he has to see both, wherever they belong. */
  get #servedNow(): CallParties | undefined {
    const call = this.#inHand;
    return call === undefined ? undefined : this.#scopes.partiesOf(call);
  }

  get #inHand(): string | undefined {
    const { agentId } = this.#who;
    return agentId === undefined ? undefined : this.#scopes.callInHand(agentId);
  }

  #covers(branch: string | undefined): boolean {
    return branch !== undefined && this.sees(branch);
  }
}

/** What whoever makes this request may see. */
export function scopeOf(request: Pick<FastifyRequest, 'scope'>): Scope {
  if (!request.scope) throw new Error('a route for everybody asked what is seen');
  return request.scope;
}

/** The refusal of a branch that whoever asks does not cover. */
export function notYours(branch: string): Refused {
  return new Refused('branch-not-yours', `Branch ${branch || 'head office'} is not part of yours`, {
    branch,
  });
}

function isThere(branch: string | undefined): branch is string {
  return branch !== undefined;
}
