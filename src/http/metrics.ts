import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { exposition, Gauge, type Metric, type Reading } from '../base/metrics.ts';
import type { CallMetrics } from '../engine/call-metrics.ts';
import type { Centre, QueueStatus } from '../engine/centre.ts';
import type { DialMetrics } from '../engine/dial-metrics.ts';
import type { EngineMetrics } from '../engine/engine-metrics.ts';
import type { EngineGauges } from '../engine/observer.ts';
import type { PbxMetrics } from '../pbx/observed.ts';
import type { Api, ApiParts } from './api.ts';
import { processMetrics } from './process-metrics.ts';
import { SCRAPERS } from './roles.ts';

/** Of the text format. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface MetricSources {
  readonly centre: Centre & { gauges(): EngineGauges };
  readonly calls: CallMetrics;
  readonly dialer: DialMetrics;
  readonly engine: EngineMetrics;
  readonly pbx: PbxMetrics;
  /** Channels that the audio ports allow. */
  readonly mostChannels: number;
  readonly version: string;
  readonly clock: Clock;
}

/** Every metric there is, in the order in which they are shown. */
export function allMetrics(sources: MetricSources): Metric[] {
  const { calls, dialer, engine, pbx, version } = sources;
  return [
    ...centreMetrics(sources),
    ...calls.metrics,
    ...dialer.metrics,
    ...pbx.metrics,
    ...engine.metrics,
    ...processMetrics(version),
  ];
}

/** For Prometheus. */
export function metricsRoutes(api: Api, { metrics }: ApiParts): void {
  api.get(
    '/metrics',
    {
      // They name the campaigns of all branches.
      config: { allowed: SCRAPERS, scope: 'head-office' },
      schema: {
        tags: ['system'],
        summary: 'Figures for Prometheus, in its text format; docs/metrics.md lists them',
        response: {
          200: { description: 'The figures', content: { 'text/plain': { schema: z.string() } } },
        },
      },
    },
    async (_request, reply) => reply.type(CONTENT_TYPE).send(exposition(metrics)),
  );
}

function centreMetrics({ centre, calls, mostChannels, clock }: MetricSources): Metric[] {
  const one = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({ name, help }, () => [[[], read()]]);
  const gauges = (): EngineGauges => centre.gauges();
  return [
    one('carillon_ready', '1 while a call that came in now would be answered.', () =>
      centre.health().ready ? 1 : 0,
    ),
    one('carillon_problems', 'Sentences that /health has to say.', () => centre.health().problems.length),
    one('carillon_calls_live', 'Calls that have not ended.', () => centre.liveCalls().length),
    one('carillon_channels', 'Channels that are up in the PBX.', () => gauges().channels),
    one('carillon_channels_limit', 'Channels that the audio ports allow.', () => mostChannels),
    new Gauge(
      {
        name: 'carillon_calls_overload_refused_total',
        help: 'Callers who heard the busy signal because more came than are taken.',
        labels: ['reason'],
      },
      () => overloadRefused(calls.overloads, gauges().overload),
      'counter',
    ),
    ...queueMetrics(centre, clock),
    new Gauge({ name: 'carillon_agents', help: 'Agents, by their state.', labels: ['state'] }, () =>
      countBy(centre.agents().map((agent) => agent.state.at)),
    ),
    one('carillon_engine_mailbox_length', 'Inputs that nobody has looked at.', () => gauges().mailbox),
    one(
      'carillon_unsaved_turns',
      'Turns whose changes the database did not take yet.',
      () => gauges().unsaved,
    ),
  ];
}

function queueMetrics(centre: Centre, clock: Clock): Metric[] {
  const each = (read: (status: QueueStatus) => number): Reading[] =>
    centre.queues().map((status) => [[status.queue.name], read(status)]);
  const labels = ['queue'];
  return [
    new Gauge({ name: 'carillon_queue_waiting', help: 'Callers who wait.', labels }, () =>
      each((status) => status.waiting.length),
    ),
    new Gauge(
      { name: 'carillon_queue_longest_wait_seconds', help: 'How long the first of them has waited.', labels },
      () => each(({ waiting }) => Math.max(0, ...waiting.map(({ since }) => (clock.now() - since) / 1000))),
    ),
    new Gauge(
      {
        name: 'carillon_queue_estimated_wait_seconds',
        help: 'The wait before somebody who came now; none while nobody is at work.',
        labels,
      },
      () =>
        centre
          .queues()
          .flatMap(({ queue, estimatedWaitMs }) =>
            estimatedWaitMs === undefined ? [] : [[[queue.name], estimatedWaitMs / 1000]],
          ),
    ),
    new Gauge(
      { name: 'carillon_queue_agents', help: 'Agents who are logged in and fit the queue.', labels },
      () => each((status) => status.loggedIn),
    ),
    new Gauge({ name: 'carillon_queue_agents_ready', help: 'Those of them who are ready.', labels }, () =>
      each((status) => status.ready),
    ),
  ];
}

function overloadRefused(
  over: ReadonlyMap<string, number>,
  now: Readonly<Record<string, number>>,
): Reading[] {
  const reasons = new Set([...over.keys(), ...Object.keys(now)]);
  return [...reasons].map((reason) => [[reason], (over.get(reason) ?? 0) + (now[reason] ?? 0)]);
}

function countBy(words: readonly string[]): Reading[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => [[word], count]);
}
