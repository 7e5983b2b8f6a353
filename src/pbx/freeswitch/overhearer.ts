import { checkId, type OverhearRequest, PbxError } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { type Bridges, MOST_MOVES } from './bridges.ts';
import { OVERHEARD, OVERHEARS, type Overheard, overhearsValue } from './describe.ts';
import { encodeExecute } from './esl-encoder.ts';
import type { Legs } from './legs.ts';

export interface OverhearerOptions {
  readonly commander: Commander;
  readonly legs: Legs;
  readonly bridges: Bridges;
}

interface Overhearing extends Overheard {
  /** '' when it is gone. */
  readonly leg: string;
}

/** Listening in: the leg itself runs `eavesdrop`. Both ends carry the overhearing's id, so the next daemon finds it. */
export class Overhearer {
  readonly #options: OverhearerOptions;
  readonly #running = new Map<string, Overhearing>();

  constructor(options: OverhearerOptions) {
    this.#options = options;
  }

  /** Rejects with `PbxError`; where one of both is missing, nothing was done. */
  async begin(request: OverhearRequest): Promise<void> {
    const { commander, legs, bridges } = this.#options;
    const { overhearing, leg: id, target, mode } = request;
    checkId(overhearing);
    if (!legs.isOurs(overhearing))
      throw new PbxError('refused', 'the id of an overhearing begins like those of legs');
    await Promise.all([commander.check(id), commander.check(target)]);
    const before = this.#running.get(overhearing);
    const leg = legs.note(id);
    if (before?.mode === mode && before.leg === id && leg.place.at === 'overhearing') return;
    this.#running.set(overhearing, { overhearing, leg: id, target, mode });
    await bridges.leave(leg);
    await bridges.park(leg);
    await Promise.all([
      commander.set(target, { [`${OVERHEARD}${overhearing}`]: 'true' }),
      commander.set(id, {
        [OVERHEARS]: overhearsValue(request),
        // Else the keys of whoever listens would let him speak to both.
        eavesdrop_enable_dtmf: 'false',
        eavesdrop_whisper_bleg: String(mode === 'whisper'),
        max_forwards: MOST_MOVES,
      }),
    ]);
    await commander.say(id, encodeExecute(id, 'eavesdrop', target, overhearing));
    legs.move(leg, { at: 'overhearing' });
  }

  async end(overhearing: string): Promise<void> {
    checkId(overhearing);
    const { commander, legs, bridges } = this.#options;
    const { leg: id, target } = this.#running.get(overhearing) ?? {};
    const leg = legs.get(id ?? '');
    if (leg?.place.at === 'overhearing') await bridges.park(leg);
    if (id) await commander.unset(id, OVERHEARS);
    if (target) await commander.unset(target, `${OVERHEARD}${overhearing}`);
    this.#running.delete(overhearing);
  }

  /** Ids of those that run, or of which something is left. */
  ids(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** What the channels of a list carry. */
  adopt(leg: string, overhears: Overheard | undefined, overheard: readonly string[]): void {
    if (overhears) this.#running.set(overhears.overhearing, { ...overhears, leg });
    for (const overhearing of overheard) {
      if (!this.#running.has(overhearing))
        this.#running.set(overhearing, { overhearing, leg: '', target: leg, mode: 'listen' });
    }
  }

  forget(): void {
    this.#running.clear();
  }
}
