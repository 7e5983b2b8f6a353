import { Refused } from '../base/errors.ts';

/** What came of a chance to sell something: there was none, it was offered, it was taken. */
export const SALES = ['none', 'offered', 'sold'] as const;
export type Sale = (typeof SALES)[number];

/** What an agent keeps of a call, his own: another agent of the same call writes another note. */
export interface CallNote {
  readonly call: string;
  readonly agent: string;
  /** Grows with each writing, from 1. */
  readonly version: number;
  readonly text: string;
  /** Id of a contact reason, '' as long as he has named none. */
  readonly reason: string;
  /** '' as long as he has not said. */
  readonly sale: Sale | '';
  /** When it was written last, UTC ms. */
  readonly at: number;
  /** When he was done with it first, UTC ms; undefined for a draft. */
  readonly doneAt?: number;
}

/** What he writes. */
export interface Writing {
  /** The version that this is to be: one more than he has seen. */
  readonly version: number;
  readonly text: string;
  readonly reason: string;
  readonly sale: Sale | '';
  /** He is done with it; a note that was done is no draft again. */
  readonly done: boolean;
}

/**
 * A note as it is after a writing.
 * @param now UTC ms
 * @throws Refused `note-outdated` for somebody who has not seen what was written last, `note-done` for a draft of what is done
 */
export function written(
  note: CallNote | undefined,
  { version, text, reason, sale, done }: Writing,
  whose: Pick<CallNote, 'call' | 'agent'>,
  now: number,
): CallNote {
  const last = note?.version ?? 0;
  if (version <= last)
    throw new Refused('note-outdated', 'This note was changed elsewhere: look at it as it is now', {
      version: last,
    });
  if (note?.doneAt !== undefined && !done)
    throw new Refused('note-done', 'This note is done: what is changed in it now is done too');
  const doneAt = note?.doneAt ?? (done ? now : undefined);
  return { ...whose, version, text, reason, sale, at: now, ...(doneAt !== undefined && { doneAt }) };
}

/** Whether others have to hear of it: it is done now, or was and says something else. */
export function isNews(before: CallNote | undefined, { doneAt, reason, sale }: CallNote): boolean {
  if (doneAt === undefined) return false;
  return before?.doneAt === undefined || before.reason !== reason || before.sale !== sale;
}
