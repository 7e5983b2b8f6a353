import { checkId, type OverhearRequest, PbxError } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { type Bridges, MOST_MOVES } from './bridges.ts';
import { BRIDGE, OVERHEARS, overhearsValue } from './describe.ts';
import { encodeExecute } from './esl-encoder.ts';
import type { Legs } from './legs.ts';

/** Listening in: the leg itself runs `eavesdrop`, and carries what it hears, so the next daemon finds it. */
export class Overhearer {
  readonly #commander: Commander;
  readonly #legs: Legs;
  readonly #bridges: Bridges;
  /** Those that run, or were not stopped when one of both went. */
  readonly #running = new Map<string, OverhearRequest>();

  constructor(commander: Commander, legs: Legs, bridges: Bridges) {
    this.#commander = commander;
    this.#legs = legs;
    this.#bridges = bridges;
  }

  /** Rejects with `PbxError`; where one of both is missing, nothing was done. */
  async begin(request: OverhearRequest): Promise<void> {
    const { overhearing, leg: id, target, mode } = request;
    checkId(overhearing);
    if (!this.#legs.isOurs(overhearing))
      throw new PbxError('refused', 'the id of an overhearing begins like those of legs');
    await Promise.all([id, target].map((channel) => this.#commander.check(channel)));
    const before = this.#running.get(overhearing);
    const leg = this.#legs.note(id);
    if (before?.mode === mode && before.leg === id && leg.place.at === 'overhearing') return;
    this.#running.set(overhearing, request);
    leg.bridge = '';
    await this.#commander.set(id, {
      [BRIDGE]: '',
      [OVERHEARS]: overhearsValue(request),
      // Else the keys of whoever listens would let him speak to both.
      eavesdrop_enable_dtmf: 'false',
      eavesdrop_whisper_bleg: String(mode === 'whisper'),
      max_forwards: MOST_MOVES,
    });
    await this.#bridges.park(leg);
    await this.#commander.say(id, encodeExecute(id, 'eavesdrop', target, overhearing));
    this.#legs.move(leg, { at: 'overhearing' });
  }

  async end(overhearing: string): Promise<void> {
    checkId(overhearing);
    const leg = this.#legs.get(this.#running.get(overhearing)?.leg ?? '');
    if (leg?.place.at === 'overhearing') await this.#bridges.park(leg);
    if (leg) await this.#commander.unset(leg.id, OVERHEARS);
    this.#running.delete(overhearing);
  }

  /** Ids of the channels that take part in it by themselves: the leg that hears. */
  channelsOf(overhearing: string): readonly string[] {
    const leg = this.#running.get(overhearing)?.leg;
    return leg === undefined ? [] : [leg];
  }

  /** Ids of those that run, or of which something is left. */
  ids(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** What a channel of a list carries. */
  adopt(request: OverhearRequest): void {
    this.#running.set(request.overhearing, request);
  }

  forget(): void {
    this.#running.clear();
  }
}
