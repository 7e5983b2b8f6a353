import type { AgentPhase, DialResult, Pacer, PacingDecision } from '../../dialer/pacing.ts';
import { CAMPAIGN } from './policy.ts';
import { linesToDial, nextLevel, type VicidialSettings } from './vicidial-level.ts';

const SAMPLE_MS = 1000;
const SAMPLES = 15;
const DIAL_MS = 2500;
const LEVEL_MS = 15_000;
const STATISTICS_MS = 60_000;

/** A level that nobody adapts. */
export interface FixedLevel {
  readonly level: number;
  readonly availableOnly: boolean;
}

interface DropStatistics {
  dials: number;
  drops: number;
  answers: number;
  dialsLastMinute: number;
  dropsLastMinute: number;
}

/**
 * VICIdial as a pacer, written from the description in part 1 of the reference. Its loops poll, so `decide` is asked often and acts when
 * one of them is due: dialling every 2.5 s, samples every second, drop statistics every minute, the level every 15 s.
 */
export class VicidialPacer implements Pacer {
  readonly #settings: VicidialSettings | FixedLevel;
  readonly #startsAt: number;
  #level: number;
  readonly #phases = new Map<string, AgentPhase>();
  readonly #agents = { idle: 0, reserved: 0, talking: 0, 'wrap-up': 0, away: 0 };
  #dialling = 0;
  #waiting = 0;
  #today = { dials: 0, drops: 0, answers: 0 };
  #statistics: DropStatistics = { dials: 0, drops: 0, answers: 0, dialsLastMinute: 0, dropsLastMinute: 0 };
  readonly #samples: { ready: number; waiting: number; agents: number }[] = [];

  /** @param startsAt UTC ms from which the loops run; the centre's day is that of UTC */
  constructor(settings: VicidialSettings | FixedLevel, startsAt: number) {
    this.#settings = settings;
    this.#startsAt = startsAt;
    this.#level = 'level' in settings ? settings.level : 1;
  }

  setCampaign(): void {
    // One campaign, whose settings are VICIdial's.
  }

  setAgent(agent: string, phase: AgentPhase | undefined): void {
    const before = this.#phases.get(agent);
    if (before) this.#agents[before] -= 1;
    if (phase) {
      this.#phases.set(agent, phase);
      this.#agents[phase] += 1;
    } else this.#phases.delete(agent);
  }

  dialled(): void {
    this.#dialling += 1;
    this.#today.dials += 1;
  }

  ringing(): void {
    // It counts a line from the dial on.
  }

  resolved(_dial: string, result: DialResult): void {
    this.#dialling -= 1;
    if (result === 'live') this.#waiting += 1;
  }

  served(_dial: string, fate: 'connected' | 'abandoned' | 'hung-up'): void {
    this.#waiting -= 1;
    this.#today.answers += 1;
    if (fate === 'abandoned') this.#today.drops += 1;
  }

  decide(now: number): PacingDecision {
    const ranMs = now - this.#startsAt;
    if (!('level' in this.#settings)) this.#adapt(this.#settings, ranMs, now);
    const lines = ranMs % DIAL_MS === 0 ? this.#lines() : 0;
    return {
      dial: new Array<string>(lines).fill(CAMPAIGN),
      cancel: [],
      why: {
        idle: this.#agents.idle,
        busy: this.#agents.talking,
        waiting: this.#waiting,
        ringing: this.#dialling,
        risk: 0,
        allowed: 0,
        answerRate: 0,
      },
    };
  }

  #lines(): number {
    return linesToDial(
      this.#level,
      {
        ready: this.#agents.idle,
        talking: this.#agents.talking + this.#agents.reserved,
        dialling: this.#dialling,
        waiting: this.#waiting,
      },
      this.#settings.availableOnly,
    );
  }

  #adapt(settings: VicidialSettings, ranMs: number, now: number): void {
    if (ranMs % SAMPLE_MS === 0) this.#sample();
    if (ranMs % STATISTICS_MS === 0) this.#countDrops();
    if (ranMs === 0 || ranMs % LEVEL_MS !== 0) return;
    const { ready, waiting, agents } = this.#means();
    const { dials, drops, answers, dialsLastMinute, dropsLastMinute } = this.#statistics;
    this.#level = nextLevel(
      {
        level: this.#level,
        ready,
        waiting,
        agents,
        dialsLastMinute,
        dropsLastMinute,
        dialsToday: dials,
        dropsToday: drops,
        answersToday: answers,
        hhmm: hhmmOf(now),
      },
      settings,
    );
  }

  #sample(): void {
    this.#samples.push({ ready: this.#agents.idle, waiting: this.#waiting, agents: this.#phases.size });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  #means(): { ready: number; waiting: number; agents: number } {
    const sum = { ready: 0, waiting: 0, agents: 0 };
    for (const { ready, waiting, agents } of this.#samples) {
      sum.ready += ready;
      sum.waiting += waiting;
      sum.agents += agents;
    }
    const count = this.#samples.length;
    return { ready: sum.ready / count, waiting: sum.waiting / count, agents: sum.agents / count };
  }

  #countDrops(): void {
    const before = this.#statistics;
    const { dials, drops, answers } = this.#today;
    this.#statistics = {
      dials,
      drops,
      answers,
      dialsLastMinute: dials - before.dials,
      dropsLastMinute: drops - before.drops,
    };
  }
}

function hhmmOf(now: number): number {
  const time = new Date(now);
  return 100 * time.getUTCHours() + time.getUTCMinutes();
}
