import { expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import { outsideLegs } from '../../src/call/dial-source.ts';
import { outsideLegsSince } from '../../src/call/outside-leg-store.ts';
import { aCall, openStore, START, theChanges } from './examples.ts';

const HOUR = 3_600_000;

/** A call with a leg outside and one to a phone. */
function dialling(id: string, startedAt: number, endedAt?: number, more: Partial<Call> = {}): Call {
  const answered = { plannedAt: startedAt, answeredAt: startedAt + 1000 };
  const ended = endedAt === undefined ? {} : { endedAt };
  return aCall({
    id,
    channel: `ch-${id}`,
    startedAt,
    entered: { flow: 'hotline', version: 'v1' },
    phase: endedAt === undefined ? { at: 'connected', leg: `${id}-out`, since: startedAt } : { at: 'ended' },
    legs: [
      { id: `${id}-in`, to: { kind: 'phone', extension: '1001' }, plannedAt: startedAt, endedAt: startedAt },
      { id: `${id}-out`, to: { kind: 'outside', number: '02787654321' }, ...answered, ...ended },
    ],
    ...ended,
    ...(endedAt === undefined ? {} : { endedBy: 'caller', endCause: 'normal' }),
    ...more,
  });
}

/** `call` whose outside number was written at a phone. */
function writtenBy(phone: string, call: Call): Call {
  const legs = call.legs.map((leg) => (leg.to.kind === 'outside' ? { ...leg, writtenBy: phone } : leg));
  return { ...call, legs };
}

test('outside legs come back with whom they count for: live ones, and those that ended since', async () => {
  const { store, database } = openStore();
  const facts = { language: 'en', persona: '', campaignId: 'spring', variables: {} };
  const today = [
    dialling('live', START - 30 * HOUR),
    dialling('campaign', START, START + HOUR, { facts }),
    dialling('phone', START, START + HOUR, { source: { kind: 'phone', extension: '1002' }, ani: '1002' }),
    dialling('called-back', START, START + HOUR, {
      callback: { id: 'b1', askedBy: '13811111111', ringMs: 20_000 },
    }),
    writtenBy('1001', dialling('transferred', START, START + HOUR)),
    dialling('hidden', START, START + HOUR, { ani: '' }),
    dialling('guest', START, START + HOUR, { source: { kind: 'outside', guest: true } }),
    dialling('granted', START, undefined, {
      phase: { at: 'connected', leg: 'granted-out', since: START, until: START + HOUR },
    }),
    dialling('rings', START, undefined, {
      phase: { at: 'dialing', leg: 'rings-out', until: START, music: 'default', maxTalkMs: HOUR },
    }),
  ];
  const before = dialling('before', START - 2 * HOUR, START - HOUR);
  await store.commit(theChanges({ calls: [...today, before] }));
  const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
  // What the gate would have noted while they lived, without fields that are empty.
  const noted = JSON.parse(JSON.stringify(today.flatMap(outsideLegs))) as { id: string }[];
  const found = outsideLegsSince(database, START).toSorted(byId);
  expect(found).toEqual(noted.toSorted(byId));
  expect(found.filter(({ maxTalkMs }) => maxTalkMs === HOUR).map(({ id }) => id)).toEqual([
    'granted-out',
    'rings-out',
  ]);
  const sourcesOf = (id: string) => found.find((leg) => leg.id === id)?.sources;
  expect(sourcesOf('called-back-out')).toContainEqual({ kind: 'caller', name: '13811111111' });
  expect(sourcesOf('called-back-out')).not.toContainEqual({ kind: 'caller', name: aCall().ani });
  expect(sourcesOf('transferred-out')).toContainEqual({ kind: 'phone', name: '1001' });
  expect(found.filter(({ sources }) => sources[0]?.name === '').map(({ id }) => id)).toEqual([
    'guest-out',
    'hidden-out',
  ]);
  database.close();
});
