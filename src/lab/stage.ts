import type { Agent } from '../agent/agent.ts';
import type { Clock } from '../base/clock.ts';
import { type IdSource, idSource } from '../base/ids.ts';
import { type Log, silentLog } from '../base/log.ts';
import { seededRandom } from '../base/random.ts';
import type { ClassOfService } from '../call/class-of-service.ts';
import { outsideLegs } from '../call/dial-source.ts';
import { OutsideDialling } from '../call/outside-dialling.ts';
import { holdsMessage, messageIn, type Voicemail } from '../call/voicemail.ts';
import type { Campaign } from '../campaign/campaign.ts';
import { CodeGuesses } from '../campaign/guesses.ts';
import { type Customer, spellingsOf } from '../customer/customer.ts';
import type { AdmissionLimits } from '../engine/admission.ts';
import type { EngineStore } from '../engine/changes.ts';
import type { DiallerParts } from '../engine/dialler.ts';
import { Engine, type EngineParts } from '../engine/engine.ts';
import type { FlowDirectory } from '../engine/input.ts';
import type { EngineObserver } from '../engine/observer.ts';
import type { Spool } from '../engine/spool.ts';
import { allSteps } from '../engine/steps.ts';
import { stateAt } from '../ivr/calendar.ts';
import { crossCheck } from '../ivr/cross-check.ts';
import { answersTo, type Flow } from '../ivr/flow.ts';
import { digest } from '../ivr/flow-files.ts';
import { FlowReader, type SourceFile } from '../ivr/flow-set.ts';
import type { LookUp } from '../ivr/look-up.ts';
import { problemText } from '../ivr/report.ts';
import type { Shared } from '../ivr/shared.ts';
import type { StepKind } from '../ivr/step.ts';
import type { Pbx } from '../pbx/pbx.ts';
import { type SimulatedOptions, SimulatedPbx } from '../pbx/simulated/pbx.ts';
import { type CallbackRequest, inLine } from '../queue/callback.ts';
import type { Queue } from '../queue/queue.ts';
import { fixedRouting, type RoutingDirectory } from '../queue/rules.ts';
import { visibleOf } from '../queue/waiting.ts';
import type { FillIn, Prompt, PromptBook, Voice } from '../speech/prompt.ts';
import { writtenPrompt } from '../speech/written.ts';
import { ANYWHERE } from './anywhere.ts';
import { MemoryStore } from './memory-store.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Flows that go together. Whatever kinds of steps they were read with, they run with those of their stage. */
export interface ReadFlows {
  readonly flows: readonly Flow[];
  readonly shared: Shared;
}

/** The world around the flows. */
export interface StageOptions {
  readonly files?: readonly SourceFile[];
  /** Flows that were read before and have no errors, instead of files. */
  readonly read?: ReadFlows;
  /** Puts something between a verb and its runs. */
  readonly around?: (kind: StepKind) => StepKind;
  readonly agents?: readonly Agent[];
  /** Queues of a centre whose rules never change, or rules of its own. */
  readonly queues?: readonly Queue[];
  readonly routing?: RoutingDirectory;
  readonly campaigns?: readonly Campaign[];
  readonly customers?: readonly Customer[];
  /** Finds customers who are not listed. */
  readonly findCustomer?: (number: string) => Customer | undefined;
  /** Answers for http look-ups; without it every service is unreachable. */
  readonly lookUp?: LookUp;
  readonly pbx?: SimulatedOptions;
  /** UTC ms. */
  readonly startAt?: number;
  /** What each new engine gets instead of the PBX and the store themselves. */
  readonly connect?: (pbx: SimulatedPbx, store: MemoryStore, clock: VirtualClock) => Connected;
  /** Instead of a store that keeps everything. */
  readonly store?: MemoryStore;
  readonly log?: Log;
  readonly observer?: EngineObserver;
  /** Who is told what turns have changed. */
  readonly committed?: EngineParts['committed'];
  /** How many callers are taken; without it all are. */
  readonly admission?: AdmissionLimits;
  /** How late the daemon is, ms. */
  readonly lagMs?: () => number;
  /** What it takes to call people; nobody is called without. */
  readonly dialler?: (clock: Clock, store: MemoryStore) => DiallerParts;
  /** Which outside numbers may be dialled; all, unless told. */
  readonly classOfService?: ClassOfService;
}

/** What an engine stands on. Without a clock of its own it has that of the stage, without a spool one in memory. */
export interface Connected {
  readonly pbx: Pbx;
  readonly store: EngineStore;
  readonly clock?: Clock;
  readonly spool?: Spool;
}

