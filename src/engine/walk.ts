import type { Call, CallInput, Cursor, Frame, HandOver, Variables } from '../call/call.ts';
import { type Flow, nextStep } from '../ivr/flow.ts';
import { playbacksOf, type StepReport } from '../ivr/run.ts';
import type { StepResult } from '../ivr/step.ts';
import { UNSET } from '../ivr/values.ts';
import type { StepLeft } from './changes.ts';
import type { Effect, FlowDirectory } from './input.ts';

/** Steps that a call may take within one second: more is a loop that waits for nobody. */
const STEPS_PER_SECOND = 50;

/** Flows that may wait for each other. */
const DEEPEST = 10;

/** What is kept of each live call beyond its state: which run of a step is the present one, and how fast it steps. */
export interface Pace {
  readonly run: number;
  readonly second: number;
  readonly steps: number;
}

/** What a walk does to the turn that it is part of. */
export interface WalkParts {
  readonly flows: FlowDirectory;
  readonly paces: Map<string, Pace>;
  /** UTC ms. */
  readonly now: number;
  putCall(call: Call): void;
  tellCall(call: Call, input: CallInput): void;
  handOver(call: Call, request: HandOver): void;
  effect(key: string, effect: Effect): void;
  log(type: string, data: Readonly<Record<string, unknown>>, about: { readonly call?: string }): void;
  left(step: StepLeft): void;
}

/** Takes calls from step to step, through flows that call each other. */
export class Walk {
  readonly #parts: WalkParts;

  constructor(parts: WalkParts) {
    this.#parts = parts;
  }

  /** Goes to `step`; without one the flow ends, and the call with it. */
  enter(call: Call, flow: Flow, step: string | undefined): void {
    this.#run(call, flow, step, undefined);
  }

  /** Runs the present step again: after a restart or a lost link. */
  repeat(call: Call): void {
    const { cursor } = call;
    const flow = this.#flowOf(call);
    if (cursor) this.#parts.effect(call.id, { do: 'quiet', playbacks: playbacksOf(call.id, cursor) });
    if (!flow || !cursor) return this.#parts.tellCall(call, { type: 'HungUp' });
    const there = flow.steps.has(cursor.step);
    this.#run(call, flow, there ? cursor.step : flow.start, there ? cursor : undefined);
  }

  /** A step is done: goes on as its result says. */
  reported(call: Call, report: StepReport): void {
    if (call.phase.at !== 'flow' || this.#parts.paces.get(call.id)?.run !== report.run) return;
    const { result } = report;
    if ('failed' in result) {
      if (!result.unreachable) this.#fail(call, result.failed);
      return;
    }
    const { variables } = call.facts;
    const facts = {
      ...call.facts,
      ...result.facts,
      ...(result.set ? { variables: { ...variables, ...result.set } } : {}),
    };
    this.#goOn(result.facts || result.set ? { ...call, facts } : call, result);
  }

  /** The flow goes on by `exit`. */
  follow(call: Call, exit: string): void {
    const flow = this.#flowOf(call);
    if (!flow || !call.cursor) return this.#parts.tellCall(call, { type: 'HungUp' });
    const next = nextStep(flow, call.cursor, exit);
    // Only where a flow that was called has changed since: its new result leads nowhere in the old caller.
    if (next === undefined) return this.#fail(call, `nothing leads on from "${exit}"`);
    this.#leave(call.cursor, exit);
    this.enter(call, flow, next);
  }

  /** The call is over: every step that it was in has been left. @param by who ended it */
  end(call: Call, by: 'caller' | 'carillon' | undefined): void {
    if (call.cursor) this.#leave(call.cursor, by === 'caller' ? 'hung-up' : 'ended');
    for (const { cursor } of call.stack) this.#leave(cursor, 'ended');
    this.#parts.paces.delete(call.id);
  }

  #goOn(call: Call, result: StepResult): void {
    if ('exit' in result) return this.follow(call, result.exit);
    if ('handOver' in result) return this.#parts.handOver(call, result.handOver);
    if ('hangUp' in result) return this.#parts.tellCall(call, { type: 'HungUp', byFlow: true });
    if ('result' in result) return this.#comeBack(call, result.result);
    const name = 'enterFlow' in result ? result.enterFlow : result.callFlow;
    const flow = this.#parts.flows.byName(name);
    if (!flow) return this.#fail(call, `there is no flow ${name}`);
    const inside = { ...call, facts: { ...call.facts, variables: result.with } };
    if ('enterFlow' in result) {
      if (call.cursor) this.#leave(call.cursor, 'go');
      return this.enter(inside, flow, flow.start);
    }
    if (call.stack.length >= DEEPEST || !call.cursor)
      return this.#fail(call, 'too many flows wait for each other');
    const frame: Frame = { cursor: call.cursor, variables: call.facts.variables };
    this.enter({ ...inside, stack: [...call.stack, frame] }, flow, flow.start);
  }

