import type { Clock } from '../base/clock.ts';
import { assert, messageOf, Refused } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Call, Cursor, VariableValue } from '../call/call.ts';
import { Keypad } from '../call/keypad.ts';
import { CALL_ENDED, CallEnded, CallVerbs } from '../call/verbs.ts';
import { type Pbx, PbxError, type PbxEvent } from '../pbx/pbx.ts';
import { LAST_RESORT, type Prompt, type PromptBook, type Saying } from '../speech/prompt.ts';
import { writtenPrompt } from '../speech/written.ts';
import { type CentreView, type PlaceInLine, type Scope, Speech } from './expression.ts';
import { type Flow, type Step, wordsOf } from './flow.ts';
import type { StepResult, StepRun, WaitingRun } from './step.ts';

/** What became of a step. `run` tells a stale report from a fresh one. */
export interface StepReport {
  readonly call: string;
  readonly run: number;
  readonly result: StepResult | { readonly failed: string; readonly unreachable: boolean };
}

/** A business event that a step notes. */
export interface StepNote {
  readonly call: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface FlowRunnerParts {
  readonly pbx: Pbx;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly prompts: PromptBook;
  /** The centre as it is now, for expressions. */
  readonly centre: () => CentreView;
  /** Music of a persona; undefined: it has none of its own. */
  readonly musicOf: (persona: string) => string | undefined;
  readonly log: Log;
  readonly ended: (report: StepReport) => void;
  /** Somebody who waits leaves the queue by this way out. */
  readonly left: (report: { readonly call: string; readonly run: number; readonly exit: string }) => void;
  readonly noted: (note: StepNote) => void;
  /** See `StepRun.optOut`. */
  readonly optedOut: (call: Call, campaign: string) => void;
}

/** A call as long as the flow has a say in it. */
interface Visit {
  readonly channel: string;
  readonly keypad: Keypad;
  /** See `StepRun.secrets`: those of each flow that waits for another, and last those of the present one. */
  readonly secrets: FlowSecrets[];
  run: number;
  abort: AbortController;
  verbs: CallVerbs;
  /** Set while he waits in a queue; resolves when nothing more is done to him. */
  waiting?: Promise<void>;
}

/** Secrets belong to the flow that asked for them: no other one can send them anywhere. */
interface FlowSecrets {
  readonly flow: string;
  readonly values: Map<string, string>;
}

/** Characters of a text that an expression gives, at most: it is stored with each step. */
const LONGEST_TEXT = 500;

/** Playbacks that a step may start, at most, as far as cleaning up after a crash is concerned. */
const PLAYBACKS_PER_STEP = 24;

/** Every id that a playback of the step at `cursor` can have, for whoever has to stop what a dead daemon left running. */
export function playbacksOf(call: string, cursor: Cursor): string[] {
  return Array.from({ length: PLAYBACKS_PER_STEP }, (_, index) => playbackOf(call, cursor.run, index + 1));
}

/** Playbacks for those who wait use these ids again and again: one at a time. */
const WAITING_PLAYBACKS = 4;

/** Every id that a playback can have that is for somebody who waits. */
export function waitingPlaybacksOf(call: string): string[] {
  return Array.from({ length: WAITING_PLAYBACKS }, (_, index) => waitingPlaybackOf(call, index));
}

const waitingPlaybackOf = (call: string, count: number): string =>
  `wait-${call}-${count % WAITING_PLAYBACKS}`;
const playbackOf = (call: string, run: number, count: number): string => `play-${call}-${run}-${count}`;

/** Runs the steps of flows: one at a time per call, each a short async function that an ended call aborts. */
export class FlowRunner {
  readonly #parts: FlowRunnerParts;
  /** By call. */
  readonly #visits = new Map<string, Visit>();
  /** By channel. */
  readonly #listening = new Map<string, Visit>();

  constructor(parts: FlowRunnerParts) {
    this.#parts = parts;
  }

  /** Starts `step` for the call; what was typed ahead stays. A step that still ran is aborted. */
  start(call: Call, flow: Flow, step: Step, run: number): void {
    let played = 0;
    const visit = this.#visit(call, flow, run, () => playbackOf(call.id, run, ++played));
    void this.#execute(call, flow, step, visit);
  }

