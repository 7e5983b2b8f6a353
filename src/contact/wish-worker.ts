/** The thread that reads a list of numbers which are not to be called, so that the calls do not wait for it. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { CountryCode } from 'libphonenumber-js/max';
import { Refused } from '../base/errors.ts';
import { NO_SHORT_CODES, readShortCodes } from '../list/phone-number-short.ts';
import { type NumbersRead, numbersIn } from './wish-reading.ts';

/** What the thread is to read. */
export interface WishReadingTask {
  readonly path: string;
  /** Where a number without a country code is at home, ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The table of short codes; '' for none. */
  readonly shortCodes: string;
}

/** What it says; it goes on when it is answered. */
export type WishReadingNews = NumbersRead | 'end' | { readonly trouble: string };

const port = parentPort!;
const say = (news: WishReadingNews): void => port.postMessage(news);

try {
  const { path, country, shortCodes } = workerData as WishReadingTask;
  const table =
    shortCodes === '' ? undefined : readShortCodes(await readFile(shortCodes, 'utf8'), shortCodes);
  const rules = { country: country as CountryCode, shortCodes: table?.of?.(country) ?? NO_SHORT_CODES };
  for await (const read of numbersIn(path, rules)) {
    say(read);
    await once(port, 'message');
  }
  say('end');
} catch (thrown) {
  if (!(thrown instanceof Refused)) throw thrown;
  say({ trouble: thrown.message });
} finally {
  port.close();
}
