/** `npm run bench:drain [-- --json | --help]`: how fast a burst is served, by Carillon and by Asterisk's own queue. See `HELP`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import { type Load, type Round, runBurst, timesToVoice } from './drain/burst.ts';
import { EXTENSIONS, NUMBERS, STRATEGIES, SYSTEMS, type System, startDrainCentre } from './drain/centre.ts';
import { Desks } from './drain/desks.ts';
import { idealTimes, medianOf, talksOf } from './drain/figures.ts';
import { GOAL, verdictOf } from './drain/verdict.ts';
import { Sight, until } from './faults/api.ts';
import { Town } from './faults/town.ts';
import type { Rig } from './rig.ts';

const HELP = `npm run bench:drain [-- options]   how fast a burst of calls is served, by Carillon and by Asterisk's native Queue()
  --json          one line of JSON
  --calls n       of a burst (240)
  --rate n        calls per second (80)
  --ring ms       how long a phone rings until it is answered (200)
  --talk ms       mean length of a talk (800)
  --rounds n      bursts of each system, native and Carillon in turns (5)
  --strategy s    of the native queue: ${STRATEGIES.join(', ')} (leastrecent)

Everything is real: one Asterisk, the daemon with its database, 60 registered SIP phones and SIP callers, over UDP. Both systems have the
same phones and agents, the same burst, ring and talks (seeded, evenly spread from half the mean to one and a half; the agent hangs up),
no wrap-up, the same music. A flow answers and queues; the native queue is Answer(), Queue(), Hangup() with autofill, retry 1 (the
shortest; 0 means 5), ringinuse no, no announcements. Before it counts, both serve callers who listen, and each has to hear his agent.
In the bursts nobody sends more audio than a first packet.
Talks are short, because the queue is what is measured. Queue() lets each caller look once a second whether it is his turn, so an agent
who is free waits for the next look; in a talk of minutes that second is little, and where agents are more than the burst needs
(--talk 400) nobody waits in either. The lengths differ, because talks of one length beat in time with those looks.

ratio         Carillon's median drain by the native one's; goal: at most ${GOAL}. null, and the bench fails, when a call was lost
ratioToEnd    the same up to the end of the last talk, doneMs
drainMs       from the first INVITE until an agent has answered every caller; doneMs: until the last caller is hung up after his talk;
              ideal: both of a queue that loses no time at all
waitMs        INVITE → the agent's answer · gapMs: from an agent's end of a talk to his next ring, when somebody waits
lost          callers without exactly one whole talk; overloads: why Carillon refused some, such as late on a machine that others use
emptyRings    rings that were given up · voiceMs: from the agent's answer until the caller hears him
asteriskMs, daemonMs   processor time per call · bench, others: share of the machine that phones and callers, and other programs, used;
              with others above 0.1 the figures say little
`;

const SEED = 1;
const LISTENERS = 60;
const LISTENERS_PER_SECOND = 20;
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
      calls: { type: 'string', default: '240' },
      rate: { type: 'string', default: '80' },
      ring: { type: 'string', default: '200' },
      talk: { type: 'string', default: '800' },
      rounds: { type: 'string', default: '5' },
      strategy: { type: 'string', default: 'leastrecent' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const strategy = STRATEGIES.find((one) => one === values.strategy);
  if (!strategy)
    throw new Error(`There is no strategy ${values.strategy}; there are ${STRATEGIES.join(', ')}.`);
  const plan = {
    calls: numberOf('calls', values.calls),
    perSecond: numberOf('rate', values.rate),
    ringMs: numberOf('ring', values.ring),
    talkMs: numberOf('talk', values.talk),
    rounds: numberOf('rounds', values.rounds),
  };
  const rig = await startDrainCentre(strategy, say);
  try {
    const result = await measure(rig, plan);
    if (result.faults.length > 0) process.exitCode = 1;
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : tableOf(result));
  } finally {
    await rig.stop();
  }
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

async function measure(rig: Rig, plan: Planned) {
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
    const pids = { asterisk: rig.asterisk.pid, daemon: daemon.pid };
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
      ...verdictOf(rounds, plan),
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
  const talksMs = new Array<number>(LISTENERS).fill(1000);
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
    const { channels } = await sight.leftInPbx();
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

// ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function summaryOf(rounds: readonly Round[], voiceMs: number) {
  const drains = rounds.map((round) => round.drainMs);
  const median = (figure: (round: Round) => number): number => medianOf(rounds.map(figure));
  const sum = (figure: (round: Round) => number): number =>
    rounds.reduce((all, round) => all + figure(round), 0);
  return {
    drainMs: medianOf(drains),
    doneMs: median((round) => round.doneMs),
    fastestMs: Math.min(...drains),
    slowestMs: Math.max(...drains),
    waitMs: { mean: median((round) => round.waitMs.mean), p95: median((round) => round.waitMs.p95) },
    gapMs: { mean: median((round) => round.gapMs.mean), p95: median((round) => round.gapMs.p95) },
    lost: sum((round) => round.lost),
    emptyRings: sum((round) => round.emptyRings),
    voiceMs,
    asteriskMs: median((round) => round.asteriskMs),
    daemonMs: median((round) => round.daemonMs),
    bench: median((round) => round.bench),
    others: median((round) => round.others),
  };
}

type Result = Awaited<ReturnType<typeof measure>>;

function tableOf({ ratio, ratioToEnd, reached, faults, ideal, native, carillon, overloads }: Result): string {
  const row = (name: string, show: (of: Result['native']) => string): string =>
    `${name.padEnd(28)}${show(native).padEnd(26)}${show(carillon)}\n`;
  return [
    row('', (of) => (of === native ? 'native Queue()' : 'Carillon')),
    row('drained, median', (of) => `${of.drainMs} ms`),
    row('fastest to slowest', (of) => `${of.fastestMs} to ${of.slowestMs} ms`),
    row('last talk over, median', (of) => `${of.doneMs} ms`),
    row('wait, mean and 95 %', (of) => `${of.waitMs.mean}, ${of.waitMs.p95} ms`),
    row('free to next ring', (of) => `${of.gapMs.mean}, ${of.gapMs.p95} ms`),
    row('answer to voice', (of) => `${of.voiceMs} ms`),
    row('lost, empty rings', (of) => `${of.lost}, ${of.emptyRings}`),
    row('CPU per call', (of) => `${of.asteriskMs} + ${of.daemonMs} ms`),
    row('bench and others used', (of) => `${of.bench} and ${of.others}`),
    `without any loss of time    drained ${ideal.drainMs} ms, last talk over ${ideal.doneMs} ms\n`,
    ...overloads.map((reason) => `Carillon refused callers: ${reason}\n`),
    ...faults.map((fault) => `${fault}\n`),
    `ratio                       ${ratio ?? 'none'}, goal ${GOAL}${reached ? '' : ': MISSED'}; to the end of the last talk ${ratioToEnd ?? 'none'}\n`,
  ].join('');
}
