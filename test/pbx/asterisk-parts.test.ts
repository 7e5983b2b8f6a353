import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import type { AriChannel, AriEvent } from '../../src/pbx/asterisk/ari-codec.ts';
import { Calls } from '../../src/pbx/asterisk/calls.ts';
import { mediaUris } from '../../src/pbx/asterisk/media.ts';
import { backoffMs } from '../../src/pbx/backoff.ts';
import type { PbxEvent } from '../../src/pbx/pbx.ts';
import { KeyedQueue } from '../../src/pbx/queue.ts';

describe('media', () => {
  it('become_absolute_sounds_and_tones', () => {
    const media = [{ file: '/p/欢迎 1' }, { tone: 'beep' }, { tone: 'ringback' }, { tone: 'busy' }] as const;
    expect(mediaUris(media, '/s')).toEqual([
      'sound:/p/欢迎 1',
      'sound:/s/carillon-beep',
      'tone:ring',
      'tone:busy',
    ]);
  });

  it('silence_is_put_together_and_rounded_up_to_a_tenth', () => {
    const pieces = (silenceMs: number) =>
      mediaUris([{ silenceMs }], '').map((uri) => Number(uri.slice(uri.lastIndexOf('-') + 1)));
    expect(pieces(50)).toEqual([100]);
    expect(pieces(6_750)).toEqual([5_000, 1_000, 500, 100, 100, 100]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600_000 }), (ms) => {
        const sum = pieces(ms).reduce((total, piece) => total + piece, 0);
        expect(sum - ms).toBeGreaterThanOrEqual(0);
        expect(sum - ms).toBeLessThan(100);
      }),
    );
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 600_001])(
    'silence_of_%d_ms_is_refused',
    (silenceMs) => {
      expect(() => mediaUris([{ silenceMs }], '/s')).toThrow();
    },
  );
});

describe('the back-off', () => {
  it('doubles_from_a_fifth_of_a_second_to_five_and_is_spread', () => {
    expect([0, 1, 2, 3, 4, 5, 99].map((attempt) => backoffMs(attempt, 1))).toEqual([
      200, 400, 800, 1_600, 2_000, 2_000, 2_000,
    ]);
    expect(backoffMs(99, 0)).toBe(1_000);
  });
});

describe('the queue', () => {
  it('keeps_the_order_for_each_key_goes_on_after_a_failure_and_lets_others_pass', async () => {
    const queue = new KeyedQueue();
    const done: string[] = [];
    const gate = Promise.withResolvers<void>();
    const task =
      (name: string, wait: Promise<void> = Promise.resolve()) =>
      async () => {
        await wait;
        done.push(name);
      };
    const all = [
      queue.run(['a'], task('a1', gate.promise)),
      queue.run(['a', 'b'], task('ab')),
      queue.run(['b'], task('b1')),
      queue.run(['c'], task('c1')),
    ];
    await all[3];
    expect(done).toEqual(['c1']);
    gate.reject(new Error('no'));
    await Promise.allSettled(all);
    expect(done).toEqual(['c1', 'ab', 'b1']);
  });
});

