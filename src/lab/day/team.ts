import type { Agent, AgentInput } from '../../agent/agent.ts';
import type { LogEvent } from '../../engine/changes.ts';
import type { Behaviour, SimulatedParty } from '../../pbx/simulated/party.ts';
import { chanceFor, drawMs, happens } from './chance.ts';
import type { AgentGroup, Scenario, World } from './scenario.ts';

/** Somebody at his desk. What he wants is done as soon as the centre takes it. */
interface Desk {
  readonly id: string;
  readonly group: AgentGroup;
  readonly extension: string;
  readonly chance: () => number;
  /** The one that he tries first, which is not his. */
  wrongPhone: string | undefined;
  wants: 'out' | 'ready' | 'break';
  /** What his screen says that he is. */
  shown: string;
  reason: string;
  /** Takes back what he is about to do. */
  cancel: () => void;
}

/** Declined by the button of the phone. */
const DECLINED = 603;
/** He tries again after the centre would not have it, ms. */
const AGAIN_MS = 5000;
/** A phone that was lost is found again, ms. */
const PHONE_BACK_MS = 60_000;

export interface TeamParts {
  readonly scenario: Scenario;
  readonly world: () => World;
  /** Does nothing while no daemon is there. */
  readonly tell: (agent: string, input: AgentInput) => Promise<unknown>;
}

/** Everybody who works: comes and goes by the clock, answers or not, and looks at what his screen says. */
export class Team {
  readonly #parts: TeamParts;
  readonly #desks = new Map<string, Desk>();
  readonly #byExtension = new Map<string, Desk>();
  #isOver = false;

  constructor(parts: TeamParts) {
    this.#parts = parts;
    const { scenario } = parts;
    for (const group of scenario.agents)
      for (let count = 0; count < group.count; count += 1) this.#hire(group, this.#desks.size, count === 1);
  }

