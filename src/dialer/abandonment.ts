import { localTime, startOfDay } from '../base/zone.ts';

/** Live answers whose fate is known, and those of them that were abandoned. */
export interface AnswerCount {
  readonly answered: number;
  readonly abandoned: number;
}

/** Past answers that are counted together, from `at` (UTC ms) on. */
export interface PastAnswers extends AnswerCount {
  readonly at: number;
}

/** A campaign's answers so far: those that no rolling window sees any more, and the later ones, one by one. */
export interface KnownAnswers {
  readonly past: Iterable<PastAnswers>;
  readonly recent: Iterable<{ readonly at: number; readonly abandoned: boolean }>;
}

/** @property since when the first of the answers came, UTC ms */
export interface CountSince extends AnswerCount {
  readonly since: number;
}

/** The windows that laws and supervisors look at. */
export interface AbandonmentCounts {
  readonly last30Min: AnswerCount;
  readonly last60Min: AnswerCount;
  /** Of the calendar in the campaign's zone. */
  readonly day: AnswerCount;
  /** Today and the 29 days before. */
  readonly thirtyDays: AnswerCount;
  /** Since the campaign began. */
  readonly life: AnswerCount;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAYS = 30;
/** So many answers that no rolling window sees are forgotten together. */
const FORGETS = 4096;

interface DayCount {
  /** UTC ms. */
  readonly from: number;
  readonly since: number;
  answered: number;
  abandoned: number;
}

/** A local day: UTC ms. `oldest`: where the 30 days begin that end with it. */
interface CalendarDay {
  readonly from: number;
  readonly until: number;
  readonly oldest: number;
}

/** Keeps the abandonment of one campaign. Told all past answers in the order of their times, it is as if it had always been there. */
export class AbandonmentWindows {
  readonly #zone: string;
  /** Those with answers, oldest first. */
  readonly #days: DayCount[] = [];
  /** The day that was asked for last: calendars are slow. */
  #calendarDay: CalendarDay | undefined;
  readonly #life = { answered: 0, abandoned: 0 };
  /** Times of the answers of the last hour at least, and how many until each of them were abandoned. */
  readonly #times: number[] = [];
  readonly #abandonedUntil: number[] = [];
  /** Abandoned before the first of them. */
  #abandonedBefore = 0;

  /** @param zone IANA name: where its days begin */
  constructor(zone: string) {
    this.#zone = zone;
  }

  /** Answers that no rolling window sees any more, before the others are told. A day is that of their beginning. */
  notePast(past: Iterable<PastAnswers>): void {
    for (const { at, answered, abandoned } of past) {
      this.#count(answered, abandoned, at);
      this.#abandonedBefore += abandoned;
    }
  }

  /** A live answer's fate is known. Connected, and hung up before that, are not abandoned. @param at UTC ms, never goes back */
  note(isAbandoned: boolean, at: number): void {
    this.#count(1, isAbandoned ? 1 : 0, at);
    this.#times.push(at);
    this.#abandonedUntil.push(this.#life.abandoned);
    const old = firstAfter(this.#times, at - HOUR_MS);
    if (old <= FORGETS) return;
    this.#abandonedBefore = this.#abandonedUntil[old - 1]!;
    this.#times.splice(0, old);
    this.#abandonedUntil.splice(0, old);
  }

  #count(answered: number, abandoned: number, at: number): void {
    const day = this.#dayOf(at);
    day.answered += answered;
    day.abandoned += abandoned;
    this.#life.answered += answered;
    this.#life.abandoned += abandoned;
  }

  /** @param now UTC ms */
  counts(now: number): AbandonmentCounts {
    return {
      last30Min: this.since(now - 30 * MINUTE_MS),
      last60Min: this.since(now - HOUR_MS),
      day: { ...this.day(now) },
      thirtyDays: this.thirtyDays(now),
      life: { ...this.#life },
    };
  }

  /** The answers after `from`, which is less than an hour ago. */
  since(from: number): AnswerCount {
    const first = firstAfter(this.#times, from);
    const answered = this.#times.length - first;
    if (answered === 0) return { answered, abandoned: 0 };
    const before = first === 0 ? this.#abandonedBefore : this.#abandonedUntil[first - 1]!;
    return { answered, abandoned: this.#life.abandoned - before };
  }

  day(now: number): CountSince {
    const last = this.#days.at(-1);
    return last && last.from === this.#calendar(now).from ? last : { answered: 0, abandoned: 0, since: now };
  }

  thirtyDays(now: number): CountSince {
    const { oldest } = this.#calendar(now);
    const count = { answered: 0, abandoned: 0, since: now };
    for (const { from, since, answered, abandoned } of this.#days) {
      if (from < oldest) continue;
      count.since = Math.min(count.since, since);
      count.answered += answered;
      count.abandoned += abandoned;
    }
    return count;
  }

  #dayOf(at: number): DayCount {
    const last = this.#days.at(-1);
    const { from } = this.#calendar(at);
    if (last && last.from >= from) return last;
    const day = { from, since: at, answered: 0, abandoned: 0 };
    this.#days.push(day);
    if (this.#days.length > DAYS) this.#days.shift();
    return day;
  }

  #calendar(at: number): CalendarDay {
    const known = this.#calendarDay;
    if (known && at >= known.from && at < known.until) return known;
    const day = {
      from: dayStart(at, this.#zone, 0),
      until: dayStart(at, this.#zone, 1),
      oldest: dayStart(at, this.#zone, 1 - DAYS),
    };
    this.#calendarDay = day;
    return day;
  }
}

/** UTC ms at which the local day of an instant begins, or one that is so many days later. */
function dayStart(ms: number, zone: string, later: number): number {
  const { year, month, day } = localTime(ms, zone);
  const there = new Date(Date.UTC(year, month - 1, day + later));
  return startOfDay(there.getUTCFullYear(), there.getUTCMonth() + 1, there.getUTCDate(), zone);
}

/** Index of the first time after `from`: times grow. */
function firstAfter(times: readonly number[], from: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! > from) high = middle;
    else low = middle + 1;
  }
  return low;
}
