import type { Call } from '../call/call.ts';
import { type Accuracy, expectedWaitMs, judged, LineFlow, NOTHING_TOLD } from '../queue/estimate.ts';
import type { LogEvent } from './changes.ts';
import { waits } from './waiting-room.ts';

/** Whom a line of one queue waits for, and who is in it. */
interface Line {
  readonly flow: LineFlow;
  accuracy: Accuracy;
}

/** A call in a line, or talking after it. */
interface Member {
  readonly queue: string;
  readonly queuedAt: number;
  readonly offeredAt?: number;
  readonly talksSince?: number;
}

/** What is asked of the centre. */
export interface LineParts {
  /** Agents at work who could serve the queue. */
  readonly workingFor: (queue: string) => number;
  /** Time after a talk, ms. */
  readonly wrapUpMsOf: (queue: string) => number;
}

/** Learns from the events of calls how fast the line of each queue moves, and how right its estimates were. */
export class WaitingLines {
  readonly #parts: LineParts;
  readonly #lines = new Map<string, Line>();
  readonly #members = new Map<string, Member>();

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  /** Who waited when this daemon began. @param now UTC ms */
  resume(calls: Iterable<Call>, now: number): void {
    for (const { id, phase } of calls) {
      if (!waits(phase) || !('queue' in phase)) continue;
      this.#members.set(id, { queue: phase.queue, queuedAt: phase.since });
      this.#at(phase.queue, now).entered();
    }
  }

  take(events: readonly LogEvent[]): void {
    for (const event of events) this.#take(event);
  }

  /** The wait before somebody at `position`, ms; undefined while nobody is at work for the queue. @param now UTC ms */
  expectedMs(queue: string, position: number, now: number): number | undefined {
    const speed = this.#at(queue, now).speed(this.#parts.workingFor(queue));
    return speed && expectedWaitMs(position, speed);
  }

  accuracyOf(queue: string): Accuracy {
    return this.#lines.get(queue)?.accuracy ?? NOTHING_TOLD;
  }

  #take({ type, call = '', at, data }: LogEvent): void {
    const member = this.#members.get(call);
    switch (type) {
      case 'CallQueued': {
        const queue = String(data.queue);
        this.#members.set(call, { queue, queuedAt: at });
        return this.#at(queue, at).entered();
      }
      case 'CallOffered':
        if (!member) return;
        this.#members.set(call, { ...member, offeredAt: at });
        return this.#at(member.queue, at).offered(at === member.queuedAt);
      case 'LegFailed':
        if (member?.offeredAt === undefined || member.talksSince !== undefined) return;
        this.#members.set(call, { queue: member.queue, queuedAt: member.queuedAt });
        return this.#at(member.queue, at).entered();
      case 'CallConnected':
        return member && this.#connected(call, member, at, data);
      case 'CallLeftQueue':
        return member && this.#gone(call, member, at, data.why !== 'no-agents' && data.why !== 'moved');
      case 'CallEnded':
        return member && this.#gone(call, member, at, data.abandoned === true);
      case 'CallDisconnected':
        return member && this.#disconnected(call, member, at);
    }
  }

  #connected(call: string, member: Member, at: number, data: LogEvent['data']): void {
    const { queue, offeredAt, talksSince } = member;
    if (offeredAt === undefined || talksSince !== undefined) return;
    this.#members.set(call, { ...member, talksSince: at });
    this.#at(queue, at).answered(at - offeredAt);
    const { expectedMs, queueWaitedMs } = data;
    const line = this.#lines.get(queue);
    if (line && typeof expectedMs === 'number' && typeof queueWaitedMs === 'number')
      line.accuracy = judged(line.accuracy, expectedMs, queueWaitedMs);
  }

  #gone(call: string, member: Member, at: number, gaveUp: boolean): void {
    if (member.talksSince !== undefined) return this.#disconnected(call, member, at);
    this.#members.delete(call);
    if (member.offeredAt === undefined) this.#at(member.queue, at).left(gaveUp);
  }

  #disconnected(call: string, { queue, talksSince }: Member, at: number): void {
    if (talksSince === undefined) return;
    this.#members.delete(call);
    this.#at(queue, at).handled(at - talksSince + this.#parts.wrapUpMsOf(queue));
  }

  #at(queue: string, now: number): LineFlow {
    const line = this.#lines.get(queue) ?? { flow: new LineFlow(), accuracy: NOTHING_TOLD };
    this.#lines.set(queue, line);
    line.flow.passed(now, this.#parts.workingFor(queue));
    return line.flow;
  }
}
