import { type Log, silentLog } from '../../base/log.ts';
import type { Changes, LogEvent } from '../../engine/changes.ts';
import type { RoutingDirectory } from '../../queue/rules.ts';
import { Stage } from '../stage.ts';
import { Audit } from './audit.ts';
import { CallbackWatch, lostCallbacks } from './callbacks.ts';
import { Callers } from './callers.ts';
import { chanceFor } from './chance.ts';
import { Daemon, type Tampering } from './daemon.ts';
import { DayStore } from './day-store.ts';
import { DayFaults } from './faults.ts';
import { flowsOf } from './flows.ts';
import type { Broken } from './invariants.ts';
import { LoggedCentre } from './log-fold.ts';
import type { Scenario, World } from './scenario.ts';
import { type DayFigures, DayStatistics } from './statistics.ts';
import { Team } from './team.ts';
import { Watch } from './watch.ts';

/** What is done to the centre so that an invariant breaks: whoever watches must see it. */
export interface Sabotage extends Tampering {
  readonly routing?: (rules: RoutingDirectory) => RoutingDirectory;
}

export interface DayOptions {
  /** Whether the invariants are watched, as they are unless told; without it a day is only counted. */
  readonly isWatched?: boolean;
  readonly intervalMs?: number;
  /** Told now and then how much of the day has passed, 0 to 1, and how many have called. */
  readonly progress?: (share: number, calls: number) => void;
  /** Told of every committed event. */
  readonly heard?: (events: readonly LogEvent[]) => void;
  readonly sabotage?: Sabotage;
}

export interface DayResult {
  readonly figures: DayFigures;
  /** The first of each kind. */
  readonly broken: readonly Broken[];
  /** All that broke. */
  readonly brokenCount: number;
  readonly calls: number;
  readonly events: number;
  readonly turns: number;
  readonly faults: number;
}

const QUARTER_HOUR_MS = 900_000;
/** The whole is looked at this often, in virtual time, ms. */
const LOOK_EVERY_MS = 30_000;
/** After the last caller came, everybody has so long to get home, ms. */
const LAST_ORDERS_MS = 4 * 3_600_000;
/** When nobody is there any more, what is left must be gone after this, ms: two reconciliations, and a little. */
const SETTLED_MS = 90_000;
/** What the engine reports as an error although it was done to it. */
const EXPECTED = /the database takes no writes/;

/** Plays a day: the whole engine, everybody who calls and everybody who works, in virtual time. */
export function playDay(scenario: Scenario, options: DayOptions = {}): Promise<DayResult> {
  return new Day(scenario, options).play();
}

class Day {
  readonly #scenario: Scenario;
  readonly #options: DayOptions;
  readonly #stage: Stage;
  readonly #store: DayStore;
  readonly #daemon: Daemon;
  readonly #callers: Callers;
  readonly #team: Team;
  readonly #faults: DayFaults;
  readonly #statistics: DayStatistics;
  readonly #logged = new LoggedCentre();
  readonly #watch: Watch;
  readonly #audit: Audit;
  readonly #callbacks: CallbackWatch;
  #events = 0;

