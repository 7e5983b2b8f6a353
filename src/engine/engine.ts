import type { Agent, AgentInput } from '../agent/agent.ts';
import { isOnDuty } from '../agent/off-site.ts';
import { isWebPhone } from '../agent/web-phone.ts';
import type { Clock } from '../base/clock.ts';
import { Refused } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { Call } from '../call/call.ts';
import type { OutsideDialling } from '../call/outside-dialling.ts';
import { pagesLeft } from '../call/page-phone-rules.ts';
import type { Director } from '../call/supervision.ts';
import type { WhyNot } from '../dialer/why-not.ts';
import { FlowRunner } from '../ivr/run.ts';
import type { Pbx, PbxEvent, PhoneStatus } from '../pbx/pbx.ts';
import type { Callback } from '../queue/callback.ts';
import type { RoutingDirectory } from '../queue/rules.ts';
import type { PromptBook } from '../speech/prompt.ts';
import { type AdmissionLimits, overloadText } from './admission.ts';
import { Alarm } from './alarm.ts';
import { CALLBACK } from './callback-desk.ts';
import type { Centre, Health, QueueStatus } from './centre.ts';
import type { Changes, EngineStore } from './changes.ts';
import { Dialler, type DiallerParts } from './dialler.ts';
import type { DirectionAsked } from './direction.ts';
import { Effects } from './effects.ts';
import { Floor } from './floor.ts';
import { Gate } from './gate.ts';
import type { EngineInput, FlowDirectory } from './input.ts';
import { Ledger } from './ledger.ts';
import { faultOf } from './log-ids.ts';
import { Mailbox } from './mailbox.ts';
import type { EngineGauges, EngineObserver } from './observer.ts';
import { optOutOf } from './opt-out.ts';
import { PbxHealth } from './pbx-health.ts';
import { PbxListener } from './pbx-listener.ts';
import { centreView, QueueLoads } from './queue-load.ts';
import { Snapshots } from './snapshots.ts';
import { MemorySpool, type Spool } from './spool.ts';
import { CentreState, REMEMBERED } from './state.ts';
import type { TalkAsked } from './talk-requests.ts';
import { type Mail, Turns } from './turns.ts';
import type { Pace } from './walk.ts';

export interface EngineParts {
  readonly pbx: Pbx;
  readonly store: EngineStore;
  /** Where changes wait while the store takes none; in memory if unset. */
  readonly spool?: Spool;
  readonly flows: FlowDirectory;
  readonly routing: RoutingDirectory;
  readonly prompts: PromptBook;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  /** The gate for calls to outside numbers. */
  readonly outside: OutsideDialling;
  /** How many callers from outside are taken; without it all are. */
  readonly admission?: AdmissionLimits;
  /** Time between turns, see `Mailbox`, ms; 0 if unset. */
  readonly turnSpacingMs?: number;
  /** How late this process is with what it has to do, ms. */
  readonly lagMs?: () => number;
  readonly observer?: EngineObserver;
  /** What it takes to call people; without it nobody is. */
  readonly dialler?: DiallerParts;
  /** What else keeps a call from being answered, a sentence each. */
  readonly problems?: () => readonly string[];
  /** What is wrong although calls are answered, a sentence each. */
  readonly flaws?: () => readonly string[];
  /** A recording has ended, whether or not anybody waits for it. */
  readonly recorded: (recording: Extract<PbxEvent, { type: 'RecordingEnded' }>) => void;
  /** Another daemon has taken over: this one must end. */
  readonly replaced: () => void;
  /** Who is told what a turn has changed, after it was committed. Each costs next to nothing. */
  readonly committed?: readonly ((changes: Changes) => void)[];
}

/**
 * The one mailbox: takes inputs one at a time, lets the rules decide, commits state and events in one transaction, then
 * runs the effects.
 */
