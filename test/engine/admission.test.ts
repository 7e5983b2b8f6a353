import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Admission, admit, calmAt, calmed, openAdmission } from '../../src/engine/admission.ts';
import { Mailbox } from '../../src/engine/mailbox.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { centreLab } from './centre-lab.ts';

const LIMITS = { callsPerSecond: 10, channels: 50 };

/** What becomes of callers who come at these times, ms. */
const outcomes = (times: readonly number[], more: { channels?: number; lagMs?: number } = {}) => {
  let state: Admission = openAdmission(LIMITS);
  return times.map((now) => {
    const [next, refusal] = admit(state, LIMITS, { now, channels: 0, lagMs: 0, ...more });
    state = next;
    return refusal ?? 'taken';
  });
};
const taken = (all: readonly string[]): number => all.filter((one) => one === 'taken').length;

describe('admission', () => {
  it('takes_a_bunch_of_two_seconds_worth_and_then_what_a_second_allows', () => {
    expect(taken(outcomes(Array.from({ length: 100 }, () => 5000)))).toBe(20);
    const tenSeconds = Array.from({ length: 1000 }, (_, index) => index * 10);
    expect(taken(outcomes(tenSeconds))).toBe(20 + 99);
  });

  it.each([
    [{ channels: 49 }, 'taken'],
    [{ channels: 50 }, 'too-many-channels'],
    [{ lagMs: 250 }, 'taken'],
    [{ lagMs: 251 }, 'late'],
  ])('under_%j_a_caller_is_%s', (load, outcome) => {
    expect(outcomes([0], load)).toEqual([outcome]);
  });

  it('a_clock_that_jumps_gives_nobody_more_than_a_bunch', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 200 }), (times) => {
        let forward = 0;
        for (const [index, time] of times.entries()) forward += Math.max(0, time - (times[index - 1] ?? 0));
        expect(taken(outcomes(times))).toBeLessThanOrEqual(20 + (forward / 1000) * 10);
      }),
    );
  });

  it('counts_the_refusals_of_an_overload_and_says_when_it_may_be_over', () => {
    let [state] = admit(openAdmission(LIMITS), LIMITS, { now: 1000, channels: 99, lagMs: 0 });
    [state] = admit(state, LIMITS, { now: 3000, channels: 0, lagMs: 900 });
    expect(state.overload).toEqual({ since: 1000, last: 3000, refused: { 'too-many-channels': 1, late: 1 } });
    expect(calmAt(state)).toBe(13_000);
    expect(calmAt(calmed(state))).toBeUndefined();
  });
});

describe('a centre with more callers than it takes', () => {
  it('gives_the_others_the_busy_signal_unanswered_and_serves_those_inside', async () => {
    const causes: string[] = [];
    const lab = centreLab({
      admission: { callsPerSecond: 5, channels: 100 },
      connect: (pbx, store) => {
        const hangup = pbx.hangup.bind(pbx);
        pbx.hangup = (channel, cause) => {
          causes.push(cause);
          return hangup(channel, cause);
        };
        return { pbx, store };
      },
    });
    await lab.start();
    const callers = Array.from({ length: 30 }, (_, index) => lab.caller(`138000000${index + 10}`));
    await lab.clock.advance(1000);
    expect(callers.filter(({ ended }) => ended)).toHaveLength(20);
    expect(causes).toEqual(Array.from({ length: 20 }, () => 'busy'));
    expect(lab.engine.liveCalls()).toHaveLength(10);
    expect(lab.engine.health().problems.join()).toMatch(/busy signal/);
    // The house's own phones are let in.
    lab.phone('1001', '*50');
    await lab.clock.advance(100);
    expect(lab.engine.agentAt('1001')?.state.at).toBe('ready');
    await lab.clock.advance(15_000);
    expect(lab.engine.health().problems).toEqual([]);
    const told = lab.store.events.filter(({ type }) => type.startsWith('Overload'));
    expect(told).toMatchObject([
      { type: 'OverloadBegan', data: { reason: 'too-many-per-second' } },
      { type: 'OverloadEnded', data: { refused: { 'too-many-per-second': 20 } } },
    ]);
    lab.caller('13912345678');
    await lab.clock.advance(100);
    expect(lab.engine.liveCalls().map(({ ani }) => ani)).toContain('13912345678');
  });

  it('counts_those_who_come_in_one_breath_though_nobody_has_taken_them_in_yet', async () => {
    const lab = centreLab({ admission: { callsPerSecond: 100, channels: 10 } });
    await lab.start();
    const callers = Array.from({ length: 60 }, (_, index) => lab.caller(`138000000${index + 10}`));
    await lab.clock.advance(500);
    expect(callers.filter(({ ended }) => !ended)).toHaveLength(10);
  });

  it('does_not_count_what_an_earlier_life_of_the_daemon_had_up', async () => {
    const lab = centreLab({ admission: { callsPerSecond: 100, channels: 5 } });
    await lab.start();
    for (let round = 0; round < 3; round += 1) {
      const callers = Array.from({ length: 5 }, () => lab.caller());
      await lab.clock.advance(500);
      for (const caller of callers) caller.hangup();
      await lab.clock.advance(500);
    }
    await lab.restart();
    const caller = lab.caller();
    await lab.clock.advance(5);
    await lab.clock.advance(500);
    expect(caller.ended).toBe(false);
  });

  it('takes_nobody_while_it_is_late', async () => {
    let lagMs = 1000;
    const lab = centreLab({ admission: { callsPerSecond: 100, channels: 100 }, lagMs: () => lagMs });
    await lab.start();
    const whileYoung = lab.caller();
    await lab.clock.advance(6000);
    const whileLate = lab.caller();
    await lab.clock.advance(100);
    lagMs = 0;
    const later = lab.caller();
    await lab.clock.advance(100);
    expect([whileYoung, whileLate, later].map(({ ended }) => ended)).toEqual([false, true, false]);
  });
});

