import { z } from 'zod';

/** Longest message of a page, bytes. */
export const MOST_BYTES = 512;

const name = z.string().max(40);
const wish = z.union([
  z.strictObject({ watch: name }).transform(({ watch }) => ({ do: 'watch', topic: watch }) as const),
  z.strictObject({ unwatch: name }).transform(({ unwatch }) => ({ do: 'unwatch', topic: unwatch }) as const),
]);
export type Wish = z.output<typeof wish>;

/** What a page wants; undefined for what is no wish. */
export function readWish(data: unknown): Wish | undefined {
  try {
    const text = String(data);
    return text.length > MOST_BYTES ? undefined : wish.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