export class Engine implements Centre {
  readonly #parts: EngineParts;
  readonly #state: CentreState;
  readonly #runner: FlowRunner;
  readonly #pbxHealth: PbxHealth;
  readonly #mailbox: Mailbox<Mail>;
  readonly #turns: Turns;
  readonly #ledger: Ledger;
  readonly #alarm: Alarm;
  readonly #snapshots: Snapshots;
  readonly #loads: QueueLoads;
  readonly #listener: PbxListener;
  readonly #dialler?: Dialler;
  readonly #takenUp = Promise.withResolvers<void>();
  /** Resolves when the calls of the store and those of the PBX have been compared for the first time, however long the PBX is away. */
  readonly takenUp: Promise<void> = this.#takenUp.promise;
  #stopped = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#state = new CentreState(
      (isBusy) =>
        new Floor(parts.routing.current(), {
          isBusy,
          isOnDuty: (agent) => this.#isOnDuty(agent),
          noticed: (agent, free) => this.#dialler?.floor.agentChanged(agent, free),
          gone: (agent) => this.#dialler?.floor.agentGone(agent),
        }),
    );
    this.#loads = new QueueLoads(this.#state);
    this.#pbxHealth = new PbxHealth(parts.log);
    this.#snapshots = new Snapshots({
      ...parts,
      health: this.#pbxHealth,
      taken: (reconciled) => {
        this.#post({ input: reconciled, done: () => this.#takenUp.resolve() }, true);
      },
    });
    this.#ledger = new Ledger({
      ...parts,
      spool: parts.spool ?? new MemorySpool(),
      wake: () => this.#post({ input: { type: 'TimePassed' } }),
    });
    this.#mailbox = new Mailbox({
      take: (batch) => this.#turns.take(batch),
      clock: parts.clock,
      spacingMs: parts.turnSpacingMs ?? 0,
      lost: (count) => this.#overflowed(count),
      failed: (reason, batch) => this.#turnFailed(reason, batch),
    });
    this.#alarm = new Alarm(parts.clock, this.#state.deadlines, () =>
      this.#post({ input: { type: 'TimePassed' } }),
    );
    const gate = new Gate({
      limits: parts.admission,
      state: this.#state,
      clock: parts.clock,
      lagMs: () => this.#mailbox.lagMs() + (parts.lagMs?.() ?? 0),
      refuse: (channel) => effects.run({ key: channel, effect: { do: 'hangup', channel, cause: 'busy' } }),
      overloaded: (reason) => this.#post({ input: { type: 'OverloadBegan', reason } }, true),
    });
    this.#runner = new FlowRunner({
      ...parts,
      centre: () => centreView(parts.flows, this.#loads, parts.clock.now()),
      musicOf: (persona) => parts.flows.musicOf(persona),
      ended: (report) => this.#post({ input: { type: 'StepReported', ...report } }, true),
      left: (report) => this.#post({ input: { type: 'LineLeft', ...report } }, true),
      noted: (note) => this.#post({ input: { type: 'StepNoted', note } }, true),
      optedOut: (call, campaign) => this.#optedOut(call, campaign),
    });
    const paces = new Map<string, Pace>();
    const effects = new Effects({
      ...parts,
      runner: this.#runner,
      post: (input) => this.#post({ input }),
      isWanted: (leg) => this.#state.isWanted(leg),
      undone: () => {
        if (this.#pbxHealth.linked) this.#snapshots.takeSoon();
      },
      isPresent: (call, run) => paces.get(call)?.run === run,
    });
    if (parts.dialler)
      this.#dialler = new Dialler(parts.dialler, {
        ...parts,
        rules: parts.routing.current(),
        liveCall: (call) => this.#state.calls.get(call),
        hindrance: () => this.#dialHindrance(),
        post: (input) => this.#post({ input }, true),
        ask: (input) => this.#ask(input),
      });
    const post = (input: EngineInput, must?: boolean): boolean => this.#post({ input }, must);
    this.#turns = new Turns({
      ...parts,
      state: this.#state,
      paces,
      gate,
      ledger: this.#ledger,
      effects,
      loads: this.#loads,
      alarm: this.#alarm,
      dialler: this.#dialler,
      post,
      replaced: () => {
        this.#stopped = true;
        parts.replaced();
      },
    });
    this.#listener = new PbxListener({
      ...parts,
      state: this.#state,
      gate,
      runner: this.#runner,
      health: this.#pbxHealth,
      snapshots: this.#snapshots,
      post,
    });
  }

  /** Takes up what the store holds, then the PBX. Resolves when the first attempt to reach the PBX is under way. */
  async start(): Promise<void> {
    const { calls, agents, callbacks, attempts, endedChannels } = await this.#parts.store.load();
    await this.#dialler?.start(attempts, calls);
    this.#state.floor.takeRules(this.#parts.routing.current(), [], []);
    this.#dialler?.floor.takeRules(this.#parts.routing.current());
    this.#parts.routing.onChange((rules) => this.#post({ input: { type: 'RulesChanged', rules } }, true));
    for (const agent of agents) this.#state.putAgent(agent);
    for (const call of calls) this.#state.putCall(pagesLeft(call, isWebPhone, this.#parts.clock.now()));
    for (const { channel, extension } of endedChannels)
      this.#state.openChannel(channel, REMEMBERED, extension);
    for (const callback of callbacks) {
      this.#state.callbacks.put(callback);
      this.#state.deadlines.set(`${CALLBACK}${callback.id}`, this.#parts.clock.now());
    }
    this.#loads.resume(this.#parts.clock.now());
    this.#alarm.set();
    this.#parts.pbx.start((event) => this.#listener.hear(event));
  }

  /** Lets go of everything, after what is in hand is committed; no call is touched but those that may be let go unanswered. */
  async stop(): Promise<void> {
    // Another daemon may have taken over: then it is that one's.
    await this.#dialler?.end().catch(() => undefined);
    this.#stopped = true;
    this.#alarm.stop();
    this.#snapshots.stop();
    for (const call of this.#state.calls.keys()) this.#runner.stop(call);
    await this.#mailbox.idle();
    await this.#ledger.close();
    await this.#parts.pbx.stop();
  }

  // ── the centre, for the API and the feature codes ────────────────────────────────────────────────────────────────

  liveCalls(): readonly Call[] {
    return [...this.#state.calls.values()];
  }

  liveCall(id: string): Call | undefined {
    return this.#state.calls.get(id);
  }

  agents(): readonly Agent[] {
    return [...this.#state.agents.values()];
  }

  agent(id: string): Agent | undefined {
    return this.#state.agents.get(id);
  }

  queues(): readonly QueueStatus[] {
    return this.#loads.all(this.#parts.clock.now());
  }

  phones(): Promise<readonly PhoneStatus[]> {
    return this.#parts.pbx.phones();
  }

  /** The agent who is logged in at that phone, else the one whose own phone it is. */
  agentAt(extension: string): Agent | undefined {
    return this.#state.agentAt(extension) ?? this.agents().find((agent) => agent.homeExtension === extension);
  }

  async tellAgent(agent: string, input: AgentInput, by?: Director): Promise<Agent> {
    await this.#ask({ type: 'AgentTold', agent, input, ...(by && { by }) });
    const told = this.#state.agents.get(agent);
    if (!told) throw new Refused('agent-unknown', `there is no agent ${agent}`);
    return told;
  }

  /** Takes an agent as the administrator saved him; his state stays. */
  async saveAgent(agent: Agent): Promise<Agent> {
    await this.#ask({ type: 'AgentSaved', agent });
    return this.#state.agents.get(agent.id) ?? agent;
  }

  /** @throws Refused `agent-logged-in` */
  removeAgent(id: string): Promise<void> {
    return this.#ask({ type: 'AgentRemoved', agent: id });
  }

  /** Somebody wants to be called back; the request is kept. */
  callBack(callback: Callback): void {
    this.#post({ input: { type: 'CallbackAsked', callback } }, true);
  }

  callbackClosed(callback: string): Promise<void> {
    return this.#ask({ type: 'CallbackClosed', callback });
  }

  hangUp(call: string): Promise<void> {
    return this.#ask({ type: 'HangUpAsked', call });
  }

  direct(call: string, asked: DirectionAsked): Promise<void> {
    return this.#ask({ type: 'DirectionAsked', call, ...asked });
  }

  tellTalk(call: string, asked: TalkAsked): Promise<void> {
    return this.#ask({ type: 'TalkAsked', call, ...asked });
  }

  async rejoin(agent: string): Promise<boolean> {
    let found = false;
    const rejoins = (is: boolean): void => {
      found = is;
    };
    await this.#ask({ type: 'RejoinAsked', agent, rejoins });
    return found;
  }

  async dial(agent: string, number: string, isPhone = false): Promise<string> {
    let call = '';
    const made = (begun: string): void => {
      call = begun;
    };
    await this.#ask({ type: 'DialAsked', agent, number, isPhone, made });
    return call;
  }

  /** The dialer; undefined in a centre that calls nobody. */
  get dialler(): Dialler | undefined {
    return this.#dialler;
  }

  /** What forbids to dial anybody now, '' for nothing. What cannot be written down is not dialled. */
  #dialHindrance(): WhyNot | '' {
    if (this.#ledger.isBehind) return 'database-behind';
    return this.#pbxHealth.takesCalls() && !this.#state.isBlind ? '' : 'pbx-down';
  }

  gauges(): EngineGauges {
    return {
      mailbox: this.#mailbox.length,
      unsaved: this.#ledger.waiting,
      channels: this.#state.open.size,
      overload: this.#state.admission?.overload?.refused ?? {},
    };
  }

  health(): Health {
    const overload = overloadText(this.#state.admission);
    // With these, callers are served all the same.
    const flaws = [
      this.#ledger.problem(),
      ...(this.#dialler?.problems() ?? []),
      ...(this.#parts.flaws?.() ?? []),
    ].filter((flaw) => flaw !== '');
    const others = [this.#turns.problem, ...(this.#parts.problems?.() ?? [])].filter((one) => one !== '');
    return {
      ready: others.length === 0 && this.#pbxHealth.takesCalls(),
      problems: [...this.#pbxHealth.problems(), ...others, ...overload, ...flaws],
      pbx: this.#pbxHealth.name,
      liveCalls: this.#state.calls.size,
    };
  }

  #optedOut(call: Call, campaign: string): void {
    const input = optOutOf(call, campaign, this.#parts.clock.now());
    if (input) this.#post({ input }, true);
  }

  // ── the mailbox ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Somebody elsewhere is rung in the hours of his duty only. */
  #isOnDuty(agent: Agent): boolean {
    const { flows, clock } = this.#parts;
    return isOnDuty(agent, (calendar) => flows.dayState(calendar, clock.now()) === 'open');
  }

  #ask(input: EngineInput): Promise<void> {
    return new Promise((resolve, reject) => this.#post({ input, done: resolve, refused: reject }));
  }

  /** False for what is thrown away, because too much waits. @param must is never thrown away: nobody would tell it again */
  #post(mail: Mail, must = mail.refused !== undefined): boolean {
    if (!this.#stopped) return this.#mailbox.post(mail, must, this.#isUrgent(mail.input));
    mail.refused?.(new Refused('stopping', 'Carillon is stopping'));
    return false;
  }

  /** True for what may bring a caller and an agent together: neither should wait for the spacing of turns. */
  #isUrgent(input: EngineInput): boolean {
    switch (input.type) {
      case 'StepReported':
        return 'handOver' in input.result && input.result.handOver.kind === 'queue';
      case 'AgentTold':
      case 'TimePassed':
        return this.#state.waiting.size > 0;
      case 'ChannelEnded':
        return this.#state.waiting.size > 0 && this.#state.callOfLeg(input.channel) !== undefined;
      default:
        return false;
    }
  }

  /** What the turn would have done is not done: the PBX is asked how it is, and what is missing is made up for. */
  #turnFailed(reason: unknown, batch: readonly Mail[]): void {
    for (const { refused } of batch) refused?.(reason);
    this.#parts.log.error(faultOf(reason), 'a turn failed');
    this.#snapshots.takeSoon();
  }

  /** What is lost is known to the PBX: look there, as after a gap. */
  #overflowed(count: number): void {
    this.#parts.log.error({ lost: count }, 'more happened than could be taken; the PBX is asked how it is');
    this.#snapshots.take();
  }
}
