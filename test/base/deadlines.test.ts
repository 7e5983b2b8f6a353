import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines } from '../../src/base/deadlines.ts';

test('everybody comes out when due, in order, and nobody who was cleared or moved', () => {
  const step = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    time: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const deadlines = new Deadlines();
      const expected = new Map<string, number>();
      for (const { id, time } of steps) {
        deadlines.set(id, time);
        if (time === undefined) expected.delete(id);
        else expected.set(id, time);
      }
      const times = [...expected.values()];
      expect(deadlines.next()).toBe(times.length > 0 ? Math.min(...times) : undefined);
      const due = deadlines.takeDue(25);
      expect(new Set(due)).toEqual(new Set([...expected].filter(([, time]) => time <= 25).map(([id]) => id)));
      expect(due.map((id) => expected.get(id))).toEqual(
        due.map((id) => expected.get(id)).sort((a, b) => a! - b!),
      );
      expect(deadlines.takeDue(25)).toEqual([]);
      expect(deadlines.takeDue(100)).toHaveLength(expected.size - due.length);
    }),
  );
});