/** Something that was said to a caller, as far as it can be written. */
export interface SaidLine {
  readonly prompt: Prompt;
  readonly voice: Voice;
  readonly text: string;
}

/**
 * The whole engine on the simulated PBX in virtual time: for tests, for flow tests, for walking through a flow. What is played
 * is named `<language>/<prompt>`, or by its words; `lines` has the words.
 */
export class Stage {
  readonly read: ReadFlows;
  readonly clock: VirtualClock;
  readonly pbx: SimulatedPbx;
  readonly store: MemoryStore;
  readonly voicemails: Pick<Voicemail, 'box' | 'file' | 'durationMs'>[] = [];
  readonly callbacks: CallbackRequest[] = [];
  /** Who does not want to be called, and by which campaign: '' for all. */
  get optOuts(): { readonly person: string; readonly number: string; readonly campaign: string }[] {
    return this.store.wishes.map(({ person, number, campaign }) => ({ person, number, campaign }));
  }
  /** What was said, by the name of its file. */
  readonly lines = new Map<string, SaidLine>();
  readonly #options: StageOptions;
  readonly #ids: IdSource;
  readonly #routing: RoutingDirectory;
  #engine: Engine;

  /** @throws when a flow file has an error */
  constructor(options: StageOptions) {
    this.#options = options;
    this.#routing = options.routing ?? fixedRouting(options.queues ?? []);
    this.clock = new VirtualClock(options.startAt);
    this.pbx = new SimulatedPbx(this.clock, options.pbx);
    this.store = options.store ?? new MemoryStore(options.agents ?? []);
    this.#ids = idSource(() => this.clock.now(), seededRandom(1));
    const kinds = this.#kinds();
    const { flows, shared } = options.read ?? this.#read(options.files ?? [], kinds);
    this.read = { flows: flows.map((flow) => withKinds(flow, kinds)), shared };
    this.#engine = this.#newEngine();
  }

  get engine(): Engine {
    return this.#engine;
  }

  flow(name: string): Flow | undefined {
    return this.read.flows.find((flow) => flow.name === name);
  }

  async start(): Promise<void> {
    await this.#engine.start();
    await this.clock.advance(10);
  }

  /** The daemon dies (its promises are simply never heard of again) and a new one starts on the same store. */
  async restart(downMs = 500): Promise<void> {
    await this.#engine.stop();
    await this.clock.advance(downMs);
    await this.succeed();
  }

  /** A new daemon starts on the same store; the old one is left as it is. */
  async succeed(): Promise<void> {
    this.renew();
    await this.start();
  }

  /** A new engine takes the place of the old one, and is not started yet. */
  renew(): Engine {
    this.#engine = this.#newEngine();
    return this.#engine;
  }

  /** Registers a phone that answers after two seconds, and makes its agent ready. */
  async ready(id: string, extension = id): Promise<void> {
    this.pbx.setPhone(extension, { ringAfterMs: 20, answerAfterMs: 2000 });
    await this.#engine.tellAgent(id, { type: 'LogIn', extension });
    await this.#engine.tellAgent(id, { type: 'GoReady' });
  }

  caller(ani: string, dnis: string) {
    return this.pbx.call({ source: { kind: 'outside' }, ani, aniName: '', dnis });
  }

  phone(extension: string, dnis: string) {
    return this.pbx.call({ source: { kind: 'phone', extension }, ani: extension, aniName: '', dnis });
  }

