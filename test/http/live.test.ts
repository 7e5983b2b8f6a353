import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { LiveFeed } from '../../src/http/live/feed.ts';
import type { Rows, Topic } from '../../src/http/live/topic.ts';
import type { Principal } from '../../src/http/principal.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';

/** The end of a socket that the feed has. */
class FakeSocket {
  bufferedAmount = 0;
  /** Open, until it is closed: then it waits for the answer. */
  readyState = 1;
  readonly told: { topic: string; whole?: unknown; parts?: unknown }[] = [];
  closed: number | undefined;
  isTerminated = false;
  readonly #listeners = new Map<string, (...args: never[]) => void>();

  on(event: string, listener: (...args: never[]) => void): this {
    this.#listeners.set(event, listener);
    return this;
  }

  send(data: Buffer): void {
    this.told.push(JSON.parse(data.toString()));
  }

  close(code: number): void {
    this.readyState = 2;
    this.closed = code;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  say(data: unknown, isBinary = false): void {
    this.#emit('message', data, isBinary);
  }

  leave(): void {
    this.#emit('close');
  }

  /** What it was told since the last time. */
  news(): Omit<(typeof this.told)[number], 'at'>[] {
    return this.told.splice(0).map(({ at: _at, ...rest }: { at?: number; topic: string }) => rest);
  }

  #emit(event: string, ...args: unknown[]): void {
    (this.#listeners.get(event) as ((...args: unknown[]) => void) | undefined)?.(...args);
  }
}

const somebody = (id: string, changes: Partial<Principal> = {}): Principal => ({
  id,
  name: id,
  role: 'supervisor',
  branch: '',
  via: 'session',
  ...changes,
});

/** A floor whose rows are seen by branch, and a seat for each agent. */
function open() {
  const clock = new VirtualClock();
  const agents = new Map<string, object>([['1001', { state: 'ready' }]]);
  const seats = new Map<string, object>([['1001', { call: '' }]]);
  let looks = 0;
  /** Whose desks were put together. */
  const lookedAt: string[] = [];
  const floor: Topic = {
    name: 'floor',
    everyMs: 250,
    lookEveryMs: 60_000,
    audienceOf: ({ role, branch }) => (role === 'supervisor' ? { key: branch } : undefined),
    rows: ({ branch }): Rows => {
      looks += 1;
      return { agents: branch === '' ? new Map(agents) : new Map() };
    },
  };
  const desk: Topic = {
    name: 'desk',
    everyMs: 0,
    lookEveryMs: 60_000,
    audienceOf: ({ agentId }) => (agentId === undefined ? undefined : { key: agentId, about: agentId }),
    rows: ({ agentId = '' }) => {
      lookedAt.push(agentId);
      const seat = seats.get(agentId);
      return { seat: new Map<string, object>(seat ? [['me', seat]] : []) };
    },
  };
  const feed = new LiveFeed({ topics: [floor, desk], clock, log: silentLog });
  const join = (principal: Principal): FakeSocket => {
    const socket = new FakeSocket();
    feed.join(socket, principal);
    return socket;
  };
  return { clock, agents, seats, feed, join, lookedAt, looks: () => looks };
}

test('whoever watches is told everything, then what changes, and what is gone', async () => {
  const { agents, clock, feed, join } = open();
  const page = join(somebody('a'));
  page.say('{"watch":"floor"}');
  expect(page.news()).toEqual([{ topic: 'floor', whole: { agents: { 1001: { state: 'ready' } } } }]);
  agents.set('1002', { state: 'talking' });
  feed.changed('floor');
  expect(page.news()).toEqual([]);
  await clock.advance(250);
  expect(page.news()).toEqual([{ topic: 'floor', parts: { agents: { 1002: { state: 'talking' } } } }]);
  agents.delete('1001');
  feed.changed('floor');
  await clock.advance(250);
  expect(page.news()).toEqual([{ topic: 'floor', parts: { agents: { 1001: null } } }]);
  page.say('{"unwatch":"floor"}');
  agents.clear();
  feed.changed('floor');
  await clock.advance(250);
  expect(page.news()).toEqual([]);
});

test('many changes are sent together, once for all who see the same', async () => {
  const { agents, clock, feed, join, looks } = open();
  const pages = ['a', 'b', 'c'].map((id) => join(somebody(id)));
  for (const page of pages) page.say('{"watch":"floor"}');
  for (const page of pages) page.news();
  const before = looks();
  for (let n = 0; n < 100; n += 1) {
    agents.set('1001', { state: 'talking', n });
    feed.changed('floor');
  }
  await clock.advance(250);
  expect(looks() - before).toBe(1);
  for (const page of pages)
    expect(page.news()).toEqual([
      { topic: 'floor', parts: { agents: { 1001: { state: 'talking', n: 99 } } } },
    ]);
});

test('a desk is told at once, and nobody else of it', () => {
  const { seats, feed, join, lookedAt } = open();
  const his = join(somebody('u1', { role: 'agent', agentId: '1001' }));
  const other = join(somebody('u2', { role: 'agent', agentId: '1002' }));
  for (const page of [his, other]) page.say('{"watch":"desk"}');
  expect(his.news()).toEqual([{ topic: 'desk', whole: { seat: { me: { call: '' } } } }]);
  expect(other.news()).toEqual([{ topic: 'desk', whole: { seat: {} } }]);
  seats.set('1001', { call: 'c1' });
  lookedAt.length = 0;
  feed.changed('desk', '1001');
  expect(his.news()).toEqual([{ topic: 'desk', parts: { seat: { me: { call: 'c1' } } } }]);
  expect(other.news()).toEqual([]);
  expect(lookedAt).toEqual(['1001']);
});

test('another branch is told of what lies in it, and only of that', () => {
  const { join } = open();
  const page = join(somebody('b', { branch: 'wuhan' }));
  page.say('{"watch":"floor"}');
  expect(page.news()).toEqual([{ topic: 'floor', whole: { agents: {} } }]);
});

test.each([
  ['what he may not see', somebody('a', { role: 'agent', agentId: '1001' }), 'floor'],
  ['a seat that he has not', somebody('s'), 'desk'],
  ['what is not there', somebody('s'), 'toString'],
])('watching %s tells nothing', (_what, principal, topic) => {
  const page = open().join(principal);
  page.say(JSON.stringify({ watch: topic }));
  expect(page.told).toEqual([]);
  expect(page.closed).toBeUndefined();
});

test.each([
  ['no JSON', '{'],
  ['another thing', '{"watch":1}'],
  ['more than it should', '{"watch":"floor","as":"admin"}'],
  ['a long name', JSON.stringify({ watch: 'x'.repeat(100) })],
  ['a long text', JSON.stringify({ watch: 'floor', x: 'x'.repeat(1000) })],
  ['null', 'null'],
])('%s closes the socket', (_what, text) => {
  const page = open().join(somebody('a'));
  page.say(text);
  expect(page.closed).toBe(4400);
});

test('a binary message closes the socket', () => {
  const page = open().join(somebody('a'));
  page.say(Buffer.from('{"watch":"floor"}'), true);
  expect(page.closed).toBe(4400);
});

test('what a client sends after he was closed is not heard', () => {
  const page = open().join(somebody('a'));
  page.say('{');
  page.say('{"watch":"floor"}');
  expect(page.told).toEqual([]);
});

test('who comes and goes has what he watches not put together each time', async () => {
  const { agents, clock, feed, join } = open();
  let made = 0;
  agents.set('1001', {
    toJSON: () => {
      made += 1;
      return {};
    },
  });
  const page = join(somebody('a'));
  for (let n = 0; n < 5; n += 1) {
    page.say('{"watch":"floor"}');
    page.say('{"unwatch":"floor"}');
  }
  expect(page.news()).toHaveLength(5);
  expect(made).toBe(1);
  await clock.advance(1_000);
  page.say('{"watch":"floor"}');
  expect(made).toBe(2);
  feed.close();
});

test('who does not read is told nothing more until he has read, then everything anew', async () => {
  const { agents, clock, feed, join } = open();
  const slow = join(somebody('slow'));
  const quick = join(somebody('quick'));
  for (const page of [slow, quick]) {
    page.say('{"watch":"floor"}');
    page.news();
  }
  slow.bufferedAmount = 70_000;
  for (let n = 0; n < 8; n += 1) {
    agents.set('1001', { n });
    feed.changed('floor');
    await clock.advance(250);
  }
  expect(slow.news()).toEqual([]);
  expect(quick.news()).toHaveLength(8);
  slow.bufferedAmount = 0;
  await clock.advance(250);
  expect(slow.news()).toEqual([{ topic: 'floor', whole: { agents: { 1001: { n: 7 } } } }]);
});

test('who never reads is let go, and the others go on', async () => {
  const { agents, clock, feed, join } = open();
  const page = join(somebody('never'));
  page.say('{"watch":"floor"}');
  page.bufferedAmount = 70_000;
  agents.set('1001', { n: 1 });
  feed.changed('floor');
  await clock.advance(9_000);
  expect(page.isTerminated).toBe(false);
  await clock.advance(2_000);
  expect(page.isTerminated).toBe(true);
});

test('a page hears that the line is there although nothing happens', async () => {
  const { clock, join } = open();
  const page = join(somebody('a'));
  await clock.advance(16_000);
  expect(page.told).toEqual([{ topic: '', at: expect.any(Number) }]);
});

test('a view that fails does not keep the feed from the others', async () => {
  const { agents, clock, feed, join, seats } = open();
  const page = join(somebody('a'));
  const desk = join(somebody('u', { role: 'agent', agentId: '1001' }));
  page.say('{"watch":"floor"}');
  desk.say('{"watch":"desk"}');
  for (const one of [page, desk]) one.news();
  agents.set('1001', { state: 'talking' });
  agents.set('1002', {
    toJSON: () => {
      throw new Error('broken');
    },
  });
  feed.changed('floor');
  await clock.advance(250);
  seats.set('1001', { call: 'c2' });
  feed.changed('desk', '1001');
  expect(desk.news()).toHaveLength(1);
  agents.set('1002', { state: 'ready' });
  feed.changed('floor');
  await clock.advance(250);
  // What was told of the first was lost with the second.
  expect(page.news()).toEqual([
    { topic: 'floor', whole: { agents: { 1001: { state: 'talking' }, 1002: { state: 'ready' } } } },
  ]);
});

test('who has left is told nothing, and a topic without watchers costs nothing', async () => {
  const { clock, feed, join, looks } = open();
  const page = join(somebody('a'));
  page.say('{"watch":"floor"}');
  page.leave();
  page.news();
  const before = looks();
  feed.changed('floor');
  await clock.advance(120_000);
  expect(looks()).toBe(before);
  expect(page.told).toEqual([]);
});
