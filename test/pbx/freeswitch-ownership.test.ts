import { afterEach, describe, expect, it, vi } from 'vitest';
import { Ownership } from '../../src/pbx/freeswitch/ownership.ts';

afterEach(() => vi.restoreAllMocks());

/** A FreeSWITCH of ours that takes so long for each answer, ms. */
function slow(ms: number): { readonly ownership: Ownership; readonly asked: () => number } {
  let now = 0;
  let asked = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const ask = async () => {
    asked += 1;
    await Promise.resolve();
    now += ms;
    return 'me';
  };
  return { ownership: new Ownership(ask, 'me'), asked: () => asked };
}

describe('whether FreeSWITCH is ours', () => {
  it('is_asked_once_for_all_who_want_to_know_at_a_time_and_for_those_who_come_soon_after', async () => {
    const { ownership, asked } = slow(10);
    await Promise.all([ownership.check(), ownership.check()]);
    await ownership.check();
    expect(asked()).toBe(1);
  });

  it('can_be_told_by_one_that_answers_slowly', async () => {
    const { ownership, asked } = slow(600);
    await ownership.check();
    expect(asked()).toBe(1);
    await ownership.check();
    expect(asked()).toBe(2);
  });

  it('is_not_known_from_an_answer_so_old_that_another_one_may_have_taken_over', async () => {
    const { ownership } = slow(1_001);
    await expect(ownership.check()).rejects.toMatchObject({ code: 'link-down' });
  });
});
