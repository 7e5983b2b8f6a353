import type { Log } from '../base/log.ts';
import type { Call } from '../call/call.ts';
import { callOfRecording } from '../call/voicemail.ts';
import type { Flow, Step } from '../ivr/flow.ts';
import type { StepKind } from '../ivr/step.ts';
import { Channel, type SimulatedParty } from '../pbx/simulated/party.ts';
import { type Happening, VEIL } from './flow-happening.ts';
import { flowStage } from './flow-stage.ts';
import type { Asked } from './scripted-services.ts';
import type { ReadFlows, Stage } from './stage.ts';
import type { World } from './world.ts';

/** Time between two keys, ms. */
const KEY_MS = 150;

/** Who calls, and where. */
interface Caller {
  /** '' when hidden. */
  readonly number: string;
  /** The phone of ours that calls, if it is one. */
  readonly phone?: string | undefined;
  readonly dials: string;
}

export interface VisitParts {
  readonly read: ReadFlows;
  readonly world: World;
  /** UTC ms. */
  readonly at: number;
  readonly caller: Caller;
  readonly log: Log;
}

/** One call on a stage of its own: what the caller can do, and all that happened. */
export class FlowVisit {
  readonly stage: Stage;
  readonly happenings: Happening[] = [];
  /** When the call came in, UTC ms. */
  readonly since: number;
  readonly #party: SimulatedParty;
  readonly #flows: ReadonlyMap<string, Flow>;
  readonly #secrets: Set<string>;
  /** Calls of those who waited before. */
  readonly #others: ReadonlySet<string>;
  #events = 0;
  #heard = 0;
  #endedAt?: number;

  private constructor(stage: Stage, { read, caller }: VisitParts, secrets: Set<string>) {
    this.stage = stage;
    this.#secrets = secrets;
    this.#flows = new Map(read.flows.map((flow) => [flow.name, flow]));
    this.#events = stage.store.events.length;
    this.#others = new Set(stage.store.calls.keys());
    this.since = stage.clock.now();
    this.#party =
      caller.phone === undefined
        ? stage.caller(caller.number, caller.dials)
        : stage.phone(caller.phone, caller.dials);
  }

  /** Sets the stage, and calls. */
  static async begin(parts: VisitParts): Promise<FlowVisit> {
    const secrets = new Set<string>();
    let visit: FlowVisit | undefined;
    const stage = await flowStage({
      ...parts,
      asked: (asked) => {
        if (visit) visit.#asked(asked);
      },
      around: (kind) => listeningFor(kind, secrets),
    });
    visit = new FlowVisit(stage, parts, secrets);
    return visit;
  }