  constructor(scenario: Scenario, options: DayOptions) {
    this.#scenario = scenario;
    this.#options = options;
    const world = (): World => this.#stage;
    const chance = chanceFor(scenario.seed, 'faults');
    this.#team = new Team({
      scenario,
      world,
      tell: (id, input) => this.#daemon.tell(this.#stage, id, input),
    });
    this.#callers = new Callers({ scenario, world, paceAt: (phone) => this.#team.paceAt(phone) });
    const agents = this.#team.agents();
    const store = new DayStore(agents, (events) => this.#heard(events));
    this.#store = store;
    this.#daemon = new Daemon({
      store,
      chance,
      committed: (changes) => this.#committed(changes),
      succeeded: () => this.#succeeded(),
      delayed: (ms) => this.#faults.trouble(ms),
      tampering: options.sabotage ?? {},
    });
    this.#stage = this.#stageFor(store);
    const { clock, pbx } = this.#stage;
    this.#faults = new DayFaults({
      clock,
      pbx,
      store,
      chance,
      line: this.#daemon.line,
      team: this.#team,
      death: (moment, downMs) => this.#daemon.die(this.#stage, moment, downMs),
    });
    const { startAt, rules } = scenario;
    const queues = [...rules.queues.values()];
    this.#statistics = new DayStatistics(startAt, options.intervalMs ?? QUARTER_HOUR_MS, queues);
    this.#audit = new Audit(queues);
    this.#callbacks = new CallbackWatch(queues);
    this.#watch = new Watch(agents, queues, {
      now: () => this.#daemon.now(),
      passed: () => clock.passed,
      isOnPhone: (extension) => pbx.onPhone(extension).length > 0,
      isCalm: () => this.#faults.isCalm,
    });
  }

  async play(): Promise<DayResult> {
    const { startAt, lastsMs, faults } = this.#scenario;
    const { clock } = this.#stage;
    await this.#stage.start();
    const begin = clock.passed;
    this.#team.start();
    this.#callers.start();
    this.#faults.start(faults);
    for (let passed = 0; passed < lastsMs || !this.#callers.areGone; passed = clock.passed - begin) {
      if (passed > lastsMs + LAST_ORDERS_MS) break;
      await this.#goOn();
      this.#options.progress?.(Math.min(1, passed / lastsMs), this.#callers.came);
    }
    this.#team.goHome();
    // Whoever comes out of his wrap-up only now may still call somebody back.
    for (let passed = 0, quiet = 0; passed < LAST_ORDERS_MS && quiet < SETTLED_MS; passed += LOOK_EVERY_MS) {
      await this.#goOn();
      quiet = this.#isQuiet() && this.#faults.isCalm ? quiet + LOOK_EVERY_MS : 0;
    }
    this.#nothingIsLeft();
    await this.#stage.engine.stop();
    return {
      figures: this.#statistics.figures(startAt + lastsMs),
      broken: this.#watch.broken,
      brokenCount: this.#watch.brokenCount,
      calls: this.#callers.came,
      events: this.#events,
      turns: this.#watch.turns,
      faults: this.#faults.happened,
    };
  }

  /** Nobody calls, and nobody is called back. */
  #isQuiet(): boolean {
    return this.#callers.areGone && this.#daemon.isAlive && this.#stage.engine.liveCalls().length === 0;
  }

  #stageFor(store: DayStore): Stage {
    const { scenario, sabotage } = { scenario: this.#scenario, ...this.#options };
    const routing: RoutingDirectory = { current: () => scenario.rules, onChange: () => undefined };
    return new Stage({
      files: flowsOf(scenario),
      startAt: scenario.startAt,
      store,
      routing: sabotage?.routing?.(routing) ?? routing,
      findCustomer: (number) => this.#callers.customerAt(number),
      pbx: {
        trunk: (number) => this.#callers.answers(number),
        witness: {
          music: (party) => this.#callers.hearsMusic(party),
          left: (party) => this.#callers.left(party),
          ended: (party) => this.#callers.ended(party),
          joined: (party) => {
            this.#callers.joined(party);
            this.#team.joined(party);
          },
        },
      },
      connect: (pbx, _store, clock) => this.#daemon.connect({ pbx, clock }),
      log: this.#log(),
    });
  }

  async #goOn(): Promise<void> {
    await this.#stage.clock.advance(LOOK_EVERY_MS);
    if (this.#options.isWatched === false || !this.#daemon.isAlive) return;
    this.#watch.lookAtAll();
    const { engine, pbx, clock } = this.#stage;
    const wrong = this.#audit.look({
      passed: clock.passed,
      calls: engine.liveCalls(),
      agents: engine.agents(),
      channels: pbx.parties().map(({ channel }) => channel),
      ...(this.#daemon.isSaved && { logged: this.#logged }),
      isCalm: this.#faults.isCalm,
    });
    for (const { invariant, what } of wrong) this.#watch.report(invariant, what);
    const ready = [...this.#watch.mirror.ready.values()];
    const forgotten = this.#callbacks.look(
      this.#store.callbacks.values(),
      ready,
      this.#daemon.now(),
      clock.passed,
    );
    if (this.#faults.isCalm) for (const what of forgotten) this.#watch.report('lost-callback', what);
  }

  /** Everybody has gone home. */
  #nothingIsLeft(): void {
    if (this.#options.isWatched === false) return;
    const { engine, pbx } = this.#stage;
    for (const { id, phase } of engine.liveCalls())
      this.#watch.report('no-owner', `${id} lives on at the end of the day, ${phase.at}`);
    for (const { channel } of pbx.parties())
      this.#watch.report('no-owner', `${channel} is there at the end of the day`);
    for (const { id, state } of engine.agents())
      if ('leg' in state) this.#watch.report('stuck', `${id} is ${state.at} at the end of the day`);
    for (const what of lostCallbacks(this.#callers.promised, [...this.#store.callbacks.values()]))
      this.#watch.report('lost-callback', what);
    for (const id of this.#logged.calls.keys())
      this.#watch.report('ended-once', `${id} has no end in the log`);
  }

  // ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────────

  #committed(changes: Changes): void {
    if (this.#options.isWatched !== false) this.#watch.take(changes);
  }

  /** The store has taken these. */
  #heard(events: readonly LogEvent[]): void {
    this.#events += events.length;
    for (const event of events) {
      this.#statistics.take(event);
      if (this.#options.isWatched === false) continue;
      for (const { invariant, what } of this.#logged.take(event)) this.#watch.report(invariant, what);
    }
    this.#team.heard(events);
    this.#options.heard?.(events);
  }

  #succeeded(): void {
    this.#watch.forgive();
    this.#team.renew();
  }

  #log(): Log {
    return {
      ...silentLog,
      error: (fields, message) => {
        if (!EXPECTED.test(message)) this.#watch.report('fault', `${message} ${JSON.stringify(fields)}`);
      },
    };
  }
}
