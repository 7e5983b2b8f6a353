import type { AgentFacts } from '../queue/queue.ts';
import type { Missed, RecordedAgent, Wish } from './recorded-day.ts';

/** A talk that goes on, and what follows it. */
export interface Served {
  readonly answeredAt: number;
  talkMs?: number;
  wrapUpMs?: number;
}

const BUSY: readonly string[] = ['reserved', 'ringing', 'talking', 'hold', 'wrap-up'];
const RUNG: readonly string[] = ['reserved', 'ringing'];

/** Follows one agent through his events, and tells what he wished from what befell him. */
export class AgentTrack {
  readonly #id: string;
  readonly #from: number;
  readonly #to: number;
  readonly #wishes: Wish[] = [];
  readonly #missed: Missed[] = [];
  #state = 'logged-out';
  #since = 0;
  /** Busy with something that no queue sent: to the queues he is away. */
  #isElsewhere = false;
  #missing: { readonly at: number; readonly ringMs: number } | undefined;
  #rungAt = 0;
  #served: Served | undefined;
  isKnown = false;
  idleMs = 0;
  busyMs = 0;

  /** @param from and `to`: the day, UTC ms */
  constructor(id: string, from: number, to: number) {
    this.#id = id;
    this.#from = from;
    this.#to = to;
  }

  /** He is in another state. @param isQueueCall what he was reserved for came from a queue */
  entered(state: string, at: number, isQueueCall: boolean): void {
    const was = this.#state;
    this.#endServing(was, state, at);
    this.#spent(at);
    this.#state = state;
    // What he does when the log begins came from nowhere that is told.
    if (was === 'logged-out' && BUSY.includes(state)) return this.#reserved(at, false);
    switch (state) {
      case 'reserved':
        return this.#reserved(at, isQueueCall);
      case 'ready':
        return this.#ready(was, at);
      case 'not-ready':
        return this.#notReady(was, at);
      case 'logged-out':
        return this.#loggedOut(was, at);
    }
  }

  /** What he is like, from now on. */
  isLike(facts: Omit<AgentFacts, 'id'>, at: number): void {
    this.isKnown = true;
    const last = this.#wishes.at(-1);
    this.#wishes.push({ at, to: last?.to ?? 'away', facts: { id: this.#id, ...facts } });
  }

  /** He talks with a caller of a queue now. */
  serves(served: Served): void {
    this.#served = served;
  }

  /** The log ends here. */
  close(at: number): void {
    this.#endServing(this.#state, 'logged-out', at);
    this.#spent(at);
    this.#back(at);
  }

  get recorded(): RecordedAgent {
    return { id: this.#id, wishes: this.#wishes, missed: this.#missed };
  }

  #reserved(at: number, isQueueCall: boolean): void {
    this.#rungAt = at;
    if (isQueueCall && !this.#isElsewhere) return;
    this.#back(at);
    if (!this.#isElsewhere) this.#wish(at, 'away');
    this.#isElsewhere = true;
  }

  #ready(was: string, at: number): void {
    if (this.#missing) return this.#back(at);
    // From a talk or an offer he comes back by himself.
    if (BUSY.includes(was) && !this.#isElsewhere) return;
    this.#isElsewhere = false;
    this.#wish(at, 'ready');
  }

  #notReady(was: string, at: number): void {
    if (RUNG.includes(was) && !this.#isElsewhere) {
      this.#missing = { at: this.#rungAt, ringMs: at - this.#rungAt };
      return;
    }
    this.#wish(this.#wishedAt(was, at), 'away');
    this.#isElsewhere = false;
  }

  #loggedOut(was: string, at: number): void {
    this.#back(at);
    this.#wish(this.#wishedAt(was, at), 'out');
    this.#isElsewhere = false;
  }

  /** What he wished with a call in hand followed the call; when he wished it is not told: in the middle, as good as any. */
  #wishedAt(was: string, at: number): number {
    const hadCall = BUSY.includes(was) && !this.#isElsewhere;
    return hadCall ? Math.round((this.#rungAt + at) / 2) : at;
  }

  #back(at: number): void {
    const { at: rungAt, ringMs } = this.#missing ?? {};
    if (rungAt !== undefined && ringMs !== undefined)
      this.#missed.push({ at: rungAt, ringMs, awayMs: at - rungAt - ringMs });
    this.#missing = undefined;
  }

  #wish(at: number, to: Wish['to']): void {
    this.#wishes.push({ at, to });
  }

  #endServing(was: string, is: string, at: number): void {
    const served = this.#served;
    if (!served || is === 'hold' || is === 'talking') return;
    if (was === 'wrap-up') {
      served.wrapUpMs = at - this.#since;
      this.#served = undefined;
    } else if (was === 'talking' || was === 'hold') {
      served.talkMs = at - served.answeredAt;
      if (is !== 'wrap-up') this.#served = undefined;
    }
  }

  #spent(at: number): void {
    const ms = Math.min(at, this.#to) - Math.max(this.#since, this.#from);
    this.#since = at;
    if (ms <= 0 || this.#isElsewhere) return;
    if (this.#state === 'ready') this.idleMs += ms;
    else if (BUSY.includes(this.#state)) this.busyMs += ms;
  }
}
