import { beforeEach, expect, test } from 'vitest';
import type { Attempt } from '../../src/dialer/attempt.ts';
import { answersOf, figuresOf } from '../../src/dialer/figures.ts';
import { OutboundStore } from '../../src/dialer/outbound/store.ts';
import { AttemptStore, attemptWriter, openAttempts } from '../../src/dialer/store.ts';
import type { Database } from '../../src/store/connect.ts';
import { openStore, START } from '../store/examples.ts';
import { aCampaign, anAttempt, anEndedAttempt } from './examples.ts';

let database: Database;
let attempts: AttemptStore;
let campaigns: OutboundStore;
let write: (...written: Attempt[]) => void;

beforeEach(() => {
  const opened = openStore();
  database = opened.database;
  attempts = new AttemptStore(database);
  campaigns = new OutboundStore(database, opened.events);
  const writer = attemptWriter(database);
  write = (...written) =>
    database.unit(() => {
      for (const attempt of written) writer(attempt);
    });
});

const told = (after = 0) => attempts.endedSince(after, 100).map(({ seq, attempt }) => [seq, attempt.id]);

test('an attempt comes back as it was written, whatever is known of it', async () => {
  const noted = {
    result: 'callback',
    note: '下周再打',
    callbackAt: START + 86_400_000,
    callbackAgent: 'wang',
    by: 'wang',
    at: START + 70_000,
  } as const;
  const full: Attempt = {
    ...anEndedAttempt({ id: 'a2', q850: 16, sipCode: 200, detected: 'human', agent: 'wang' }),
    disposition: noted,
    fate: { next: 'again', dueAt: START + 86_400_000, agent: 'wang', asked: true },
  };
  const bare = anAttempt({ id: 'a3' });
  write(
    full,
    bare,
    anEndedAttempt({ id: 'a4', disposition: { result: 'sale', note: '', by: 'li', at: START } }),
  );
  expect(await attempts.byId('a2')).toEqual(full);
  expect(await attempts.byId('a3')).toEqual(bare);
  expect((await attempts.byId('a4'))?.disposition).toEqual({ result: 'sale', note: '', by: 'li', at: START });
  expect(await attempts.byId('a9')).toBeUndefined();
});

test('only attempts without an end are open', () => {
  write(anAttempt({ id: 'a2', at: START + 5 }), anAttempt({ id: 'a1' }), anEndedAttempt({ id: 'a3' }));
  expect(openAttempts(database).map(({ id }) => id)).toEqual(['a1', 'a2']);
});

test('lists are told of ends in the order in which they were written, and not of open attempts', () => {
  write(anAttempt({ id: 'a1' }), anAttempt({ id: 'a2' }));
  expect(told()).toEqual([]);
  write(anEndedAttempt({ id: 'a2' }));
  write(anEndedAttempt({ id: 'a1' }));
  expect(told()).toEqual([
    [1, 'a2'],
    [2, 'a1'],
  ]);
  expect(told(1)).toEqual([[2, 'a1']]);
});

test('the same end written again is told once and counts once', async () => {
  write(anEndedAttempt());
  write(anEndedAttempt());
  expect(told()).toEqual([[1, 'a1']]);
  expect(figuresOf(await attempts.counts({ campaign: 'o1' })).attempts).toBe(1);
});

test('a fate that changes after the end is told again', () => {
  write(anEndedAttempt({ id: 'a1' }), anEndedAttempt({ id: 'a2' }));
  write(anEndedAttempt({ id: 'a1', fate: { next: 'done', reason: 'sale' } }));
  expect(told(2)).toEqual([[3, 'a1']]);
});

test('what an agent notes is kept and told, once, also where it changes no fate', async () => {
  const disposition = { result: 'other', note: 'polite', by: 'wang', at: START } as const;
  write(anEndedAttempt());
  write(anEndedAttempt({ disposition }));
  write(anEndedAttempt({ disposition }));
  expect(told(1)).toEqual([[2, 'a1']]);
  expect(await attempts.byId('a1')).toMatchObject({ disposition });
});

test('what has ended is not opened again by what was written before and comes late', async () => {
  write(anEndedAttempt());
  write(anAttempt());
  expect(await attempts.byId('a1')).toEqual(anEndedAttempt());
});

test('a unit that fails leaves no attempt and no count', async () => {
  const writer = attemptWriter(database);
  const failing = () =>
    database.unit(() => {
      writer(anEndedAttempt());
      throw new Error('the disk is full');
    });
  expect(failing).toThrow('the disk is full');
  expect(await attempts.byId('a1')).toBeUndefined();
  expect(await attempts.counts({ campaign: 'o1' })).toEqual([]);
  write(anEndedAttempt({ id: 'a2' }));
  expect(told()).toEqual([[1, 'a2']]);
});

test('counts follow what an agent notes later', async () => {
  write(anEndedAttempt());
  write(anEndedAttempt({ disposition: { result: 'sale', note: '', by: 'wang', at: START } }));
  expect(figuresOf(await attempts.counts({ campaign: 'o1' }))).toMatchObject({
    attempts: 1,
    connected: 1,
    outcomes: { connected: 1 },
    results: { sale: 1 },
    ringMs: 8000,
    talkMs: 40_000,
  });
});

