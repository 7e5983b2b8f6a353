import type { Clock } from '../../base/clock.ts';
import type { SimulatedPbx } from '../../pbx/simulated/pbx.ts';
import type { Faults as LineFaults } from '../faulty-pbx.ts';
import type { MemoryStore } from '../memory-store.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { Fault } from './scenario.ts';
import type { Team } from './team.ts';

/** What is lost in a fault is found within two reconciliations of 30 s, and a little, ms. */
const HEALS_MS = 75_000;

export interface FaultsParts {
  readonly clock: VirtualClock;
  readonly pbx: SimulatedPbx;
  readonly store: MemoryStore;
  readonly line: LineFaults;
  readonly team: Team;
  readonly chance: () => number;
  /** The daemon dies, and its spare comes after so long. */
  readonly death: (moment: 'now' | 'before-commit' | 'after-commit', downMs: number) => void;
}

/** Lets things go wrong at their times. */
export class DayFaults {
  readonly #parts: FaultsParts;
  #troubledUntil = Number.NEGATIVE_INFINITY;
  #happened = 0;

  constructor(parts: FaultsParts) {
    this.#parts = parts;
  }

  /** Faults so far. */
  get happened(): number {
    return this.#happened;
  }

  /** True when nothing has been wrong for so long that everything that was lost is found. */
  get isCalm(): boolean {
    return this.#parts.clock.passed > this.#troubledUntil;
  }

  /** Trouble of another kind, from now on for so long. */
  trouble(forMs: number): void {
    this.#troubledUntil = Math.max(this.#troubledUntil, this.#parts.clock.passed + forMs + HEALS_MS);
  }

  /** The day begins now. */
  start(faults: readonly Fault[]): void {
    const { clock } = this.#parts;
    for (const fault of faults)
      this.#after(clock, fault.atMs, () => {
        this.#happened += 1;
        this.trouble(fault.forMs);
        this.#begin(fault);
      });
  }

  #begin(fault: Fault): void {
    const { clock, pbx, store, line, team, chance } = this.#parts;
    const then = (act: () => void): void => this.#after(clock, fault.forMs, act);
    switch (fault.what) {
      case 'daemon-death':
        return this.#parts.death(fault.moment, fault.forMs);
      case 'link-cut':
        pbx.setLink(false);
        return then(() => pbx.setLink(true));
      case 'pbx-restart':
        return pbx.restart(fault.forMs);
      case 'store-failure':
        store.failing = true;
        return then(() => {
          store.failing = false;
        });
      case 'late-snapshots':
        Object.assign(line, { snapshotMs: fault.byMs, timeout: fault.lost });
        return then(() => Object.assign(line, { snapshotMs: 0, timeout: 0 }));
      case 'commands':
        Object.assign(line, { commandMs: 300, refused: fault.refused, timeout: fault.lost });
        return then(() => Object.assign(line, { commandMs: 0, refused: 0, timeout: 0 }));
      case 'clock-step':
        clock.step(fault.byMs);
        if (fault.forMs > 0) then(() => clock.step(-fault.byMs));
        return;
      case 'phones-lost':
        for (const extension of team.phonesAtWork())
          if (chance() < fault.share) team.losePhone(extension, fault.forMs);
    }
  }

  #after(clock: Clock, ms: number, act: () => void): void {
    clock.at(clock.now() + ms, act);
  }
}
