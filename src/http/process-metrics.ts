import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Gauge, Histogram, type Metric, type Reading } from '../base/metrics.ts';

/** A timer tells this often how late the event loop is, ms. */
const TICK_MS = 20;
const LATE_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** This process, under the names that Prometheus' own clients use. */
export function processMetrics(version: string): Metric[] {
  const one = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({ name, help }, () => [[[], read()]]);
  const total = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({ name, help }, () => [[[], read()]], 'counter');
  const startedAt = Date.now() / 1000 - process.uptime();
  return [
    new Gauge(
      {
        name: 'carillon_build_info',
        help: 'Version of Carillon and of what it runs on; always 1.',
        labels: ['version', 'node'],
      },
      () => [[[version, process.versions.node], 1]],
    ),
    total('process_cpu_seconds_total', 'CPU time of user and system.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    }),
    one('process_start_time_seconds', 'When this process began, seconds since 1970.', () => startedAt),
    one('process_resident_memory_bytes', 'Memory that this process occupies.', () =>
      process.memoryUsage.rss(),
    ),
    one(
      'nodejs_heap_size_total_bytes',
      'Memory for objects that is occupied.',
      () => process.memoryUsage().heapTotal,
    ),
    one(
      'nodejs_heap_size_used_bytes',
      'Memory for objects that is in use.',
      () => process.memoryUsage().heapUsed,
    ),
    new Gauge({ name: 'process_open_fds', help: 'Files and sockets that are open.' }, openFiles),
    new Gauge({ name: 'process_max_fds', help: 'Files and sockets that may be open.' }, mostFiles),
    eventLoopDelay(),
  ];
}

/** Counts for ever, so that any number of scrapers may look. */
function eventLoopDelay(): Histogram {
  const delay = new Histogram(
    {
      name: 'carillon_event_loop_delay_seconds',
      help: 'How late the event loop came to a timer, looked at every 20 ms.',
    },
    LATE_S,
  );
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    delay.observe(Math.max(0, now - last - TICK_MS) / 1000);
    last = now;
  }, TICK_MS).unref();
  return delay;
}

/** Nothing where there is no /proc. */
function openFiles(): Reading[] {
  try {
    return [[[], readdirSync('/proc/self/fd').length]];
  } catch {
    return [];
  }
}

function mostFiles(): Reading[] {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? [] : [[[], Number(soft)]];
  } catch {
    return [];
  }
}
