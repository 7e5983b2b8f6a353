/** `npm run bench:calls [-- --json | --pbx freeswitch | --profile | --help]`: what Carillon costs on top of the PBX. See `HELP`. */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '../../base/errors.ts';
import type { PbxKind } from '../../setup/pbx-installation.ts';
import { freeTcpPort } from '../../setup/ports.ts';
import { lineOf, type Run, runAllCalls, runCalls, searchRates } from './call-rate.ts';
import { addDialplan, FLOW_FILES, SIDES, type Side } from './calls-centre.ts';
import { comparedWith, measuredIn, PBX_TITLES, pbxKindIn, sideBySide } from './compared.ts';
import { type Inspected, inspect } from './inspected.ts';
import { inviteToEngine } from './invite-latency.ts';
import { memoryPerCall } from './live-memory.ts';
import { LOADS } from './loads.ts';
import { costliest } from './profile.ts';
import { timeToSound } from './prompt-caller.ts';
import { type Rig, startRig } from './rig.ts';

const HELP = `npm run bench:calls [-- --json]       what Carillon costs on top of the PBX; one line of JSON with --json
npm run bench:calls -- --pbx freeswitch  the same on FreeSWITCH, and on Asterisk beside it; --alone: without that. FREESWITCH_HOME is the
              folder that it is installed in. JSON has the figures of each by its name then
npm run bench:calls -- --profile [file]  where the daemon's time goes at atRate; a file gets the whole profile (.cpuprofile)

Everything is real: the PBX, the daemon with its database, and SIPp as the callers, on this machine, over UDP. A caller sends one
packet of audio when he is answered, because Asterisk's Answer() waits for it (0.5 s without). Only admission control is out of the way
(CARILLON_CALLS_PER_SECOND).
dialplanCps, carillonCps  the highest rate at which no call fails and the mean time from INVITE to 200 OK is below 20 ms, in runs of at
              least 4 s and 1,000 calls, both sides in turns, to 25 calls/s (FreeSWITCH: 600 calls, to 10 calls/s); the rate above it
              failed three times. A call is: INVITE, 200 OK, 0.2 s, BYE from the PBX. The dialplan's is answer, wait for 0.2 s, hang up;
              Carillon's is a flow that pauses for 200 ms (a timer, as the wait is) and hangs up. details.callMs: how long these calls
              are on each side, INVITE to the end
ratio         carillonCps / dialplanCps
complete      whether the search came to its end in its 200 s; if not, these rates are too low, and details.search shows between which
              rates each side's lies: the highest that passed, the lowest that failed, and how often
inviteToEngineMs  from the trunk's INVITE until the engine would be told of the call, one call at a time, by one clock: what connects
              the daemon with the PBX runs in the bench's own process for it
cpuMsPerCall  user and system time of the daemon's process per call at atRate calls/s, mean of two runs of 8 s;
              pbxCpuMsPerCall: the same of the PBX, for both sides
firstPromptExtraMs  from INVITE to the first RTP packet that holds a sound, median of 60 calls, less the same of an answer and a
              playback of the same recording in the dialplan; the callers send audio as a phone does
bytesPerCall  what the daemon's heap and buffers grow by, per call, when 1,000 callers sit in a menu (FreeSWITCH: 300), each time after
              a full garbage collection by Node's inspector; rssPerCall: the same of all memory that the system has given it
others        share of the machine that other programs used during the search for the highest rates: above 0.1 the rates say little

SIPp stops time in steps of 4 ms, so a percentile is that exact; means are exact.
`;

/** Admission control would turn callers away long before the machine is full. */
const NO_LIMITS = { CARILLON_CALLS_PER_SECOND: '10000' };

const CPU_SECONDS = 8;
const CPU_RUNS = 2;
const PROMPT_CALLS = 60;
const SEARCH_MS = 200_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