  // ── what is so ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** As it is now, or was at its end; undefined when it was not taken. */
  get call(): Call | undefined {
    for (const call of this.stage.store.calls.values()) if (call.channel === this.#party.channel) return call;
    return undefined;
  }

  get ended(): boolean {
    return this.#endedAt !== undefined;
  }

  /** The step where the caller is, or was at last. */
  get step(): { readonly flow: Flow; readonly step: Step } | undefined {
    const cursor = this.call?.cursor;
    const flow = this.#flows.get(cursor?.flow ?? '');
    const step = flow?.steps.get(cursor?.step ?? '');
    return flow && step && { flow, step };
  }

  /** `in step "main" of flow "hotline" (ivr-flows/hotline.yaml:83:3)`; '' when he is in none. */
  get where(): string {
    if (!this.step) return '';
    const { flow, step } = this.step;
    return `in step "${step.name}" of flow "${flow.name}" (${flow.file}:${step.line}:${step.column})`;
  }

  /** True while something is played to the caller that ends by itself. */
  get listens(): boolean {
    return this.#party instanceof Channel && this.#party.playbacks.length > 0;
  }

  /** True while digits are asked for that become a secret. */
  get asksSecret(): boolean {
    const step = this.ended ? undefined : this.step?.step;
    return (step?.kind.keeps?.(step.args) ?? []).length > 0;
  }

  /** Sees to it that no secret is shown. */
  veiled(text: string): string {
    let shown = text;
    for (const secret of this.#secrets) shown = shown.replaceAll(secret, VEIL);
    return shown;
  }

  // ── what passes ──────────────────────────────────────────────────────────────────────────────────────────────────

  async wait(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }

  /** Lets time pass until `done`, which is asked after each thing that happens. Tells whether it came true. */
  until(done: () => boolean, limitMs: number): Promise<boolean> {
    const look = (): boolean => {
      this.#look();
      return done();
    };
    return this.stage.clock.advanceUntil(look, limitMs);
  }

  // ── what the caller does ─────────────────────────────────────────────────────────────────────────────────────────

  async press(keys: string): Promise<void> {
    const at = this.stage.clock.now();
    const place = this.happenings.length;
    let shown = '';
    let secret = false;
    for (const key of keys) {
      if (this.ended) break;
      const hidden = this.asksSecret && /\d/.test(key);
      secret ||= hidden;
      shown += hidden ? '•' : key;
      this.happenings[place] = { at, kind: 'keys', keys: shown, secret };
      this.#party.press(key);
      await this.wait(KEY_MS);
    }
  }

  hangUp(): void {
    this.#party.hangup();
  }

  /** Whoever the caller talks with hangs up. Tells whether there was anybody. */
  otherHangsUp(): boolean {
    const others = this.#party.talkingWith.flatMap((channel) => this.stage.pbx.party(channel) ?? []);
    for (const other of others) other.hangup();
    return others.length > 0;
  }

  // ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #asked(asked: Asked): void {
    this.#look();
    this.happenings.push({ at: this.stage.clock.now(), kind: 'asked', ...asked });
  }

  /** Writes down what is new: the log is written before anything is done, so it comes first. */
  #look(): void {
    const at = this.stage.clock.now();
    const { events } = this.stage.store;
    for (; this.#events < events.length; this.#events += 1) {
      const { type, data, agent = '', call = '' } = events[this.#events]!;
      if (this.#others.has(call)) continue;
      if (type === 'StepEntered')
        this.happenings.push({ at, kind: 'step', flow: String(data.flow), step: String(data.step) });
      else this.happenings.push({ at, kind: 'event', type, agent, data });
      if (type === 'CallEnded' || type === 'CallRefused') this.#endedAt = at;
    }
    const { heard } = this.#party;
    for (; this.#heard < heard.length; this.#heard += 1)
      // Music that ends in the same moment is not heard.
      if (heard[this.#heard + 1] !== 'music-stopped') this.#hears(at, heard[this.#heard]!);
  }

  #hears(at: number, sound: string): void {
    const line = this.stage.lines.get(sound);
    if (line) {
      const { prompt, text, voice } = line;
      const words = text === '' ? `(${prompt.name})` : text;
      this.happenings.push({ at, kind: 'says', prompt: prompt.name ?? '', words, ...voice });
    } else if (callOfRecording(sound) !== undefined)
      this.happenings.push({ at, kind: 'says', prompt: '', words: '(recording)', language: '', persona: '' });
    else if (sound.startsWith('music:')) this.happenings.push({ at, kind: 'music', music: sound.slice(6) });
    else if (sound.startsWith('tone:')) this.happenings.push({ at, kind: 'tone', tone: sound.slice(5) });
  }
}

/** The verb, and what it keeps as a secret is noted. */
function listeningFor(kind: StepKind, secrets: Set<string>): StepKind {
  const { keeps } = kind;
  if (!keeps) return kind;
  return {
    ...kind,
    run: async (step, args) => {
      const result = await kind.run(step, args);
      for (const name of keeps(args)) {
        const secret = step.secrets.get(name);
        if (secret !== undefined) secrets.add(secret);
      }
      return result;
    },
  };
}
