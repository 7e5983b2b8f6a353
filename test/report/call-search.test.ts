import { expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import { DeskStore } from '../../src/desk/store.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import type { CallFilter } from '../../src/report/call-filter.ts';
import { CallSearch } from '../../src/report/call-search-store.ts';
import type { Database } from '../../src/store/connect.ts';
import { aCall, openStore, START, theChanges } from '../store/examples.ts';

const HOUR_MS = 3_600_000;
const SOLD = {
  version: 1,
  text: '客户想买 100% 保本的产品_x',
  reason: 'investment',
  sale: 'sold',
  done: true,
} as const;

const ended = (id: string, at: number, changes: Partial<Call> = {}): Call =>
  aCall({
    id,
    channel: `ch-${id}`,
    startedAt: START + at,
    phase: { at: 'ended' },
    endedAt: START + at + 60_000,
    endedBy: 'caller',
    ...changes,
  });
const facts = (more: Partial<Call['facts']>): Pick<Call, 'facts'> => ({
  facts: { language: 'zh-CN', persona: '', variables: {}, ...more },
});
const gaveUp = (call: string): LogEvent => ({
  type: 'CallEnded',
  version: 1,
  at: START,
  call,
  data: { abandoned: true },
});

const CALLS = [
  ended('call-1', 0, {
    connectedAt: START + 5_000,
    talkedMs: 55_000,
    ...facts({ queue: 'cards', agentId: '1001', customerId: 'demo-vip', tier: 'vip' }),
  }),
  ended('call-2', HOUR_MS, facts({ queue: 'cards' })),
  ended('call-3', 2 * HOUR_MS, facts({ queue: 'loans' })),
  ended('call-4', 2 * HOUR_MS, { ani: '13900139000' }),
  ended('call-5', 30 * HOUR_MS, {
    source: { kind: 'phone', extension: '1010' },
    connectedAt: START + 30 * HOUR_MS,
    talkedMs: 4_000,
  }),
  ended('call-a-9', 31 * HOUR_MS, facts({ campaignId: 'o1', queue: 'sales' })),
  ended('call-callback-call-2-1-1', 32 * HOUR_MS, {
    connectedAt: START + 32 * HOUR_MS,
    talkedMs: 90_000,
    ...facts({ queue: 'cards', agentId: '1002' }),
  }),
  aCall({ id: 'call-8', channel: 'ch8', startedAt: START + 9_000 * HOUR_MS, phase: { at: 'flow' } }),
];

async function aCentre(): Promise<{
  database: Database;
  search: CallSearch;
  found: (filter: CallFilter) => string[];
}> {
  const { database, events, store } = openStore();
  await store.commit(theChanges({ calls: CALLS, events: [gaveUp('call-2')] }));
  const desk = new DeskStore(database, events);
  await desk.write({ call: 'call-1', agent: '1001' }, SOLD, START);
  await desk.write({ call: 'call-2', agent: '1001' }, { ...SOLD, done: false }, START);
  database.script(`
    insert into branch (id, name, parent) values ('wuhan', 'Wuhan', ''), ('hankou', 'Hankou', 'wuhan'), ('x', 'X', '');
    insert into customer (id, name, tier, language, note, branch) values ('demo-vip', '王芳', 'vip', 'zh-CN', '', 'hankou');
    insert into agent (id, name, home_extension, skills, state, branch) values ('1002', '李', '1002', '{}', '{"at":"logged-out","since":0}', 'x');
    insert into voicemail (id, call_id, box, ani, file, duration_ms, at) values ('v', 'call-3', 'b', '', '/x', 1, 1);
    insert into attempt (id, campaign, list, lead, person, number, mode, earlier, at, result, note)
      values ('a-9', 'o1', 'l', 'l', 'p', 'n', 'power', 0, 0, 'callback', '下周再打');`);
  const search = new CallSearch(database, () => ['call-4']);
  return { database, search, found: (filter) => search.find(filter, 50).items.map(({ id }) => id) };
}

const LATEST_FIRST = CALLS.map(({ id }) => id).toReversed();

test.each<[string, CallFilter, readonly string[]]>([
  ['nothing: all, the latest first', {}, LATEST_FIRST],
  ['a span', { from: START + HOUR_MS, to: START + 2 * HOUR_MS }, ['call-2']],
  ['a span in which nothing was', { from: START + 100 * HOUR_MS, to: START + 200 * HOUR_MS }, []],
  ['a number', { numbers: ['13900139000', '013900139000'] }, ['call-4']],
  ['a customer', { customer: 'demo-vip' }, ['call-1']],
  ['an agent', { agent: '1002' }, ['call-callback-call-2-1-1']],
  ['a queue', { queue: 'cards' }, ['call-callback-call-2-1-1', 'call-2', 'call-1']],
  ['a campaign', { campaign: 'o1' }, ['call-a-9']],
  ['what is live', { outcome: 'live' }, ['call-8']],
  ['what was answered', { outcome: 'answered' }, ['call-callback-call-2-1-1', 'call-5', 'call-1']],
  ['who gave up', { outcome: 'abandoned' }, ['call-2']],
  ['who left unserved', { outcome: 'unserved' }, ['call-3']],
  ['whom nobody reached', { outcome: 'unreached' }, ['call-a-9']],
  ['who served himself', { outcome: 'self-service' }, ['call-4']],
  ['what came in', { direction: 'inbound' }, ['call-8', 'call-4', 'call-3', 'call-2', 'call-1']],
  ['what stayed in the house', { direction: 'internal' }, ['call-5']],
  ['campaigns', { direction: 'outbound' }, ['call-a-9']],
  ['callbacks', { direction: 'callback' }, ['call-callback-call-2-1-1']],
  ['long talks', { talkedMs: 55_000 }, ['call-callback-call-2-1-1', 'call-1']],
  ['recordings: messages and statements', { recorded: true }, ['call-4', 'call-3']],
  [
    'no recording, and short',
    { recorded: false, outcome: 'answered', to: START + 31 * HOUR_MS },
    ['call-5', 'call-1'],
  ],
  ['a contact reason, but of no draft', { disposition: 'investment' }, ['call-1']],
  ['a result of a campaign', { disposition: 'callback' }, ['call-a-9']],
  ['words in a note', { text: '保本' }, ['call-1']],
  ['words in a note of a campaign', { text: '下周' }, ['call-a-9']],
  ['a percent sign is no wildcard', { text: '100%' }, ['call-1']],
  ['an underscore is none either', { text: '品_x' }, ['call-1']],
  ['text that is nowhere', { text: '0% 保' }, ['call-1']],
  ['a wildcard that finds nothing', { text: '1%0' }, []],
  ['a quote', { text: "' or 1=1 --" }, []],
  [
    'everything at once',
    {
      queue: 'cards',
      agent: '1001',
      outcome: 'answered',
      direction: 'inbound',
      customer: 'demo-vip',
      talkedMs: 1,
      text: '产品',
      disposition: 'investment',
      recorded: false,
    },
    ['call-1'],
  ],
  ['a branch: by customer', { branches: ['hankou'] }, ['call-1']],
  ['a branch: by agent', { branches: ['x'] }, ['call-callback-call-2-1-1']],
  ['branches', { branches: ['wuhan', 'hankou', 'x'] }, ['call-callback-call-2-1-1', 'call-1']],
  ['no branch at all', { branches: [] }, []],
])('looked for by %s', async (_what, filter, expected) => {
  const { found } = await aCentre();
  expect(found(filter)).toEqual(expected);
});

test('what is found of a call', async () => {
  const { search } = await aCentre();
  const [call] = search.find({ customer: 'demo-vip' }, 1).items;
  expect(call).toMatchObject({
    id: 'call-1',
    direction: 'inbound',
    outcome: 'answered',
    customerName: '王芳',
    agentId: '1001',
    recorded: false,
    dispositions: 'investment',
    sale: 'sold',
    note: SOLD.text,
  });
});

test('pages, one after the other, are the whole list, whatever their size and however many begin at once', async () => {
  const { search } = await aCentre();
  for (let size = 1; size <= CALLS.length; size += 1) {
    const pages: string[] = [];
    let next = search.find({}, size);
    for (;;) {
      pages.push(...next.items.map(({ id }) => id));
      expect(next.items.length).toBeLessThanOrEqual(size);
      expect(pages.length).toBeLessThanOrEqual(CALLS.length);
      if (!next.next) break;
      next = search.find({}, size, next.next);
    }
    expect(pages).toEqual(LATEST_FIRST);
  }
});

test('a campaign that calls people may be named like any other: it shows nobody the calls of that one', async () => {
  const { database, found } = await aCentre();
  const campaign = `insert into campaign (id, name, code, check_digit, valid_from, valid_until, reception, reception_ring_ms, fallback, material, branch)
    values ('o1', 'c', '1', 0, 0, 0, '{}', 0, '{}', '', 'x');`;
  const outbound = `insert into outbound_campaign (id, name, status, queue, flow, caller_number, policy, valid_from, valid_until, pacing, ring_ms, retry, weight, script, branch)
    values ('o1', 'o', 'ended', 'q', 'f', '', '', 0, 0, '{}', 0, '{}', 1, '', 'wuhan');`;
  database.script(outbound);
  expect(found({ branches: ['wuhan'] })).toEqual(['call-a-9']);
  database.script(campaign);
  expect(found({ branches: ['wuhan'] })).toEqual([]);
});

test('in a centre without calls nothing is found', () => {
  const { database } = openStore();
  expect(new CallSearch(database, () => []).find({}, 50)).toEqual({ items: [] });
});
