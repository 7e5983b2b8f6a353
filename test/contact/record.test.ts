import { expect, test } from 'vitest';
import type { PastContact } from '../../src/contact/contact.ts';
import { ContactRecordStore } from '../../src/contact/record-store.ts';
import { WishStore, wishWriter } from '../../src/contact/wish-store.ts';
import type { Database } from '../../src/store/connect.ts';
import { openStore, START } from '../store/examples.ts';
import { contact, DAY, HOUR } from './policies.ts';

function opened() {
  const { database, events } = openStore();
  return {
    database,
    events,
    record: new ContactRecordStore(database),
    wishes: new WishStore(database, events),
  };
}

function store(database: Database, { attempt, campaign, person, number, at, outcome }: PastContact): void {
  database
    .prepare(
      `INSERT OR REPLACE INTO attempt (id, campaign, list, lead, person, number, mode, earlier, at, outcome) VALUES (?, ?, 'l', 'x', ?, ?, 'progressive', 0, ?, ?)`,
    )
    .run(attempt, campaign, person, number, at, outcome ?? null);
}

const ofAnna = (record: ContactRecordStore, now = START) =>
  record
    .factsOf('anna', '+861', now)
    .contacts.map(({ attempt, outcome }) => `${attempt} ${outcome ?? 'open'}`)
    .sort();

test('what was done is found by the person and by the number, once', () => {
  const { database, record } = opened();
  store(database, contact(START - HOUR, { attempt: 'both', number: '+861' }));
  store(database, contact(START - HOUR, { attempt: 'person', number: '+862' }));
  store(database, contact(START - HOUR, { attempt: 'number', number: '+861', person: 'ben' }));
  store(database, contact(START - HOUR, { attempt: 'neither', number: '+862', person: 'ben' }));
  store(database, contact(START - 40 * DAY, { attempt: 'long ago', number: '+861' }));
  expect(ofAnna(record)).toEqual(['both no-answer', 'number no-answer', 'person no-answer']);
});

test('an attempt counts from the moment that it is noted, whether or not it is stored yet', () => {
  const { database, record } = opened();
  const open = contact(START, { attempt: 'a', number: '+861', outcome: undefined });
  record.note(open);
  expect(ofAnna(record)).toEqual(['a open']);
  expect(record.factsOf('ben', '+861', START).contacts).toHaveLength(1);
  expect(record.factsOf('anna', '+869', START).contacts).toHaveLength(1);
  expect(record.factsOf('ben', '+869', START).contacts).toEqual([]);
  store(database, open);
  expect(ofAnna(record)).toEqual(['a open']);
  expect(record.noted).toBe(0);
});

test('the end of an attempt counts before it is stored, and is not undone by what the store still says', () => {
  const { database, record } = opened();
  const open = contact(START, { attempt: 'a', number: '+861', outcome: undefined });
  store(database, open);
  record.note({ ...open, outcome: 'abandoned' });
  expect(ofAnna(record)).toEqual(['a abandoned']);
  record.note(open);
  expect(ofAnna(record)).toEqual(['a abandoned']);
  store(database, { ...open, outcome: 'abandoned' });
  expect(ofAnna(record)).toEqual(['a abandoned']);
  expect(record.noted).toBe(0);
});

test('memory does not grow with what the store has', () => {
  const { database, record } = opened();
  database.unit(() => {
    for (let n = 0; n < 5000; n += 1) {
      const made = contact(START, { attempt: `n-${n}`, person: `p-${n}`, number: `+86${n}` });
      store(database, made);
      record.note(made);
    }
  });
  expect(record.noted).toBeLessThan(2000);
});

test('memory keeps what the store does not take', () => {
  const { record } = opened();
  for (let n = 0; n < 5000; n += 1)
    record.note(contact(START, { attempt: `n-${n}`, person: `p-${n}`, number: `+86${n}` }));
  expect(record.noted).toBe(5000);
  expect(record.factsOf('p-0', '+861234', START).contacts).toHaveLength(2);
});

test('wishes are found by person and by number, and nobody else has those without a person', async () => {
  const { record, wishes } = opened();
  const wish = { kind: 'do-not-call', campaign: '', source: 'list', at: START, by: 'me' } as const;
  await wishes.add({ ...wish, person: '', number: '+861' });
  await wishes.add({
    ...wish,
    kind: 'refused',
    campaign: 'cards',
    person: 'anna',
    number: '',
    until: START + 1,
  });
  const kinds = (person: string, number: string) =>
    record.factsOf(person, number, START).wishes.map(({ kind }) => kind);
  expect(kinds('ben', '+861')).toEqual(['do-not-call']);
  expect(kinds('anna', '+869')).toEqual(['refused']);
  expect(kinds('anna', '+861').sort()).toEqual(['do-not-call', 'refused']);
  expect(kinds('', '+869')).toEqual([]);
  expect(record.factsOf('anna', '+869', START).wishes).toEqual([
    { kind: 'refused', campaign: 'cards', source: 'list', at: START, until: START + 1 },
  ]);
});

test('a wish counts from the moment that it is said, and is the business of the store when that has it', async () => {
  const { record, wishes, database } = opened();
  const said = {
    kind: 'do-not-call',
    campaign: '',
    person: 'anna',
    number: '+861',
    source: 'opt-out',
    at: START,
    by: 'opt-out',
  } as const;
  const sources = (person: string, number: string) =>
    record.factsOf(person, number, START).wishes.map(({ source }) => source);
  record.wished(said);
  expect(sources('anna', '+869')).toEqual(['opt-out']);
  expect(sources('ben', '+861')).toEqual(['opt-out']);
  expect(sources('ben', '+869')).toEqual([]);
  expect(record.wishes).toBe(1);
  const noted = wishWriter(database)(said);
  expect(noted).toMatchObject({ type: 'ContactWishNoted', data: { person: 'anna', source: 'opt-out' } });
  expect(sources('anna', '+869')).toEqual(['opt-out']);
  expect(record.wishes).toBe(0);
  await wishes.remove(Number(noted.data.wish), { by: 'x', at: START });
  expect(sources('anna', '+861')).toEqual([]);
});
