import { expect, test } from 'vitest';
import { exposition } from '../../src/base/metrics.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import { DialMetrics } from '../../src/engine/dial-metrics.ts';

const event = (type: string, data: LogEvent['data']): LogEvent => ({ type, version: 1, at: 0, data });

test('attempts, what became of them, and who was held back are counted by campaign', () => {
  const metrics = new DialMetrics();
  metrics.take([
    event('AttemptMade', { campaign: 'o1', mode: 'predictive', attempt: 'a1' }),
    event('AttemptMade', { campaign: 'o1', mode: 'predictive', attempt: 'a2' }),
    event('AttemptEnded', { campaign: 'o1', attempt: 'a1', outcome: 'abandoned' }),
    event('LeadsHeldBack', { campaign: 'o2', rule: 'do-not-call', count: 1, leads: [] }),
    event('LeadsHeldBack', { campaign: 'o2', rule: 'do-not-call', count: 30, leads: [] }),
  ]);
  const text = exposition(metrics.metrics);
  expect(text).toContain('carillon_attempts_total{campaign="o1",mode="predictive"} 2');
  expect(text).toContain('carillon_attempts_ended_total{campaign="o1",outcome="abandoned"} 1');
  expect(text).toContain('carillon_leads_held_back_total{campaign="o2",rule="do-not-call"} 31');
});

test('how often listening for machines is wrong shows in what agents note', () => {
  const metrics = new DialMetrics();
  metrics.take([
    event('AttemptEnded', { campaign: 'o1', attempt: 'a1', outcome: 'connected', detected: 'human' }),
    event('AttemptEnded', { campaign: 'o1', attempt: 'a2', outcome: 'connected', detected: 'human' }),
    event('AttemptEnded', { campaign: 'o1', attempt: 'a3', outcome: 'connected' }),
    event('AttemptDisposed', { attempt: 'a1', result: 'machine' }),
    event('AttemptDisposed', { attempt: 'a2', result: 'sale' }),
    event('AttemptDisposed', { attempt: 'a3', result: 'machine' }),
  ]);
  const text = exposition(metrics.metrics);
  expect(text).toContain('carillon_answers_heard_total{verdict="human",noted=""} 2');
  expect(text).toContain('carillon_answers_heard_total{verdict="human",noted="machine"} 1');
  expect(text).toContain('carillon_answers_heard_total{verdict="human",noted="human"} 1');
});
