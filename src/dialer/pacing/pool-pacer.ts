import { AbandonmentWindows } from '../abandonment.ts';
import type { AgentPhase, DialResult, Foreknowledge, Pacer, PacingDecision } from '../pacing.ts';
import { AnswerLevel } from './answer-level.ts';
import { Balance } from './balance.ts';
import { CampaignPace, type PaceSettings } from './campaign-pace.ts';
import { PACING } from './constants.ts';
import { DialChances } from './dial-chances.ts';
import { PoolAgents } from './pool-agents.ts';
import { PoolDials, type RingingDial } from './pool-dials.ts';
import { FIRST_BELIEF, liveQuantileMs, type RingCurves, RingTimes } from './ring-times.ts';

/** What a pacer is made with. */
export interface PoolPacerOptions {
  /** Where days begin, IANA name; UTC if undefined. */
  readonly zone?: string;
  /** The abandonment of a campaign, if it is kept elsewhere: whoever keeps it notes its answers. Else the pacer does. */
  readonly windows?: (campaign: string) => AbandonmentWindows;
  /** For a lab's oracles. */
  readonly foreknowledge?: Foreknowledge;
}

/** Dials that one decision makes at most, and per agent. */
const MOST_DIALS = 60;
const MOST_DIALS_PER_AGENT = 0.1;

/** The product's own pacing, in all modes: progressive, ratio and predictive. */
export class PoolPacer implements Pacer {
  readonly #options: PoolPacerOptions;
  readonly #campaigns = new Map<string, CampaignPace>();
  readonly #agents: PoolAgents;
  readonly #dials: PoolDials;
  readonly #rings = new RingTimes();
  readonly #level = new AnswerLevel();
  readonly #balance = new Balance(PACING.horizonShares.length);
  readonly #fresh = new Float64Array(PACING.horizonShares.length);
  #belief = FIRST_BELIEF;
  #horizonsMs: readonly number[];
  #refreshAt = Number.NEGATIVE_INFINITY;
  #turn = 0;

  constructor(options: PoolPacerOptions = {}) {
    this.#options = options;
    const foreknowledge = options.foreknowledge ?? {};
    this.#horizonsMs = horizonsOf(this.#belief);
    this.#agents = new PoolAgents(this.#horizonsMs, foreknowledge);
    this.#dials = new PoolDials(this.#horizonsMs.length, foreknowledge);
  }

