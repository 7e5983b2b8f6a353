import type { AgentFacts } from '../queue/queue.ts';
import type { Candidate } from '../queue/roster.ts';
import type { Missed, RecordedAgent, RecordedDay, Wish } from './recorded-day.ts';

/** Before he was seen to miss a call, an agent may have been away already for this long, ms. */
const GONE_BEFORE_MS = 30_000;

type Doing = 'out' | 'away' | 'ready' | 'ringing' | 'talking' | 'wrap-up';

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

  get isWrappingUp(): boolean {
    return this.#doing === 'wrap-up';
  }

  /** As the matcher sees him. */
  get candidate(): Candidate {
    const present = this.#doing !== 'out';
    return {
      facts: this.#facts,
      present,
      working: present && this.#doing !== 'away',
      ...(this.#doing === 'ready' && { readySince: this.#readySince }),
    };
  }

  /** With a call in hand, what he wishes follows it. */
  wishes({ at, to, facts }: Wish): void {
    if (facts) this.#facts = facts;
    this.#wish = to;
    if (this.#doing === 'ringing' || this.#doing === 'talking') return;
    if (this.#doing === 'wrap-up' && to === 'ready') return;
    if (this.#doing !== to) this.settle(at, at);
  }

  /** Does what he wishes. @param readySince since when he counts as idle, if he is ready now */
  settle(now: number, readySince: number | undefined): void {
    if (this.#wish === 'ready' && readySince !== undefined) this.#readySince = readySince;
    this.#does(this.#wish, now);
  }

  does(doing: 'ringing' | 'talking' | 'wrap-up' | 'away', now: number): void {
    this.#does(doing, now);
  }

  /** The call that he misses when he is offered one now, if he does. @param now UTC ms */
  misses(now: number): Missed | undefined {
    while (this.#missed[0] && this.#missed[0].backAt < now) this.#missed.shift();
    const next = this.#missed[0];
    return next && now >= next.at - GONE_BEFORE_MS ? this.#missed.shift() : undefined;
  }

  /** The replay ends here. */
  close(now: number): void {
    this.does('away', now);
  }

  #does(doing: Doing, now: number): void {
    const ms = Math.min(now, this.#day.to) - Math.max(this.#since, this.#day.from);
    if (ms > 0 && this.#doing === 'ready') this.idleMs += ms;
    else if (ms > 0 && this.#doing !== 'out' && this.#doing !== 'away') this.busyMs += ms;
    this.#doing = doing;
    this.#since = now;
  }
}
