import { HANDLE_STEP_MS, leftAt, type Survival } from './handle-times.ts';

/** Steps of the time so far, in the tables, ms, and how many there are; whoever is later counts for the last one. */
const TALK_STEP_MS = 4000;
export const TALK_STEPS = 200;
const WRAP_UP_STEP_MS = 1000;
export const WRAP_UP_STEPS = 180;

/** How probable it is that an agent is free within each of some horizons, by phase and by how long he has been in it. */
export interface FreeChances {
  readonly horizons: number;
  /** Chances of one step after the other, all horizons of a step together. */
  readonly talking: Float64Array;
  readonly wrapUp: Float64Array;
}

/** @param horizonsMs from now, growing */
export function freeChances(talk: Survival, wrapUp: Survival, horizonsMs: readonly number[]): FreeChances {
  const horizons = horizonsMs.length;
  const chances = {
    horizons,
    talking: new Float64Array(TALK_STEPS * horizons),
    wrapUp: new Float64Array(WRAP_UP_STEPS * horizons),
  };
  const steps = horizonsMs.map((ms) => ms / HANDLE_STEP_MS);
  for (let horizon = 0; horizon < horizons; horizon += 1) {
    const wrappedUp = wrappedUpWithin(wrapUp, steps[horizon]!);
    for (let step = 0; step < TALK_STEPS; step += 1) {
      const sofar = ((step + 0.5) * TALK_STEP_MS) / HANDLE_STEP_MS;
      chances.talking[step * horizons + horizon] = freeFromTalk(talk.left, sofar, wrappedUp);
    }
  }
  for (let step = 0; step < WRAP_UP_STEPS; step += 1) {
    const sofar = ((step + 0.5) * WRAP_UP_STEP_MS) / HANDLE_STEP_MS;
    const left = leftAt(wrapUp, sofar);
    for (let horizon = 0; horizon < horizons; horizon += 1)
      chances.wrapUp[step * horizons + horizon] =
        left > 0 ? 1 - leftAt(wrapUp, sofar + steps[horizon]!) / left : 1;
  }
  return chances;
}

/** The step of `talking` that an agent is in. */
export function talkStep(lastedMs: number): number {
  return Math.max(0, Math.min(TALK_STEPS - 1, (lastedMs / TALK_STEP_MS) | 0));
}

/** The step of `wrapUp` that an agent is in. */
export function wrapUpStep(lastedMs: number): number {
  return Math.max(0, Math.min(WRAP_UP_STEPS - 1, (lastedMs / WRAP_UP_STEP_MS) | 0));
}

/** For a talk that ends within each next step: how probable it is that its wrap-up ends within the rest of the horizon. */
function wrappedUpWithin(wrapUp: Survival, within: number): Float64Array {
  return Float64Array.from(
    { length: Math.ceil(within) },
    (_, step) => 1 - leftAt(wrapUp, Math.max(0, within - step - 0.5)),
  );
}

/** @param sofar whole steps */
function freeFromTalk(left: Float64Array, sofar: number, wrappedUp: Float64Array): number {
  const steps = Math.min(wrappedUp.length, left.length - 1 - sofar);
  let chance = 0;
  for (let step = 0; step < steps; step += 1)
    chance += (left[sofar + step]! - left[sofar + step + 1]!) * wrappedUp[step]!;
  const now = left[sofar]!;
  return now > 0 ? chance / now : 1;
}
