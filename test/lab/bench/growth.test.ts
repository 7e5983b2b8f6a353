import { expect, test } from 'vitest';
import { growthOf, type Sample } from '../../../src/lab/bench/soak/growth.ts';

const MB = 2 ** 20;
const STEP_MS = 1_000;
const LIFE_MS = 30_000;

/** Three minutes of daemons that live half a minute each, and grow within it; `more` is what a process has then beyond that, bytes. */
function soak(more: (at: number) => Partial<Record<'supervisor' | 'asterisk' | 'daemon', number>>): Sample[] {
  return Array.from({ length: 180 }, (_, index) => {
    const at = index * STEP_MS;
    const daemonAge = at % LIFE_MS;
    const { supervisor = 0, asterisk = 0, daemon = 0 } = more(at);
    return {
      at,
      daemonAge,
      supervisor: 100 * MB + supervisor,
      asterisk: 100 * MB + asterisk,
      daemon: (100 + daemonAge / 1000) * MB + daemon,
    };
  });
}

test('a daemon that grows in each of its lives alike does not count as growth', () => {
  expect(
    growthOf(
      soak(() => ({})),
      180_000,
    ),
  ).toEqual({ all: 0, supervisor: 0, asterisk: 0, daemon: 0 });
});

test('a process that grows all the time counts, alone and in the sum', () => {
  const grown = growthOf(
    soak((at) => ({ asterisk: at >= 120_000 ? 30 * MB : 0 })),
    180_000,
  );
  expect(grown.asterisk).toBe(0.3);
  expect(grown.supervisor).toBe(0);
  expect(grown.all).toBeCloseTo(0.096, 2);
});

test('a daemon that is larger than one of the same age before counts', () => {
  const grown = growthOf(
    soak((at) => ({ daemon: at >= 120_000 ? 50 * MB : 0 })),
    180_000,
  );
  expect(grown.daemon).toBeGreaterThan(0.4);
});

test('one large sample does not count', () => {
  expect(
    growthOf(
      soak((at) => ({ supervisor: at === 150_000 ? 900 * MB : 0 })),
      180_000,
    ).supervisor,
  ).toBe(0);
});

test('thirds without daemons of the same age are not compared', () => {
  const samples = soak(() => ({})).map((sample) => ({ ...sample, daemonAge: sample.at }));
  expect(() => growthOf(samples, 180_000)).toThrow('no daemon of the last third');
});
