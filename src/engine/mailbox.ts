import type { Clock } from '../base/clock.ts';

/** How a mailbox is emptied. */
export interface MailboxParts<Mail> {
  /** Takes some mail, in order; the next comes when it is done. */
  readonly take: (batch: readonly Mail[]) => Promise<void>;
  /** It could not be taken, for a reason that nobody foresaw. The next is taken all the same. */
  readonly failed: (reason: unknown, batch: readonly Mail[]) => void;
  /** Mail was thrown away, and what was there has been taken since. */
  readonly lost: (count: number) => void;
  readonly clock: Clock;
  /**
   * Time from one batch to the next, at least, ms: what comes in between goes together, which spares most of the work of a commit
   * when much happens, and delays nothing when little does.
   */
  readonly spacingMs: number;
}

/** Mail that one batch holds at most, so that what follows from it never waits long for its commit. */
const BATCH = 64;

/** Mail that may wait. More than that is older than a new look at the PBX would be. */
const MOST_WAITING = 20_000;

/** What happens, in order, one batch at a time. Bounded. */
export class Mailbox<Mail> {
  readonly #parts: MailboxParts<Mail>;
  #waiting: { readonly mail: Mail; readonly since: number }[] = [];
  #working?: Promise<void>;
  #lost = 0;
  /** Ends the present gathering. */
  #hurry: () => void = () => undefined;
  #urgent = false;
  #batchSince?: number;
  /** When the last batch was taken, UTC ms. */
  #taken = Number.NEGATIVE_INFINITY;

  constructor(parts: MailboxParts<Mail>) {
    this.#parts = parts;
  }

  /** Mail that nobody has looked at. */
  get length(): number {
    return this.#waiting.length;
  }

  /** How long the mail waited that is being taken, or has been waiting that comes next, ms. */
  lagMs(): number {
    const since = this.#batchSince ?? this.#waiting[0]?.since;
    return since === undefined ? 0 : Math.max(0, this.#parts.clock.now() - since);
  }

  /**
   * False when there is no room for it.
   * @param must there is always room: somebody waits for the answer
   * @param urgent what was posted is taken now, without the spacing
   */
  post(mail: Mail, must = false, urgent = false): boolean {
    if (!must && this.#waiting.length >= MOST_WAITING) {
      this.#lost += 1;
      return false;
    }
    this.#waiting.push({ mail, since: this.#parts.clock.now() });
    this.#urgent ||= urgent;
    if (this.#working === undefined) this.#working = this.#work();
    else if (urgent) this.#hurry();
    return true;
  }

  /** Resolves when nothing is in hand. */
  async idle(): Promise<void> {
    await this.#working;
  }

  /**
   * Waits for the spacing, and at least for whoever else has to run on this thread: sockets, timers, the sign of life. A clock that
   * was set back delays nobody for longer than the spacing.
   */
  async #gather(goesOn: boolean): Promise<void> {
    const { clock, spacingMs } = this.#parts;
    const wait = Math.min(spacingMs, this.#taken + spacingMs - clock.now());
    const yields = goesOn && spacingMs > 0;
    if (!yields && (wait <= 0 || this.#urgent)) return;
    const until = this.#urgent ? clock.now() : clock.now() + Math.max(0, wait);
    await new Promise<void>((resolve) => {
      const cancel = clock.at(until, resolve);
      this.#hurry = () => {
        cancel();
        clock.at(clock.now(), resolve);
      };
    });
    this.#hurry = () => undefined;
  }

  async #work(): Promise<void> {
    const { clock } = this.#parts;
    for (let goesOn = false; this.#waiting.length > 0; goesOn = true) {
      await this.#gather(goesOn);
      this.#urgent = false;
      this.#taken = clock.now();
      const batch = this.#waiting.splice(0, BATCH);
      this.#batchSince = batch[0]?.since;
      const mail = batch.map((one) => one.mail);
      try {
        await this.#parts.take(mail);
      } catch (reason) {
        this.#parts.failed(reason, mail);
      }
      this.#batchSince = undefined;
    }
    this.#working = undefined;
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#parts.lost(lost);
  }
}
