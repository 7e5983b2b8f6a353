import type { Callback } from '../../queue/callback.ts';

/**
 * What is wrong with the callbacks at the end of a day, a sentence each.
 * @param promised numbers of those who were told that they are called back, and how often an agent reached each
 * @param book all callbacks, open and done
 */
export function lostCallbacks(promised: ReadonlyMap<string, number>, book: readonly Callback[]): string[] {
  const wrong: string[] = [];
  const asked = Map.groupBy(book, ({ number }) => number);
  for (const [number, times] of promised) {
    const callbacks = asked.get(number) ?? [];
    const reached = callbacks.filter(({ done }) => done?.outcome === 'reached').length;
    if (callbacks.length === 0)
      wrong.push(`${number} was told that he is called back, and is not in the book`);
    if (times > callbacks.length)
      wrong.push(`${number} was called back ${times} times, and asked ${callbacks.length} times`);
    if (reached > 0 && times === 0)
      wrong.push(`${number} was called back by the book, and has not heard of it`);
  }
  for (const { id, calling } of book) if (calling !== undefined) wrong.push(`${id} is still being called`);
  return wrong;
}
