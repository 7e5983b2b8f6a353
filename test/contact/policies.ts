import type { ContactFacts, ContactRequest, PastContact } from '../../src/contact/contact.ts';
import type { ContactPolicy, Hours } from '../../src/contact/data.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The same hours every day. @param from minutes from midnight */
export function daily(from: number, to: number, more: Partial<Hours> = {}): Hours {
  return {
    week: Array.from({ length: 7 }, () => [{ from, to }]),
    holidayHours: [],
    workdayHours: [{ from, to }],
    lists: { holidays: [], workdays: [], years: [] },
    specialDays: [],
    ...more,
  };
}

/** Everything permitted but for what is named. */
export function policyWith(changes: Partial<ContactPolicy> = {}): ContactPolicy {
  const none = { forMs: 0, unlessAttended: false };
  return {
    name: 'test',
    regulator: 'test',
    hours: daily(0, 1440),
    ownDates: [],
    consentNeeded: false,
    refusals: { otherCampaignsMs: 0 },
    gaps: { numberMs: 0, personMs: 0 },
    lockOuts: { abandoned: none, machine: none, conversation: none },
    caps: [],
    conduct: {
      maxAbandonment: 0.03,
      abandonmentWindows: ['day'],
      connectWithinMs: 2000,
      clockStarts: 'answer',
      minRingMs: 15_000,
      messageNeeded: true,
    },
    ...changes,
  };
}

export const NOBODY: ContactFacts = { contacts: [], wishes: [] };

export function request(changes: Partial<ContactRequest> = {}): ContactRequest {
  return {
    campaign: 'cards',
    person: 'anna',
    number: '+8613812345678',
    zones: ['Asia/Shanghai'],
    asked: false,
    attended: false,
    ...changes,
  };
}

let made = 0;

/** An attempt of Anna's that nobody answered, unless it says otherwise. */
export function contact(at: number, changes: Partial<PastContact> = {}): PastContact {
  made += 1;
  return {
    attempt: `a-${made}`,
    campaign: 'cards',
    person: 'anna',
    number: '+8613812345678',
    at,
    outcome: 'no-answer',
    ...changes,
  };
}

/** A test's `2026-11-23 09:00` in Shanghai, UTC ms. */
export const shanghai = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);