test('counts are of one campaign, and of the hours that are touched or of all', async () => {
  const hour = 3_600_000;
  write(
    anEndedAttempt({ id: 'a1' }),
    anEndedAttempt({ id: 'a2', list: 'l2' }),
    anEndedAttempt({ id: 'a3', at: START + hour, outcome: 'busy' }),
    anEndedAttempt({ id: 'a4', campaign: 'o2' }),
  );
  const total = async (filter: object) =>
    figuresOf(await attempts.counts({ campaign: 'o1', ...filter })).attempts;
  expect(await total({})).toBe(3);
  expect(await total({ from: START + hour })).toBe(1);
  expect(await total({ to: START + 1 })).toBe(2);
  expect(await total({ campaign: 'o9' })).toBe(0);
});

test.each([
  ['a campaign', { campaign: 'o2' }, ['a2']],
  ['a lead', { lead: 'p9' }, ['a3']],
  ['a person', { person: 'C-9' }, ['a4']],
  ['any of some numbers', { numbers: ['+8613900000005', '+8613900000006'] }, ['a6', 'a5']],
  ['a span of time', { from: START + 2, to: START + 4 }, ['a4', 'a3']],
  ['a page', { before: { at: START + 2, id: 'a3' } }, ['a2', 'a1']],
])('attempts are found by %s, newest first', async (_what, filter, found) => {
  write(
    anAttempt({ id: 'a1', at: START }),
    anAttempt({ id: 'a2', at: START + 1, campaign: 'o2' }),
    anAttempt({ id: 'a3', at: START + 2, lead: 'p9' }),
    anAttempt({ id: 'a4', at: START + 3, person: 'C-9' }),
    anAttempt({ id: 'a5', at: START + 4, number: '+8613900000005' }),
    anAttempt({ id: 'a6', at: START + 4, number: '+8613900000006' }),
  );
  expect((await attempts.list({ ...filter, limit: 10 })).map(({ id }) => id)).toEqual(found);
});

test('a live answer is somebody who waited for an agent: by hours, and those of the last hour one by one', async () => {
  const hour = 3_600_000;
  const end = (id: string, at: number, changes: Partial<Attempt> = {}) =>
    anEndedAttempt({ id, at, waitedAt: at + 10, ...changes });
  const { waitedAt: _, ...hungUpBefore } = end('a4', START, { outcome: 'hung-up' });
  const { endedAt: _e, outcome: _o, fate: _f, ...talking } = end('a8', START + 7);
  write(
    end('a1', START + 3, { outcome: 'abandoned' }),
    end('a2', START + 2),
    end('a3', START + 1, { outcome: 'hung-up' }),
    hungUpBefore,
    end('a5', START + 1, { campaign: 'o2' }),
    end('a6', START - hour),
    end('a7', START - hour, { outcome: 'abandoned' }),
    talking,
    end('a9', START - 9 * hour),
  );
  expect(attempts.answersSince('o1', START - 8 * hour, START)).toEqual({
    past: [{ at: START - hour, answered: 2, abandoned: 1 }],
    recent: [
      { at: START + 11, abandoned: false },
      { at: START + 12, abandoned: false },
      { at: START + 13, abandoned: true },
    ],
  });
  expect(answersOf(await attempts.counts({ campaign: 'o1' }))).toEqual({ answered: 6, abandoned: 2 });
});

test('old attempts are deleted; what is open, what was settled last and what was counted stays', async () => {
  write(anEndedAttempt({ id: 'a1' }), anEndedAttempt({ id: 'a2', at: START + 9 }), anAttempt({ id: 'a3' }));
  write(anEndedAttempt({ id: 'a4' }));
  expect(await attempts.deleteBefore(START + 9, 100)).toBe(1);
  expect((await attempts.list({ limit: 9 })).map(({ id }) => id)).toEqual(['a2', 'a4', 'a3']);
  expect(figuresOf(await attempts.counts({ campaign: 'o1' })).attempts).toBe(3);
  write(anEndedAttempt({ id: 'a5' }));
  expect(told(3)).toEqual([[4, 'a5']]);
});

test('a campaign comes back as it was saved, and the log says who changed it', async () => {
  await campaigns.save(aCampaign());
  await campaigns.save(aCampaign({ status: 'running', name: 'Autumn' }), { by: 'boss', at: START });
  expect(await campaigns.byId('o1')).toEqual(aCampaign({ status: 'running', name: 'Autumn' }));
  const events = database.prepare('select type, data from event').all() as { type: string; data: string }[];
  expect(events.map(({ type, data }) => [type, JSON.parse(data)])).toEqual([
    [
      'OutboundCampaignChanged',
      { campaign: 'o1', name: 'Autumn', status: 'running', was: 'stopped', mode: 'predictive', by: 'boss' },
    ],
  ]);
});

test('campaigns are listed by name', async () => {
  await campaigns.save(aCampaign({ id: 'o1', name: 'Winter' }));
  await campaigns.save(aCampaign({ id: 'o2', name: 'Autumn' }));
  expect((await campaigns.list()).map(({ id }) => id)).toEqual(['o2', 'o1']);
});

test('a campaign that was never used can be removed, and no other', async () => {
  const made = { by: 'boss', at: START };
  await campaigns.save(aCampaign({ status: 'paused' }));
  await expect(campaigns.remove('o1', made)).rejects.toMatchObject({ id: 'outbound-not-stopped' });
  await campaigns.save(aCampaign());
  write(anAttempt());
  await expect(campaigns.remove('o1', made)).rejects.toMatchObject({ id: 'outbound-has-attempts' });
  await campaigns.save(aCampaign({ id: 'o2' }));
  await campaigns.remove('o2', made);
  expect((await campaigns.list()).map(({ id }) => id)).toEqual(['o1']);
  await expect(campaigns.remove('o2', made)).rejects.toMatchObject({ id: 'outbound-unknown' });
});
