import type { AgentFacts } from '../queue/queue.ts';
import type { Candidate } from '../queue/roster.ts';
import type { Missed, RecordedAgent, RecordedDay, Wish } from './recorded-day.ts';

/** He misses the first call that he is offered from so long before he did on that day, ms … */
const SOONER_MS = 30_000;
/** … to so long after it, ms: whoever is not offered one meanwhile has missed nothing. */
const LATER_MS = 900_000;

/** `missing`: he did not take a call, and is not to be had for a while. */
type Doing = 'out' | 'away' | 'missing' | 'ready' | 'ringing' | 'talking' | 'wrap-up';

const BUSY: readonly Doing[] = ['ringing', 'talking', 'wrap-up'];

/** An agent of a replayed day: does what he wished on that day, and what the calls that he is given make of him. */
export class Desk {
  readonly id: string;
  readonly #day: Pick<RecordedDay, 'from' | 'to'>;
  readonly #missed: Missed[];
  #facts: AgentFacts;
  #wish: Wish['to'] = 'out';
  #doing: Doing = 'out';
  #since = 0;
  #readySince = 0;
  idleMs = 0;
  busyMs = 0;

  /** @param day of which his time is counted */
  constructor({ id, missed }: RecordedAgent, day: Pick<RecordedDay, 'from' | 'to'>) {
    this.id = id;
    this.#day = day;
    this.#missed = [...missed];
    this.#facts = { id, skills: {}, attributes: {} };
  }

  isDoing(doing: Doing): boolean {
    return this.#doing === doing;
  }

  /** As the matcher sees him. */
  get candidate(): Candidate {
    const present = this.#doing !== 'out';
    return {
      facts: this.#facts,
      present,
      working: this.#doing === 'ready' || BUSY.includes(this.#doing),
      ...(this.#doing === 'ready' && { readySince: this.#readySince }),
    };
  }

  /** With a call in hand, what he wishes follows it. */
  wishes({ at, to, facts }: Wish): void {
    if (facts) this.#facts = facts;
    this.#wish = to;
    if (this.#doing === 'ringing' || this.#doing === 'talking') return;
    if (to === 'ready' && (this.#doing === 'wrap-up' || this.#doing === 'missing')) return;
    if (this.#doing !== to) this.settle(at, at);
  }

  /** Does what he wishes. @param readySince since when he counts as idle, if he is ready now */
  settle(now: number, readySince: number | undefined): void {
    if (this.#wish === 'ready' && readySince !== undefined) this.#readySince = readySince;
    this.#does(this.#wish, now);
  }

  does(doing: 'ringing' | 'talking' | 'wrap-up' | 'missing', now: number): void {
    this.#does(doing, now);
  }

  /** The call that he misses when he is offered one now, if he does. @param now UTC ms */
  misses(now: number): Missed | undefined {
    while (this.#missed[0] && this.#missed[0].at + LATER_MS < now) this.#missed.shift();
    const next = this.#missed[0];
    return next && now >= next.at - SOONER_MS ? this.#missed.shift() : undefined;
  }

  /** The replay ends here. */
  close(now: number): void {
    this.#does('away', now);
  }

  #does(doing: Doing, now: number): void {
    const ms = Math.min(now, this.#day.to) - Math.max(this.#since, this.#day.from);
    if (ms > 0 && this.#doing === 'ready') this.idleMs += ms;
    else if (ms > 0 && BUSY.includes(this.#doing)) this.busyMs += ms;
    this.#doing = doing;
    this.#since = now;
  }
}
