import { messageOf } from '../base/errors.ts';
import { type DaemonProcess, launchDaemon } from './daemon-process.ts';
import { isHung, type Pulse } from './pulse.ts';
import type { Settings } from './settings.ts';

/** The spare loads its code when the daemon has been up for this long, ms: both at once would make callers wait. */
const AFTER_MS = 2000;
/** One that could not be launched, or ended, is followed by another after this, ms. */
const NEXT_AFTER_MS = 10_000;

/** A second daemon that has loaded its code and waits, so that a dead one is replaced in a moment. */
export class SpareDaemon {
  readonly #settings: Settings;
  readonly #say: (line: string) => void;
  #process?: DaemonProcess;
  #hasEnded = false;
  #notBefore = 0;

  constructor(settings: Settings, say: (line: string) => void) {
    this.#settings = settings;
    this.#say = say;
  }

  /** Sees to it that there is a spare beside a daemon that is up. @param now ms of the clock of `daemon` */
  keep(daemon: Pulse, now: number, awakeSince: number): void {
    const spare = this.#process;
    if (spare && this.#hasEnded) this.#give(now + NEXT_AFTER_MS);
    if (spare && isHung(spare.pulse(), now, awakeSince)) {
      spare.kill();
      this.#give(now + NEXT_AFTER_MS);
    }
    const isTime = daemon.upSince !== undefined && now - daemon.upSince > AFTER_MS && now >= this.#notBefore;
    if (!this.#process && isTime) this.#launch(now);
  }

  /** Makes it the daemon; undefined when there is none that could be. */
  promote(): DaemonProcess | undefined {
    const spare = this.#process;
    this.#give(0);
    if (!spare || this.#hasEnded) return undefined;
    spare.takeOver();
    return spare;
  }

  stop(): void {
    this.#process?.kill();
    this.#process = undefined;
  }

  #give(notBefore: number): void {
    this.#process = undefined;
    this.#notBefore = notBefore;
  }

  #launch(now: number): void {
    try {
      const spare = launchDaemon(this.#settings, 'spare');
      this.#process = spare;
      this.#hasEnded = false;
      void spare.ended.then(() => {
        if (this.#process === spare) this.#hasEnded = true;
      });
    } catch (error) {
      // Such as a full disk.
      this.#say(`There is no spare daemon: ${messageOf(error)}`);
      this.#notBefore = now + NEXT_AFTER_MS;
    }
  }
}
