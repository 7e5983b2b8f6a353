import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../base/random.ts';
import type { OriginateRequest, PbxEvent } from '../../../pbx/pbx.ts';
import type { SimulatedParty } from '../../../pbx/simulated/party.ts';
import { LiveCentre, type Taps } from './live-centre.ts';
import { exponential, quantile } from './sample.ts';

interface Times {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** How long it took from what made an offer possible to the command that rings the agent's phone. */
export interface OfferTimes {
  readonly kinds: readonly (Times & {
    readonly event: string;
    /** Time that this thread had a processor meanwhile: what remains of the wait where nobody else wants one. */
    readonly processorP99Ms: number;
  })[];
  /** One event written to the same database, and nothing else. */
  readonly commit: Times;
}

const QUEUED = 'a caller is handed to the queue, agents are ready';
const TALK_ENDED = "an agent's talk ends, callers wait";
const WENT_READY = 'an agent goes ready, callers wait';

const CALLS_PER_SECOND = 25;
const TALK_MS = 800;
const WARM_UP_MS = 5000;
const COUNTED_MS = 35_000;
const COMMIT_EVERY_MS = 50;
/** Enough for everybody, so that agents wait for callers; and too few, so that callers wait for agents. */
const MANY = 60;
const FEW = 20;
/** Of the few, so many take a rest with each call. */
const RESTLESS = 8;
const REST_MS = 300;

/** Measures an engine that runs at a steady load, first with many agents and then with too few. */
export async function offerTimes(): Promise<OfferTimes> {
  const shifts: Shift[] = [];
  for (const [agents, restless] of [
    [MANY, 0],
    [FEW, RESTLESS],
  ] as const) {
    const shift = new Shift(agents, restless);
    await shift.work();
    shifts.push(shift);
  }
  const offers = shifts.flatMap((shift) => shift.offers);
  const kindOf = (event: string) => {
    const its = offers.filter((offer) => offer.event === event);
    const processorP99Ms = quantile(
      its.map(({ processorMs }) => processorMs),
      0.99,
    );
    return { event, ...timesOf(its.map(({ ms }) => ms)), processorP99Ms };
  };
  return {
    kinds: [QUEUED, TALK_ENDED, WENT_READY].map(kindOf),
    commit: timesOf(shifts.flatMap(({ commits }) => commits)),
  };
}

/** Something that makes an offer possible, and when it was. */
interface Cause {
  readonly event: string;
  readonly at: number;
  /** Time that this thread had had a processor by then, ms. */
  readonly processorAt: number;
}

interface MadeOffer {
  readonly event: string;
  readonly ms: number;
  readonly processorMs: number;
}

/** A while of work, its callers and its agents. */
class Shift implements Taps {
  readonly offers: MadeOffer[] = [];
  /** How long single commits took, ms. */
  readonly commits: number[] = [];
  readonly #agents: number;
  readonly #restless: number;
  readonly #random = seededRandom(1);
  readonly #centre = new LiveCentre(
    { latencyMs: 1, witness: { joined: (party) => this.#talk(party) } },
    this,
  );
  /** What happened last to an agent (by extension) or a caller (by number) that makes an offer possible. */
  readonly #causes = new Map<string, Cause>();
  readonly #extensions = new Map<string, string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isCounting = false;
  #calls = 0;

  /** @param restless so many of the agents go not ready with each call, and ready again later */
  constructor(agents: number, restless: number) {
    this.#agents = agents;
    this.#restless = restless;
  }

  async work(): Promise<void> {
    await this.#centre.start(Array.from({ length: this.#agents }, (_, index) => `a${index}`));
    const began = performance.now();
    let [callAt, commitAt] = [began, began];
    for (let now = began; now - began < WARM_UP_MS + COUNTED_MS; now = performance.now()) {
      this.#isCounting = now - began > WARM_UP_MS;
      while (callAt <= now) {
        this.#call();
        callAt += exponential(this.#random, 1000 / CALLS_PER_SECOND);
      }
      if (commitAt <= now) {
        this.#commit();
        commitAt = now + COMMIT_EVERY_MS;
      }
      await sleep(Math.max(1, Math.min(callAt, commitAt) - performance.now()));
    }
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#centre.stop();
  }

  heard(event: PbxEvent): void {
    const extension = event.type === 'ChannelEnded' && this.#extensions.get(event.channel);
    if (extension) this.#cause(extension, TALK_ENDED);
  }

  queued(ani: string): void {
    this.#cause(ani, QUEUED);
  }

  /** Whichever came last, the caller or the agent, made this possible. */
  dialled({ leg, to, callerNumber }: OriginateRequest): void {
    const [now, processorNow] = [performance.now(), processorMs()];
    if (to.kind !== 'phone') return;
    this.#extensions.set(leg, to.extension);
    const [free, came] = [this.#causes.get(to.extension), this.#causes.get(callerNumber)];
    if (!came) throw new Error(`${callerNumber} was offered without having been queued`);
    const { event, at, processorAt } = free && free.at > came.at ? free : came;
    if (this.#isCounting) this.offers.push({ event, ms: now - at, processorMs: processorNow - processorAt });
  }

  #cause(whose: string, event: string): void {
    this.#causes.set(whose, { event, at: performance.now(), processorAt: processorMs() });
  }

  #call(): void {
    this.#calls += 1;
    this.#centre.call(`1380000${String(this.#calls).padStart(4, '0')}`);
  }

  #commit(): void {
    const began = performance.now();
    this.#centre.commitAlone();
    if (this.#isCounting) this.commits.push(performance.now() - began);
  }

  #talk(party: SimulatedParty): void {
    if (party.to?.kind !== 'phone') return;
    const { extension } = party.to;
    if (Number(extension.slice(1)) < this.#restless) this.#rest(extension);
    this.#later(exponential(this.#random, TALK_MS), () => party.hangup());
  }

  /** He goes not ready with this call, and is ready again a while after it. */
  #rest(agent: string): void {
    const { engine } = this.#centre;
    void engine.tellAgent(agent, { type: 'GoNotReady', reason: 'break' });
    const back = (): void => {
      const isFree = engine.agents().some(({ id, state }) => id === agent && state.at === 'not-ready');
      if (!isFree) return this.#later(REST_MS, back);
      this.#cause(agent, WENT_READY);
      void engine.tellAgent(agent, { type: 'GoReady' });
    };
    this.#later(TALK_MS, back);
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }
}

function timesOf(values: readonly number[]): Times {
  return { count: values.length, p50Ms: quantile(values, 0.5), p99Ms: quantile(values, 0.99) };
}

/** Time that this thread has had a processor, ms. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
