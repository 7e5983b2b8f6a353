import { PACING } from './constants.ts';

/** Three abandoned of 100 are 3 %, whatever a computer says. */
const ROUNDING = 1e-9;

/** Nobody is abandoned in part. */
export function wholeCalls(calls: number): number {
  return Math.floor(calls + ROUNDING);
}

/** The share to aim at when so many abandoned calls too many are spent, or too few saved, over the next answers. */
export function spread(cap: number, spare: number, answers: number): number {
  const aim = PACING.aim * cap + spare / answers;
  return Math.min(PACING.mostAim * cap, Math.max(PACING.leastAim * cap, aim));
}