  /** The flow that called goes on by the result, with what it gets back. A flow that nobody called ends the call. */
  #comeBack(call: Call, result: string): void {
    const frame = call.stack.at(-1);
    if (!frame) return this.#parts.tellCall(call, { type: 'HungUp', byFlow: true });
    if (call.cursor) this.#leave(call.cursor, result);
    const gives = Object.entries(this.#flowOf(call)?.signature.gives ?? {});
    const given: Variables = Object.fromEntries(
      gives.map(([name, type]) => [name, call.facts.variables[name] ?? UNSET[type]]),
    );
    const facts = { ...call.facts, variables: { ...frame.variables, ...given } };
    this.follow({ ...call, facts, cursor: frame.cursor, stack: call.stack.slice(0, -1) }, result);
  }

  /** A step that failed leads to its flow's way out for errors; without one, to that of the flow that called. */
  #fail(call: Call, reason: string): void {
    this.#parts.log('StepFailed', { ...call.cursor, reason }, { call: call.id });
    const failed: Cursor[] = [];
    for (let at = call; at.cursor; ) {
      const flow = this.#flowOf(at);
      failed.push(at.cursor);
      if (flow?.onError !== undefined && flow.onError !== at.cursor.step) {
        for (const cursor of failed) this.#leave(cursor, 'error');
        return this.enter(at, flow, flow.onError);
      }
      const frame = at.stack.at(-1);
      if (!frame) break;
      const facts = { ...at.facts, variables: frame.variables };
      at = { ...at, facts, cursor: frame.cursor, stack: at.stack.slice(0, -1) };
    }
    this.#parts.tellCall(call, { type: 'HungUp' });
  }

  /** @param again the cursor of the step when it runs once more, undefined when it is entered */
  #run(call: Call, flow: Flow, step: string | undefined, again: Cursor | undefined): void {
    const { now } = this.#parts;
    const found = step === undefined ? undefined : flow.steps.get(step);
    if (!found) return this.#parts.tellCall(call, { type: 'HungUp', byFlow: true });
    const { run, steps } = this.#pace(call);
    const { entry, since } = again ?? { entry: run, since: now };
    const cursor: Cursor = { flow: flow.name, version: flow.version, step: found.name, run, entry, since };
    const entered: Call = { ...call, phase: { at: 'flow' }, cursor };
    this.#parts.putCall(entered);
    this.#parts.log(
      'StepEntered',
      { flow: flow.name, version: flow.version, step: found.name },
      { call: call.id },
    );
    if (steps > STEPS_PER_SECOND) {
      this.#parts.log('FlowLooped', { flow: flow.name, step: found.name }, { call: call.id });
      return this.#parts.tellCall(entered, { type: 'HungUp' });
    }
    this.#parts.effect(call.id, { do: 'runStep', call: entered, flow, step: found, run });
  }

  #pace({ id, cursor }: Call): Pace {
    const second = Math.floor(this.#parts.now / 1000);
    const before = this.#parts.paces.get(id);
    const steps = before?.second === second ? before.steps + 1 : 1;
    const pace = { run: (before?.run ?? cursor?.run ?? 0) + 1, second, steps };
    this.#parts.paces.set(id, pace);
    return pace;
  }

  #leave({ flow, version, step, since }: Cursor, exit: string): void {
    const { now } = this.#parts;
    this.#parts.left({ flow, version, step, exit, at: now, ms: Math.max(0, now - since) });
  }

  #flowOf({ cursor }: Call): Flow | undefined {
    return cursor && this.#parts.flows.version(cursor.flow, cursor.version);
  }
}