  /** The call waits in a queue: it hears what the step has for it, until `hush`. @param run of the step that sent it there */
  accompany(call: Call, flow: Flow, step: Step, run: number): void {
    const { whileWaiting } = step.kind;
    const { phase } = call;
    if (!whileWaiting || (phase.at !== 'queued' && phase.at !== 'offered')) return;
    let played = 0;
    const visit = this.#visit(call, flow, run, () => waitingPlaybackOf(call.id, played++));
    const company = whileWaiting(this.#waitingRun(call, flow, visit, phase.music), step.args);
    // Keys that mean nothing are not kept for the step that follows.
    if (!company) visit.keypad.deafen();
    visit.waiting = this.#accompany(call, step, visit, company);
  }

  /** He waits no more: what he was told is cut short. Resolves when nothing of it is left. */
  async hush(call: string): Promise<void> {
    const visit = this.#visits.get(call);
    if (!visit?.waiting) return;
    const { playing } = visit.verbs;
    visit.abort.abort(CALL_ENDED);
    visit.keypad.deafen();
    await visit.waiting;
    if (playing !== undefined) await this.#parts.pbx.stopPlayback(playing);
  }

  #visit(call: Call, flow: Flow, run: number, nextPlayback: () => string): Visit {
    const before = this.#visits.get(call.id);
    before?.abort.abort(CALL_ENDED);
    const abort = new AbortController();
    const keypad = before?.keypad ?? new Keypad();
    keypad.listen();
    const { channel } = call;
    const verbs = new CallVerbs({ ...this.#parts, channel, keypad, signal: abort.signal, nextPlayback });
    const secrets = secretsFor(before?.secrets ?? [], flow.name, call.stack.length);
    const visit: Visit = { channel, keypad, secrets, run, abort, verbs };
    this.#visits.set(call.id, visit);
    this.#listening.set(channel, visit);
    return visit;
  }

  /** The call has ended. */
  stop(call: string): void {
    const visit = this.#visits.get(call);
    if (!visit) return;
    this.#visits.delete(call);
    this.#listening.delete(visit.channel);
    visit.abort.abort(CALL_ENDED);
  }

  /** Digits and the ends of playbacks. */
  feed(event: PbxEvent): void {
    if (!('channel' in event)) return;
    const visit = this.#listening.get(event.channel);
    if (event.type === 'DigitPressed') visit?.keypad.press(event.digit, this.#parts.clock.now());
    visit?.verbs.feed(event);
  }

  async #execute(call: Call, flow: Flow, step: Step, visit: Visit): Promise<void> {
    const { signal } = visit.abort;
    const report = (result: StepReport['result']): void => {
      if (!signal.aborted) this.#parts.ended({ call: call.id, run: visit.run, result });
    };
    try {
      const result = await step.kind.run(this.#stepRun(call, flow, visit), step.args);
      // Keys pressed while the caller waits or talks are not meant for the flow.
      if ('handOver' in result) {
        visit.keypad.deafen();
        // Who comes back from a queue is asked again.
        visit.secrets.length = 0;
      }
      report(result);
    } catch (thrown) {
      if (thrown instanceof CallEnded || signal.aborted) return;
      // A lost link is mended by the next reconciliation; of a channel that is gone the PBX tells in a moment.
      const unreachable =
        thrown instanceof PbxError && (thrown.code === 'link-down' || thrown.code === 'not-found');
      this.#parts.log[unreachable ? 'debug' : 'warn'](
        { call: call.id, flow: flow.name, step: step.name, reason: messageOf(thrown) },
        'a step failed',
      );
      report({ failed: messageOf(thrown), unreachable });
    }
  }

  /** What goes wrong while somebody waits costs him messages, not his place. */
  async #accompany(
    call: Call,
    step: Step,
    visit: Visit,
    company: Promise<string> | undefined,
  ): Promise<void> {
    const { signal } = visit.abort;
    try {
      const exit = await company;
      if (exit !== undefined && !signal.aborted) this.#parts.left({ call: call.id, run: visit.run, exit });
    } catch (thrown) {
      if (thrown instanceof CallEnded || signal.aborted) return;
      this.#parts.log.warn(
        { call: call.id, step: step.name, reason: messageOf(thrown) },
        'somebody who waits hears music only',
      );
    }
  }

