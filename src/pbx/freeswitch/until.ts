import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again; false when it did not hold in time. Rejects when a look does. */
export async function until(
  holds: () => Promise<boolean>,
  everyMs: number,
  patienceMs: number,
): Promise<boolean> {
  for (let left = Math.ceil(patienceMs / everyMs); left > 0; left -= 1) {
    if (await holds()) return true;
    await sleep(everyMs);
  }
  return false;
}
