import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Call } from '../call/call.ts';
import { CallEnded, CallVerbs, type Recorded } from '../call/verbs.ts';
import { type Media, type Pbx, PbxError, type PbxEvent } from '../pbx/pbx.ts';
import { type Flow, type Step, wordsOf } from './flow.ts';
import { LAST_RESORT, type PromptBook } from './prompts.ts';
import type { Prompt, StepResult, StepRun } from './step.ts';

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
  readonly log: Log;
  readonly ended: (report: StepReport) => void;
  readonly noted: (note: StepNote) => void;
}

interface Visit {
  readonly run: number;
  readonly channel: string;
  readonly abort: AbortController;
  readonly verbs: CallVerbs;
}

/** Runs the steps of flows: one at a time per call, each a short async function that an ended call aborts. */
export class FlowRunner {
  readonly #parts: FlowRunnerParts;
  readonly #visits = new Map<string, Visit>();
  /** By channel. */
  readonly #listening = new Map<string, Visit>();
  readonly #recordings = new Map<string, (recorded: Recorded) => Promise<void>>();

  constructor(parts: FlowRunnerParts) {
    this.#parts = parts;
  }

  /** Starts `step` for the call; what was typed ahead stays. A step that still ran is aborted. */
  start(call: Call, flow: Flow, step: Step, run: number): void {
    const typed = this.#visits.get(call.id)?.verbs.typed ?? '';
    this.stop(call.id);
    const { pbx, clock, ids } = this.#parts;
    const abort = new AbortController();
    const verbs = new CallVerbs(pbx, clock, ids, call.channel, abort.signal, typed);
    const visit: Visit = { run, channel: call.channel, abort, verbs };
    this.#visits.set(call.id, visit);
    this.#listening.set(call.channel, visit);
    void this.#execute(call, flow, step, visit);
  }

  /** The caller is gone, or somebody else drives the call now. */
  stop(call: string): void {
    const visit = this.#visits.get(call);
    if (!visit) return;
    this.#visits.delete(call);
    this.#listening.delete(visit.channel);
    visit.abort.abort(new CallEnded());
  }

  /** Digits, playbacks and recordings. */
  feed(event: PbxEvent): void {
    if (event.type === 'RecordingEnded') this.#keep(event.recording, event);
    if ('channel' in event) this.#listening.get(event.channel)?.verbs.feed(event);
    else for (const visit of this.#listening.values()) visit.verbs.feed(event);
  }

  async #execute(call: Call, flow: Flow, step: Step, visit: Visit): Promise<void> {
    const report = (result: StepReport['result']): void => {
      if (!visit.abort.signal.aborted) this.#parts.ended({ call: call.id, run: visit.run, result });
    };
    try {
      const result = await step.kind.run(this.#stepRun(call, flow, visit), step.args);
      // Keys pressed while somebody else drives the call are not meant for the flow.
      if (!('exit' in result)) visit.verbs.deafen();
      report(result);
    } catch (thrown) {
      if (thrown instanceof CallEnded || visit.abort.signal.aborted) return;
      // A lost link is mended by the next reconciliation; of a channel that is gone the PBX tells in a moment.
      const unreachable =
        thrown instanceof PbxError && (thrown.code === 'link-down' || thrown.code === 'not-found');
      this.#parts.log.warn(
        { call: call.id, flow: flow.name, step: step.name, reason: messageOf(thrown) },
        'a step failed',
      );
      report({ failed: messageOf(thrown), unreachable });
    }
  }

  #stepRun(call: Call, flow: Flow, visit: Visit): StepRun {
    const { clock, ids, prompts } = this.#parts;
    const { verbs } = visit;
    const { language } = call.facts;
    const play = async (prompt: Prompt, media: readonly Media[], interruptible: boolean): Promise<void> => {
      if ((await verbs.play(media, interruptible)) !== 'failed') return;
      this.#parts.noted({
        call: call.id,
        type: 'PromptFailed',
        data: { flow: flow.name, prompt: prompt.name ?? prompt.texts },
      });
      if ((await verbs.play(await prompts.repair(prompt, language), interruptible)) === 'failed')
        await verbs.play(LAST_RESORT, interruptible);
    };
    const say = (spoken: Prompt, interruptible = true): Promise<void> => {
      const prompt = wordsOf(flow, spoken);
      return play(prompt, prompts.media(prompt, language), interruptible);
    };
    return {
      call,
      verbs,
      now: () => clock.now(),
      nextLeg: () => ids.next('leg-'),
      say,
      gather: async (prompt, options) => {
        const interruptible = options.interruptible ?? true;
        await say(prompt, interruptible);
        if (!interruptible) verbs.forgetTyped();
        return verbs.gather(options);
      },
      record: (options, keep) => {
        const recording = ids.next('rec-');
        this.#recordings.set(recording, keep);
        return verbs.record(recording, options);
      },
      note: (type, data) => this.#parts.noted({ call: call.id, type, data }),
    };
  }

  #keep(recording: string, recorded: Recorded): void {
    const keep = this.#recordings.get(recording);
    if (!keep) return;
    this.#recordings.delete(recording);
    keep(recorded).catch((thrown: unknown) => {
      this.#parts.log.error({ recording, reason: messageOf(thrown) }, 'a recording could not be kept');
    });
  }
}