  setCampaign(campaign: string, settings: PaceSettings | undefined): void {
    let pace = this.#campaigns.get(campaign);
    if (!pace) {
      if (!settings) return;
      const kept = this.#options.windows?.(campaign);
      const windows = kept ?? new AbandonmentWindows(this.#options.zone ?? 'UTC');
      pace = new CampaignPace(campaign, windows, this.#belief, kept === undefined);
      this.#campaigns.set(campaign, pace);
    }
    if (!pace.settings) pace.turn = this.#turn;
    const rebuildMs = this.#rebuildMs;
    pace.settings = settings;
    if (this.#rebuildMs < rebuildMs) this.#refreshAt = Number.NEGATIVE_INFINITY;
  }

  setAgent(agent: string, phase: AgentPhase | undefined, since: number): void {
    this.#refresh(since);
    this.#agents.set(agent, phase, since);
  }

  dialled(dial: string, campaign: string, at: number, propensity?: number): void {
    this.#refresh(at);
    const pace = this.#campaigns.get(campaign);
    if (!pace) return;
    this.#turn = pace.takeTurn(this.#turn);
    this.#dials.dialled(dial, pace, at, propensity);
  }

  ringing(dial: string, at: number): void {
    this.#dials.rings(dial, at);
  }

  resolved(dial: string, result: DialResult, at: number): void {
    this.#refresh(at);
    const known = this.#dials.resolved(dial, result);
    if (!known) return;
    const age = at - known.at;
    const { pace } = known;
    const due = pace.chances.due(known.propensity, age);
    if (!this.#level.note(result === 'live', due, known.at, at)) return;
    const end = result === 'live' ? 'live' : result === 'cancelled' ? 'unknown' : 'other';
    pace.learn(end, age, known.given, at);
    this.#rings.note(end, age, at);
  }

  served(dial: string, fate: 'connected' | 'abandoned' | 'hung-up', at: number): void {
    this.#refresh(at);
    this.#dials.served(dial)?.note(fate === 'abandoned', at);
  }

  decide(now: number): PacingDecision {
    const active = [...this.#campaigns.values()].filter(({ settings }) => settings);
    const { waiting, ringing } = this.#dials;
    const idle = this.#agents.count('idle');
    const capacity = idle + this.#agents.count('reserved') - waiting;
    const pool = { capacity, underWay: ringing.length, working: this.#agents.working };
    const isPredicted = active.some(({ settings }) => isPredictive(settings!, pool.working));
    const level = this.#level.planned(isPredicted ? this.#dials.due(now) : 0, now);
    const forecast = isPredicted ? this.#forecast(capacity, level, now) : undefined;
    const paces = active.map((pace) => {
      const pending = forecast ? (forecast.pending * pace.ringing) / Math.max(1, pool.underWay) : 0;
      const allowed = isPredictive(pace.settings!, pool.working) ? pace.allowed(pending, now) : 0;
      return { pace, allowed, turn: Math.max(pace.turn, this.#turn - 1) };
    });
    const cancel = forecast ? toCancel(ringing, paces, forecast.risk, now) : [];
    const placed = this.#place(paces, pool, forecast?.risk, level);
    return {
      dial: placed.dial,
      cancel,
      why: {
        idle,
        busy: this.#agents.working - idle,
        waiting,
        ringing: ringing.length,
        risk: placed.risk,
        allowed: paces.reduce((most, { allowed }) => Math.max(most, allowed), 0),
        answerRate: Math.min(1, this.#belief.rate * level),
      },
    };
  }

  #forecast(capacity: number, level: number, now: number): { risk: number; pending: number } {
    this.#balance.begin(capacity, this.#level.variation, this.#agents.working);
    this.#agents.into(this.#balance, now);
    this.#dials.into(this.#balance, this.#horizonsMs, level, now);
    this.#balance.settle();
    return { risk: this.#balance.risk(), pending: this.#balance.excess() };
  }

  /** One dial after the other, for the campaign whose turn it is among those that may. */
  #place(
    paces: Turn[],
    pool: Pool,
    risk: number | undefined,
    level: number,
  ): { dial: string[]; risk: number } {
    const dial: string[] = [];
    const most = Math.max(MOST_DIALS, Math.ceil(MOST_DIALS_PER_AGENT * pool.working));
    let now = risk ?? 0;
    while (dial.length < most) {
      const underWay = pool.underWay + dial.length;
      const next = nextOf(paces, (turn) => mayDial(turn, underWay, pool, now));
      if (!next) break;
      dial.push(next.pace.id);
      next.turn += next.pace.step;
      if (risk === undefined) continue;
      next.pace.chances.within(next.pace.chances.rate * level, 0, this.#horizonsMs, this.#fresh);
      this.#balance.addDial(this.#fresh);
      now = this.#balance.risk();
    }
    return { dial, risk: now };
  }

  #refresh(now: number): void {
    if (now < this.#refreshAt) return;
    const rebuildMs = this.#rebuildMs;
    this.#refreshAt = (Math.floor(now / rebuildMs) + 1) * rebuildMs;
    const ages = this.#dials.ringing.map(({ at }) => now - at);
    this.#belief = this.#rings.curves(FIRST_BELIEF, ages, now);
    for (const pace of this.#campaigns.values()) {
      const own = this.#dials.ringing.filter((dial) => dial.pace === pace).map(({ at }) => now - at);
      pace.chances = new DialChances(pace.rings.curves(this.#belief, own, now));
    }
    this.#horizonsMs = horizonsOf(this.#belief);
    this.#agents.refresh(this.#freeHorizons(), now);
  }

  get #rebuildMs(): number {
    for (const { settings } of this.#campaigns.values())
      if (settings?.mode === 'predictive') return PACING.rebuildMs;
    return PACING.slowRebuildMs;
  }

  /** An agent who becomes free within the time in which somebody has to be there is in time. */
  #freeHorizons(): number[] {
    let within = Number.POSITIVE_INFINITY;
    for (const { settings } of this.#campaigns.values())
      if (settings) within = Math.min(within, settings.connectWithinMs);
    const spare = Number.isFinite(within) ? Math.max(0, within - PACING.putThroughMs) : 0;
    return this.#horizonsMs.map((horizon) => horizon + spare);
  }
}

interface Pool {
  /** Agents there, less customers who wait. */
  readonly capacity: number;
  readonly underWay: number;
  readonly working: number;
}

interface Turn {
  readonly pace: CampaignPace;
  readonly allowed: number;
  turn: number;
}

function isPredictive({ mode, minAgents }: PaceSettings, working: number): boolean {
  return mode === 'predictive' && working >= minAgents;
}

function mayDial({ pace, allowed }: Turn, underWay: number, { capacity }: Pool, risk: number): boolean {
  const { mode, ratio } = pace.settings!;
  if (mode === 'preview') return false;
  if (underWay < capacity) return true;
  if (mode === 'ratio') return underWay < Math.floor(ratio * capacity + 1e-9);
  return risk <= allowed && allowed > 0;
}

function nextOf(paces: readonly Turn[], may: (turn: Turn) => boolean): Turn | undefined {
  let next: Turn | undefined;
  for (const turn of paces) if ((!next || turn.turn < next.turn) && may(turn)) next = turn;
  return next;
}

/** Dials that have rung for as long as they must, where too many would be answered. */
function toCancel(
  ringing: readonly RingingDial[],
  paces: readonly Turn[],
  risk: number,
  now: number,
): string[] {
  const eager = paces.filter(
    ({ pace, allowed }) =>
      pace.settings!.cancels && risk > Math.max(PACING.cancelRisk, PACING.cancelTimesAllowed * allowed),
  );
  if (eager.length === 0) return [];
  return ringing
    .filter(({ pace, ringingAt }) => {
      if (ringingAt === undefined || !eager.some((turn) => turn.pace === pace)) return false;
      return now - ringingAt >= pace.settings!.minRingMs;
    })
    .map(({ id }) => id);
}

function horizonsOf(belief: RingCurves): number[] {
  return PACING.horizonShares.map((share) => liveQuantileMs(belief, share));
}
