import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Call } from '../call/call.ts';
import type { ContactGate } from '../contact/contact.ts';
import type { KnownAnswers } from '../dialer/abandonment.ts';
import type { Attempt, Disposition } from '../dialer/attempt.ts';
import { servedAs } from '../dialer/attempt-rules.ts';
import type { Dialling, DiallingStatus, Preview } from '../dialer/dialling.ts';
import type { OutboundCampaign } from '../dialer/outbound.ts';
import type { WhyNot } from '../dialer/why-not.ts';
import type { LeadSource } from '../list/lead.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { attemptLost } from './attempt-desk.ts';
import { callOf } from './begin-attempt.ts';
import { dialAsNeeded } from './dial-desk.ts';
import { DialFloor } from './dial-floor.ts';
import { statusOf } from './dial-status.ts';
import type { EngineInput, PreviewAsked } from './input.ts';
import { type AttemptBook, LeadSupply } from './lead-supply.ts';
import { faultOf } from './log-ids.ts';
import { resumePacing } from './resume-pacing.ts';
import type { Turn } from './turn.ts';

/** What a centre needs to call people. */
export interface DiallerParts {
  /** The outbound campaigns as they are now. */
  readonly campaigns: () => Promise<readonly OutboundCampaign[]>;
  readonly leads: LeadSource;
  readonly gate: ContactGate;
  readonly attempts: AttemptBook & {
    byId(id: string): Promise<Attempt | undefined>;
    /** Live answers since `since` of a campaign's attempts that have ended; of those made since `from`, one by one. UTC ms. */
    answersSince(campaign: string, since: number, from: number): KnownAnswers;
  };
  readonly zone: () => string;
  /** A campaign that was to be drained has nothing under way any more: it is to be stopped. */
  readonly drained?: (campaign: string) => Promise<void>;
  /** What is not ready yet, '' when all is. */
  readonly hindrance?: () => WhyNot | '';
  /** What keeps one campaign from calling, '' for nothing. */
  readonly held?: (campaign: string) => WhyNot | '';
  readonly dialsPerSecond: number;
  /** Channels of all calls together beyond which nothing more is dialled. */
  readonly channels: number;
}

interface Around {
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: RoutingRules;
  readonly liveCall: (call: string) => Call | undefined;
  /** What forbids to dial now, '' for nothing. */
  readonly hindrance: () => WhyNot | '';
  readonly post: (input: EngineInput) => void;
  readonly ask: (input: EngineInput) => Promise<void>;
}

/** Abandonment is reckoned over 30 days, and over one rolling hour, ms. */
const REMEMBERED_MS = 31 * 24 * 3_600_000;
const ROLLING_MS = 3_600_000;
/** After a drained campaign was stopped, or could not be, it is left alone for this long, ms. */
const STOP_REST_MS = 5_000;

/** The dialer within the engine: what it does in a turn, before and after it, and what people ask of it. */
export class Dialler implements Dialling {
  readonly floor: DialFloor;
  readonly #parts: DiallerParts;
  readonly #around: Around;
  readonly #supply: LeadSupply;
  /** When a drained campaign may be stopped, UTC ms. */
  readonly #stopsAfter = new Map<string, number>();
  /** Live answers of attempts that were under way when the last daemon went, and whose fate was known then. */
  readonly #answered: { readonly campaign: string; readonly at: number; readonly abandoned: boolean }[] = [];
  #problem = '';