await main().catch((thrown: unknown) => {
  say(messageOf(thrown));
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      profile: { type: 'boolean' },
      alone: { type: 'boolean' },
      pbx: { type: 'string', default: 'asterisk' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const wanted = pbxKindIn(values.pbx);
  if (values.profile) return await onRig(wanted, (rig) => profile(rig, positionals[0]));
  const kinds = comparedWith(wanted, values.alone ?? false);
  const figures: Partial<Record<PbxKind, Figures>> = {};
  for (const kind of kinds) figures[kind] = await onRig(kind, allFigures);
  const result = kinds.length === 1 && wanted === 'asterisk' ? figures.asterisk : figures;
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : tableOf(figures));
}

async function onRig<Result>(pbx: PbxKind, work: (rig: Rig) => Promise<Result>): Promise<Result> {
  const rig = await startRig({ flows: FLOW_FILES, pbx, adjust: addDialplan, env: NO_LIMITS, say });
  say(rig.program);
  try {
    return await work(rig);
  } finally {
    await rig.stop();
  }
}

async function allFigures(rig: Rig) {
  const inviteToEngineMs = await inviteToEngine(rig);
  say(`INVITE to engine: ${JSON.stringify(inviteToEngineMs)} ms`);
  return { ...(await callFigures(rig)), inviteToEngineMs, ...(await memoryPerCall(rig, say)) };
}

// ── rates, processor time, first sound ──────────────────────────────────────────────────────────────────────────────

async function callFigures(rig: Rig) {
  const daemon = await rig.startDaemon();
  const { atRate } = LOADS[rig.settings.pbx];
  const calls = (side: Side): Promise<Run> =>
    runAllCalls(rig, daemon.pid, side, atRate, atRate * CPU_SECONDS);
  say('warming up …');
  for (const side of ['dialplan', 'carillon'] as const) await calls(side);
  const firstPromptExtraMs = await firstSound(rig);
  const runs: Record<Side, Run[]> = { dialplan: [], carillon: [] };
  for (let round = 0; round < CPU_RUNS; round += 1)
    for (const side of ['dialplan', 'carillon'] as const) {
      const run = await calls(side);
      runs[side].push(run);
      say(`${side} ${atRate}/s: ${lineOf(run)}`);
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
    atRate,
    cpuMsPerCall: meanOf('carillon', (run) => run.daemonMs),
    pbxCpuMsPerCall: both((run) => run.pbxMs),
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

async function profile(rig: Rig, file: string | undefined): Promise<void> {
  const { atRate } = LOADS[rig.settings.pbx];
  const port = await freeTcpPort();
  const daemon = await rig.startDaemon({ nodeArgs: [`--inspect=127.0.0.1:${port}`] });
  const inspected: Inspected = await inspect(port);
  const calls = () => runCalls(rig, daemon.pid, 'carillon', atRate, atRate * CPU_SECONDS);
  await calls();
  await inspected.startProfile();
  const run = await calls();
  const result = await inspected.stopProfile();
  inspected.close();
  say(lineOf(run));
  if (file !== undefined) writeFileSync(file, JSON.stringify(result));
  process.stdout.write(costliest(result, run.daemonMs * 1000));
}

// ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────

type Figures = Awaited<ReturnType<typeof allFigures>>;

function tableOf(figures: Partial<Record<PbxKind, Figures>>): string {
  const columns = measuredIn(figures).map(([kind, of]) => [PBX_TITLES[kind], of] as const);
  return sideBySide(columns, [
    ['highest rate, dialplan', (of) => `${of.dialplanCps} calls/s`],
    ['highest rate, Carillon', (of) => `${of.carillonCps} calls/s`],
    ['Carillon ÷ dialplan', (of) => `${of.ratio}${of.complete ? '' : ', but the time was up'}`],
    ['INVITE to engine, 50, 95 %', (of) => `${of.inviteToEngineMs.p50}, ${of.inviteToEngineMs.p95} ms`],
    ['CPU per call at', (of) => `${of.atRate} calls/s`],
    ['  daemon', (of) => `${of.cpuMsPerCall} ms`],
    ['  PBX', (of) => `${of.pbxCpuMsPerCall.carillon} ms, in the dialplan ${of.pbxCpuMsPerCall.dialplan} ms`],
    ['first sound, after dialplan', (of) => `${of.firstPromptExtraMs} ms`],
    ['memory per live call', (of) => `${of.bytesPerCall} bytes, ${of.rssPerCall} resident`],
    ['other programs', (of) => `${Math.round(of.others * 100)} % of the machine`],
  ]);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
