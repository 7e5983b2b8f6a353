import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { localTime, startOfDay } from '../../base/zone.ts';
import type { Call } from '../../call/call.ts';
import type { EventLog } from '../../engine/store.ts';
import { laneOf, USUAL_LANE } from '../../queue/queue.ts';
import type { RoutingDirectory } from '../../queue/rules.ts';
import { COUNTED_TYPES, ServiceTally, type Told } from '../../supervise/service-tally.ts';
import { TRUNK_TYPES, TrunkTally } from '../../supervise/trunk-tally.ts';

export interface FloorCountParts {
  readonly events: Pick<EventLog, 'eachSince' | 'onAppended'>;
  readonly routing: Pick<RoutingDirectory, 'current'>;
  /** Of the centre, IANA name. */
  readonly zone: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the floor counts: first from the log of today, then as things happen. */
export class FloorCounts {
  readonly services: ServiceTally;
  readonly trunks = new TrunkTally();
  readonly #parts: FloorCountParts;

  constructor(parts: FloorCountParts) {
    this.#parts = parts;
    const { routing } = parts;
    this.services = new ServiceTally(
      (name, tier) => {
        const queue = routing.current().queues.get(name);
        return queue ? laneOf(queue, tier) : USUAL_LANE;
      },
      (at) => this.#dayAfter(at, 1),
    );
  }

  /** Counts from now on, and what there was today before. Resolves when that is done. @param live gives the calls that are there */
  async start(live: () => readonly Call[]): Promise<void> {
    const { events, clock, log } = this.#parts;
    // Whatever was committed before has been told by then.
    await setImmediate();
    let early: Told[] | undefined = [];
    events.onAppended((appended) => (early ? early.push(...appended) : this.#take(appended)));
    this.services.resume(live());
    try {
      const types = [...new Set([...COUNTED_TYPES, ...TRUNK_TYPES])];
      await events.eachSince(this.#dayAfter(clock.now(), 0), types, (past) => this.#take(past));
    } catch (error) {
      log.error({ error: messageOf(error) }, 'what was counted today before the start is not known');
    }
    this.#take(early);
    early = undefined;
  }

  #take(events: readonly Told[]): void {
    this.services.take(events);
    this.trunks.take(events);
  }

  /** When the day of `at` begins, or one of those after it, UTC ms. */
  #dayAfter(at: number, days: number): number {
    const zone = this.#parts.zone();
    const { year, month, day } = localTime(at, zone);
    return startOfDay(year, month, day + days, zone);
  }
}
