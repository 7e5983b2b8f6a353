const NAME = 'carillon-phone';
/** The page before a reload may hold it for a moment yet, ms. */
const PATIENCE_MS = 500;

/** Makes sure that one page of this browser is the phone. */
export class TabLock {
  #letGo: (() => void) | undefined;
  /** The latest request: an earlier one that is granted late goes back at once. */
  #latest = 0;
  readonly #taken: () => void;

  /** @param taken is called when another page took over */
  constructor(taken: () => void) {
    this.#taken = taken;
  }

  /** False when another page is the phone, or when it was let go meanwhile. @param force takes it from that one */
  async take(force: boolean): Promise<boolean> {
    if (this.#letGo) return true;
    // Where the browser has none, the server lets the newest page win.
    if (!navigator.locks) return true;
    if (force) return this.#request({ steal: true });
    const patience = AbortSignal.timeout(PATIENCE_MS);
    return this.#request({ signal: patience });
  }

  letGo(): void {
    this.#latest += 1;
    this.#letGo?.();
    this.#letGo = undefined;
  }

  #request(options: LockOptions): Promise<boolean> {
    this.#latest += 1;
    const request = this.#latest;
    return new Promise((resolve) => {
      let mine = false;
      navigator.locks
        .request(NAME, options, () => {
          mine = request === this.#latest;
          resolve(mine);
          if (!mine) return;
          return new Promise<void>((letGo) => {
            this.#letGo = letGo;
          });
        })
        .catch(() => {
          if (!mine) return resolve(false);
          this.#letGo = undefined;
          this.#taken();
        });
    });
  }
}
