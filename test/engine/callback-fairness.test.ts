import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEvent } from '../../src/engine/changes.ts';
import { fixedRouting } from '../../src/queue/rules.ts';
import { agent, type CentreLab, centreLab, queue } from './centre-lab.ts';

const FLOW = `
flow: hotline
numbers: ["95533"]
start: wait
steps:
  wait: { queue: { name: general, keys: { 1: callback } }, then: { done: end }, otherwise: end }
  callback: { callback: { queue: general, tries: 2, again: 1m, ring: 10s }, then: end }
  end: { hangup: {} }
`;

const AGENTS = ['1001', '1002'];
const NUMBERS = ['13800000001', '13800000002', '13800000003', '13800000004', '13800000005', '13800000006'];

type Deed =
  | { readonly do: 'call' | 'press' | 'hang up'; readonly who: number }
  | { readonly do: 'ready' | 'break' | 'ring off'; readonly agent: number }
  | { readonly do: 'restart' }
  | { readonly do: 'wait'; readonly ms: number };

const who = fc.nat(NUMBERS.length - 1);
const someAgent = fc.nat(AGENTS.length - 1);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('call' as const), who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('press' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hang up' as const), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ready' as const), agent: someAgent }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('break' as const), agent: someAgent }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ring off' as const), agent: someAgent }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
  },
);

/** Somebody's place, and since when it counts as one. */
interface Place {
  readonly since: number;
  readonly from: number;
}

/** What happened in a centre with one queue, whoever waits longest first. */
class Afternoon {
  readonly lab: CentreLab;
  readonly dialled: string[] = [];
  readonly #callers = new Map<number, ReturnType<CentreLab['caller']>>();

  /** @param deaf numbers that do not answer */
  constructor(deaf: readonly number[]) {
    const silent = new Set(deaf.map((index) => NUMBERS[index]));
    this.lab = centreLab({
      flows: [FLOW],
      agents: AGENTS.map((id) => agent(id, { service: 8 })),
      routing: fixedRouting(
        [queue('general', { service: 5 }, { maxWaitMs: 7_200_000, wrapUpMs: 1000 })],
        'fifo',
      ),
      pbx: {
        trunk: (number) => {
          this.dialled.push(number);
          return silent.has(number)
            ? { ringAfterMs: 50 }
            : { ringAfterMs: 50, answerAfterMs: 1000, hangupAfterMs: 8000 };
        },
      },
    });
  }

  async pass(deeds: readonly Deed[]): Promise<void> {
    await this.lab.start();
    for (const id of AGENTS) {
      await this.lab.ready(id);
      await this.lab.engine.tellAgent(id, { type: 'GoNotReady', reason: 'break' });
      this.lab.pbx.setPhone(id, { ringAfterMs: 20, answerAfterMs: 1500 });
    }
    for (const one of deeds) await this.#do(one);
    for (const caller of this.#callers.values()) if (!caller.ended) caller.hangup();
    // Whatever is left is done: agents are there, and time for two tries of each.
    await this.lab.clock.advance(20_000);
    for (let round = 0; round < 60; round += 1) {
      for (const id of AGENTS) await this.#tell(id, 'GoReady');
      await this.lab.clock.advance(15_000);
    }
  }

  async #do(one: Deed): Promise<void> {
    const { lab } = this;
    switch (one.do) {
      case 'wait':
        return lab.clock.advance(one.ms);
      case 'restart':
        return lab.restart(200);
      case 'ready':
        return this.#tell(AGENTS[one.agent]!, 'GoReady');
      case 'break':
        return this.#tell(AGENTS[one.agent]!, 'GoNotReady');
      case 'ring off':
        return lab.pbx.dialled(AGENTS[one.agent]!)?.hangup();
      case 'hang up':
        return this.#callers.get(one.who)?.hangup();
      case 'press':
        return this.#callers.get(one.who)?.press('1');
      case 'call': {
        const before = this.#callers.get(one.who);
        if (before && !before.ended) return;
        this.#callers.set(one.who, lab.caller(NUMBERS[one.who]!));
        await lab.clock.advance(20);
      }
    }
  }

  async #tell(id: string, type: 'GoReady' | 'GoNotReady'): Promise<void> {
    const { engine } = this.lab;
    await engine.tellAgent(id, type === 'GoReady' ? { type } : { type, reason: 'break' });
  }

  /** A sentence for each offer that went past somebody who had waited longer. */
  overtakings(): string[] {
    const line = new Map<string, Place>();
    const places = new Map<string, Place>();
    const requests = this.lab.callbacks.map(({ id, since, at }) => ({ id, since, from: at }));
    const wrong: string[] = [];
    const served = (id: string, at: number): void => {
      const mine = places.get(id);
      line.delete(id);
      for (const [other, { since, from }] of line)
        if (mine && since < mine.since && from < at) wrong.push(`${id} went past ${other} at ${at}`);
    };
    for (const { type, call = '', at, data } of this.lab.store.events) {
      for (const { id, since, from } of requests.splice(0, requests.filter((one) => one.from < at).length)) {
        places.set(id, { since, from });
        line.set(id, { since, from });
      }
      const enter = (id: string, place: Place): void => {
        places.set(id, place);
        line.set(id, place);
      };
      const callback = String(data.callback ?? '');
      if (type === 'CallQueued') enter(call, { since: at, from: at });
      if (type === 'CallOffered' && !call.startsWith('call-callback')) served(call, at);
      if (type === 'LegFailed' && places.has(call)) enter(call, { ...places.get(call)!, from: at });
      if (type === 'CallLeftQueue' || type === 'CallEnded') line.delete(call);
      if (type === 'CallbackCalled') served(callback, at);
      if (type === 'CallbackFailed')
        enter(callback, { since: places.get(callback)!.since, from: Math.max(at, Number(data.dueAt)) });
      if (type === 'CallbackDone') line.delete(callback);
    }
    return wrong;
  }

  events(type: string): LogEvent[] {
    return this.lab.store.events.filter((event) => event.type === type);
  }
}

test('given_any_afternoon_then_no_callback_is_lost_none_is_made_twice_and_nobody_is_overtaken', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { minLength: 20, maxLength: 80 }),
      fc.subarray([0, 1, 2, 3, 4, 5]),
      async (deeds, deaf) => {
        const afternoon = new Afternoon(deaf);
        await afternoon.pass(deeds);
        const { lab } = afternoon;
        const book = [...lab.store.callbacks.values()];
        expect(book.filter(({ done }) => !done)).toEqual([]);
        expect(book.length).toBe(lab.callbacks.length);
        expect(afternoon.overtakings()).toEqual([]);
        const attempts = book.reduce((sum, { attempts: tries }) => sum + tries, 0);
        expect(afternoon.dialled.length).toBeLessThanOrEqual(attempts);
        for (const { id, attempts: tries } of book) {
          expect(tries).toBeLessThanOrEqual(2);
          expect(afternoon.events('CallbackDone').filter(({ data }) => data.callback === id)).toHaveLength(1);
        }
        const legs = [...lab.store.calls.values()].flatMap((call) => call.legs.map((leg) => leg.id));
        expect(new Set(legs).size).toBe(legs.length);
        expect(lab.engine.liveCalls()).toEqual([]);
      },
    ),
    { numRuns: 60, seed: 5 },
  );
}, 120_000);
