import { Counter, Histogram, type Metric } from '../base/metrics.ts';
import type { Call } from '../call/call.ts';
import { isNear } from '../queue/estimate.ts';
import type { LogEvent } from './changes.ts';

/** Waits are told apart by these, seconds: service levels are agreed at 10, 15, 20, 30 or 60. */
const WAIT_S = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600];

/** Counts what happens to calls, from the events of the log. Labels are names that the centre gave, never numbers of callers. */
export class CallMetrics {
  /** Queue of those who wait, by call. */
  readonly #queues = new Map<string, string>();
  /** Callers who heard the busy signal in overloads that are over, by reason. */
  readonly overloads = new Map<string, number>();
  readonly #events = new Counter({
    name: 'carillon_events_total',
    help: 'Events of the log.',
    labels: ['type'],
  });
  readonly #arrived = new Counter({
    name: 'carillon_calls_arrived_total',
    help: 'Calls that were taken, from a phone of the house or from outside.',
    labels: ['source'],
  });
  readonly #ended = new Counter({
    name: 'carillon_calls_ended_total',
    help: 'Calls that ended, by who ended them and why.',
    labels: ['by', 'cause'],
  });
  readonly #abandoned = new Counter({
    name: 'carillon_calls_abandoned_total',
    help: 'Callers who left a queue before anybody answered.',
    labels: ['queue'],
  });
  readonly #refused = new Counter({
    name: 'carillon_calls_refused_total',
    help: 'Calls that were not taken, but for overload.',
    labels: ['reason'],
  });
  readonly #failed = new Counter({
    name: 'carillon_calls_failed_total',
    help: 'Calls that ended by a fault of Carillon itself.',
  });
  readonly #queued = new Counter({
    name: 'carillon_queue_entered_total',
    help: 'Callers who entered a queue.',
    labels: ['queue'],
  });
  readonly #left = new Counter({
    name: 'carillon_queue_left_total',
    help: 'Callers who went on in the flow without having been served, and why.',
    labels: ['queue', 'why'],
  });
  readonly #answered = new Histogram(
    {
      name: 'carillon_queue_answered_seconds',
      help: 'How long callers waited in this queue whom an agent answered; waits elsewhere do not count.',
      labels: ['queue'],
    },
    WAIT_S,
  );
  readonly #estimates = new Counter({
    name: 'carillon_wait_estimates_total',
    help: 'Callers who were answered, by whether the wait expected when they came was within 30 s or 30 % of the real one.',
    labels: ['queue', 'near'],
  });
  readonly #estimateError = new Counter({
    name: 'carillon_wait_estimates_error_seconds_total',
    help: 'How far those estimates were off, summed.',
    labels: ['queue'],
  });
  readonly #callbacks = new Counter({
    name: 'carillon_callbacks_done_total',
    help: 'Callbacks that are done, by what became of them.',
    labels: ['queue', 'outcome'],
  });
  readonly #offers = new Counter({
    name: 'carillon_offers_total',
    help: 'Calls that were offered to an agent.',
    labels: ['queue'],
  });
  readonly #offersFailed = new Counter({
    name: 'carillon_offers_failed_total',
    help: 'Offers that came to nothing; outcome no-answer is a ring-no-answer.',
    labels: ['queue', 'outcome'],
  });
  readonly #dials = new Counter({
    name: 'carillon_dials_total',
    help: 'Legs that a flow dialled, to a phone of the house or outside, and what became of them.',
    labels: ['to', 'outcome'],
  });
  readonly #dialsRefused = new Counter({
    name: 'carillon_dials_refused_total',
    help: 'Legs that were not dialled: busy, not permitted, over a limit.',
    labels: ['reason'],
  });
  readonly #talked = new Counter({
    name: 'carillon_talk_seconds_total',
    help: 'Time that callers of ended calls talked with somebody.',
  });
  readonly #stepsFailed = new Counter({
    name: 'carillon_flow_steps_failed_total',
    help: 'Steps of flows that failed.',
    labels: ['flow'],
  });
  readonly #promptsFailed = new Counter({
    name: 'carillon_prompts_failed_total',
    help: 'Prompts that could not be played.',
    labels: ['flow'],
  });

  get metrics(): readonly Metric[] {
    return [
      this.#arrived,
      this.#ended,
      this.#abandoned,
      this.#refused,
      this.#failed,
      this.#queued,
      this.#left,
      this.#answered,
      this.#estimates,
      this.#estimateError,
      this.#callbacks,
      this.#offers,
      this.#offersFailed,
      this.#dials,
      this.#dialsRefused,
      this.#talked,
      this.#stepsFailed,
      this.#promptsFailed,
      this.#events,
    ];
  }

  /** Who waited when this daemon began. */
  resume(calls: readonly Call[]): void {
    for (const { id, phase } of calls)
      if (phase.at === 'queued' || phase.at === 'offered') this.#queues.set(id, phase.queue);
  }

  /** Counts events that were committed. */
  take(events: readonly LogEvent[]): void {
    for (const event of events) {
      this.#events.add(1, event.type);
      this.#count(event);
    }
  }

  #count({ type, call = '', data }: LogEvent): void {
    switch (type) {
      case 'CallArrived':
        return this.#arrived.add(1, kindOf(data.source));
      case 'CallQueued':
        this.#queues.set(call, String(data.queue));
        return this.#queued.add(1, String(data.queue));
      case 'CallRequeued':
      case 'CallOffered':
        // A caller who could not be connected is offered again, without having entered again.
        this.#queues.set(call, String(data.queue));
        return this.#offers.add(1, String(data.queue));
      case 'CallConnected':
        return this.#connected(call, data);
      case 'CallbackDone':
        return this.#callbacks.add(1, String(data.queue), String(data.outcome));
      case 'LegFailed':
        return this.#legFailed(call, data);
      case 'CallLeftQueue':
        this.#queues.delete(call);
        return this.#left.add(1, String(data.queue), String(data.why));
      case 'CallEnded':
        return this.#callEnded(call, data);
      case 'CallRefused':
        return this.#refused.add(1, String(data.reason));
      case 'CallFailed':
        return this.#failed.add(1);
      case 'DialRefused':
        return this.#dialsRefused.add(1, String(data.reason));
      case 'StepFailed':
        return this.#stepsFailed.add(1, String(data.flow));
      case 'PromptFailed':
        return this.#promptsFailed.add(1, String(data.flow));
      case 'OverloadEnded':
        return this.#overloadEnded(data.refused ?? {});
    }
  }

  #overloadEnded(refused: object): void {
    for (const [reason, count] of Object.entries(refused))
      this.overloads.set(reason, (this.overloads.get(reason) ?? 0) + Number(count));
  }

  #connected(call: string, { to, queue, queueWaitedMs, expectedMs }: LogEvent['data']): void {
    if (queue === undefined) return this.#dials.add(1, kindOf(to), 'answered');
    this.#queues.delete(call);
    this.#answered.observe(Number(queueWaitedMs) / 1000, String(queue));
    if (expectedMs !== undefined) this.#expected(String(queue), Number(expectedMs), Number(queueWaitedMs));
  }

  #expected(queue: string, toldMs: number, waitedMs: number): void {
    this.#estimates.add(1, queue, isNear(toldMs, waitedMs) ? 'yes' : 'no');
    this.#estimateError.add(Math.abs(toldMs - waitedMs) / 1000, queue);
  }

  #legFailed(call: string, { to, outcome }: LogEvent['data']): void {
    const queue = this.#queues.get(call);
    if (queue === undefined) this.#dials.add(1, kindOf(to), String(outcome ?? 'cancelled'));
    else this.#offersFailed.add(1, queue, String(outcome ?? 'cancelled'));
  }

  #callEnded(call: string, { by, cause, abandoned, talkedMs }: LogEvent['data']): void {
    const queue = this.#queues.get(call);
    this.#queues.delete(call);
    if (abandoned === true) this.#abandoned.add(1, queue ?? '');
    this.#talked.add(Number(talkedMs ?? 0) / 1000);
    this.#ended.add(1, String(by ?? ''), String(cause ?? ''));
  }
}

/** `phone` or `outside`. */
function kindOf(party: unknown): string {
  return typeof party === 'object' && party !== null && 'kind' in party ? String(party.kind) : '';
}
