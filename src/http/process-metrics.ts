import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Metric, type Reading } from '../base/metrics.ts';

/** How finely the delay of the event loop is looked at, ms. */
const RESOLUTION_MS = 10;

/** This process, under the names that Prometheus' own clients use. Event-loop delays are those since they were last read. */
export function processMetrics(version: string): Metric[] {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
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
    new Gauge(
      {
        name: 'carillon_event_loop_delay_seconds',
        help: 'How late the event loop was since this was last read.',
        labels: ['quantile'],
      },
      () => delays(delay),
    ),
  ];
}

function delays(delay: ReturnType<typeof monitorEventLoopDelay>): Reading[] {
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
  const readings: Reading[] = [
    [['0.5'], late(delay.percentile(50))],
    [['0.99'], late(delay.percentile(99))],
    [['1'], delay.count === 0 ? 0 : late(delay.max)],
  ];
  delay.reset();
  return readings;
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
