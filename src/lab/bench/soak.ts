/** `npm run bench:soak [-- --json | --minutes n | --help]`: whether anything grows or leaks in the long run. See `HELP`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import { Sight } from './faults/api.ts';
import { type Centre, startCentre } from './faults/centre.ts';
import { Crowd, humanly, staff } from './faults/crowd.ts';
import { leftovers } from './faults/leftovers.ts';
import { Town } from './faults/town.ts';
import { growthOf, type Sample } from './soak/growth.ts';
import { leaksOf } from './soak/leaks.ts';
import { vitalsOf } from './soak/vitals.ts';

const HELP = `npm run bench:soak [-- options]   whether anything grows or leaks in the long run, on a real Asterisk
  --json        one line of JSON
  --minutes n   how long (30)
  --kill n      kill -9 of the daemon every so many minutes (3)
  --rate n      new calls per second (5)
  --seed n      of the callers' ways and patience (1)

Callers go their ways through the hotline that ships (menus, campaign codes, queue, agents, trunk, voicemail) and hang up at random
moments, as in bench:faults abandon; six agents answer, decline or let it ring.
rssGrowth  share by which resident memory grew from the first third to the last. Each kill puts a new process in the daemon's place,
           so daemons are compared that are of the same age, to 15 s; growth.* has supervisor, Asterisk and daemon each, rssGrowth is
           that of their sum. Medians of a sample every second.
fdGrowth   descriptors of supervisor, Asterisk and daemon in a pause of 70 s without calls at the end, less those in such a pause
           after the first minute of calls; 0 is flat
leaked     after the last call: rows of calls and legs that have not ended, channels, bridges, agents in an offer or a talk, half-written
           files, and recordings without a message
`;

const SAMPLE_MS = 1_000;
const WARM_UP_MS = 60_000;
/** Kept connections are closed after a minute. */
const PAUSE_MS = 70_000;
const MINUTE_MS = 60_000;

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
      minutes: { type: 'string', default: '30' },
      kill: { type: 'string', default: '3' },
      rate: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const [minutes, killEvery, rate, seed] = [values.minutes, values.kill, values.rate, values.seed].map(
    Number,
  );
  if (![minutes, killEvery, rate].every((figure) => figure !== undefined && figure > 0))
    throw new Error('--minutes, --kill and --rate want a number above 0.');
  const result = await soak({
    lastsMs: Number(minutes) * MINUTE_MS,
    killEveryMs: Number(killEvery) * MINUTE_MS,
    perSecond: Number(rate),
    seed: Number(seed),
  });
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : tableOf(result));
}

interface SoakOptions {
  readonly lastsMs: number;
  readonly killEveryMs: number;
  readonly perSecond: number;
  readonly seed: number;
}

async function soak({ lastsMs, killEveryMs, perSecond, seed }: SoakOptions) {
  const centre = await startCentre({ say });
  const random = seededRandom(seed);
  const town = await Town.open(centre.rig, humanly(random));
  const sight = new Sight(centre.rig);
  try {
    const goHome = await staff(town, sight, humanly(random));
    const crowd = new Crowd(town, random);
    await crowd.visit((perSecond * WARM_UP_MS) / 1000, perSecond);
    const before = await descriptorsAtRest(centre, sight);
    const killing = killNowAndThen(centre, killEveryMs);
    const watching = watch(centre);
    await crowd.visit((perSecond * lastsMs) / 1000, perSecond);
    const kills = killing.stop();
    const samples = watching.stop();
    await goHome();
    const leaks = await leaksOf(sight, centre.rig.settings.data);
    const after = await descriptorsAtRest(centre, sight);
    const { all, ...growth } = growthOf(samples, samples.at(-1)?.at ?? 0);
    return {
      rssGrowth: all,
      fdGrowth: after - before,
      leaked: Object.values(leaks).reduce((sum, count) => sum + count, 0),
      details: { growth, leaks, kills, calls: crowd.made, refused: crowd.unanswered, last: samples.at(-1) },
    };
  } finally {
    town.close();
    await centre.stop();
  }
}

/** Descriptors of the three processes when nobody has called for a while. */
async function descriptorsAtRest(centre: Centre, sight: Sight): Promise<number> {
  await leftovers(sight, MINUTE_MS);
  await sleep(PAUSE_MS);
  const pids = [centre.supervisorPid, centre.pbxPid() ?? 0, centre.daemonPid()];
  return pids.reduce((sum, pid) => sum + (vitalsOf(pid)?.fds ?? 0), 0);
}

/** Kills the daemon every so often, until `stop`, which says how often it was. */
function killNowAndThen(centre: Centre, everyMs: number): { stop(): number } {
  let kills = 0;
  const timer = setInterval(() => {
    kills += 1;
    process.kill(centre.daemonPid(), 'SIGKILL');
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return kills;
    },
  };
}

/** Samples the memory of all, until `stop`, which gives the samples. */
function watch(centre: Centre): { stop(): Sample[] } {
  const began = Date.now();
  const samples: Sample[] = [];
  const born = new Map<number, number>();
  const timer = setInterval(() => {
    const at = Date.now() - began;
    const pid = centre.daemonPid();
    // The first one was there before us, as the others are before they take over.
    const since = born.get(pid) ?? at;
    born.set(pid, since);
    const [supervisor, asterisk, daemon] = [centre.supervisorPid, centre.pbxPid() ?? 0, pid].map(vitalsOf);
    if (!supervisor || !asterisk || !daemon) return;
    const sizes = { supervisor: supervisor.rss, asterisk: asterisk.rss, daemon: daemon.rss };
    samples.push({ at, daemonAge: at - since, ...sizes });
  }, SAMPLE_MS);
  return {
    stop() {
      clearInterval(timer);
      return samples;
    },
  };
}

function tableOf(result: Awaited<ReturnType<typeof soak>>): string {
  const { rssGrowth, fdGrowth, leaked, details } = result;
  const { growth, leaks, kills, calls } = details;
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const each = Object.entries(growth).map(([who, share]) => `${who} ${percent(share)}`);
  return [
    `${calls} calls, the daemon killed ${kills} times`,
    `rssGrowth  ${percent(rssGrowth)} (below 10 %): ${each.join(', ')}`,
    `fdGrowth   ${fdGrowth} (0)`,
    `leaked     ${leaked} (0): ${JSON.stringify(leaks)}`,
    '',
  ].join('\n');
}