describe('the events of a channel', () => {
  const channel = (id: string, change: Partial<AriChannel> = {}): AriChannel => ({
    id,
    name: 'PJSIP/trunk-1',
    state: 'Up',
    callerNumber: '13912345678',
    callerName: 'Caller',
    context: 'from-outside',
    exten: '95533',
    appName: 'Stasis',
    appData: '',
    ...change,
  });
  let told: PbxEvent[];
  let given: string[];
  let hungUp: string[];
  let calls: Calls;

  beforeEach(() => {
    vi.useFakeTimers();
    [told, given, hungUp] = [[], [], []];
    calls = new Calls({
      idPrefix: 'car-',
      log: silentLog,
      emit: (event) => void told.push(event),
      giveBack: (id) => void given.push(id),
      hangup: (id) => void hungUp.push(id),
      stopRecording: () => undefined,
      fileOf: (recording) => `/r/${recording}.wav`,
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const start = (id: string, args = ['arrived', 'outside', '']): AriEvent => ({
    type: 'StasisStart',
    channel: channel(id),
    args,
  });
  const leave = (id: string): AriEvent => ({ type: 'StasisEnd', channel: channel(id) });
  const destroy = (id: string, cause = 17, sipCode?: number): AriEvent => ({
    type: 'ChannelDestroyed',
    channel: channel(id),
    cause,
    ...(sipCode && { sipCode }),
  });
  const dial = (id: string, status: string): AriEvent => ({ type: 'Dial', peer: channel(id), status });
  const types = () => told.map((event) => event.type);

  it('given_its_end_with_a_cause_in_either_order_then_it_is_told_once', () => {
    for (const event of [start('x'), leave('x'), destroy('x'), start('y'), destroy('y'), leave('y')])
      calls.take(event);
    vi.runAllTimers();
    expect(told.filter((event) => event.type === 'ChannelEnded')).toEqual([
      { type: 'ChannelEnded', channel: 'x', cause: 'busy', q850: 17 },
      { type: 'ChannelEnded', channel: 'y', cause: 'busy', q850: 17 },
    ]);
  });

  it('given_it_left_without_a_cause_then_it_ended_for_us_a_moment_later', () => {
    for (const event of [start('x'), leave('x')]) calls.take(event);
    expect(types()).toEqual(['ChannelArrived']);
    vi.advanceTimersByTime(300);
    expect(told.at(-1)).toEqual({ type: 'ChannelEnded', channel: 'x', cause: 'normal', q850: 16 });
    calls.take(destroy('x'));
    expect(types()).toEqual(['ChannelArrived', 'ChannelEnded']);
  });

  it('given_it_comes_back_at_once_then_it_never_ended', () => {
    for (const event of [start('car-1', ['ours']), leave('car-1'), start('car-1', ['ours'])])
      calls.take(event);
    vi.runAllTimers();
    expect(told).toEqual([]);
  });

  it('given_it_left_to_be_listened_to_then_it_did_not_end_and_its_verdict_is_told', () => {
    calls.detectionAsked('car-1');
    calls.take(leave('car-1'));
    vi.runAllTimers();
    expect(told).toEqual([]);
    calls.take(start('car-1', ['detected', 'HUMAN', 'HUMAN-800-800', '1200']));
    expect(told).toEqual([
      { type: 'MachineDetected', channel: 'car-1', verdict: 'human', reason: 'short-greeting', ms: 1_200 },
    ]);
    calls.take(leave('car-1'));
    vi.runAllTimers();
    expect(types()).toEqual(['MachineDetected', 'ChannelEnded']);
  });

  it('given_it_was_not_taken_to_be_listened_to_then_it_ends_as_ever', () => {
    calls.detectionAsked('car-1');
    calls.detectionRefused('car-1');
    calls.take(leave('car-1'));
    vi.runAllTimers();
    expect(types()).toEqual(['ChannelEnded']);
  });

  it('given_it_ends_while_it_is_listened_to_then_that_is_told_once', () => {
    calls.detectionAsked('car-1');
    calls.take(leave('car-1'));
    calls.take(destroy('car-1', 16));
    vi.runAllTimers();
    expect(told).toEqual([{ type: 'ChannelEnded', channel: 'car-1', cause: 'normal', q850: 16 }]);
  });

  it('given_somebody_who_called_says_that_he_was_listened_to_then_he_is_given_back', () => {
    calls.take(start('x', ['detected', 'HUMAN', 'HUMAN-800-800', '1200']));
    expect(given).toEqual(['x']);
    expect(told).toEqual([]);
  });

  it('given_an_unknown_way_in_then_it_is_given_back_to_the_dialplan', () => {
    calls.take(start('x', ['surprise']));
    calls.take(start('y', []));
    expect(given).toEqual(['x', 'y']);
    expect(told).toEqual([]);
  });

  it('given_the_hangup_extension_of_a_dialplan_then_nobody_arrives', () => {
    calls.take({
      type: 'StasisStart',
      channel: channel('x', { exten: 'h' }),
      args: ['arrived', 'outside', ''],
    });
    expect(told).toEqual([]);
  });

  it('given_a_leg_of_an_earlier_life_then_its_progress_is_told_once', () => {
    for (const status of ['', 'RINGING', 'PROGRESS', 'RINGING', 'ANSWER', 'ANSWER', 'RINGING']) {
      calls.take(dial('car-1', status));
    }
    calls.take(dial('other', 'ANSWER'));
    expect(types()).toEqual(['LegRinging', 'LegAnswered']);
  });

  it('given_a_leg_that_ends_before_it_is_dialled_then_its_creation_fails_and_no_event_tells_of_it', async () => {
    const ready = calls.expectLeg('car-1');
    calls.take(destroy('car-1'));
    await expect(ready).rejects.toMatchObject({ code: 'unreachable' });
    expect(told).toEqual([]);
    expect(() => calls.expectLeg('car-1')).not.toThrow();
  });

  it('given_a_leg_whose_creation_was_given_up_then_it_is_hung_up_when_it_appears', () => {
    void calls.expectLeg('car-1');
    calls.dropLeg('car-1', true);
    calls.take(start('car-1', ['ours']));
    expect(hungUp).toEqual(['car-1']);
    calls.take(destroy('car-1'));
    expect(told).toEqual([]);
  });

  it('given_the_link_drops_then_what_waits_is_told_so_and_nothing_ends_later', async () => {
    const ready = calls.expectLeg('car-1');
    calls.take(start('x'));
    calls.take(leave('x'));
    calls.forget();
    vi.runAllTimers();
    await expect(ready).rejects.toMatchObject({ code: 'link-down' });
    expect(types()).toEqual(['ChannelArrived']);
  });

  it('in_any_order_throw_nothing_and_end_each_channel_once', () => {
    const id = fc.constantFrom('a', 'b', 'car-1');
    const event = fc.oneof(
      id.map((one) => leave(one)),
      id.map((one) => destroy(one)),
      fc
        .tuple(id, fc.constantFrom('RINGING', 'ANSWER', 'BUSY', ''))
        .map(([one, status]) => dial(one, status)),
      id.map((one): AriEvent => ({ type: 'ChannelDtmfReceived', channel: channel(one), digit: '1' })),
      id.map(
        (one): AriEvent => ({
          type: 'PlaybackFinished',
          playback: 'p',
          target: `channel:${one}`,
          state: 'done',
        }),
      ),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        told.length = 0;
        calls.forget();
        for (const one of events) calls.take(one);
        vi.runAllTimers();
        const ended = told.flatMap((one) => (one.type === 'ChannelEnded' ? [one.channel] : []));
        expect(new Set(ended).size).toBe(ended.length);
      }),
    );
  });
});
