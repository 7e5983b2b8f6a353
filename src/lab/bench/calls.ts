/** `npm run bench:calls [-- --json | --profile | --help]`: what Carillon costs on top of the PBX. See `HELP`. */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../base/errors.ts';
import { freeTcpPort } from '../../setup/ports.ts';
import { lineOf, type Run, runAllCalls, runCalls, searchRates } from './call-rate.ts';
import { dialplanOf, FLOW_FILES, SIDES, type Side } from './calls-centre.ts';
import { type Inspected, inspect } from './inspected.ts';
import { memoryPerCall } from './live-memory.ts';
import { costliest } from './profile.ts';
import { timeToSound } from './prompt-caller.ts';
import { type Rig, startRig } from './rig.ts';

const HELP = `npm run bench:calls [-- --json]       what Carillon costs on top of the PBX; one line of JSON with --json
npm run bench:calls -- --profile [file]  where the daemon's time goes at 250 calls/s; a file gets the whole profile (.cpuprofile)

Everything is real: Asterisk, the daemon with its database, and SIPp as the callers, on this machine, over UDP. A caller sends one
packet of audio when he is answered, because Asterisk's Answer() waits for it (0.5 s without). Only admission control is out of the way
(CARILLON_CALLS_PER_SECOND).
dialplanCps, carillonCps  the highest rate at which no call fails and the mean time from INVITE to 200 OK is below 20 ms, in runs of at
              least 4 s and 1,000 calls, both sides in turns, to 25 calls/s; the rate above it failed three times. A call is: INVITE,
              200 OK, 0.2 s, BYE from Asterisk. The dialplan's is Answer(), Wait(0.2), Hangup(); Carillon's is a flow that pauses for
              200 ms (a timer, as Wait is) and hangs up. details.callMs: how long these calls are on each side, INVITE to the end
ratio         carillonCps / dialplanCps
complete      whether the search came to its end in its 200 s; if not, these rates are too low, and details.search shows between which
              rates each side's lies: the highest that passed, the lowest that failed, and how often
cpuMsPerCall  user and system time of the daemon's process per call at 250 calls/s, mean of two runs of 2,000 calls;
              asteriskCpuMsPerCall: the same of Asterisk, for both sides
firstPromptExtraMs  from INVITE to the first RTP packet that holds a sound, median of 60 calls, less the same of Answer() and
              Playback() of the same recording in the dialplan; the callers send audio as a phone does
bytesPerCall  what the daemon's heap and buffers grow by, per call, when 1,000 callers sit in a menu, each time after a full
              garbage collection by Node's inspector; rssPerCall: the same of all memory that the system has given it
others        share of the machine that other programs used during the search for the highest rates: above 0.1 the rates say little

SIPp stops time in steps of 4 ms, so a percentile is that exact; means are exact.
`;

/** Admission control would turn callers away long before the machine is full. */
const NO_LIMITS = { CARILLON_CALLS_PER_SECOND: '10000' };

const AT_RATE = 250;
const CPU_CALLS = 2000;
const CPU_RUNS = 2;
const PROMPT_CALLS = 60;
const SEARCH_MS = 200_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (process.argv.includes('--help')) process.stdout.write(HELP);
else
  await main().catch((thrown: unknown) => {
    say(messageOf(thrown));
    process.exitCode = 1;
  });

