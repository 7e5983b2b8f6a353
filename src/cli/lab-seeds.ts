import { playSeeds } from '../lab/day/play-seeds.ts';
import { badUsage, print, remark } from './terminal.ts';

/** How often progress is told, in seeds. */
const TELL_EVERY = 100;

/** `carillon lab seeds`. Returns the exit code: 1 when an invariant broke. @throws Refused `bad-usage` */
export async function runLabSeeds(count: string, from: string, json: boolean): Promise<number> {
  const seeds = wholeNumber(count, 'How many seeds? npx carillon lab seeds 200');
  const first = wholeNumber(from, 'From which seed on? npx carillon lab seeds 200 --from 1');
  const began = performance.now();
  const played = await playSeeds(first, Math.max(1, seeds), (seed, broken) => {
    for (const text of broken) remark(text);
    const done = seed - first + 1;
    if (done % TELL_EVERY === 0 && done < seeds) remark(`${done} of ${seeds}`);
  });
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  if (json) print(JSON.stringify({ ...played, seconds }));
  else
    print(
      `${played.seeds} seeds, ${played.calls} calls, ${played.faults} faults in ${seconds} s: ${played.broken} broken invariants  不变量被破坏：${played.broken}`,
    );
  return played.broken > 0 ? 1 : 0;
}

function wholeNumber(text: string, message: string): number {
  if (!/^\d{1,9}$/.test(text)) throw badUsage(message);
  return Number(text);
}