  /** As the store knows them before the day begins. */
  agents(): Agent[] {
    return [...this.#desks.values()].map(({ id, group, extension }) => ({
      id,
      name: id,
      homeExtension: extension,
      skills: group.skills,
      attributes: group.attributes,
      state: { at: 'logged-out', since: 0 },
    }));
  }

  paceAt(extension: string): number {
    return this.#byExtension.get(extension)?.group.pace ?? 1;
  }

  /** The day begins now. */
  start(): void {
    for (const desk of this.#desks.values()) {
      const { group, chance } = desk;
      const late = (): number => Math.floor(chance() * group.jitterMs);
      this.#connectPhone(desk);
      this.#at(group.fromMs + late(), () => this.#want(desk, 'ready'));
      for (const { atMs, forMs } of group.breaks) {
        const from = atMs + late();
        this.#at(from, () => this.#want(desk, 'break'));
        this.#at(from + forMs, () => this.#want(desk, 'ready'));
      }
      this.#at(group.toMs + late(), () => this.#want(desk, 'out'));
    }
  }

  /** What the screens show. */
  heard(events: readonly LogEvent[]): void {
    for (const { type, agent, data } of events) {
      if (type !== 'AgentStateChanged' || agent === undefined) continue;
      const desk = this.#desks.get(agent);
      if (!desk) continue;
      desk.shown = String(data.state);
      desk.reason = String(data.reason ?? '');
      this.#look(desk);
    }
  }

  /** A new daemon is there: whoever is not what he wants to be says so again. */
  renew(): void {
    for (const desk of this.#desks.values()) if (!isContent(desk)) this.#push(desk);
  }

  /** The day is over for everybody, whatever his shift says. */
  goHome(): void {
    for (const desk of this.#desks.values()) this.#want(desk, 'out');
    this.#isOver = true;
  }

  joined({ to }: SimulatedParty): void {
    const desk = to?.kind === 'phone' ? this.#byExtension.get(to.extension) : undefined;
    if (!desk || !happens(desk.group.phoneLost, desk.chance)) return;
    this.#at(Math.floor(desk.chance() * PHONE_BACK_MS), () => this.losePhone(desk.extension, PHONE_BACK_MS));
  }

  /** The phone is gone, with whatever was on it, and is found again after `forMs`. */
  losePhone(extension: string, forMs: number): void {
    const { pbx } = this.#parts.world();
    const desk = this.#byExtension.get(extension);
    if (!desk) return;
    pbx.setPhone(extension, undefined);
    for (const channel of pbx.onPhone(extension)) pbx.end(channel, 38);
    this.#at(forMs, () => this.#connectPhone(desk));
  }

  /** Phones of those who are at work. */
  phonesAtWork(): readonly string[] {
    return [...this.#desks.values()]
      .filter(({ wants }) => wants === 'ready')
      .map(({ extension }) => extension);
  }

  #hire(group: AgentGroup, index: number, isSecond: boolean): void {
    const { seed } = this.#parts.scenario;
    const id = `a${String(index + 1).padStart(4, '0')}`;
    const desk: Desk = {
      id,
      group,
      extension: String(10_000 + index),
      chance: chanceFor(seed, 'agent', group.name, index),
      wrongPhone: group.sharesPhone && isSecond ? String(10_000 + index - 1) : undefined,
      wants: 'out',
      shown: 'logged-out',
      reason: '',
      cancel: () => undefined,
    };
    this.#desks.set(id, desk);
    this.#byExtension.set(desk.extension, desk);
  }

  #connectPhone({ extension, group, chance }: Desk): void {
    this.#parts.world().pbx.setPhone(extension, (): Behaviour => {
      const afterMs = drawMs(group.answersAfter, chance);
      const fate = chance();
      if (fate < group.misses) return { ringAfterMs: 20 };
      if (fate < group.misses + group.rejects)
        return { ringAfterMs: 20, refuse: { afterMs: 20 + afterMs, sipCode: DECLINED } };
      return { ringAfterMs: 20, answerAfterMs: 20 + afterMs };
    });
  }

  #want(desk: Desk, wants: Desk['wants']): void {
    if (this.#isOver) return;
    desk.wants = wants;
    this.#push(desk);
  }

  #look(desk: Desk): void {
    const { group, chance } = desk;
    desk.cancel();
    if (desk.shown === 'not-ready' && desk.wants === 'ready' && desk.reason !== 'logged-in')
      desk.cancel = this.#at(drawMs(group.backAfter, chance), () => this.#push(desk));
    else if (desk.shown === 'wrap-up' && group.wrapUp)
      desk.cancel = this.#at(drawMs(group.wrapUp, chance), () => {
        if (desk.shown === 'wrap-up') void this.#tell(desk, { type: 'GoReady' });
      });
  }

  #push(desk: Desk): void {
    switch (desk.wants) {
      case 'out':
        if (desk.shown !== 'logged-out') void this.#tell(desk, { type: 'LogOut' });
        return;
      case 'break':
        if (desk.shown !== 'logged-out') void this.#tell(desk, { type: 'GoNotReady', reason: 'break' });
        return;
      case 'ready':
        if (desk.shown === 'logged-out') void this.#logIn(desk);
        else void this.#tell(desk, { type: 'GoReady' });
    }
  }

  /** At a phone that is another one's the centre refuses him. */
  #logIn(desk: Desk): Promise<void> {
    const { wrongPhone: extension = desk.extension } = desk;
    desk.wrongPhone = undefined;
    return this.#tell(desk, { type: 'LogIn', extension }, { type: 'GoReady' });
  }

  async #tell(desk: Desk, ...inputs: readonly AgentInput[]): Promise<void> {
    const { wants } = desk;
    try {
      for (const input of inputs) await this.#parts.tell(desk.id, input);
    } catch {
      // Refused, for now: as anybody would, he tries again.
      this.#at(AGAIN_MS, () => {
        if (desk.wants === wants && !isContent(desk)) this.#push(desk);
      });
    }
  }

  #at(inMs: number, act: () => void): () => void {
    const { clock } = this.#parts.world();
    return clock.at(clock.now() + inMs, act);
  }
}

/** He is what he wants to be, or is busy with a call. */
function isContent({ wants, shown, reason }: Desk): boolean {
  switch (wants) {
    case 'out':
      return shown === 'logged-out';
    case 'break':
      return shown === 'logged-out' || reason === 'break';
    case 'ready':
      return shown !== 'logged-out' && shown !== 'not-ready';
  }
}
