import { expect, test } from 'vitest';
import { callInHand } from '../../src/agent/agent.ts';
import type { Attempt } from '../../src/dialer/attempt.ts';
import { noFaults } from '../../src/lab/faulty-pbx.ts';
import { DiallerWorld, GAP_MS } from './dialler-world.ts';

/** Every run is told by its number alone. `FUZZ_SEED=17 npx vitest run test/engine/dialler-fuzz.test.ts` repeats one. */
const FIRST_SEED = Number(process.env.FUZZ_SEED ?? 1);
const LAST_SEED = process.env.FUZZ_SEED ? FIRST_SEED : Number(process.env.FUZZ_RUNS ?? 60);
const SEEDS_PER_TEST = 5;
const ROUNDS = 150;
/** Two periods of the reconciliation, and a little. */
const SETTLED_MS = 65_000;
const MIN_RING_MS = 15_000;
/** Within this of the moment at which his time is over, whoever waits has to be served or told. */
const LATE_MS = 200;
/** An answer and our giving up may cross. */
const CROSSING_MS = 50;

const attemptOf = (leg: string): string | undefined => /^leg-call-(a-.*)$/.exec(leg)?.[1];

/** One run: a centre that calls people, everything that goes wrong, and what must never be seen. Resolves to what was seen of that. */
async function run(seed: number): Promise<string[]> {
  const problems = new Map<string, string>();
  const dialled = new Set<string>();
  const rangAt = new Map<string, number>();
  const upAt = new Map<string, number>();
  const talked = new Set<string>();
  // The other half has a PBX that refuses or forgets commands: then nobody can promise what customers hear.
  const obeys = seed % 2 === 0;
  const world = new DiallerWorld(seed, {
    dialled: (leg, number) => {
      const id = attemptOf(leg);
      const attempt = id === undefined ? undefined : store.attempts.get(id);
      if (attempt?.number !== number)
        return wrong(`${number} was dialled (${leg}) and no attempt is written down`);
      if (attempt.endedAt !== undefined) wrong(`${leg} was dialled after the end of its attempt`);
      if (dialled.has(leg)) wrong(`${leg} was dialled twice`);
      dialled.add(leg);
    },
    hungUp: (channel) => {
      const id = attemptOf(channel);
      const attempt = id === undefined ? undefined : store.attempts.get(id);
      const party = pbx.party(channel);
      if (!attempt || !party || !obeys || world.askedToEnd.has(`call-${id}`)) return;
      // Of a call that an agent makes he alone decides when it is enough.
      if (attempt.mode === 'preview') return;
      const now = clock.now();
      if (party.state === 'ringing') {
        const rung = now - (rangAt.get(channel) ?? now);
        if (rung < MIN_RING_MS) wrong(`${channel} was let go after ${rung} ms of ringing`);
      }
      if (party.state !== 'up' || talked.has(channel) || world.pressed.has(channel)) return;
      const heard = party.heard.includes('en/sorry') || party.heard.includes('en/recorded');
      if (heard && party.playbacks.length === 0) return;
      if (now - (upAt.get(channel) ?? now) > CROSSING_MS)
        wrong(`${channel} had answered and was hung up by us`);
    },
    wrong,
  });
  const { lab, faults } = world;
  const { clock, pbx, store } = lab;
  const began = clock.now();

  /** Told once, with the time at which it was first seen. */
  function wrong(text: string): void {
    const at = ((clock.now() - began) / 1000).toFixed(3);
    if (!problems.has(text)) problems.set(text, `+${at} ${text}`);
  }

  function watch(): void {
    const now = clock.now();
    for (const { channel, state, talkingWith } of pbx.parties()) {
      if (state === 'ringing' && !rangAt.has(channel)) rangAt.set(channel, now);
      if (state === 'up' && !upAt.has(channel)) upAt.set(channel, now);
      if (talkingWith.length > 0) talked.add(channel);
    }
    watchAttempts();
    const { engine } = lab;
    if (now - world.since < 4000) return;
    for (const { id, phase, outbound } of engine.liveCalls()) {
      if (!outbound || (phase.at !== 'queued' && phase.at !== 'offered')) continue;
      const waited = now - (phase.from ?? phase.since);
      if (engine.liveCalls().find((call) => call.id === id)?.callback) continue;
      if (waited > outbound.connectWithinMs + LATE_MS)
        wrong(`${id} has answered and still waits (${phase.at})`);
    }
  }

  function watchAttempts(): void {
    const [numbers, persons] = [new Map<string, string>(), new Map<string, string>()];
    for (const { id, endedAt, number, person } of store.attempts.values()) {
      if (endedAt !== undefined) continue;
      if (numbers.has(number)) wrong(`${id} and ${numbers.get(number)} are both under way to ${number}`);
      if (persons.has(person)) wrong(`${id} and ${persons.get(person)} are both under way to ${person}`);
      numbers.set(number, id);
      persons.set(person, id);
    }
    const floor = lab.engine.dialler!.floor;
    for (const { campaign, inFlight } of floor.campaigns.values()) {
      const own = [...floor.underWay.values()].filter(({ attempt }) => attempt.campaign === campaign.id);
      if (inFlight !== own.length)
        wrong(`${campaign.id} counts ${inFlight} under way, and there are ${own.length}`);
    }
  }

  async function pass(ms: number): Promise<void> {
    await clock.advanceUntil(() => {
      watch();
      return false;
    }, ms);
  }

  /** Time in which nobody drives the PBX; life goes on. */
  async function gap(ms: number, passing: (ms: number) => Promise<void>): Promise<void> {
    const acts = world.below(4);
    for (let index = 0; index < acts; index += 1) {
      await passing(Math.floor(ms / (acts + 1)));
      world.people();
    }
    await passing(Math.floor(ms / (acts + 1)) + 1);
  }

  async function restart(how: 'orderly' | 'now' | 'before-commit' | 'after-commit'): Promise<void> {
    const old = world.life;
    if (how === 'orderly' && world.unsaved === 0) await lab.engine.stop();
    else if (how === 'orderly' || how === 'now') old.die();
    else {
      old.doom(how);
      await clock.advanceUntil(() => old.isDead, 3000);
    }
    old.die();
    // The other daemon is not there yet: what is seen is what the PBX does alone.
    await gap(world.below(world.pick([500, 3000, 12_000])), watchPbx);
    await world.succeed();
  }

  async function watchPbx(ms: number): Promise<void> {
    await clock.advanceUntil(() => {
      for (const { channel, state } of pbx.parties()) {
        if (state === 'ringing' && !rangAt.has(channel)) rangAt.set(channel, clock.now());
        if (state === 'up' && !upAt.has(channel)) upAt.set(channel, clock.now());
      }
      return false;
    }, ms);
  }

  async function act(): Promise<void> {
    const chance = world.random();
    if (chance < 0.45) world.people();
    else if (chance < 0.82) world.wishes();
    else if (chance < 0.84) world.hangUpOne();
    else if (chance < 0.88) {
      pbx.setLink(false);
      await gap(world.pick([1, 20, 500, world.below(12_000)]), pass);
      pbx.setLink(true);
    } else if (chance < 0.92) {
      await restart(world.pick(['orderly', 'now', 'before-commit', 'after-commit', 'after-commit']));
    } else if (chance < 0.94) {
      store.failing = true;
      await gap(world.below(6000), pass);
      if (world.random() < 0.3) await restart('now');
      store.failing = false;
    } else if (chance < 0.96) {
      world.listsFail = true;
      await gap(world.below(6000), pass);
      world.listsFail = false;
    } else if (!obeys) {
      Object.assign(faults, {
        snapshotMs: world.pick([0, 200, 2000]),
        commandMs: world.pick([0, 30, 400]),
        timeout: world.pick([0, 0.01, 0.05]),
        refused: world.pick([0, 0.01, 0.03]),
        unreachable: world.pick([0, 0.03]),
      });
    } else faults.snapshotMs = world.pick([0, 200, 2000]);
  }

  world.setPhones();
  await lab.start();
  for (const id of world.agentIds.slice(0, 3)) world.works(id);
  for (let round = 0; round < ROUNDS; round += 1) {
    await act();
    await pass(world.below(world.pick([50, 500, 3000, 8000])));
  }

  // The faults cease; nobody is dialled any more; whoever is there goes.
  Object.assign(faults, noFaults());
  await stopCampaigns();
  await pass(SETTLED_MS);
  for (const one of pbx.parties()) one.hangup();
  await pass(SETTLED_MS);
  await over();
  await stillWorks();

  async function stopCampaigns(): Promise<void> {
    world.campaigns = world.campaigns.map((one) => ({ ...one, status: 'draining' as const }));
    world.tell(lab.engine.dialler!.campaignsChanged());
  }

  async function over(): Promise<void> {
    const { channels, bridges } = await pbx.snapshot();
    for (const { channel } of channels) wrong(`over: ${channel} is still up`);
    for (const { bridge } of bridges) wrong(`over: bridge ${bridge} is still there`);
    for (const call of lab.engine.liveCalls()) wrong(`over: ${call.id} lives on, ${call.phase.at}`);
    for (const one of lab.engine.agents())
      if (callInHand(one) || one.state.at === 'wrap-up')
        wrong(`over: agent ${one.id} is stuck in ${one.state.at}`);
    for (const event of store.events) if (event.type === 'CallFailed') wrong(`CallFailed: ${event.call}`);
    for (const attempt of store.attempts.values()) whole(attempt);
    const { floor } = lab.engine.dialler!;
    if (floor.underWay.size > 0) wrong(`over: ${[...floor.underWay.keys()]} are under way`);
    for (const { campaign, hopper } of floor.campaigns.values()) {
      const shown = [...floor.previews.values()].filter((one) => one.campaign === campaign.id).length;
      const inHand = hopper.taken.length - hopper.size;
      if (inHand !== shown) wrong(`over: ${inHand} leads of ${campaign.id} are in hand, ${shown} are shown`);
    }
    for (const [queue, pool] of floor.pools) {
      const { waiting, ringing } = pool.pacer.decide(clock.now()).why;
      if (waiting + ringing > 0)
        wrong(`over: pacing of ${queue} believes in ${waiting} who wait and ${ringing} dials`);
    }
    lists();
  }

  function whole({ id, outcome, fate, endedAt }: Attempt): void {
    if (endedAt === undefined || !outcome || !fate) wrong(`over: attempt ${id} is open`);
    for (const type of ['AttemptMade', 'AttemptEnded']) {
      const count = store.events.filter((event) => event.type === type && event.data.attempt === id).length;
      if (count !== 1) wrong(`over: ${id} has ${count} times ${type}`);
    }
  }

  /** The lists know everything, and what was dialled is what they and the gate allowed. */
  function lists(): void {
    if (world.told.some((seq, index) => index > 0 && seq <= world.told[index - 1]!))
      wrong('over: the lists were told something twice by the same daemon');
    const known = world.told.at(-1);
    if (known !== undefined && known !== store.settled.length)
      wrong(`over: the lists were told up to ${known} of ${store.settled.length}`);
    const byLead = Map.groupBy(store.attempts.values(), ({ lead }) => lead);
    for (const [id, attempts] of byLead) {
      const lead = world.leads.lead(id);
      const tried = attempts.filter(({ outcome }) => outcome !== 'not-dialled').length;
      if (lead?.attempts !== tried)
        wrong(`over: ${id} was dialled ${tried} times, its list knows of ${lead?.attempts}`);
      for (const [index, { at }] of attempts.entries()) {
        const { id: before, fate } = attempts[index - 1] ?? {};
        if (!fate || world.asked.has(id)) continue;
        if (fate.next === 'done') wrong(`over: ${id} was dialled again after it was done (${before})`);
        else if (at < fate.dueAt) wrong(`over: ${id} was dialled before it was due (${before})`);
      }
    }
    for (const attempts of Map.groupBy(store.attempts.values(), ({ number }) => number).values())
      for (const [index, { lead, number, at }] of attempts.entries()) {
        // Whose phone never rang was not reached.
        const before = attempts.slice(0, index).findLast(({ id }) => rangAt.has(`leg-call-${id}`));
        if (before && at - before.at < GAP_MS && !world.asked.has(lead))
          wrong(`over: ${number} was dialled too soon`);
      }
  }

  /** Whatever happened before: where agents are, customers are dialled and served. */
  async function stillWorks(): Promise<void> {
    const numbers = ['+8613800000001', '+8613800000002', '+8613800000003', '+8613800000004'];
    for (const [index, number] of numbers.entries()) world.addLead(index < 2 ? 'calm' : 'risky', number);
    world.allAnswer = true;
    world.setPhones();
    for (const id of world.agentIds) world.works(id);
    world.campaigns = world.campaigns.map(({ pacing, ...one }) => ({
      ...one,
      status: 'running' as const,
      pacing: { ...pacing, mode: 'progressive' as const },
    }));
    world.tell(lab.engine.dialler!.campaignsChanged());
    const served = new Set<string>();
    for (let second = 0; second < 300 && served.size < numbers.length; second += 1) {
      await pass(1000);
      for (const party of world.customers())
        if (party.talkingWith.length > 0) {
          if (party.to?.kind === 'outside' && numbers.includes(party.to.number)) served.add(party.to.number);
          party.hangup();
        }
    }
    if (served.size < numbers.length)
      wrong(`after all that, ${served.size} of ${numbers.length} customers are served`);
  }

  // A run in which nothing happens proves nothing.
  if (store.attempts.size < 12) wrong(`hardly anybody was called: ${store.attempts.size}`);
  return [...problems.values()].slice(0, 12).map((text) => `seed ${seed}: ${text}`);
}

const groups = Array.from(
  { length: Math.ceil((LAST_SEED - FIRST_SEED + 1) / SEEDS_PER_TEST) },
  (_, index) => {
    const first = FIRST_SEED + index * SEEDS_PER_TEST;
    return [first, Math.min(first + SEEDS_PER_TEST - 1, LAST_SEED)] as const;
  },
);

test.each(groups)(
  'given_seeds_%i_to_%i_when_anything_goes_wrong_while_people_are_called_then_nobody_is_called_twice_dropped_or_forgotten',
  async (first, last) => {
    const failures: string[] = [];
    for (let seed = first; seed <= last; seed += 1) failures.push(...(await run(seed)));
    expect(failures).toEqual([]);
  },
);
