import { seededRandom } from '../base/random.ts';
import { Patience, type Waited } from './patience.ts';
import type { RecordedDay, Visit, VisitEnd } from './recorded-day.ts';

/** What a caller would do of himself, whoever he gets. Times in ms. */
export interface Habits {
  /** He gives up after so long; infinite for never. */
  readonly patienceMs: number;
  /** By himself he leaves the queue after so long, by this way out. */
  readonly leaves?: { readonly afterMs: number; readonly exit: string };
  readonly ringMs: number;
  readonly talkMs: number;
  readonly wrapUpMs: number;
}

type Answered = Extract<VisitEnd, { how: 'answered' }>;
interface Talk {
  readonly end: Answered;
  readonly ringMs: number;
}

/** Fewer than so many who gave up tell nothing: then the whole day counts. */
const ENOUGH = 30;
/** Ways out of a queue that are not the caller's. */
const SENT_AWAY: readonly string[] = ['timeout', 'no-agents'];
/** On a day on which nobody talked with anybody. */
const USUAL: Talk = {
  end: { how: 'answered', agent: '', talkMs: 180_000, wrapUpMs: 10_000 },
  ringMs: 5000,
};

/**
 * What each caller of a day would do: as he did, where that is known; else as others of his queue and tier did, by chance, the same for
 * the same seed.
 */
export class DayHabits {
  readonly #seed: number;
  readonly #patience = new Map<string, Patience>();
  readonly #talks = new Map<string, Talk[]>();
  readonly #all: Patience;

  constructor(day: RecordedDay, seed: number) {
    this.#seed = seed;
    const waits = new Map<string, Waited[]>();
    const all: Waited[] = [];
    for (const { visits } of day.calls)
      for (const visit of visits) {
        const waited = { ms: visit.tookMs, gaveUp: visit.end.how === 'abandoned' };
        all.push(waited);
        listAt(waits, laneOf(visit)).push(waited);
        if (visit.end.how !== 'answered') continue;
        const talk = { end: visit.end, ringMs: visit.offers.at(-1)?.ringMs ?? USUAL.ringMs };
        for (const key of [laneOf(visit), visit.queue, '']) listAt(this.#talks, key).push(talk);
      }
    this.#all = new Patience(all);
    for (const [lane, some] of waits) this.#patience.set(lane, new Patience(some));
  }

  /** @param at which visit of the call it is */
  of(call: string, at: number, visit: Visit): Habits {
    const chance = seededRandom(seedOf(`${this.#seed} ${call} ${at}`));
    const [forPatience, forTalk] = [chance(), chance()];
    const { end, tookMs } = visit;
    const { end: talk, ringMs } = this.#talkOf(visit, forTalk);
    const { talkMs, wrapUpMs } = talk;
    return {
      patienceMs: end.how === 'abandoned' ? tookMs : this.#patienceAt(visit).draw(tookMs, forPatience),
      ...(end.how === 'left' &&
        !SENT_AWAY.includes(end.exit) && { leaves: { afterMs: tookMs, exit: end.exit } }),
      ringMs,
      talkMs,
      wrapUpMs,
    };
  }

  #patienceAt(visit: Visit): Patience {
    const own = this.#patience.get(laneOf(visit));
    return own && own.known >= ENOUGH ? own : this.#all;
  }

  #talkOf(visit: Visit, chance: number): Talk {
    if (visit.end.how === 'answered')
      return { end: visit.end, ringMs: visit.offers.at(-1)?.ringMs ?? USUAL.ringMs };
    const talks = this.#talks.get(laneOf(visit)) ?? this.#talks.get(visit.queue) ?? this.#talks.get('') ?? [];
    return talks[Math.floor(chance * talks.length)] ?? USUAL;
  }
}

const laneOf = ({ queue, facts }: Visit): string => `${queue}\n${facts.tier}`;

function listAt<Item>(lists: Map<string, Item[]>, key: string): Item[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** A number for a text. Algorithm: FNV-1a, 32 bit (public domain). */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
