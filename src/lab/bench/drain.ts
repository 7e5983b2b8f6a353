/** `npm run bench:drain [-- --json | --pbx freeswitch | --help]`: how fast a burst is served, by Carillon and by the PBX's own queue. See `HELP`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import type { PbxKind } from '../../setup/pbx-installation.ts';
import { comparedWith, pbxKindIn } from './compared.ts';
import { type Load, type Round, runBurst, timesToVoice } from './drain/burst.ts';
import { EXTENSIONS, NUMBERS, SYSTEMS, type System, startDrainCentre } from './drain/centre.ts';
import { Desks } from './drain/desks.ts';
import { idealTimes, medianOf, talksOf } from './drain/figures.ts';
import { NATIVE, strategyOf } from './drain/native-queues.ts';
import { summaryOf, tableOf } from './drain/report.ts';
import { GOALS, verdictOf } from './drain/verdict.ts';
import { Sight, until } from './faults/api.ts';
import { Town } from './faults/town.ts';
import type { Rig } from './rig.ts';

const HELP = `npm run bench:drain [-- options]   how fast a burst of calls is served, by Carillon and by the PBX's own queue
  --json          one line of JSON
  --pbx freeswitch  Carillon and mod_callcenter on FreeSWITCH, and Carillon and Queue() on Asterisk beside them. FREESWITCH_HOME is the
                  folder that it is installed in. JSON has the figures of each PBX by its name then
  --alone         that PBX only
  --calls n       of a burst (240)
  --rate n        calls per second (80)
  --ring ms       how long a phone rings until it is answered (200)
  --talk ms       mean length of a talk (800)
  --rounds n      bursts of each system, native and Carillon in turns (5)
  --strategy s    of the native queue. Queue(): ${NATIVE.asterisk.strategies.join(', ')}
                  mod_callcenter: ${NATIVE.freeswitch.strategies.join(', ')}

Everything is real: one PBX, the daemon with its database, 60 registered SIP phones and SIP callers, over UDP. Both systems have the
same phones and agents, the same burst, ring and talks (seeded, evenly spread from half the mean to one and a half; the agent hangs up),
no wrap-up, the same music. A flow answers and queues; the native queue is answer, queue, hang up, without announcements: Queue() with
autofill, retry 1 (the shortest; 0 means 5), ringinuse no; mod_callcenter without tier rules and delays. Before it counts, both serve
callers who listen, and each has to hear his agent. In the bursts nobody sends more audio than a first packet.
Talks are short, because the queue is what is measured. Queue() lets each caller look once a second whether it is his turn, and
mod_callcenter counts an agent as free from the next whole second on, so an agent who is free waits; in a talk of minutes that second is
little, and where agents are more than the burst needs (--talk 400) nobody waits. The lengths differ, because talks of one length beat in
time with those looks.

ratio         Carillon's median drain by the native one's; goal: at most ${GOALS.asterisk} on Asterisk, ${GOALS.freeswitch} on FreeSWITCH. null, and the bench fails,
              when a call was lost
ratioToEnd    the same up to the end of the last talk, doneMs
drainMs       from the first INVITE until an agent has answered every caller; doneMs: until the last caller is hung up after his talk;
              ideal: both of a queue that loses no time at all
waitMs        INVITE → the agent's answer · gapMs: from an agent's end of a talk to his next ring, when somebody waits
lost          callers without exactly one whole talk; overloads: why Carillon refused some, such as late on a machine that others use
emptyRings    rings that were given up · voiceMs: from the agent's answer until the caller hears him
pbxMs, daemonMs   processor time per call · bench, others: share of the machine that phones and callers, and other programs, used;
              with others above 0.1 the figures say little
`;

const SEED = 1;
const LISTENERS = 60;
const LISTENERS_PER_SECOND = 20;
const LISTEN_MS = 2000;
const QUIET_MS = 20_000;
const PAUSE_MS = 300;

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
      pbx: { type: 'string', default: 'asterisk' },
      alone: { type: 'boolean' },
      calls: { type: 'string', default: '240' },
      rate: { type: 'string', default: '80' },
      ring: { type: 'string', default: '200' },
      talk: { type: 'string', default: '800' },
      rounds: { type: 'string', default: '5' },
      strategy: { type: 'string' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const wanted = pbxKindIn(values.pbx);
  const strategy = strategyOf(wanted, values.strategy);
  const plan = {
    calls: numberOf('calls', values.calls),
    perSecond: numberOf('rate', values.rate),
    ringMs: numberOf('ring', values.ring),
    talkMs: numberOf('talk', values.talk),
    rounds: numberOf('rounds', values.rounds),
  };
  const results: Partial<Record<PbxKind, Result>> = {};
  const kinds = comparedWith(wanted, values.alone ?? false);
  for (const kind of kinds)
    results[kind] = await measure(kind, kind === wanted ? strategy : strategyOf(kind, undefined), plan);
  if (Object.values(results).some(({ faults }) => faults.length > 0)) process.exitCode = 1;
  const result = kinds.length === 1 && wanted === 'asterisk' ? results.asterisk : results;
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : tableOf(results));
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} wants a number above 0.`);
}

// ── measuring ───────────────────────────────────────────────────────────────────────────────────────────────────────

interface Planned {
  readonly calls: number;
  readonly perSecond: number;
  readonly ringMs: number;
  readonly talkMs: number;
  readonly rounds: number;
}

async function measure(pbx: PbxKind, strategy: string, plan: Planned) {
  const rig = await startDrainCentre(pbx, strategy, say);
  say(rig.program);
  try {
    return await measureOn(rig, pbx, plan);
  } finally {
    await rig.stop();
  }
}

async function measureOn(rig: Rig, pbx: PbxKind, plan: Planned) {
  const { calls, perSecond, ringMs, talkMs } = plan;
  const daemon = await rig.startDaemon();
  const town = await Town.open(rig);
  const sight = new Sight(rig);
  const desks = new Desks(ringMs);
  try {
    await staff(town, sight, desks);
    const voiceMs: Record<System, number> = { native: 0, carillon: 0 };
    for (const system of SYSTEMS) voiceMs[system] = await listen(town, desks, sight, system);
    const talksMs = talksOf(seededRandom(SEED), calls, talkMs);
    const pids = { pbx: rig.pbx.pid, daemon: daemon.pid };
    const burst = async (system: System): Promise<Round> => {
      const load: Load = { number: NUMBERS[system], perSecond, talksMs };
      const round = await runBurst(town, desks, load, pids);
      await untilQuiet(sight);
      say(`${system}: ${JSON.stringify(round)}`);
      return round;
    };
    say('warming up …');
    for (const system of SYSTEMS) await burst(system);
    const rounds: Record<System, Round[]> = { native: [], carillon: [] };
    for (let at = 0; at < plan.rounds; at += 1)
      for (const system of SYSTEMS) rounds[system].push(await burst(system));
    return {
      ...verdictOf(rounds, plan, GOALS[pbx]),
      ideal: idealTimes(talksMs, ringMs, perSecond, EXTENSIONS.length),
      native: summaryOf(rounds.native, voiceMs.native),
      carillon: summaryOf(rounds.carillon, voiceMs.carillon),
      overloads: await overloads(sight),
      details: { plan, rounds },
    };
  } finally {
    town.close();
  }
}

async function staff(town: Town, sight: Sight, desks: Desks): Promise<void> {
  for (const agent of EXTENSIONS) {
    await town.addPhone(agent, desks.at(agent));
    await sight.logIn(agent);
    await sight.makeReady(agent);
  }
}

/** @returns how long after his agent's answer a caller hears him, median, ms. @throws Error when one hears nothing */
async function listen(town: Town, desks: Desks, sight: Sight, system: System): Promise<number> {
  const talksMs = new Array<number>(LISTENERS).fill(LISTEN_MS);
  const load = { number: NUMBERS[system], perSecond: LISTENERS_PER_SECOND, talksMs };
  const times = await timesToVoice(town, desks, load);
  await untilQuiet(sight);
  const heard = times.filter((time) => time !== undefined);
  if (heard.length < LISTENERS)
    throw new Error(`${system}: ${LISTENERS - heard.length} callers never heard their agent`);
  return medianOf(heard);
}

/** Until no channel is left and every agent is ready. */
async function untilQuiet(sight: Sight): Promise<void> {
  const isQuiet = async (): Promise<boolean> => {
    const { channels } = await sight.pbx.left();
    const ready = (await sight.agents()).filter(
      ({ id, state }) => EXTENSIONS.includes(id) && state === 'ready',
    );
    return channels === 0 && ready.length === EXTENSIONS.length;
  };
  await until('no channel left and all agents ready again', isQuiet, QUIET_MS);
  await sleep(PAUSE_MS);
}

/** Why Carillon refused callers; on a machine that others use it may be late, and says so. */
async function overloads(sight: Sight): Promise<readonly string[]> {
  const { events } = await sight.api<{ events: { data: { reason: string } }[] }>(
    '/api/events?types=OverloadBegan',
  );
  return events.map((event) => event.data.reason);
}

type Result = Awaited<ReturnType<typeof measure>>;
