import type { Customer, Tier } from '../../customer/customer.ts';
import type { Behaviour, SimulatedParty } from '../../pbx/simulated/party.ts';
import { arrivalsOf } from './arrivals.ts';
import { chanceFor, drawMs, happens } from './chance.ts';
import { CALL_ME_BACK, PROMISE } from './flow-words.ts';
import type { CallerGroup, Scenario, World } from './scenario.ts';

/** What a caller does next, and by when he does it of himself. */
interface Visit {
  readonly group: CallerGroup;
  readonly number: string;
  readonly chance: () => number;
  readonly patienceMs: number;
  readonly talkMs: number;
  readonly redials: boolean;
  /** How long he waits until he asks to be called back; undefined: he does not. */
  readonly asksAfterMs?: number;
  doing: 'listening' | 'waiting' | 'talking';
  cancel: () => void;
}

/** Share of those who are called back and do not answer. */
const NOT_THERE = 0.2;
/** Nobody listens to silence, or to a menu, for longer than this, ms. */
const LISTENS_MS = 300_000;

export interface CallersParts {
  readonly scenario: Scenario;
  readonly world: () => World;
  /** How many times as long a talk lasts with whoever sits at this phone. */
  readonly paceAt: (extension: string) => number;
}

/** Everybody who calls: comes by the scenario, waits as long as he is patient, talks and hangs up. */
export class Callers {
  readonly #parts: CallersParts;
  readonly #visits = new Map<string, Visit>();
  /** Numbers of those who were told that they are called back, and how often each was. */
  readonly promised = new Map<string, number>();
  #came = 0;
  #toCome = 0;

  constructor(parts: CallersParts) {
    this.#parts = parts;
  }

  /** Calls that were made so far. */
  get came(): number {
    return this.#came;
  }

  /** True when nobody is there and nobody comes any more. */
  get areGone(): boolean {
    return this.#toCome === 0 && this.#visits.size === 0;
  }

  /** The day begins now. */
  start(): void {
    const { scenario } = this.#parts;
    for (const [index, group] of scenario.callers.entries()) {
      const times = arrivalsOf(group, scenario.lastsMs, chanceFor(scenario.seed, 'arrivals', group.name));
      this.#toCome += times.length;
      this.#comeOneByOne(times, 0, index);
    }
  }

  /** Who a number belongs to; nobody for callers who are no customers. */
  customerAt(number: string): Customer | undefined {
    const group = this.#parts.scenario.callers[Number(number.slice(1, 4))];
    if (!group || group.tier === '') return undefined;
    return {
      id: `customer-${number}`,
      name: group.name,
      tier: group.tier as Tier,
      language: group.language,
      numbers: [number],
      note: '',
      flow: '',
      attributes: group.attributes,
    };
  }

