import type { Agent } from '../agent/agent.ts';
import type { ContactGate } from '../contact/contact.ts';
import { AbandonmentWindows, type KnownAnswers } from '../dialer/abandonment.ts';
import type { Attempt } from '../dialer/attempt.ts';
import { Circuit } from '../dialer/circuit.ts';
import type { Preview } from '../dialer/dialling.ts';
import { HeldBackNotes } from '../dialer/held-back.ts';
import { Hopper } from '../dialer/hopper.ts';
import type { OutboundCampaign } from '../dialer/outbound.ts';
import { PoolPacer } from '../dialer/pacing/pool-pacer.ts';
import type { PacingReason } from '../dialer/pacing.ts';
import { type DialFeatures, Propensity } from '../dialer/propensity.ts';
import type { WhyNot } from '../dialer/why-not.ts';
import type { Lead, LeadFate } from '../list/lead.ts';
import type { RoutingRules } from '../queue/rules.ts';
import type { DialPool } from './dial-pool.ts';
import { DialPools } from './dial-pools.ts';

/** What the dialer needs of the rest of the centre. */
export interface DialFloorParts {
  readonly gate: ContactGate;
  /** The zone in which the days of abandonment are reckoned, IANA name. */
  readonly zone: () => string;
  /** How many may be dialled in a second, over all campaigns. */
  readonly dialsPerSecond: number;
  /** How many channels all calls together may use before nothing more is dialled. */
  readonly channels: number;
  /** What became of a campaign's live answers so far. */
  readonly answers: (campaign: string) => KnownAnswers;
  /** What forbids to dial anything now, '' for nothing. */
  readonly forbids: () => WhyNot | '';
  /** What keeps one campaign from calling, '' for nothing. */
  readonly held?: (campaign: string) => WhyNot | '';
}

/** A campaign that is not stopped, at work. */
export interface Working {
  campaign: OutboundCampaign;
  readonly hopper: Hopper;
  readonly circuit: Circuit;
  /** Attempts that are under way. */
  inFlight: number;
  /** Who answers when. */
  readonly propensity: Propensity;
  /** Why nothing was dialled the last time, '' when something was or nothing had to be. */
  whyNot: WhyNot | '';
  /** Until then it dials nothing, because limits are reached, UTC ms. */
  restsUntil: number;
  /** Why there was nothing to fetch the last time. */
  dryBecause: 'no-leads' | 'all-done' | 'outside-hours';
  /** What the last decision was made by. */
  reason?: PacingReason;
  /** Grows with each lead that is shown, by less where the campaign weighs more: the lowest one is next. */
  previewTurn: number;
  /** Leads whose own agent is not to be had, and since when, UTC ms. */
  readonly awaited: Map<string, number>;
}

/** An attempt that is under way, with its lead; after a restart the lead is known to its list only. */
export interface UnderWay {
  readonly attempt: Attempt;
  readonly lead?: Lead;
  /** The pool that dialled it, whatever becomes of its campaign. */
  readonly pool?: DialPool | undefined;
  /** What was known of the dial before it was made. */
  readonly features?: DialFeatures;
}

/** A campaign that begins its work. */
function fresh(): Omit<Working, 'campaign'> {
  return {
    hopper: new Hopper(),
    circuit: new Circuit(),
    propensity: new Propensity(),
    inFlight: 0,
    whyNot: '',
    restsUntil: 0,
    dryBecause: 'no-leads',
    previewTurn: 0,
    awaited: new Map(),
  };
}

/** The dialer's live state: campaigns with the leads at hand, pools of agents, attempts under way. */
export class DialFloor {
  readonly gate: ContactGate;
  readonly campaigns = new Map<string, Working>();
  /** By the attempt's id. */
  readonly underWay = new Map<string, UnderWay>();
  /** Attempts that have ended, until their lists know, by id: the store may not have them yet. */
  readonly ended = new Map<string, Attempt>();
  /** By the agent who looks at it. */
  readonly previews = new Map<string, Preview>();
  /** Attempts that the last daemon left open without a call, until a turn closes them. */
  readonly lost: Attempt[] = [];
  /** True when the centre stops: nobody is dialled any more. */
  isEnding = false;
  /** Leads whose fate changed with no attempt, for their lists. */
  readonly sentBack: { readonly campaign: string; readonly lead: string; readonly fate: LeadFate }[] = [];
  readonly #parts: DialFloorParts;
  /** Leads that were held back, for the log. */
  readonly heldBack = new HeldBackNotes();
  /** Of the campaign of which a lead was shown last. */
  previewTurn = 0;
  readonly #pools: DialPools;
  readonly #windows = new Map<string, AbandonmentWindows>();
  /** Dials that may go out now, by the rate. */
  #allowance = 0;
  #allowanceAt = 0;
  /** When pools decide again, and when they did last, UTC ms. */
  dueAt = Number.POSITIVE_INFINITY;
  decidedAt = 0;

  /** @param callsOut true for a live call of a campaign */
  constructor(parts: DialFloorParts, rules: RoutingRules, callsOut: (call: string) => boolean) {
    this.#parts = parts;
    this.gate = parts.gate;
    this.#pools = new DialPools(rules, { pacer: () => this.#pacer(), callsOut });
  }

