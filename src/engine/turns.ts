import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { OutsideDialling } from '../call/outside-dialling.ts';
import type { Alarm } from './alarm.ts';
import type { Changes } from './changes.ts';
import type { Dialler } from './dialler.ts';
import type { Effects } from './effects.ts';
import { Replaced } from './fence.ts';
import type { Gate } from './gate.ts';
import type { Effect, EngineInput, FlowDirectory } from './input.ts';
import type { Ledger } from './ledger.ts';
import { faultOf, idsOfInput } from './log-ids.ts';
import type { EngineObserver } from './observer.ts';
import { offerWaiting } from './offering.ts';
import type { QueueLoads } from './queue-load.ts';
import type { CentreState } from './state.ts';
import { takeInput } from './take-input.ts';
import { Turn } from './turn.ts';
import type { Pace } from './walk.ts';

/** An input, with whoever waits for what becomes of it. */
export interface Mail {
  readonly input: EngineInput;
  readonly done?: () => void;
  readonly refused?: (reason: unknown) => void;
}

export interface TurnsParts {
  readonly state: CentreState;
  readonly paces: Map<string, Pace>;
  readonly flows: FlowDirectory;
  readonly ids: IdSource;
  readonly outside: OutsideDialling;
  readonly clock: Clock;
  readonly log: Log;
  readonly gate: Gate;
  readonly ledger: Ledger;
  readonly effects: Effects;
  readonly loads: QueueLoads;
  readonly alarm: Alarm;
  /** Undefined in a centre that calls nobody. */
  readonly dialler: Dialler | undefined;
  readonly observer?: EngineObserver;
  /** Who is told what a turn has changed. */
  readonly committed?: readonly ((changes: Changes) => void)[];
  readonly post: (input: EngineInput, must?: boolean) => void;
  /** Another daemon has taken over. */
  readonly replaced: () => void;
}

/** Takes the mail, a batch in each turn: the rules decide, what they changed is committed, and then what they want is done. */
export class Turns {
  readonly #parts: TurnsParts;
  #problem = '';

  constructor(parts: TurnsParts) {
    this.#parts = parts;
  }

  /** Why callers and agents are not brought together, '' while they are. */
  get problem(): string {
    return this.#problem;
  }

  async take(batch: readonly Mail[]): Promise<void> {
    const { clock, observer, dialler, loads, effects, alarm } = this.#parts;
    loads.forget();
    const startedAt = observer?.now() ?? 0;
    const turn = new Turn({ ...this.#parts, dialling: dialler?.floor }, clock.now());
    const answers = this.#decide(turn, batch);
    this.#offer(turn);
    dialler?.dial(turn);
    loads.learn(turn.changes.events);
    if (!(await this.#commit(turn, batch))) return;
    for (const ordered of turn.effects) if (!this.#heldBack(ordered.effect)) effects.run(ordered);
    for (const answer of answers) answer();
    dialler?.committed();
    alarm.set();
    this.#tellOfChanges(turn.changes);
    observer?.turned(startedAt, batch.length);
  }

  /** @returns the answers for those who wait for one, once all is committed */
  #decide(turn: Turn, batch: readonly Mail[]): (() => void)[] {
    const answers: (() => void)[] = [];
    for (const { input, done, refused } of batch) {
      if (input.type === 'ChannelArrived') this.#parts.gate.entered(input.channel);
      try {
        takeInput(turn, input);
        if (done) answers.push(done);
      } catch (thrown) {
        if (!refused || !(thrown instanceof Refused)) this.#broke(turn, input, thrown);
        answers.push(() => refused?.(thrown));
      }
    }
    return answers;
  }

  /** Whatever goes wrong for those who look on is not the calls' business. */
  #tellOfChanges(changes: Changes): void {
    for (const tell of this.#parts.committed ?? [])
      try {
        tell(changes);
      } catch (error) {
        this.#parts.log.error(faultOf(error), 'pages were not told of a change');
      }
  }

  /** Whatever goes wrong in matching must not keep the other turns from being taken. */
  #offer(turn: Turn): void {
    try {
      for (const bug of offerWaiting(turn)) this.#parts.log.error(faultOf(bug), 'an offer failed');
      this.#problem = '';
    } catch (error) {
      this.#problem = `callers cannot be matched with agents (${messageOf(error)}); see the log`;
      this.#parts.log.error(faultOf(error), 'matching failed');
    }
  }

  /** Nobody asked for it and the rules would not have it: our bug. It costs one call, not the daemon. */
  #broke(turn: Turn, input: EngineInput, error: unknown): void {
    const { log, state } = this.#parts;
    const about = { ...idsOfInput(input, state), input: input.type };
    log.error({ ...about, ...faultOf(error) }, 'an input broke a rule');
    try {
      turn.failCallOf(input);
    } catch (again) {
      log.error({ ...about, ...faultOf(again) }, 'and its call could not be ended');
    }
  }

  /**
   * What changes something outside does not begin before its cursor is stored: after a crash it would be done again, as
   * something else. Its way out is the one for failure. Nobody is called for a campaign whose attempt is not stored.
   */
  #heldBack(effect: Effect): boolean {
    const { ledger, post, log } = this.#parts;
    if (!ledger.isBehind) return false;
    if (effect.do === 'originate' && effect.call.outbound && effect.leg.id === effect.call.channel) {
      post({ type: 'DialHeldBack', call: effect.call.id }, true);
      return true;
    }
    if (effect.do !== 'runStep') return false;
    const { call, step, run } = effect;
    if (!step.kind.changesOutside?.(step.args)) return false;
    const reason = 'not begun, because the database takes no writes';
    const result = step.exits.includes('failed')
      ? { exit: 'failed' }
      : { failed: reason, unreachable: false };
    log.error({ call: call.id, step: step.name }, reason);
    post({ type: 'StepReported', call: call.id, run, result });
    return true;
  }

  /** False when this daemon has been replaced: the calls are another one's, and nothing more is done here. */
  async #commit(turn: Turn, batch: readonly Mail[]): Promise<boolean> {
    try {
      await this.#parts.ledger.commit(turn.changes);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Replaced)) throw thrown;
      for (const mail of batch) mail.refused?.(thrown);
      this.#parts.replaced();
      return false;
    }
  }
}
