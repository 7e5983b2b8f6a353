import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Desks } from '../drain/desks.ts';
import { Sight } from '../faults/api.ts';
import { Town } from '../faults/town.ts';
import { cpuMsOf, machineMs, shareOf } from '../processor.ts';
import type { Rig, RigDaemon } from '../rig.ts';
import { quantile } from '../routing/sample.ts';
import { AGENTS, customerOf, NUMBER } from './centre.ts';
import type { Order, Told } from './pages.ts';

const CALLS_PER_SECOND = 20;
const TALK_MS = 6_000;
const RING_MS = 200;
const WARM_UP_MS = 12_000;
const WINDOW_MS = 15_000;
/** Windows with and without pages, in turns. */
const PAIRS = 3;
const AT_ONCE = 20;

export interface Pushing {
  readonly pages: number;
  readonly callsPerSecond: number;
  /** Of one core: the daemon's processor time with pages, less that without. */
  readonly pushShare: number;
  readonly shareWithout: number;
  readonly shareWith: number;
  readonly messagesPerSecond: number;
  readonly kilobytesPerSecond: number;
  readonly lagP99Ms: number;
  readonly worstLagMs: number;
  /** Sockets that the server closed. */
  readonly lost: number;
  /** Share of the machine that everything used. */
  readonly machine: number;
}

/** What it costs to keep three hundred pages up to date while calls come, on the real PBX. */
export async function pushing(rig: Rig, daemon: RigDaemon, say: (line: string) => void): Promise<Pushing> {
  const sight = new Sight(rig);
  const town = await Town.open(rig);
  const desks = new Desks(RING_MS);
  const pages = fork(fileURLToPath(new URL('pages.ts', import.meta.url)));
  const tokens: string[] = [];
  try {
    say('300 phones register, their agents go ready');
    for (let first = 0; first < AGENTS.length; first += AT_ONCE)
      await Promise.all(
        AGENTS.slice(first, first + AT_ONCE).map(async (agent) => {
          await town.addPhone(agent, desks.at(agent));
          await sight.logIn(agent);
          await sight.makeReady(agent);
          const wanted = { name: agent, role: 'agent', agentId: agent };
          tokens.push((await sight.api<{ token: string }>('/api/tokens', wanted)).token);
        }),
      );
    return await windows(daemon, pages, tokens, `ws://127.0.0.1:${rig.settings.httpPort}/live`, {
      say,
      call: callerOf(town, desks),
    });
  } finally {
    pages.disconnect();
    town.hangUpAll();
    await sleep(1_000);
    town.close();
  }
}

/** Has somebody call whose agent hangs up. */
function callerOf(town: Town, desks: Desks): () => void {
  let count = 0;
  return () => {
    count += 1;
    desks.expect(customerOf(count).number, TALK_MS);
    void town.dial(NUMBER).then((call) => call.audio.leave());
  };
}

async function windows(
  daemon: RigDaemon,
  pages: ChildProcess,
  tokens: readonly string[],
  url: string,
  { say, call }: { readonly say: (line: string) => void; readonly call: () => void },
): Promise<Pushing> {
  const calling = setInterval(call, 1000 / CALLS_PER_SECOND);
  const began = { at: performance.now(), machine: machineMs() };
  const without: number[] = [];
  const withPages: number[] = [];
  const told: Told[] = [];
  try {
    await sleep(WARM_UP_MS);
    for (let pair = 1; pair <= PAIRS; pair += 1) {
      without.push(await shareInWindow(daemon));
      await tell(pages, { do: 'open', url, tokens });
      withPages.push(await shareInWindow(daemon));
      told.push((await tell(pages, { do: 'close' })) as Told);
      say(
        `pair ${pair} of ${PAIRS}: ${percent(without.at(-1))} without pages, ${percent(withPages.at(-1))} with`,
      );
    }
  } finally {
    clearInterval(calling);
  }
  const elapsedMs = performance.now() - began.at;
  const lags = told.flatMap(({ lagsMs }) => lagsMs);
  const seconds = (PAIRS * WINDOW_MS) / 1000;
  const sum = (of: (one: Told) => number): number => told.reduce((all, one) => all + of(one), 0);
  return {
    pages: tokens.length,
    callsPerSecond: CALLS_PER_SECOND,
    pushShare: rounded(mean(withPages) - mean(without)),
    shareWithout: rounded(mean(without)),
    shareWith: rounded(mean(withPages)),
    messagesPerSecond: Math.round(sum(({ messages }) => messages) / seconds),
    kilobytesPerSecond: Math.round(sum(({ bytes }) => bytes) / seconds / 1000),
    lagP99Ms: quantile(lags, 0.99),
    worstLagMs: Math.max(...lags),
    lost: sum(({ lost }) => lost),
    machine: rounded(shareOf(machineMs() - began.machine, elapsedMs)),
  };
}

/** Share of one core that the daemon uses for a while. */
async function shareInWindow({ pid }: RigDaemon): Promise<number> {
  const before = { at: performance.now(), ms: cpuMsOf(pid) };
  await sleep(WINDOW_MS);
  return (cpuMsOf(pid) - before.ms) / (performance.now() - before.at);
}

async function tell(pages: ChildProcess, order: Order): Promise<unknown> {
  const answered = once(pages, 'message');
  pages.send(order);
  const [answer] = (await answered) as [unknown];
  return answer;
}

const mean = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0) / values.length;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const percent = (share = 0): string => `${(share * 100).toFixed(1)} % of a core`;
