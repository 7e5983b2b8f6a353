import { Deadlines } from '../base/deadlines.ts';

/** What is to happen when, in virtual time. */
export class Agenda {
  readonly #deadlines = new Deadlines();
  readonly #acts = new Map<string, { readonly time: number; readonly act: () => void }>();

  /** Sets what is to happen under this name, instead of what was. @param time UTC ms */
  set(name: string, time: number, act: () => void): void {
    this.#deadlines.set(name, time);
    this.#acts.set(name, { time, act });
  }

  clear(name: string): void {
    this.#deadlines.set(name, undefined);
    this.#acts.delete(name);
  }

  /** When something happens next, UTC ms. */
  next(): number | undefined {
    return this.#deadlines.next();
  }

  /** Lets happen what is due. @param now UTC ms */
  run(now: number): void {
    for (const name of this.#deadlines.takeDue(now)) {
      const due = this.#acts.get(name);
      // Another one of the same moment may have cleared it, or put it off.
      if (!due || due.time > now) continue;
      this.#acts.delete(name);
      due.act();
    }
  }
}
