import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope } from 'vue';

const MINUTE_MS = 60_000;

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  readonly sent: string[] = [];
  onopen: () => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;

  constructor() {
    FakeSocket.all.push(this);
  }

  static get latest(): FakeSocket {
    return FakeSocket.all.at(-1)!;
  }

  send(message: string): void {
    this.sent.push(message);
  }

  close(): void {
    this.shut(1000);
  }

  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen();
  }

  shut(code: number): void {
    this.readyState = 3;
    this.onclose({ code });
  }
}

let signedOut: number;
/** What the API says when it is asked who is signed in. */
let status: number;
let asked: string[];
let live: typeof import('../../../src/console/live.ts');

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  FakeSocket.all = [];
  signedOut = 0;
  status = 200;
  asked = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('window', { location: { protocol: 'https:', host: 'centre' } });
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    return new Response(JSON.stringify({ error: { id: 'x', message: '' } }), { status });
  });
  const { whenSignedOut } = await import('../../../src/console/api.ts');
  whenSignedOut(() => {
    signedOut += 1;
  });
  live = await import('../../../src/console/live.ts');
  effectScope(true).run(() => live.useLive('floor'));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** How long until there is a new socket, ms. */
async function waited(): Promise<number> {
  const before = FakeSocket.all.length;
  const began = Date.now();
  while (FakeSocket.all.length === before && Date.now() - began < MINUTE_MS) await pass(50);
  return Date.now() - began;
}

test('given_the_session_ends_then_nobody_is_signed_in_and_nothing_is_tried', async () => {
  FakeSocket.latest.open();
  FakeSocket.latest.shut(4401);
  await pass(5 * MINUTE_MS);
  expect([signedOut, FakeSocket.all.length]).toEqual([1, 1]);
});

test('given_other_pages_took_over_then_it_waits_until_he_wants_it_here', async () => {
  FakeSocket.latest.open();
  FakeSocket.latest.shut(4409);
  expect(live.feedIs.value).toBe('taken-over');
  effectScope(true).run(() => live.useLive('desk'));
  await pass(5 * MINUTE_MS);
  expect(FakeSocket.all).toHaveLength(1);
  live.useHere();
  expect(FakeSocket.all).toHaveLength(2);
  FakeSocket.latest.open();
  expect(live.feedIs.value).toBe('live');
  expect(FakeSocket.latest.sent).toEqual(['{"watch":"floor"}', '{"watch":"desk"}']);
});

test('given_a_socket_is_refused_then_the_api_says_whether_anybody_is_signed_in', async () => {
  FakeSocket.latest.shut(1006);
  await pass(0);
  expect([asked, signedOut]).toEqual([['/api/session'], 0]);
  await waited();
  status = 401;
  FakeSocket.latest.shut(1006);
  await pass(0);
  expect(signedOut).toBe(1);
});

test('given_connections_that_break_at_once_then_it_waits_longer_until_one_lasts', async () => {
  const waits: number[] = [];
  for (let again = 0; again < 6; again += 1) {
    FakeSocket.latest.open();
    FakeSocket.latest.shut(1011);
    waits.push(await waited());
  }
  expect(waits[0]).toBeLessThan(300);
  expect(waits[5]).toBeGreaterThanOrEqual(3_000);
  FakeSocket.latest.open();
  await pass(11_000);
  FakeSocket.latest.shut(1011);
  expect(live.feedIs.value).toBe('lost');
  expect(await waited()).toBeLessThan(300);
});

test('given_he_signs_out_while_the_feed_is_lost_then_it_is_not_tried_any_more', async () => {
  FakeSocket.latest.open();
  FakeSocket.latest.shut(1011);
  expect(live.feedIs.value).toBe('lost');
  live.closeLive();
  expect(live.feedIs.value).toBe('live');
  await pass(5 * MINUTE_MS);
  expect(FakeSocket.all).toHaveLength(1);
});