describe('the mailbox', () => {
  it('hands_on_in_order_one_batch_at_a_time', async () => {
    const batches: number[][] = [];
    let inside = 0;
    const mailbox = new Mailbox<number>({
      clock: new VirtualClock(),
      spacingMs: 0,
      failed: (reason) => {
        throw reason;
      },
      lost: () => undefined,
      take: async (batch) => {
        inside += 1;
        expect(inside).toBe(1);
        await Promise.resolve();
        batches.push([...batch]);
        inside -= 1;
      },
    });
    for (let mail = 0; mail < 200; mail += 1) mailbox.post(mail);
    await mailbox.idle();
    expect(batches.flat()).toEqual(Array.from({ length: 200 }, (_, mail) => mail));
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(64);
  });

  it('throws_away_what_is_too_much_says_so_when_it_is_empty_and_keeps_what_somebody_waits_for', async () => {
    const taken: string[] = [];
    let lost = 0;
    const gate = Promise.withResolvers<void>();
    const mailbox = new Mailbox<string>({
      clock: new VirtualClock(),
      spacingMs: 0,
      failed: (reason) => {
        throw reason;
      },
      lost: (count) => {
        lost += count;
      },
      take: async (batch) => {
        await gate.promise;
        taken.push(...batch);
      },
    });
    mailbox.post('first');
    for (let count = 0; count < 19_999; count += 1) mailbox.post('event');
    expect(mailbox.post('too much')).toBe(false);
    expect(mailbox.post('an admin waits', true)).toBe(true);
    expect(lost).toBe(0);
    gate.resolve();
    await mailbox.idle();
    expect(lost).toBe(1);
    expect(taken).toHaveLength(20_001);
    expect(taken.at(-1)).toBe('an admin waits');
  });

  it('goes_on_after_mail_that_could_not_be_taken', async () => {
    const taken: number[] = [];
    const failed: unknown[] = [];
    const mailbox = new Mailbox<number>({
      clock: new VirtualClock(),
      spacingMs: 0,
      lost: () => undefined,
      failed: (reason, mail) => failed.push([reason, mail]),
      take: async (batch) => {
        if (batch.includes(1)) throw 'no';
        taken.push(...batch);
      },
    });
    mailbox.post(1);
    await mailbox.idle();
    mailbox.post(2);
    await mailbox.idle();
    expect(failed).toEqual([['no', [1]]]);
    expect(taken).toEqual([2]);
  });

  it('knows_how_long_its_mail_has_waited', async () => {
    const clock = new VirtualClock();
    const lags: number[] = [];
    const mailbox: Mailbox<string> = new Mailbox<string>({
      clock,
      spacingMs: 0,
      failed: (reason) => {
        throw reason;
      },
      lost: () => undefined,
      take: async () => {
        await new Promise<void>((resolve) => clock.at(clock.now() + 70, resolve));
        lags.push(mailbox.lagMs());
      },
    });
    expect(mailbox.lagMs()).toBe(0);
    mailbox.post('a');
    await clock.advance(0);
    mailbox.post('b');
    await clock.advance(200);
    expect(lags).toEqual([70, 140]);
  });

  it('takes_together_what_comes_within_its_spacing_and_at_once_what_comes_alone', async () => {
    const clock = new VirtualClock();
    const taken: string[] = [];
    const mailbox = new Mailbox<string>({
      clock,
      spacingMs: 4,
      failed: (reason) => {
        throw reason;
      },
      lost: () => undefined,
      take: async (batch) => void taken.push(`${clock.now() - began}: ${batch.join('')}`),
    });
    const began = clock.now();
    for (const mail of 'abcdef') {
      mailbox.post(mail);
      await clock.advance(1);
    }
    await clock.advance(100);
    mailbox.post('g');
    await clock.advance(1);
    expect(taken).toEqual(['0: a', '4: bcd', '8: ef', '106: g']);
  });
});
