import type { AgentInput } from '../../agent/agent.ts';
import { steadyClock } from '../../base/steady-clock.ts';
import type { Changes, EngineStore } from '../../engine/changes.ts';
import type { Pbx } from '../../pbx/pbx.ts';
import { noFaults } from '../faulty-pbx.ts';
import type { Connected, Stage } from '../stage.ts';
import type { DayStore } from './day-store.ts';
import { Life, newSpool, writeSpooled } from './life.ts';
import type { World } from './scenario.ts';

/** What is done to the centre so that an invariant breaks: whoever watches must see it. */
export interface Tampering {
  readonly pbx?: (pbx: Pbx) => Pbx;
  readonly store?: (store: EngineStore) => EngineStore;
  /** The daemon lives by the machine's clock, wherever that is set. */
  readonly followsWallClock?: boolean;
}

export interface DaemonParts {
  readonly store: DayStore;
  readonly chance: () => number;
  readonly committed: (changes: Changes) => void;
  /** A spare has taken over. */
  readonly succeeded: () => void;
  /** It will take so much longer, ms. */
  readonly delayed: (ms: number) => void;
  readonly tampering: Tampering;
}

/** A spare that finds a store that takes no writes asks again after this, ms. */
const ASK_STORE_MS = 1000;

/** The daemon, life after life. */
export class Daemon {
  /** What goes wrong on its line to the PBX. */
  readonly line = noFaults();
  readonly #parts: DaemonParts;
  readonly #spool = newSpool();
  #life?: Life;
  /** The one whose spare is on its way. */
  #dying?: Life;

  constructor(parts: DaemonParts) {
    this.#parts = parts;
  }

  /** The daemon's time, UTC ms. */
  now(): number {
    return this.#life?.clock.now() ?? 0;
  }

  /** True while somebody is there to take calls. */
  get isAlive(): boolean {
    return this.#life !== undefined && !this.#life.isDead;
  }

  /** True when the store has everything that happened. */
  get isSaved(): boolean {
    return this.#spool.size === 0;
  }

  /** What the engine of a new life stands on. */
  connect({ pbx, clock }: World): Connected {
    const { store, chance, committed, tampering } = this.#parts;
    const steady = steadyClock({ wall: clock, passed: () => clock.passed, notBefore: store.latest });
    const life = new Life({
      pbx,
      clock: tampering.followsWallClock ? clock : steady,
      store: tampering.store?.(store) ?? store,
      spool: this.#spool,
      faults: this.line,
      chance,
      committed,
    });
    this.#life = life;
    const line = tampering.pbx?.(life.line) ?? life.line;
    return { pbx: line, store: life.store, spool: life.spool, clock: life.clock };
  }

  /** Tells an agent's state machine. To nobody, while no daemon is there: then it is never heard of again. */
  tell(stage: Stage, agent: string, input: AgentInput): Promise<unknown> {
    return this.isAlive ? stage.engine.tellAgent(agent, input) : new Promise(() => undefined);
  }

  /** Dies in that moment, at the latest after `downMs`; then its spare takes over. */
  die(stage: Stage, moment: 'now' | 'before-commit' | 'after-commit', downMs: number): void {
    const life = this.#life;
    if (!life || life === this.#dying) return;
    this.#dying = life;
    if (moment === 'now') life.die();
    else life.doom(moment);
    const { clock } = stage;
    clock.at(clock.now() + downMs, () => {
      if (!life.isDead) life.die();
      void this.#succeed(stage);
    });
  }

  async #succeed(stage: Stage): Promise<void> {
    const { store, succeeded, delayed } = this.#parts;
    if (store.failing || !(await writeSpooled(this.#spool, store))) {
      delayed(ASK_STORE_MS);
      stage.clock.at(stage.clock.now() + ASK_STORE_MS, () => void this.#succeed(stage));
      return;
    }
    await stage.renew().start();
    succeeded();
  }
}
