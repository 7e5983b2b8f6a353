import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../base/random.ts';
import type { AttemptView } from '../../../http/outbound-views.ts';
import { CampaignDesk } from '../outbound/campaign-desk.ts';
import { deskNumbers, MESSAGE_MS, QUEUE, startOutboundCentre } from '../outbound/outbound-centre.ts';
import type { CalledCall } from '../sip/called-call.ts';
import { Sight, until } from './api.ts';
import type { CentreOptions } from './centre.ts';
import { importArgument } from './injected.ts';
import { Town } from './town.ts';

const AGENTS = 16;
/** Nobody waits longer than that for the last lead, ms. */
const LIMIT_MS = 6 * 60_000;
/** When nobody new was called for so long, the list is done, ms. */
const QUIET_MS = 25_000;
/** Somebody who is abandoned waits for at least so long before he hears the message. */
const BEFORE_MESSAGE_MS = 1800;

export interface DialerKill {
  /** Calls to a number beyond its attempts. */
  readonly doubleDials: number;
  /** Customers who answered and were hung up by us without an agent or the whole message. */
  readonly droppedAnswers: number;
  /** Attempts that nobody closed. */
  readonly openAttempts: number;
  readonly attempts: number;
  /** Kills, by the moment. */
  readonly kills: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly seconds: number;
}

export interface DialerKillOptions extends Pick<CentreOptions, 'say' | 'pbx'> {
  /** Leads; each is tried once. */
  readonly attempts: number;
  readonly seed: number;
  /** Files of `inject/` for every daemon, beside the one that kills. */
  readonly inject?: readonly string[];
}

/** Has customers called while the daemon kills itself (kill -9) at one moment after the other. */
export async function dialerKill({
  say,
  pbx = 'asterisk',
  attempts: count,
  seed,
  inject = [],
}: DialerKillOptions): Promise<DialerKill> {
  const files = ['die-while-dialling.ts', ...inject];
  const centre = await startOutboundCentre({
    say,
    pbx,
    agents: AGENTS,
    wrapUpS: 0,
    nodeOptions: files.map(importArgument).join(' '),
  });
  const random = seededRandom(seed);
  const town = await Town.open(centre.rig, (call) => customer(call, random));
  try {
    const sight = new Sight(centre.rig);
    for (const desk of deskNumbers(AGENTS)) {
      await town.addPhone(desk, (call) => agent(call, random));
      await sight.logIn(desk);
      await sight.makeReady(desk);
    }
    const numbers = Array.from({ length: count }, (_, at) => `139${String(10_000_000 + at)}`);
    const desk = await CampaignDesk.open(
      centre.rig,
      sight,
      {
        queue: QUEUE,
        flow: 'answered',
        pacing: { mode: 'ratio', ratio: 3, minRingMs: 15_000 },
        ringMs: 16_000,
        retry: {},
      },
      numbers,
    );
    const from = performance.now();
    await desk.control('start');
    await untilDone(town, count, say);
    const seconds = Math.round((performance.now() - from) / 1000);
    await until('the daemon answers', () => desk.control('stop').then(() => true), 30_000);
    await until('no calls any more', async () => (await sight.liveCalls()).length === 0, 60_000).catch(
      () => undefined,
    );
    const attempts = await until('the attempts are told', () => desk.attempts(), 30_000);
    // A bench in which nobody is called shows nothing.
    if (attempts.length < count * 0.95) throw new Error(`only ${attempts.length} of ${count} were called`);
    return { ...judge(town.called, attempts), kills: killsOf(centre.rig.settings.data), seconds };
  } finally {
    town.close();
    await centre.stop();
  }
}

/** Until everybody was called, or nobody is any more. */
async function untilDone(town: Town, count: number, say: (line: string) => void): Promise<void> {
  const dials = (): number => town.called.filter(isCustomer).length;
  const deadline = performance.now() + LIMIT_MS;
  let [seen, since] = [0, performance.now()];
  while (performance.now() < deadline) {
    await sleep(1000);
    const now = dials();
    if (now > seen) [seen, since] = [now, performance.now()];
    if (performance.now() - since > (now >= count ? 3000 : QUIET_MS)) break;
    if (Math.round((performance.now() - deadline + LIMIT_MS) / 1000) % 30 === 0) say(`  ${now} called`);
  }
}

const isCustomer = ({ number }: CalledCall): boolean => !number.startsWith('30') || number.length > 4;

/** Some are busy, some do not want, some are not there, some hang up at once; the others answer sooner or later, and stay. */
function customer(call: CalledCall, random: () => number): void {
  const kind = random();
  const later = (ms: number, act: () => void): void => void setTimeout(act, ms);
  if (kind < 0.15) later(300, () => call.refuse('486 Busy Here'));
  else if (kind < 0.2) later(1000, () => call.refuse('603 Decline'));
  else if (kind < 0.25) return;
  else
    later(200 + random() * 4000, () => {
      call.answer();
      call.audio.leave();
      if (kind < 0.35) later(random() * 2000, () => call.hangUp());
    });
}

/** Takes every call at once and talks for some seconds. */
function agent(call: CalledCall, random: () => number): void {
  call.answer();
  call.audio.leave();
  setTimeout(() => call.hangUp(), 1500 + random() * 3000);
}

/** What the customers' side saw, against what was written down. */
function judge(
  called: readonly CalledCall[],
  attempts: readonly AttemptView[],
): Pick<DialerKill, 'doubleDials' | 'droppedAnswers' | 'openAttempts' | 'attempts' | 'outcomes'> {
  const customers = called.filter(isCustomer);
  const agents = called.filter((call) => !isCustomer(call));
  const tried = Map.groupBy(attempts, ({ number }) => number.slice(-8));
  let doubleDials = 0;
  for (const [number, calls] of Map.groupBy(customers, ({ number }) => number.slice(-8))) {
    // Nobody is called again before the attempt before that is closed.
    const closed = tried.get(number)?.filter(({ endedAt }) => endedAt !== null) ?? [];
    doubleDials += Math.max(0, calls.length - Math.max(1, closed.length));
  }
  const dropped = customers.filter((one) => isDropped(one, agents));
  const outcomes: Record<string, number> = {};
  for (const { outcome } of attempts) outcomes[outcome ?? 'open'] = (outcomes[outcome ?? 'open'] ?? 0) + 1;
  return {
    doubleDials,
    droppedAnswers: dropped.length,
    openAttempts: attempts.filter(({ endedAt }) => endedAt === null).length,
    attempts: attempts.length,
    outcomes,
  };
}

/** He answered, we hung up, and neither had an agent who talked with him hung up nor had the message been said. */
function isDropped(one: CalledCall, agents: readonly CalledCall[]): boolean {
  const { answeredAt, endedAt, endedBy } = one;
  if (answeredAt === undefined || endedAt === undefined || endedBy !== 'them') return false;
  const served = agents.some(
    (agent) =>
      agent.from.slice(-8) === one.number.slice(-8) &&
      agent.endedBy === 'us' &&
      (agent.endedAt ?? Number.POSITIVE_INFINITY) <= endedAt,
  );
  return !served && endedAt - answeredAt < BEFORE_MESSAGE_MS + MESSAGE_MS;
}

function killsOf(data: string): Record<string, number> {
  const file = join(data, 'kills');
  const kills: Record<string, number> = {};
  if (!existsSync(file)) return kills;
  for (const moment of readFileSync(file, 'utf8').trim().split('\n'))
    kills[moment] = (kills[moment] ?? 0) + 1;
  return kills;
}
