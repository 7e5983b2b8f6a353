/** `npm run bench:import [-- --json | --help]`: what the import of a list costs, and the next lead out of very many. See `HELP`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { idSource } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { ListKeeper } from '../../list/keeper.ts';
import type { ImportProgress } from '../../list/list.ts';
import { inProject } from '../../setup/project.ts';
import { writeList } from './import/list-file.ts';
import { fill } from './import/many-leads.ts';
import { nextLeadTimes } from './import/next-leads.ts';
import { StandIn } from './import/stand-in.ts';

const HELP = `npm run bench:import [-- options]   what the import of a list costs the calls, and the next lead out of very many
  --json        one line of JSON
  --rows n      of the list that is imported (1,000,000), UTF-8 with Chinese names, two columns of numbers; one row in a hundred is refused
  --leads n     among which the next one is looked for (10,000,000), in twelve campaigns; their database takes 180 MB per million
  --folder f    for the scratch files, which are removed at the end (the system's own)

seconds          the whole import: encoding, CSV, numbers, zones, duplicates, refusals, and all of it committed
maxHoldMs        while it runs, a stand-in for the engine commits to the centre's database every 4 ms: the longest from the moment that a
                 turn was due until it was committed. quietMaxHoldMs: the same just before, without an import
maxProcessorMs   processor time that the worst of those turns took of its thread: what is above it in maxHoldMs are other programs, or waiting
peakRssMb        of the whole process, with all threads; growthMb: of that, what came in the second half of the import
againSeconds     the same file once more: every row is there already
nextLeadP99Ms    from the engine's question to the answer of the other thread, 300 leads of that campaign being in hand; nextTwentyP99Ms: for
                 twenty leads at once · settleP99Ms: until an outcome is kept
`;

const QUIET_MS = 5_000;
const LOOK_EVERY_MS = 100;

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
      rows: { type: 'string', default: '1000000' },
      leads: { type: 'string', default: '10000000' },
      folder: { type: 'string', default: tmpdir() },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const folder = mkdtempSync(join(values.folder, 'carillon-import-'));
  try {
    const figures = {
      ...(await importFigures(folder, Number(values.rows))),
      ...(await leadFigures(folder, Number(values.leads))),
    };
    const shown = Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1000) / 1000]),
    );
    if (values.json) process.stdout.write(`${JSON.stringify(shown)}\n`);
    else
      for (const [name, value] of Object.entries(shown)) process.stdout.write(`${name.padEnd(18)}${value}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function importFigures(folder: string, rows: number) {
  const path = join(folder, 'list.csv');
  await writeList(path, rows);
  say(`${rows.toLocaleString('en')} rows written`);
  const standIn = new StandIn(join(folder, 'centre.db'));
  const keeper = keeperIn(join(folder, 'import'));
  await keeper.start();
  const list = await keeper.createList({ campaign: 'm1', name: 'a list' });
  standIn.start();
  await sleep(QUIET_MS);
  const quiet = standIn.stop();
  standIn.start();
  const first = await importOnce(keeper, list.id, path);
  const busy = standIn.stop();
  const again = await importOnce(keeper, list.id, path);
  if (again.ended.unchanged !== first.ended.added)
    throw new Error(
      `imported again, ${again.ended.unchanged} of ${first.ended.added} rows were there already`,
    );
  await keeper.stop();
  await standIn.close();
  return {
    rows: first.ended.rows,
    added: first.ended.added,
    refused: first.ended.refused,
    seconds: first.seconds,
    againSeconds: again.seconds,
    maxHoldMs: busy.maxHoldMs,
    p99HoldMs: busy.p99HoldMs,
    maxProcessorMs: busy.maxProcessorMs,
    quietMaxHoldMs: quiet.maxHoldMs,
    peakRssMb: busy.peakRssMb,
    growthMb: busy.peakRssMb - first.earlyRssMb,
  };
}

/** @returns `earlyRssMb`: the most that the process had during the first half */
async function importOnce(
  keeper: ListKeeper,
  list: string,
  path: string,
): Promise<{ readonly ended: ImportProgress; readonly seconds: number; readonly earlyRssMb: number }> {
  const from = performance.now();
  const id = await keeper.importFile(list, path);
  let earlyRssMb = 0;
  for (;;) {
    await sleep(LOOK_EVERY_MS);
    const progress = (await keeper.import(id))!;
    if (progress.share <= 0.5) earlyRssMb = Math.max(earlyRssMb, process.memoryUsage.rss() / 2 ** 20);
    if (progress.endedAt === undefined) continue;
    if (progress.status !== 'finished')
      throw new Error(`the import is ${progress.status}: ${progress.problem}`);
    say(`${progress.rows.toLocaleString('en')} rows imported`);
    return { ended: progress, seconds: (performance.now() - from) / 1000, earlyRssMb };
  }
}

async function leadFigures(folder: string, leads: number) {
  const now = Date.now();
  const place = join(folder, 'leads');
  const keeper = keeperIn(place);
  fill(`${place}.db`, leads, now, say);
  await keeper.start();
  const times = await nextLeadTimes(keeper, now);
  await keeper.stop();
  return { leads, ...times };
}

function keeperIn(place: string): ListKeeper {
  return new ListKeeper({
    file: `${place}.db`,
    refusedFolder: place,
    shortCodes: inProject('dialer/short-codes.yaml'),
    country: 'CN',
    clock: systemClock,
    ids: idSource(Date.now, Math.random),
    log: silentLog,
  });
}
