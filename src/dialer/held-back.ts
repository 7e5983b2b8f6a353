/** A lead that was not dialled when its turn came. */
export interface HeldBackLead {
  readonly lead: string;
  readonly list: string;
  /** UTC ms. */
  readonly at: number;
  /** UTC ms; undefined: never again. */
  readonly retryAt?: number;
  readonly detail?: Readonly<Record<string, string | number>>;
}

/** Those whom one rule held back from one campaign, as the log has them. */
export interface HeldBackNote {
  readonly campaign: string;
  readonly rule: string;
  readonly count: number;
  /** The first of them. */
  readonly leads: readonly HeldBackLead[];
}

/** Whoever comes within this of a note of the same rule is told in the next one, ms. */
const TOGETHER_MS = 60_000;
/** Leads that one note names. */
const NAMED = 100;

interface Gathered {
  readonly campaign: string;
  readonly rule: string;
  /** When they are told, UTC ms. */
  readonly dueAt: number;
  count: number;
  readonly leads: HeldBackLead[];
}

/**
 * Gathers who was held back, so that a list of which few may be called now does not fill the log: by campaign and rule the first one is told at
 * once, who follows by the minute.
 */
export class HeldBackNotes {
  readonly #gathered = new Map<string, Gathered>();

  /** @returns what is to be told at once, if anything */
  note(campaign: string, rule: string, lead: HeldBackLead): HeldBackNote | undefined {
    const key = `${campaign} ${rule}`;
    const known = this.#gathered.get(key);
    if (known) {
      known.count += 1;
      if (known.leads.length < NAMED) known.leads.push(lead);
      return undefined;
    }
    this.#gathered.set(key, { campaign, rule, dueAt: lead.at + TOGETHER_MS, count: 0, leads: [] });
    return { campaign, rule, count: 1, leads: [lead] };
  }

  /** Takes out what is to be told by now. @param now UTC ms */
  takeDue(now: number): HeldBackNote[] {
    const due: HeldBackNote[] = [];
    for (const [key, { dueAt, ...note }] of this.#gathered) {
      if (now < dueAt) continue;
      if (note.count === 0) this.#gathered.delete(key);
      else {
        due.push(note);
        this.#gathered.set(key, { ...note, dueAt: now + TOGETHER_MS, count: 0, leads: [] });
      }
    }
    return due;
  }
}
