import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { chanceAt, quantileMs } from '../../dialing/chance.ts';
import type { DialingSetup } from '../../dialing/setup.ts';
import { Sight, until } from '../faults/api.ts';
import { Town } from '../faults/town.ts';
import type { CalledCall } from '../sip/called-call.ts';
import { CampaignDesk } from './campaign-desk.ts';
import { deskNumbers, QUEUE, startOutboundCentre } from './outbound-centre.ts';
import { ANSWERS_AFTER, GREETS_MS, MACHINE_SPEAKS_MS, PACING, WRAP_UP_S } from './world.ts';

/** What a shift on the real PBX came to. */
export interface Realised {
  readonly dials: number;
  readonly live: number;
  readonly connects: number;
  readonly abandoned: number;
  /** Share of the live answers. */
  readonly abandonment: number;
  /** Share of the agents' time. */
  readonly talkShare: number;
  /** Which machines and persons were taken for the other, as shares. */
  readonly machinesMissed: number;
  readonly personsMistaken: number;
  /** From what the answer was known for until an agent was there, the 95th of a hundred, ms. */
  readonly connectP95Ms: number;
}

export interface RunOptions {
  readonly setup: DialingSetup;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** What becomes of a dial; which of its chances is asked. */
const KIND = 1;
const MOMENT = 2;
const TALKS = 3;

/** What the one who was called is. */
type Kind = 'person' | 'machine' | 'no-answer' | 'busy' | 'failed';

/** Plays one shift with a real Asterisk, the whole product, and customers and agents on SIP. */
export async function runShift({ setup, seed, say }: RunOptions): Promise<Realised> {
  const { agents, lastsMs } = setup;
  const centre = await startOutboundCentre({ say, agents, wrapUpS: WRAP_UP_S });
  const kinds = new Map<string, Kind>();
  const talks: CalledCall[] = [];
  const talkMs = quantileMs(setup.talk);
  let made = 0;
  const town = await Town.open(centre.rig, (call) => {
    made += 1;
    kinds.set(
      call.number,
      play(call, setup, (purpose) => chanceAt(seed, made, purpose)),
    );
  });
  try {
    const sight = new Sight(centre.rig);
    for (const desk of deskNumbers(agents)) {
      await town.addPhone(desk, (call) => {
        talks.push(call);
        call.answer();
        setTimeout(() => call.hangUp(), talkMs(chanceAt(seed, talks.length, TALKS)));
      });
      await sight.logIn(desk);
      await sight.makeReady(desk);
    }
    const numbers = Array.from(
      { length: Math.ceil((lastsMs / 1000) * agents) },
      (_, at) => `138${10_000_000 + at}`,
    );
    const campaign = {
      queue: QUEUE,
      flow: 'listened',
      pacing: PACING,
      ringMs: setup.answers.ringMs,
      retry: {},
    };
    const desk = await CampaignDesk.open(centre.rig, sight, campaign, numbers);
    const from = performance.now();
    const began = Date.now();
    await desk.control('start');
    for (let left = lastsMs; left > 0; left = lastsMs - (performance.now() - from)) {
      await sleep(Math.min(30_000, left));
      say(`  ${Math.round((performance.now() - from) / 1000)} s: ${made} dials, ${talks.length} talks`);
    }
    const to = performance.now();
    await desk.control('drain');
    await until('no calls any more', async () => (await sight.liveCalls()).length === 0, 120_000);
    const attempts = (await desk.attempts()).filter(({ at }) => at <= began + lastsMs);
    const live = attempts.filter(
      ({ number, answeredAt }) => answeredAt !== null && kinds.get(number) === 'person',
    );
    const machines = attempts.filter(
      ({ number, answeredAt }) => answeredAt !== null && kinds.get(number) === 'machine',
    );
    const fated = attempts.filter(({ outcome, endedAt, connectedAt }) => {
      return (
        (outcome === 'connected' && connectedAt !== null && connectedAt <= began + lastsMs) ||
        (outcome === 'abandoned' && endedAt !== null && endedAt <= began + lastsMs + 5000)
      );
    });
    const abandoned = fated.filter(({ outcome }) => outcome === 'abandoned').length;
    const talked = talks.reduce(
      (sum, { answeredAt = to, endedAt = to }) => sum + Math.max(0, Math.min(to, endedAt) - answeredAt),
      0,
    );
    const waits = fated
      .flatMap(({ connectedAt, answeredAt }) =>
        connectedAt !== null && answeredAt !== null ? [connectedAt - answeredAt] : [],
      )
      .sort((a, b) => a - b);
    return {
      dials: attempts.length,
      live: live.length,
      connects: fated.length - abandoned,
      abandoned,
      abandonment: fated.length === 0 ? 0 : abandoned / fated.length,
      talkShare: talked / (agents * lastsMs),
      machinesMissed: share(
        machines.filter(({ detected }) => detected !== 'machine').length,
        machines.length,
      ),
      personsMistaken: share(live.filter(({ detected }) => detected === 'machine').length, live.length),
      connectP95Ms: waits[Math.floor(waits.length * 0.95)] ?? 0,
    };
  } finally {
    town.close();
    await centre.stop();
  }
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** What one does who is called; of each kind there are as many as the set-up says. */
function play(call: CalledCall, { answers }: DialingSetup, chance: (purpose: number) => number): Kind {
  const { segments, machine, machineAfterMs, others, busyAfterMs, failedAfterMs } = answers;
  const later = (ms: number, act: () => void): void => void setTimeout(act, ms);
  const speak = (ms: number): void => {
    call.answer();
    call.audio.streams = true;
    call.audio.talks = true;
    later(ms, () => {
      call.audio.talks = false;
    });
  };
  const live = segments[0]?.live ?? 0;
  const drawn = chance(KIND);
  if (drawn < live) {
    later(quantileMs(ANSWERS_AFTER)(chance(MOMENT)), () => speak(GREETS_MS));
    return 'person';
  }
  if (drawn < live + machine) {
    later(machineAfterMs, () => speak(MACHINE_SPEAKS_MS));
    return 'machine';
  }
  const rest =
    ((drawn - live - machine) / (1 - live - machine)) * (others.noAnswer + others.busy + others.failed);
  if (rest < others.noAnswer) return 'no-answer';
  const between = ([least, most]: readonly [number, number]): number =>
    least + (most - least) * chance(MOMENT);
  if (rest < others.noAnswer + others.busy) {
    later(between(busyAfterMs), () => call.refuse('486 Busy Here'));
    return 'busy';
  }
  later(between(failedAfterMs), () => call.refuse('503 Service Unavailable'));
  return 'failed';
}
