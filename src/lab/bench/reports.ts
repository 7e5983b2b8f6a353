/** `npm run bench:reports [-- --json | --help]`: what reports, the search for calls and a large export cost the calls. See `HELP`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import type { CallFilter } from '../../report/call-filter.ts';
import { daysSpan, dayText } from '../../report/span.ts';
import { ReportThread } from '../../report/thread.ts';
import { StandIn } from './import/stand-in.ts';
import { DAYS, fillCalls } from './reports/many-calls.ts';

const HELP = `npm run bench:reports [-- options]   what reports, the search for calls and a large export cost the calls
  --json        one line of JSON
  --calls n     in the centre's database (1,000,000), of ${DAYS} days
  --folder f    for the scratch files, which are removed at the end (the system's own)

searchP95Ms        from the question to the page of 50 calls, the kinds of questions together, ten times each; searchMaxMs: the slowest
slowestSearch      its kind
eventsPerSecond    at which the log is summed up after a long absence
intervalMs         a month of hours by queue and tier; agentMs: a month of all agents
export*            all calls as XLSX and as CSV, taken as fast as they come
maxHoldMs          during the XLSX export, a stand-in for the engine commits to the same database every 4 ms: the longest from the moment that
                   a turn was due until it was committed. quietMaxHoldMs: the same just before, without an export
peakRssMb          of the whole process, with all threads; growthMb: of that, what came after its first parts
`;

const ZONE = 'Asia/Shanghai';
const QUIET_MS = 3_000;
const TRIES = 10;
const DAY_MS = 86_400_000;

const QUESTIONS: Readonly<Record<string, CallFilter>> = {
  latest: {},
  number: { numbers: ['13800007919', '+8613800007919'] },
  customer: { customer: 'cu7' },
  agent: { agent: 'a1007' },
  queue: { queue: 'loans' },
  'agent and outcome': { agent: 'a1007', outcome: 'answered' },
  abandoned: { outcome: 'abandoned' },
  'long talks': { talkedMs: 107_000 },
  'nobody talked as long': { talkedMs: 10_000_000 },
  'a queue that is not there': { queue: 'none' },
  disposition: { disposition: 'inquiry' },
  'text in a note': { text: '咨询4242，' },
  'text that is nowhere': { text: '没有这个' },
  'a small branch': { branches: ['beijing'] },
  'a branch without calls': { branches: ['nowhere'] },
  outbound: { direction: 'outbound' },
  recorded: { recorded: true },
};

const say = (line: string): void => void process.stderr.write(`${line}\n`);

await main().catch((thrown: unknown) => {
  say(messageOf(thrown));
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      calls: { type: 'string', default: '1000000' },
      folder: { type: 'string', default: tmpdir() },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const folder = mkdtempSync(join(values.folder, 'carillon-reports-'));
  try {
    const figures = await measured(folder, Number(values.calls));
    const shown = Object.entries(figures).map(
      ([name, value]) => [name, typeof value === 'number' ? Math.round(value * 100) / 100 : value] as const,
    );
    if (values.json) process.stdout.write(`${JSON.stringify(Object.fromEntries(shown))}\n`);
    else for (const [name, value] of shown) process.stdout.write(`${name.padEnd(20)}${value}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(folder: string, calls: number) {
  const now = Date.now();
  const centre = join(folder, 'centre.db');
  fillCalls(centre, calls, now);
  say(`${calls.toLocaleString('en')} calls written`);
  const thread = new ReportThread(
    { centre, sums: join(folder, 'reports.db'), recordings: join(folder, 'recordings') },
    systemClock,
    silentLog,
  );
  thread.start();
  try {
    const reading = await summedUp(thread, now);
    say('log summed up');
    const searching = await searched(thread);
    say('searched');
    const reporting = await reported(thread, now);
    const standIn = new StandIn(centre);
    standIn.start();
    await sleep(QUIET_MS);
    const quiet = standIn.stop();
    standIn.start();
    const xlsx = await exported(thread, 'xlsx', now);
    const busy = standIn.stop();
    say('exported as XLSX');
    const csv = await exported(thread, 'csv', now);
    await standIn.close();
    return {
      calls,
      ...reading,
      ...searching,
      ...reporting,
      exportXlsxSeconds: xlsx.seconds,
      exportXlsxMb: xlsx.bytes / 2 ** 20,
      exportCsvSeconds: csv.seconds,
      exportCsvMb: csv.bytes / 2 ** 20,
      maxHoldMs: busy.maxHoldMs,
      p99HoldMs: busy.p99HoldMs,
      maxProcessorMs: busy.maxProcessorMs,
      quietMaxHoldMs: quiet.maxHoldMs,
      peakRssMb: busy.peakRssMb,
      growthMb: busy.peakRssMb - xlsx.earlyRssMb,
    };
  } finally {
    await thread.stop();
  }
}

async function summedUp(thread: ReportThread, now: number) {
  const today = daysSpan(dayText(now, ZONE), dayText(now, ZONE), ZONE);
  const from = performance.now();
  for (;;) {
    const { isBehind } = await thread.ask(
      'intervals',
      { ...today, interval: 'span', by: 'centre', zone: ZONE },
      now,
    );
    if (!isBehind) break;
  }
  const { rows } = await thread.ask(
    'intervals',
    { from: now - DAYS * DAY_MS, to: now, interval: 'span', by: 'centre', zone: ZONE },
    now,
  );
  const seconds = (performance.now() - from) / 1000;
  return { summedCalls: rows[0]?.offered ?? 0, eventsPerSecond: ((rows[0]?.offered ?? 0) * 6) / seconds };
}

async function searched(thread: ReportThread) {
  const times: { readonly kind: string; readonly ms: number }[] = [];
  for (const [kind, filter] of Object.entries(QUESTIONS)) {
    for (let at = 0; at < TRIES; at += 1) {
      const from = performance.now();
      await thread.ask('calls', filter, 50);
      times.push({ kind, ms: performance.now() - from });
    }
  }
  times.sort((a, b) => a.ms - b.ms);
  const slowest = times.at(-1)!;
  return {
    searchP50Ms: times[Math.floor(times.length * 0.5)]!.ms,
    searchP95Ms: times[Math.floor(times.length * 0.95)]!.ms,
    searchMaxMs: slowest.ms,
    slowestSearch: slowest.kind,
  };
}

async function reported(thread: ReportThread, now: number) {
  const month = { from: now - 30 * DAY_MS, to: now };
  const intervals = await timeOf(() =>
    thread.ask('intervals', { ...month, interval: '60', by: 'tier', zone: ZONE }, now),
  );
  return { intervalMs: intervals, agentMs: await timeOf(() => thread.ask('agents', month, now)) };
}

async function timeOf(what: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await what();
  return performance.now() - from;
}

/** @returns `earlyRssMb`: the most that the process had until the first parts were there */
async function exported(thread: ReportThread, format: 'csv' | 'xlsx', now: number) {
  const from = performance.now();
  await thread.ask(
    'beginExport',
    format,
    { of: 'calls', filter: {}, format, language: 'zh-CN', zone: ZONE },
    now,
  );
  let bytes = 0;
  let parts = 0;
  let earlyRssMb = 0;
  for (;;) {
    const part = await thread.ask('nextPart', format);
    if (!part) break;
    bytes += part.length;
    parts += 1;
    if (parts <= 50) earlyRssMb = Math.max(earlyRssMb, process.memoryUsage.rss() / 2 ** 20);
  }
  return { seconds: (performance.now() - from) / 1000, bytes, earlyRssMb };
}
