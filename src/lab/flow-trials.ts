import type { Clock } from '../base/clock.ts';
import { Refused } from '../base/errors.ts';
import type { SourceFile } from '../ivr/flow-set.ts';
import { problemText } from '../ivr/report.ts';
import { NO_SHARED } from '../ivr/shared.ts';
import type { GoingLive } from '../ivr/trial.ts';
import { entryTo } from './flow-entry.ts';
import { EMPTY_WORLD, readFlowTests } from './flow-test-file.ts';
import { FlowTrial, type TrialAction } from './flow-trial.ts';
import type { ReadFlows } from './stage.ts';
import type { World } from './world.ts';

export interface FlowTrialsParts {
  /** How a file of the folder of flows is named in problems. */
  readonly fileOf: (name: string) => string;
  /** The text of a file beside the flows; undefined where there is none. */
  readonly textOf: (name: string) => Promise<string | undefined>;
  readonly clock: Clock;
}

/** What somebody wants to try. */
export interface TrialWish {
  /** A flow, or the number that is dialled. */
  readonly target: string;
  /** The number that he calls from, '' for a hidden one. */
  readonly caller: string;
  /** When he calls, UTC ms. */
  readonly at: number;
  readonly language?: string | undefined;
  /** Texts of flow files, or of a flow test, that nobody saved, by name. */
  readonly drafts: Readonly<Record<string, string>>;
  /** Whether agents are there as in the world of the flow's tests, or nobody is. */
  readonly agents: 'as-in-tests' | 'away';
  /** Whether services answer as in that world, or not at all. */
  readonly services: 'as-in-tests' | 'unreachable';
}

/** A trial and whose it is. */
export interface Session {
  readonly id: string;
  readonly owner: string;
  readonly trial: FlowTrial;
  /** The flow that the call came into, and the number that was dialled. */
  readonly flow: string;
  readonly dials: string;
  readonly caller: string;
  /** UTC ms, in the trial's own time. */
  readonly at: number;
  /** The test file whose customers, agents and services there are; '' for none. */
  readonly world: string;
  /** UTC ms: nobody touched it since. */
  touchedAt: number;
}

/** Trials of one user, and of all together: the longest untouched goes when there are more. */
const MOST_OF_ONE = 3;
const MOST = 20;
/** A trial that nobody touches is over, ms. */
const IDLE_MS = 10 * 60_000;

/**
 * Simulated calls through the flows, each on a stage of its own in virtual time: nothing of them reaches the real PBX, the store
 * or a service.
 */
export class FlowTrials {
  readonly #parts: FlowTrialsParts;
  readonly #sessions = new Map<string, Session>();

  constructor(parts: FlowTrialsParts) {
    this.#parts = parts;
  }

  /**
   * @param next the flows as callers would find them with the drafts
   * @throws Refused `flow-unknown`, `language-unknown`, `flow-problems` when what is to be tried has errors
   */
  async begin(id: string, wish: TrialWish, owner: string, next: GoingLive): Promise<Session> {
    this.#clear(owner);
    const { clock } = this.#parts;
    const read = this.#read(wish, next);
    const entry = entryTo(read, wish.target, wish.language);
    const { world, file } = await this.#worldOf(entry.flow.file, wish);
    const phone = entry.flow.callers === 'phones' ? '1001' : undefined;
    const caller = { number: phone === undefined ? wish.caller : '', phone, dials: entry.dials };
    const trial = await FlowTrial.begin({ read: entry.read, world, at: wish.at, caller });
    const session: Session = {
      id,
      owner,
      trial,
      flow: entry.flow.name,
      dials: entry.dials,
      caller: phone ?? wish.caller,
      at: wish.at,
      world: file,
      touchedAt: clock.now(),
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  /** @throws Refused `flow-trial-unknown` when it is over, or somebody else's */
  async act(id: string, owner: string, action: TrialAction): Promise<Session> {
    const session = this.of(id, owner);
    await session.trial.act(action);
    return session;
  }

  /** @throws Refused `flow-trial-unknown` */
  of(id: string, owner: string): Session {
    this.#forgetIdle();
    const session = this.#sessions.get(id);
    if (session?.owner !== owner)
      throw new Refused('flow-trial-unknown', 'This trial is over: begin it again.');
    session.touchedAt = this.#parts.clock.now();
    return session;
  }

  /** @throws Refused `flow-trial-unknown` */
  end(id: string, owner: string): void {
    this.#sessions.delete(this.of(id, owner).id);
  }

  #read({ drafts }: TrialWish, next: GoingLive): ReadFlows {
    for (const { file, text } of sourcesOf(drafts, this.#parts.fileOf)) {
      const taken = next.flows.get(file) ?? (next.shared?.file === file ? next.shared : undefined);
      if (taken?.text !== text) {
        const errors = next.problems.filter((one) => one.file === file && one.severity === 'error');
        throw new Refused(
          'flow-problems',
          `What you want to try has errors. ${errors[0] ? problemText(errors[0]) : ''}`,
          { problems: errors.map(problemText), diagnostics: errors },
        );
      }
    }
    return {
      flows: [...next.flows.values()].map(({ flow }) => flow),
      shared: next.shared?.shared ?? NO_SHARED,
    };
  }

  /** What there is around the flow: the world of the tests beside it. */
  async #worldOf(
    flowFile: string,
    wish: TrialWish,
  ): Promise<{ readonly world: World; readonly file: string }> {
    const { textOf } = this.#parts;
    const file = (flowFile.split('/').at(-1) ?? '').replace(/\.ya?ml$/, '.test.yaml');
    const text = wish.drafts[file] ?? (await textOf(file));
    const read = text === undefined ? undefined : readFlowTests(text, file);
    const found = read && read.problems.length === 0 ? read.world : undefined;
    const { agents, services, ...world } = found ?? EMPTY_WORLD;
    return {
      file: found ? file : '',
      world: {
        ...world,
        agents:
          wish.agents === 'away' ? agents.map((one) => ({ ...one, state: 'logged-out' as const })) : agents,
        services: wish.services === 'unreachable' ? {} : services,
      },
    };
  }

  #clear(owner: string): void {
    this.#forgetIdle();
    const oldest = (all: readonly Session[]): Session[] => all.toSorted((a, b) => a.touchedAt - b.touchedAt);
    const own = oldest([...this.#sessions.values()].filter((one) => one.owner === owner));
    for (const { id } of own.slice(0, Math.max(0, own.length - MOST_OF_ONE + 1))) this.#sessions.delete(id);
    const all = oldest([...this.#sessions.values()]);
    for (const { id } of all.slice(0, Math.max(0, all.length - MOST + 1))) this.#sessions.delete(id);
  }

  #forgetIdle(): void {
    const before = this.#parts.clock.now() - IDLE_MS;
    for (const [id, { touchedAt }] of this.#sessions) if (touchedAt < before) this.#sessions.delete(id);
  }
}

/** The drafts of flows, and of what they share. */
export function sourcesOf(
  drafts: TrialWish['drafts'],
  fileOf: FlowTrialsParts['fileOf'],
): readonly SourceFile[] {
  return Object.entries(drafts)
    .filter(([name]) => !isTest(name))
    .map(([name, text]) => ({ file: fileOf(name), text }));
}

function isTest(name: string): boolean {
  return /\.test\.ya?ml$/.test(name);
}