async function main(): Promise<void> {
  const rig = await startRig({ flows: FLOW_FILES, dialplan: dialplanOf, env: NO_LIMITS, say });
  try {
    if (process.argv.includes('--profile')) return await profile(rig);
    const figures = { ...(await callFigures(rig)), ...(await memoryPerCall(rig, say)) };
    process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(figures)}\n` : tableOf(figures));
  } finally {
    await rig.stop();
  }
}

// ── rates, processor time, first sound ──────────────────────────────────────────────────────────────────────────────

async function callFigures(rig: Rig) {
  const daemon = await rig.startDaemon();
  const calls = (side: Side): Promise<Run> => runAllCalls(rig, daemon.pid, side, AT_RATE, CPU_CALLS);
  say('warming up …');
  for (const side of ['dialplan', 'carillon'] as const) await calls(side);
  const firstPromptExtraMs = await firstSound(rig);
  const runs: Record<Side, Run[]> = { dialplan: [], carillon: [] };
  for (let round = 0; round < CPU_RUNS; round += 1)
    for (const side of ['dialplan', 'carillon'] as const) {
      const run = await calls(side);
      runs[side].push(run);
      say(`${side} ${AT_RATE}/s: ${lineOf(run)}`);
    }
  const search = await searchRates(rig, daemon.pid, performance.now() + SEARCH_MS, say);
  if (!search.complete) say('the search for the highest rates ran out of time: ratio says little');
  await daemon.stop();
  const { dialplan, carillon } = search.brackets;
  const meanOf = (side: Side, figure: (run: Run) => number): number =>
    rounded(runs[side].reduce((sum, run) => sum + figure(run), 0) / CPU_RUNS);
  const both = (figure: (run: Run) => number): Record<Side, number> => ({
    carillon: meanOf('carillon', figure),
    dialplan: meanOf('dialplan', figure),
  });
  return {
    dialplanCps: dialplan.passed,
    carillonCps: carillon.passed,
    ratio: rounded(carillon.passed / dialplan.passed),
    complete: search.complete,
    cpuMsPerCall: meanOf('carillon', (run) => run.daemonMs),
    asteriskCpuMsPerCall: both((run) => run.asteriskMs),
    firstPromptExtraMs,
    others: rounded(search.others),
    details: { search: search.brackets, callMs: both((run) => run.result.callMs) },
  };
}

async function firstSound(rig: Rig): Promise<number> {
  const times: Record<Side, number[]> = { dialplan: [], carillon: [] };
  for (let call = 0; call < PROMPT_CALLS; call += 1)
    for (const side of ['dialplan', 'carillon'] as const) {
      times[side].push(await timeToSound(rig.server, SIDES[side].speaks));
      await sleep(30);
    }
  const dialplan = medianOf(times.dialplan);
  const carillon = medianOf(times.carillon);
  say(`first sound after ${rounded(carillon)} ms, by the dialplan ${rounded(dialplan)} ms`);
  return rounded(carillon - dialplan);
}

// ── profile ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function profile(rig: Rig): Promise<void> {
  const port = await freeTcpPort();
  const daemon = await rig.startDaemon({ nodeArgs: [`--inspect=127.0.0.1:${port}`] });
  const inspected: Inspected = await inspect(port);
  await runCalls(rig, daemon.pid, 'carillon', AT_RATE, CPU_CALLS);
  await inspected.startProfile();
  const run = await runCalls(rig, daemon.pid, 'carillon', AT_RATE, CPU_CALLS);
  const result = await inspected.stopProfile();
  inspected.close();
  say(lineOf(run));
  const file = process.argv[process.argv.indexOf('--profile') + 1];
  if (file !== undefined) writeFileSync(file, JSON.stringify(result));
  process.stdout.write(costliest(result, run.daemonMs * 1000));
}

// ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────

type Figures = Awaited<ReturnType<typeof callFigures>> & Awaited<ReturnType<typeof memoryPerCall>>;

function tableOf(figures: Figures): string {
  const { asteriskCpuMsPerCall: asterisk } = figures;
  const lines: readonly (readonly [string, string])[] = [
    ['highest rate, dialplan', `${figures.dialplanCps} calls/s`],
    [
      'highest rate, Carillon',
      `${figures.carillonCps} calls/s, ${figures.ratio} of the dialplan's${figures.complete ? '' : ', but the time was up'}`,
    ],
    ['daemon, CPU per call', `${figures.cpuMsPerCall} ms at ${AT_RATE} calls/s`],
    ['Asterisk, CPU per call', `${asterisk.carillon} ms, in the dialplan ${asterisk.dialplan} ms`],
    ['first sound', `${figures.firstPromptExtraMs} ms later than by Playback in the dialplan`],
    ['memory per live call', `${figures.bytesPerCall} bytes in use, ${figures.rssPerCall} resident`],
    ['other programs', `${Math.round(figures.others * 100)} % of the machine meanwhile`],
  ];
  return lines.map(([what, value]) => `${what.padEnd(24)}${value}\n`).join('');
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
