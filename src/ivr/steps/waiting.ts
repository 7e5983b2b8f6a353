import { announcementOf, type Told } from '../../queue/announcement.ts';
import type { Prompt } from '../../speech/prompt.ts';
import type { WaitingRun } from '../step.ts';
import { spokenAnnouncement, type ToldOf } from './waiting-words.ts';

/** What somebody hears while he waits, besides music. */
export interface Company {
  /** Time between messages, ms. */
  readonly everyMs: number;
  /** Messages, in turn. */
  readonly say: readonly Prompt[];
  readonly tell: readonly ToldOf[];
  /** Keys that leave the queue. */
  readonly keys: readonly string[];
}

/** Whom an agent takes at once hears nothing but music and ringing, ms. */
const FIRST_MS = 3000;

/** True when there is anything but music. */
export function hasCompany({ say, tell, keys }: Company): boolean {
  return say.length + tell.length + keys.length > 0;
}

/** Tells somebody who waits what there is to tell, again and again. Resolves with a key that leaves the queue. */
export async function keepCompany(step: WaitingRun, company: Company): Promise<string> {
  let told: Told = {};
  for (let round = 0; ; round += 1) {
    const key = await keyWithin(step, company.keys, round === 0 ? FIRST_MS : company.everyMs);
    if (key !== '') return key;
    // While a phone rings for him, he is not told to go on waiting.
    const place = step.place();
    if (!place) continue;
    const announcement = announcementOf(told, place);
    told = { ...told, ...announcement };
    const message = round === 0 ? undefined : company.say[(round - 1) % company.say.length];
    const said = [...(message ? [message] : []), ...spokenAnnouncement(announcement, company.tell)];
    if (said.length === 0) continue;
    await step.interlude(async () => {
      for (const prompt of said) await step.say(prompt);
    });
  }
}

/** The first of `keys` that is pressed within this time, '' when none is. Other keys mean nothing. */
async function keyWithin(step: WaitingRun, keys: readonly string[], ms: number): Promise<string> {
  const until = step.now() + ms;
  for (let left = ms; left > 0; left = until - step.now()) {
    const { digits } = await step.verbs.gather({ maxDigits: 1, endKey: '', firstMs: left, nextMs: left });
    if (keys.includes(digits)) return digits;
  }
  return '';
}
