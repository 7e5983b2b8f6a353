import { expect, test } from 'vitest';
import { exposition } from '../../src/base/metrics.ts';
import type { Call, CallInput } from '../../src/call/call.ts';
import { reduceCall } from '../../src/call/call-rules.ts';
import { callEvents } from '../../src/engine/call-events.ts';
import { CallMetrics } from '../../src/engine/call-metrics.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import { EngineMetrics } from '../../src/engine/engine-metrics.ts';
import { PbxMetrics } from '../../src/pbx/observed.ts';
import { PbxError, type PbxEvent } from '../../src/pbx/pbx.ts';
import { centreLab } from './centre-lab.ts';

/** Every sample that is not 0, `name{labels} value`, but for histograms' buckets. */
function samples(metrics: Parameters<typeof exposition>[0]): string[] {
  return exposition(metrics)
    .split('\n')
    .filter(
      (line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket') && !line.endsWith(' 0'),
    );
}

const event = (type: string, data: LogEvent['data'] = {}, call = 'c1'): LogEvent => ({
  type,
  version: 1,
  at: 0,
  call,
  data,
});

const counted = (events: readonly LogEvent[]): string[] => {
  const metrics = new CallMetrics();
  metrics.take(events);
  return samples(metrics.metrics).filter((line) => !line.startsWith('carillon_events_total'));
};

const queued = event('CallQueued', { queue: 'vip' });
const toPhone = { to: { kind: 'phone', extension: '1001' } };
const toOutside = { to: { kind: 'outside', number: '13800138000' } };

test.each<[string, LogEvent[], string[]]>([
  [
    'a call that waited and was answered',
    [
      event('CallArrived', { source: { kind: 'outside' }, ani: '13812345678' }),
      queued,
      event('CallOffered', { queue: 'vip' }),
      event('LegFailed', { ...toPhone, outcome: 'no-answer' }),
      event('CallConnected', { ...toPhone, waitedMs: 70_000, queue: 'vip', queueWaitedMs: 12_000 }),
      event('CallEnded', { by: 'caller', cause: 'normal', abandoned: false, talkedMs: 30_000 }),
    ],
    [
      'carillon_calls_arrived_total{source="outside"} 1',
      'carillon_calls_ended_total{by="caller",cause="normal"} 1',
      'carillon_queue_entered_total{queue="vip"} 1',
      'carillon_queue_answered_seconds_sum{queue="vip"} 12',
      'carillon_queue_answered_seconds_count{queue="vip"} 1',
      'carillon_offers_total{queue="vip"} 1',
      'carillon_offers_failed_total{queue="vip",outcome="no-answer"} 1',
      'carillon_talk_seconds_total 30',
    ],
  ],
  [
    'a caller who gave up',
    [queued, event('CallEnded', { by: 'caller', cause: 'normal', abandoned: true, talkedMs: 0 })],
    [
      'carillon_calls_ended_total{by="caller",cause="normal"} 1',
      'carillon_calls_abandoned_total{queue="vip"} 1',
      'carillon_queue_entered_total{queue="vip"} 1',
    ],
  ],
  [
    'a caller who left the queue and was then connected by the flow',
    [
      queued,
      event('CallLeftQueue', { queue: 'vip', why: 'timeout' }),
      event('LegFailed', { ...toOutside, outcome: 'busy' }),
      event('CallConnected', { ...toOutside, waitedMs: 0 }),
    ],
    [
      'carillon_queue_entered_total{queue="vip"} 1',
      'carillon_queue_left_total{queue="vip",why="timeout"} 1',
      'carillon_dials_total{to="outside",outcome="busy"} 1',
      'carillon_dials_total{to="outside",outcome="answered"} 1',
    ],
  ],
  [
    'what went wrong',
    [
      event('StepFailed', { flow: 'hotline', reason: 'x' }),
      event('PromptFailed', { flow: 'hotline' }),
      event('CallRefused', { reason: 'no-flow-for-number', ani: '13812345678' }),
      event('DialRefused', { reason: 'not-permitted', ...toOutside }),
      event('CallFailed'),
    ],
    [
      'carillon_calls_refused_total{reason="no-flow-for-number"} 1',
      'carillon_calls_failed_total 1',
      'carillon_dials_refused_total{reason="not-permitted"} 1',
      'carillon_flow_steps_failed_total{flow="hotline"} 1',
      'carillon_prompts_failed_total{flow="hotline"} 1',
    ],
  ],
])('%s', (_what, events, expected) => {
  expect(counted(events).toSorted()).toEqual(expected.toSorted());
  expect(counted(events).join()).not.toMatch(/13\d{9}/);
});

test('a queue counts the wait of its own callers in it, not what they waited in another one before', () => {
  const metrics = new CallMetrics();
  let call: Call = {
    id: 'c1',
    channel: 'ch',
    source: { kind: 'outside' },
    ani: '',
    aniName: '',
    dnis: '',
    startedAt: 0,
    facts: { language: 'en', persona: '', variables: {} },
    stack: [],
    phase: { at: 'flow' },
    legs: [],
    waitedMs: 0,
    talkedMs: 0,
  };
  const tell = (input: CallInput, now: number): void => {
    const [after] = reduceCall(call, input, now);
    const events = callEvents(call, after, input);
    metrics.take(events.map(({ type, data }) => event(type, data)));
    call = after;
  };
  const wait = (queue: string): CallInput => ({
    type: 'HandedOver',
    request: { kind: 'queue', queue, maxWaitMs: 60_000, music: '' },
  });
  tell(wait('general'), 0);
  tell({ type: 'TimeUp' }, 60_000);
  tell(wait('vip'), 61_000);
  tell(
    { type: 'Offered', leg: 'l1', to: { kind: 'phone', extension: '1001' }, agent: 'a', ringMs: 20_000 },
    62_000,
  );
  tell({ type: 'LegAnswered', leg: 'l1' }, 66_000);
  const shown = samples(metrics.metrics).filter((line) => line.startsWith('carillon_queue_answered'));
  expect(shown).toEqual([
    'carillon_queue_answered_seconds_sum{queue="vip"} 5',
    'carillon_queue_answered_seconds_count{queue="vip"} 1',
  ]);
});

test('overloads that are over are summed up by reason', () => {
  const metrics = new CallMetrics();
  metrics.take([
    event('OverloadEnded', { refused: { late: 2 } }),
    event('OverloadEnded', { refused: { late: 1, 'too-many-channels': 5 } }),
  ]);
  expect([...metrics.overloads]).toEqual([
    ['late', 3],
    ['too-many-channels', 5],
  ]);
});

test('given_an_engine_that_is_watched_then_its_own_events_turns_commits_and_commands_are_counted', async () => {
  const calls = new CallMetrics();
  let now = 0;
  const tick = (): number => {
    now += 1;
    return now;
  };
  const engine = new EngineMetrics(tick);
  const pbx = new PbxMetrics(tick);
  const lab = centreLab({
    observer: engine,
    connect: (simulated, store) => ({ pbx: pbx.observe(simulated), store }),
  });
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  await lab.clock.advance(3000);
  caller.press('0');
  await lab.clock.advance(5000);
  expect(caller.talkingWith).toHaveLength(1);
  caller.hangup();
  await lab.clock.advance(100);
  calls.take(lab.store.events);
  const all = samples([...calls.metrics, ...engine.metrics, ...pbx.metrics]);
  const of = (name: string) =>
    Number(
      all
        .find((line) => line.startsWith(name))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  expect(of('carillon_queue_answered_seconds_count{queue="general"}')).toBe(1);
  expect(of('carillon_calls_ended_total{by="caller"')).toBe(1);
  expect(of('carillon_pbx_link_up')).toBe(1);
  expect(of('carillon_pbx_command_seconds_count{command="originate"}')).toBe(1);
  expect(of('carillon_engine_turn_seconds_count')).toBeGreaterThan(5);
  expect(of('carillon_commit_seconds_count')).toBeGreaterThan(5);
  expect(of('carillon_commits_failed_total')).toBe(0);
  lab.store.failing = true;
  lab.caller();
  await lab.clock.advance(100);
  expect(exposition(engine.metrics)).not.toContain('carillon_commits_failed_total 0');
  expect(lab.engine.gauges()).toMatchObject({ channels: 1, mailbox: 0 });
  expect(lab.engine.gauges().unsaved).toBeGreaterThan(0);
});

test('commands that fail are counted by their code, and reject as before', async () => {
  const metrics = new PbxMetrics(() => 0);
  const lab = centreLab();
  const told: PbxEvent[] = [];
  const pbx = metrics.observe(lab.pbx);
  pbx.start((one) => told.push(one));
  await lab.clock.advance(10);
  await expect(pbx.answer('nobody')).rejects.toBeInstanceOf(PbxError);
  lab.pbx.setDraining(true);
  await lab.clock.advance(10);
  expect(told.map(({ type }) => type)).toEqual(['LinkUp', 'PbxTrouble']);
  expect(samples(metrics.metrics)).toEqual(
    expect.arrayContaining([
      'carillon_pbx_commands_failed_total{command="answer",code="not-found"} 1',
      'carillon_pbx_trouble{trouble="draining"} 1',
      'carillon_pbx_links_total 1',
    ]),
  );
});