  constructor(parts: DiallerParts, around: Around) {
    this.#parts = parts;
    this.#around = around;
    const forbids = () =>
      (this.floor.isEnding ? 'stopping' : around.hindrance()) || (parts.hindrance?.() ?? '');
    this.floor = new DialFloor(
      { ...parts, forbids, answers: (campaign) => this.#answersOf(campaign) },
      around.rules,
      (call) => around.liveCall(call)?.outbound !== undefined,
    );
    this.#supply = new LeadSupply({
      ...parts,
      ...around,
      came: (campaign, leads) => around.post({ type: 'LeadsCame', campaign, leads }),
      taken: (campaign) => this.floor.campaigns.get(campaign)?.hopper.taken ?? [],
    });
  }

  /** Takes up what was under way when the last daemon went. */
  async start(attempts: readonly Attempt[], calls: readonly Call[]): Promise<void> {
    const campaigns = await this.#parts.campaigns();
    for (const attempt of attempts) this.floor.resume(attempt);
    this.floor.takeCampaigns(campaigns);
    const callsById = new Map(calls.map((call) => [call.id, call]));
    for (const attempt of attempts) {
      const call = callsById.get(callOf(attempt.id));
      if (!call) this.floor.lost.push(attempt);
      const served = call && servedAs(attempt, call);
      if (served === undefined) continue;
      const { campaign, waitedAt: at = attempt.at } = attempt;
      this.#answered.push({ campaign, at, abandoned: served === 'abandoned' });
    }
    // Before any of them ends, and counts as one that has.
    for (const { campaign } of this.#answered) this.floor.windowsOf(campaign);
    for (const attempt of attempts) resumePacing(this.floor, attempt, callsById.get(callOf(attempt.id)));
    this.#supply.settle(this.floor);
  }

  /** Read when a campaign's abandonment is asked for first: a start has no time for it. */
  #answersOf(campaign: string): KnownAnswers {
    const now = this.#around.clock.now();
    const book = this.#parts.attempts;
    const { past, recent } = book.answersSince(campaign, now - REMEMBERED_MS, now - ROLLING_MS);
    const open = this.#answered.filter((one) => one.campaign === campaign);
    return { past, recent: [...recent, ...open].sort((one, other) => one.at - other.at) };
  }

  /** The centre stops: nothing more is dialled, and whoever has rung for long enough is let go, for nobody would be there. */
  end(): Promise<void> {
    return this.#around.ask({ type: 'DiallingEnds' });
  }

  /** The campaigns have changed. */
  async campaignsChanged(): Promise<void> {
    const campaigns = await this.#parts.campaigns();
    await this.#around.ask({ type: 'CampaignsChanged', campaigns });
  }

  /** Decides at the end of a turn what is dialled. Whatever goes wrong here must not keep callers from being served. */
  dial(turn: Turn): void {
    try {
      for (const attempt of this.floor.lost.splice(0)) attemptLost(turn, this.floor, attempt);
      dialAsNeeded(turn, this.floor);
      this.#problem = '';
    } catch (error) {
      this.#problem = `nothing is dialled (${messageOf(error)}); see the log`;
      this.#around.log.error(faultOf(error), 'dialling failed');
    }
  }

  /** What a turn changed is committed. */
  committed(): void {
    this.#supply.settle(this.floor);
    this.#supply.fill(this.floor);
    for (const { campaign, inFlight } of this.floor.campaigns.values())
      if (campaign.status === 'draining' && inFlight === 0) void this.#stop(campaign.id);
  }

  /** A drained campaign has nothing under way any more. Once, however often that is seen; where it fails, again after a while. */
  async #stop(campaign: string): Promise<void> {
    const { clock, log } = this.#around;
    if (clock.now() < (this.#stopsAfter.get(campaign) ?? 0)) return;
    this.#stopsAfter.set(campaign, Number.POSITIVE_INFINITY);
    try {
      await this.#parts.drained?.(campaign);
      await this.campaignsChanged();
    } catch (thrown) {
      log.warn({ campaign, reason: messageOf(thrown) }, 'a drained campaign could not be stopped');
    } finally {
      this.#stopsAfter.set(campaign, clock.now() + STOP_REST_MS);
    }
  }

  problems(): string[] {
    return [this.#problem, this.#supply.problem].filter((one) => one !== '');
  }

  status(): DiallingStatus {
    return statusOf(this.floor, this.#around.liveCall, this.#around.clock.now());
  }

  async previewNext(agent: string, campaign: string): Promise<Preview> {
    await this.#asked(agent, { wish: 'next', campaign });
    const shown = this.floor.previews.get(agent);
    if (!shown) throw new Refused('no-lead', 'the lead was taken back at once: ask again');
    return shown;
  }

  async previewAccept(agent: string): Promise<string> {
    let attempt = '';
    await this.#asked(agent, { wish: 'accept', made: (id) => (attempt = id) });
    return attempt;
  }

  previewSkip(agent: string, reason: string): Promise<void> {
    return this.#asked(agent, { wish: 'skip', reason });
  }

  #asked(agent: string, asked: PreviewAsked): Promise<void> {
    return this.#around.ask({ type: 'PreviewAsked', agent, ...asked });
  }

  /** @throws Refused `unknown-attempt`, `callback-in-the-past` */
  async dispose(id: string, disposition: Disposition): Promise<void> {
    const here = this.floor.underWay.get(id)?.attempt ?? this.floor.ended.get(id);
    const attempt = here ?? (await this.#parts.attempts.byId(id));
    if (!attempt) throw new Refused('unknown-attempt', `there is no attempt ${id}`);
    await this.#around.ask({ type: 'Disposed', attempt, disposition });
  }
}