  #read(files: readonly SourceFile[], kinds: readonly StepKind[]): ReadFlows {
    const knowledge = { names: () => undefined, isRecorded: () => false, now: () => this.clock.now() };
    const set = new FlowReader(kinds, digest).read(files, knowledge);
    const flows = set.flows.flatMap(({ flow }) => flow ?? []);
    const problems = [...set.problems, ...crossCheck(flows, set.shared, knowledge)];
    const errors = problems.filter((problem) => problem.severity === 'error');
    if (errors.length > 0) throw new Error(errors.map(problemText).join('\n'));
    return { flows, shared: set.shared };
  }

  #newEngine(): Engine {
    const { pbx, store, clock } = this;
    const outside = new OutsideDialling(
      this.#options.classOfService ?? ANYWHERE,
      () => this.read.shared.zone,
    );
    outside.remember([...store.calls.values()].flatMap(outsideLegs), clock.now());
    return new Engine({
      outside,
      flows: this.#directory(),
      routing: this.#routing,
      prompts: this.#promptBook(),
      clock,
      ...(this.#options.connect?.(pbx, store, clock) ?? { pbx, store }),
      ids: this.#ids,
      log: this.#options.log ?? silentLog,
      recorded: (recorded) => {
        const message = messageIn(recorded.recording);
        if (message && holdsMessage(recorded)) this.voicemails.push({ ...recorded, box: message.box });
      },
      replaced: () => undefined,
      ...(this.#options.admission && { admission: this.#options.admission }),
      ...(this.#options.lagMs && { lagMs: this.#options.lagMs }),
      ...(this.#options.observer && { observer: this.#options.observer }),
      ...(this.#options.committed && { committed: this.#options.committed }),
      ...(this.#options.dialler && { dialler: this.#options.dialler(clock, store) }),
    });
  }

  #kinds(): readonly StepKind[] {
    const { campaigns = [], customers = [] } = this.#options;
    const kinds = allSteps({
      customers: {
        byNumber: async (number) =>
          customers.find((one) => spellingsOf(number).some((n) => one.numbers.includes(n))) ??
          this.#options.findCustomer?.(number),
      },
      contacts: this.store,
      visible: (attributes) => visibleOf(attributes, this.#routing.current()),
      campaigns: {
        byId: async (id) => campaigns.find((one) => one.id === id),
        byCode: async (code) => campaigns.find((one) => one.code === code),
        codes: async () => campaigns.map((one) => one.code),
      },
      guesses: new CodeGuesses(),
      desk: {
        agentAt: (extension) => this.#engine.agentAt(extension),
        tellAgent: (agent, input) => this.#engine.tellAgent(agent, input),
      },
      queues: (name) => this.#routing.current().queues.get(name),
      callbacks: {
        request: async (callback) => {
          const same = this.store.openCallbacks().some(({ id, queue, number }) => {
            return id === callback.id || (queue === callback.queue && number === callback.number);
          });
          if (same || this.store.callbacks.has(callback.id)) return;
          this.callbacks.push(callback);
          const waiting = inLine(callback);
          this.store.callbacks.set(callback.id, waiting);
          this.#engine.callBack(waiting);
        },
      },
      lookUps: {
        lookUp: this.#options.lookUp ?? { ask: async () => ({ kind: 'failed', reason: 'no service here' }) },
        services: (name) => ({ url: `http://${name}`, token: '' }),
      },
      dayState: (calendar, now) => this.#dayState(calendar, now),
      recordingFile: (recording) => recording,
    });
    const { around } = this.#options;
    return around ? kinds.map(around) : kinds;
  }

  #directory(): FlowDirectory {
    const byName = (name: string): Flow | undefined => this.flow(name);
    return {
      forNumber: (dnis, fromPhone) =>
        this.read.flows.find((flow) => answersTo(flow, dnis) && (fromPhone || flow.callers === 'anyone')),
      byName,
      version: byName,
      zone: () => this.read.shared.zone,
      dayState: (calendar, now) => this.#dayState(calendar, now),
      musicOf: (persona) => this.read.shared.personas[persona]?.music,
    };
  }

  #dayState(calendar: string, now: number) {
    const found = this.read.shared.calendars[calendar];
    return found ? stateAt(found, now) : 'closed';
  }

  #promptBook(): PromptBook {
    const said = (prompt: Prompt, voice: Voice, fillIn: FillIn, mark: string) => {
      const text = writtenPrompt(prompt, voice, fillIn);
      const fixed = prompt.texts[voice.language] === text;
      const what =
        prompt.name === undefined ? text : fixed || text === '' ? prompt.name : `${prompt.name}: ${text}`;
      const file = `${voice.language}/${mark}${what}`;
      this.lines.set(file, { prompt, voice, text });
      return [{ file }];
    };
    return {
      media: async (prompt, voice, fillIn) => said(prompt, voice, fillIn, ''),
      repair: async (prompt, voice, fillIn) => said(prompt, voice, fillIn, 'repaired-'),
    };
  }
}
function withKinds(flow: Flow, kinds: readonly StepKind[]): Flow {
  const byVerb = new Map(kinds.map((kind) => [kind.verb, kind]));
  const steps = [...flow.steps].map(
    ([name, step]) => [name, { ...step, kind: byVerb.get(step.kind.verb) ?? step.kind }] as const,
  );
  return { ...flow, steps: new Map(steps) };
}