  /** By the queue. */
  get pools(): ReadonlyMap<string, DialPool> {
    return this.#pools.byQueue;
  }

  get channels(): number {
    return this.#parts.channels;
  }

  /** What keeps a campaign from calling, from outside of the dialer; '' for nothing. */
  heldBy(campaign: string): WhyNot | '' {
    return this.#parts.forbids() || (this.#parts.held?.(campaign) ?? '');
  }

  /** True when it is not known how the PBX is, or nothing may be dialled at all for another reason. */
  get isForbidden(): boolean {
    return this.#parts.forbids() !== '';
  }

  /** The campaigns as they are now; those that are stopped and have nothing under way are not at work. */
  takeCampaigns(campaigns: readonly OutboundCampaign[]): void {
    const listed = new Set<string>();
    for (const campaign of campaigns) {
      const known = this.campaigns.get(campaign.id) ?? this.#takenUp(campaign);
      if (campaign.status === 'stopped' && known.inFlight === 0) continue;
      listed.add(campaign.id);
      // Lists may have been switched off, numbers become forbidden.
      known.hopper.clear();
      known.campaign = campaign;
      this.campaigns.set(campaign.id, known);
    }
    for (const id of [...this.campaigns.keys()]) if (!listed.has(id)) this.campaigns.delete(id);
    this.#pools.takeCampaigns([...this.campaigns.values()].map(({ campaign }) => campaign));
    this.dueAt = 0;
  }

  /** A campaign begins to work, perhaps with attempts that were under way when the last daemon went. */
  #takenUp(campaign: OutboundCampaign): Working {
    const isIts = (one: { readonly campaign: string }): boolean => one.campaign === campaign.id;
    const own = Array.from(this.underWay.values(), ({ attempt }) => attempt).filter(isIts);
    const working = { ...fresh(), campaign, inFlight: own.length };
    for (const { lead } of own) working.hopper.hold(lead);
    for (const { lead } of [...this.ended.values()].filter(isIts)) working.hopper.hold(lead);
    for (const { lead } of [...this.previews.values()].filter(isIts)) working.hopper.hold(lead.id);
    return working;
  }

  /** An attempt that was under way when the last daemon went; before the campaigns are taken. */
  resume(attempt: Attempt): void {
    this.underWay.set(attempt.id, { attempt });
  }

  /** The list knows how an attempt ended, or what was noted of it later. */
  listKnows({ id, lead, campaign, disposition }: Attempt): void {
    const kept = this.ended.get(id);
    // More was noted in the meantime.
    if (kept && kept.disposition?.at !== disposition?.at) return;
    this.ended.delete(id);
    if (!this.#isInUse(lead)) this.campaigns.get(campaign)?.hopper.settled(lead);
  }

  /** True for a lead that is dialled or shown now, whatever is noted of an earlier attempt of his. */
  #isInUse(lead: string): boolean {
    for (const { attempt } of this.underWay.values()) if (attempt.lead === lead) return true;
    for (const shown of this.previews.values()) if (shown.lead.id === lead) return true;
    return false;
  }

  takeRules(rules: RoutingRules): void {
    this.#pools.takeRules(rules);
    this.dueAt = 0;
  }

  /** Notes how an agent is. @param free he can be given a call now */
  agentChanged(agent: Agent, free: boolean): void {
    this.#pools.agentChanged(agent, free);
    this.dueAt = 0;
  }

  agentGone(id: string): void {
    this.#pools.agentGone(id);
    this.dueAt = 0;
  }

  /** Who is free to dial for. @param waiting queues in which callers wait */
  lend(waiting: readonly string[]): void {
    this.#pools.lend(waiting);
  }

  /** How many live answers of a campaign were abandoned, also while it is stopped. */
  windowsOf(campaign: string): AbandonmentWindows {
    const known = this.#windows.get(campaign);
    if (known) return known;
    const windows = new AbandonmentWindows(this.#parts.zone());
    this.#windows.set(campaign, windows);
    const { past, recent } = this.#parts.answers(campaign);
    windows.notePast(past);
    for (const { abandoned, at } of recent) windows.note(abandoned, at);
    return windows;
  }

  /** The pool of a campaign. */
  poolOf(campaign: OutboundCampaign): DialPool | undefined {
    return this.pools.get(campaign.queue);
  }

  /** True for an agent who takes the calls of this queue. */
  fits(agent: Agent, queue: string): boolean {
    return this.#pools.fits(agent, queue);
  }

  /** How many may be dialled now by the rate; what is not used is lost. @param now UTC ms */
  allowance(now: number): number {
    const { dialsPerSecond } = this.#parts;
    const earned = ((now - this.#allowanceAt) / 1000) * dialsPerSecond;
    this.#allowance = Math.min(dialsPerSecond, this.#allowance + Math.max(0, earned));
    this.#allowanceAt = now;
    return Math.floor(this.#allowance);
  }

  spend(dials: number): void {
    this.#allowance -= dials;
  }

  #pacer(): PoolPacer {
    return new PoolPacer({ zone: this.#parts.zone(), windows: (campaign) => this.windowsOf(campaign) });
  }
}