  hearsMusic(party: SimulatedParty): void {
    const visit = this.#visits.get(party.channel);
    if (visit?.doing !== 'listening') return;
    const { asksAfterMs = Number.POSITIVE_INFINITY, patienceMs } = visit;
    if (asksAfterMs >= patienceMs)
      return this.#now(visit, 'waiting', patienceMs, () => this.#giveUp(party, visit));
    this.#now(visit, 'waiting', asksAfterMs, () => {
      party.press(CALL_ME_BACK);
      this.#now(visit, 'listening', LISTENS_MS, () => party.hangup());
    });
  }

  /** How he takes a call to his number. */
  answers(number: string): Behaviour {
    const chance = chanceFor(
      this.#parts.scenario.seed,
      'called back',
      number,
      this.promised.get(number) ?? 0,
    );
    return happens(NOT_THERE, chance)
      ? { ringAfterMs: 100 }
      : { ringAfterMs: 100, answerAfterMs: 2000 + Math.floor(chance() * 6000) };
  }

  joined(party: SimulatedParty): void {
    const visit = this.#visits.get(party.channel) ?? this.#calledBack(party);
    if (!visit || visit.doing === 'talking') return;
    const extension = party.talkingWith
      .map((other) => this.#parts.world().pbx.party(other)?.to)
      .find(Boolean);
    const pace = extension?.kind === 'phone' ? this.#parts.paceAt(extension.extension) : 1;
    this.#now(visit, 'talking', Math.round(visit.talkMs * pace), () => party.hangup());
  }

  left(party: SimulatedParty): void {
    const visit = this.#visits.get(party.channel);
    if (visit) this.#now(visit, 'listening', LISTENS_MS, () => party.hangup());
  }

  ended(party: SimulatedParty): void {
    const visit = this.#visits.get(party.channel);
    if (!visit) return;
    visit.cancel();
    this.#visits.delete(party.channel);
    const isPromised = !party.to && party.heard.some((sound) => sound.endsWith(PROMISE));
    if (isPromised && !this.promised.has(visit.number)) this.promised.set(visit.number, 0);
  }

  /** Somebody at whose number an agent has reached him. */
  #calledBack({ channel, to }: SimulatedParty): Visit | undefined {
    if (to?.kind !== 'outside') return undefined;
    const { number } = to;
    const group = this.#parts.scenario.callers[Number(number.slice(1, 4))];
    if (!group) return undefined;
    this.promised.set(number, (this.promised.get(number) ?? 0) + 1);
    const visit = this.#visitOf(group, number, chanceFor(this.#parts.scenario.seed, 'talks', number), false);
    this.#visits.set(channel, visit);
    return visit;
  }

  #visitOf(group: CallerGroup, number: string, chance: () => number, mayCallAgain: boolean): Visit {
    const { patience, talk, redial, callback } = group;
    return {
      group,
      number,
      chance,
      patienceMs: drawMs(patience, chance),
      talkMs: drawMs(talk, chance),
      redials: mayCallAgain && happens(redial.chance, chance),
      ...(callback && happens(callback.chance, chance) && { asksAfterMs: drawMs(callback.after, chance) }),
      doing: 'listening',
      cancel: () => undefined,
    };
  }

  #comeOneByOne(times: readonly number[], next: number, group: number): void {
    const { clock } = this.#parts.world();
    if (next === times.length) return;
    // By what has really passed, whatever the clock shows meanwhile.
    const waitMs = times[next]! - (next === 0 ? 0 : times[next - 1]!);
    clock.at(clock.now() + waitMs, () => {
      this.#toCome -= 1;
      this.#call(group, next, '');
      this.#comeOneByOne(times, next + 1, group);
    });
  }

  #call(index: number, count: number, again: string): void {
    const { scenario, world } = this.#parts;
    const group = scenario.callers[index]!;
    const chance = chanceFor(scenario.seed, 'caller', group.name, count, again);
    const number = `1${String(index).padStart(3, '0')}${String(count).padStart(7, '0')}`;
    this.#came += 1;
    const party = world().pbx.call({
      source: { kind: 'outside' },
      ani: number,
      aniName: '',
      dnis: numberOf(index),
    });
    if (party.ended) return;
    const visit = this.#visitOf(group, number, chance, again === '');
    this.#visits.set(party.channel, visit);
    this.#now(visit, 'listening', LISTENS_MS + group.menuMs, () => party.hangup());
  }

  #giveUp(party: SimulatedParty, visit: Visit): void {
    party.hangup();
    if (!visit.redials) return;
    const { clock } = this.#parts.world();
    this.#toCome += 1;
    clock.at(clock.now() + drawMs(visit.group.redial.after, visit.chance), () => {
      this.#toCome -= 1;
      this.#call(Number(visit.number.slice(1, 4)), Number(visit.number.slice(4)), 'again');
    });
  }

  #now(visit: Visit, doing: Visit['doing'], forMs: number, then: () => void): void {
    visit.cancel();
    visit.doing = doing;
    visit.cancel = this.#parts.world().clock.at(this.#parts.world().clock.now() + forMs, then);
  }
}

/** The number that callers of this group dial. */
export function numberOf(group: number): string {
  return `95${String(group).padStart(3, '0')}`;
}
