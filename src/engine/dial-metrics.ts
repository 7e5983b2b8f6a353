import { Counter, type Metric } from '../base/metrics.ts';
import type { LogEvent } from './changes.ts';

/** Verdicts that are remembered. */
const MOST_VERDICTS = 10_000;

/** Counts what the dialer does, from the events of the log. Labels are names that the centre gave, never numbers of customers. */
export class DialMetrics {
  readonly #made = new Counter({
    name: 'carillon_attempts_total',
    help: 'Attempts of campaigns to reach somebody.',
    labels: ['campaign', 'mode'],
  });
  readonly #ended = new Counter({
    name: 'carillon_attempts_ended_total',
    help: 'Attempts that ended, by what became of them.',
    labels: ['campaign', 'outcome'],
  });
  readonly #heldBack = new Counter({
    name: 'carillon_leads_held_back_total',
    help: 'Leads that were not dialled, by the rule that forbade it.',
    labels: ['campaign', 'rule'],
  });
  readonly #heard = new Counter({
    name: 'carillon_answers_heard_total',
    help: 'Answers that were listened to, by what the agent noted where one noted it.',
    labels: ['verdict', 'noted'],
  });
  /** What listening said of attempts whose agent may still note something, the latest. */
  readonly #verdicts = new Map<string, string>();

  get metrics(): readonly Metric[] {
    return [this.#made, this.#ended, this.#heldBack, this.#heard];
  }

  /** Counts events that were committed. */
  take(events: readonly LogEvent[]): void {
    for (const { type, data } of events) {
      const campaign = String(data.campaign ?? '');
      if (type === 'AttemptMade') this.#made.add(1, campaign, String(data.mode));
      else if (type === 'LeadsHeldBack') this.#heldBack.add(Number(data.count), campaign, String(data.rule));
      else if (type === 'AttemptEnded') this.#attemptEnded(campaign, data);
      else if (type === 'AttemptDisposed') this.#disposed(data);
    }
  }

  #attemptEnded(campaign: string, { attempt, outcome, detected }: LogEvent['data']): void {
    this.#ended.add(1, campaign, String(outcome));
    if (detected === undefined) return;
    this.#heard.add(1, String(detected), '');
    this.#verdicts.set(String(attempt), String(detected));
    if (this.#verdicts.size > MOST_VERDICTS) this.#verdicts.delete(this.#verdicts.keys().next().value!);
  }

  /** An agent who talks with a machine, or says that he did, tells how often listening is wrong. */
  #disposed({ attempt, result }: LogEvent['data']): void {
    const verdict = this.#verdicts.get(String(attempt));
    if (verdict !== undefined) this.#heard.add(1, verdict, result === 'machine' ? 'machine' : 'human');
  }
}