  #waitingRun(call: Call, flow: Flow, visit: Visit, music: string): WaitingRun {
    const { pbx, centre } = this.#parts;
    let place: PlaceInLine | undefined;
    return {
      ...this.#stepRun(call, flow, visit, () => place),
      place: () => {
        place = centre().placeOf(call.id);
        return place;
      },
      interlude: async (say) => {
        await pbx.stopMusic(call.channel);
        await say();
        visit.abort.signal.throwIfAborted();
        await pbx.startMusic(call.channel, music);
      },
    };
  }

  #stepRun(
    call: Call,
    flow: Flow,
    { verbs, secrets, abort }: Visit,
    place: () => PlaceInLine | undefined = () => undefined,
  ): StepRun {
    const { clock, ids, prompts, musicOf } = this.#parts;
    const { language, persona } = call.facts;
    const voice = { language, persona };
    const note = (type: string, data: StepNote['data']): void =>
      this.#parts.noted({ call: call.id, type, data });
    const own = secrets.at(-1)?.values ?? new Map<string, string>();
    const scope = (): Scope => ({ call, centre: this.#parts.centre(), secrets: own, place: place() });
    const fillIn = (place: string): Saying => sayingOf(resultOf(flow, place, scope()), this.#parts.centre());
    const say = async (spoken: Prompt, interruptible = true): Promise<void> => {
      const prompt = wordsOf(flow, spoken);
      const media = await prompts.media(prompt, voice, fillIn);
      if ((await verbs.play(media, interruptible)) !== 'failed') return;
      // It also "fails" because the caller hung up; then the next command says so, and nothing is noted.
      const again = await verbs.play(await prompts.repair(prompt, voice, fillIn), interruptible);
      note('PromptFailed', { flow: flow.name, prompt: prompt.name ?? prompt.texts });
      if (again === 'failed') await verbs.play(LAST_RESORT, interruptible);
    };
    return {
      call,
      verbs,
      secrets: own,
      signal: abort.signal,
      now: () => clock.now(),
      optOut: (campaign) => this.#parts.optedOut(call, campaign),
      centre: () => this.#parts.centre(),
      nextLeg: () => ids.next('leg-'),
      music: (own, fallback = 'default', whose = persona) => own ?? musicOf(whose) ?? fallback,
      evaluate: ({ expression }) => {
        const value = resultOf(flow, expression, scope());
        assert(!(value instanceof Speech), `"${expression}" is to be spoken, not kept`);
        if (typeof value === 'string' && value.length > LONGEST_TEXT)
          throw new Refused('text-too-long', `"${expression}" gives more than ${LONGEST_TEXT} characters`);
        return value;
      },
      say,
      written: (prompt) => writtenPrompt(wordsOf(flow, prompt), voice, fillIn),
      gather: async (prompt, options) => {
        const interruptible = options.interruptible ?? true;
        await say(prompt, interruptible);
        if (!interruptible) verbs.forgetTyped();
        return verbs.gather(options);
      },
      note,
    };
  }
}

/** The secrets that are left when a step of `flow` runs, at this depth of flows that called each other. */
function secretsFor(before: readonly FlowSecrets[], flow: string, depth: number): FlowSecrets[] {
  const waiting = before.slice(0, depth);
  const own = before[depth]?.flow === flow ? before[depth] : undefined;
  // A restart has lost those of the flows that wait.
  while (waiting.length < depth) waiting.push({ flow: '', values: new Map() });
  return [...waiting, own ?? { flow, values: new Map() }];
}

function resultOf(flow: Flow, expression: string, scope: Scope): VariableValue | Speech {
  const compiled = flow.expressions.get(expression);
  assert(compiled, `flow ${flow.name} was read without "${expression}"`);
  return compiled.evaluate(scope);
}

/** What an expression gave, with points in time as the clock of the centre shows them. */
function sayingOf(speech: VariableValue | Speech, centre: CentreView): Saying {
  assert(speech instanceof Speech, 'a place in a prompt that is not speech');
  const { as, value, currency } = speech;
  switch (as) {
    case 'number':
      return { as, value: Number(value) };
    case 'amount':
      return { as, value: Number(value), currency };
    case 'digits':
      return { as, digits: String(value) };
    case 'text':
      return { as, text: String(value) };
    case 'date':
    case 'time': {
      const { year, month, day, hour, minute } = centre.localTime(Number(value));
      return as === 'date' ? { as, year, month, day } : { as, hour, minute };
    }
  }
}
