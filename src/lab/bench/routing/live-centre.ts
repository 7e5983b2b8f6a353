import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentStore } from '../../../agent/store.ts';
import { systemClock } from '../../../base/clock.ts';
import { idSource } from '../../../base/ids.ts';
import { silentLog } from '../../../base/log.ts';
import { OutsideDialling } from '../../../call/outside-dialling.ts';
import { Engine } from '../../../engine/engine.ts';
import type { FlowDirectory } from '../../../engine/input.ts';
import { CentreStore, EventLog } from '../../../engine/store.ts';
import { digest } from '../../../ivr/flow-files.ts';
import { FlowReader } from '../../../ivr/flow-set.ts';
import type { StepKind } from '../../../ivr/step.ts';
import { queueStep } from '../../../ivr/steps/queue.ts';
import { hangup } from '../../../ivr/steps/say.ts';
import type { OriginateRequest, PbxEvent } from '../../../pbx/pbx.ts';
import { type SimulatedOptions, SimulatedPbx } from '../../../pbx/simulated/pbx.ts';
import { skillQueue } from '../../../queue/queue.ts';
import { fixedRouting } from '../../../queue/rules.ts';
import { checkpointElsewhere } from '../../../store/checkpoint.ts';
import { connect, DAEMON_BUSY_MS } from '../../../store/connect.ts';
import { migrate } from '../../../store/migrate.ts';
import { ANYWHERE } from '../../anywhere.ts';

/** Who listens in. */
export interface Taps {
  /** The PBX is about to tell the engine this. */
  heard(event: PbxEvent): void;
  /** A caller's step is about to tell the engine that he waits. @param ani his number */
  queued(ani: string): void;
  /** The engine commands the PBX to ring a phone. */
  dialled(request: OriginateRequest): void;
}

/** The daemon's time between turns, ms. */
const TURN_SPACING_MS = 4;
const NUMBER = '95500';
const FLOW = `flow: hotline\nnumbers: ["${NUMBER}"]\nlanguages: [en]\nstart: line\nsteps:\n  line: { queue: { name: hotline, timeout: 10m }, otherwise: end }\n  end: { hangup: {} }\n`;

/** The simulated PBX, tapped. */
class TappedPbx extends SimulatedPbx {
  readonly #taps: Taps;

  constructor(options: SimulatedOptions, taps: Taps) {
    super(systemClock, options);
    this.#taps = taps;
  }

  override start(listener: (event: PbxEvent) => void): void {
    super.start((event) => {
      this.#taps.heard(event);
      listener(event);
    });
  }

  override originate(request: OriginateRequest): Promise<void> {
    this.#taps.dialled(request);
    return super.originate(request);
  }
}

/** The running engine by the machine's clock, with its database on the disk, on a simulated PBX: one queue and its agents. */
export class LiveCentre {
  readonly pbx: SimulatedPbx;
  readonly engine: Engine;
  readonly #folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  readonly #database = connect(join(this.#folder, 'carillon.db'), DAEMON_BUSY_MS);
  readonly #events: EventLog;
  readonly #stopCheckpoints: () => Promise<void>;

  constructor(options: SimulatedOptions, taps: Taps) {
    migrate(this.#database, Date.now());
    this.#events = new EventLog(this.#database);
    this.#stopCheckpoints = checkpointElsewhere(this.#database, silentLog);
    this.pbx = new TappedPbx(options, taps);
    const routing = fixedRouting([skillQueue('hotline', {}, { wrapUpMs: 0 })]);
    this.engine = new Engine({
      pbx: this.pbx,
      store: new CentreStore(this.#database, this.#events),
      flows: flowDirectory([
        told(
          queueStep((name) => routing.current().queues.get(name)),
          taps,
        ),
        hangup,
      ]),
      routing,
      prompts: { media: async () => [], repair: async () => [] },
      clock: systemClock,
      ids: idSource(() => Date.now(), Math.random),
      log: silentLog,
      outside: new OutsideDialling(ANYWHERE, () => 'UTC'),
      turnSpacingMs: TURN_SPACING_MS,
      recorded: () => undefined,
      replaced: () => undefined,
    });
  }

  /** Starts with these agents ready at their phones. */
  async start(agents: readonly string[]): Promise<void> {
    const store = new AgentStore(this.#database, this.#events);
    const state = { at: 'logged-out', since: 0 } as const;
    for (const id of agents) await store.save({ id, name: id, homeExtension: id, skills: {}, state });
    await this.engine.start();
    for (const id of agents) {
      this.pbx.setPhone(id, { ringAfterMs: 5, answerAfterMs: 30 });
      await this.engine.tellAgent(id, { type: 'LogIn', extension: id });
      await this.engine.tellAgent(id, { type: 'GoReady' });
    }
  }

  /** Somebody calls the hotline. */
  call(ani: string): void {
    this.pbx.call({ source: { kind: 'outside' }, ani, aniName: '', dnis: NUMBER });
  }

  /** Commits one event and nothing else. */
  commitAlone(): void {
    this.#events.commit(() => [{ type: 'BenchCommitted', version: 1, at: Date.now(), data: {} }]);
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    await this.#stopCheckpoints();
    this.#database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The verb, with somebody who is told just before the engine is. */
function told(kind: StepKind, taps: Taps): StepKind {
  return {
    ...kind,
    run: async (step, args) => {
      const result = await kind.run(step, args);
      taps.queued(step.call.ani);
      return result;
    },
  };
}

function flowDirectory(kinds: readonly StepKind[]): FlowDirectory {
  const knowledge = { names: () => undefined, isRecorded: () => false, now: () => 0 };
  const { flows, problems } = new FlowReader(kinds, digest).read(
    [{ file: 'hotline.yaml', text: FLOW }],
    knowledge,
  );
  const flow = flows[0]?.flow;
  if (!flow) throw new Error(`the flow of this bench is wrong: ${problems[0]?.message}`);
  return {
    zone: () => 'UTC',
    dayState: () => 'open',
    musicOf: () => undefined,
    forNumber: () => flow,
    byName: () => flow,
    version: () => flow,
  };
}
