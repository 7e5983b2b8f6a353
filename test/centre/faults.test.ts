import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Sight } from '../../src/lab/bench/faults/api.ts';
import { type Centre, isReady, startCentre } from '../../src/lab/bench/faults/centre.ts';
import { END_KEY, NUMBERS, ownFlow } from '../../src/lab/bench/faults/flows.ts';
import { importArgument } from '../../src/lab/bench/faults/injected.ts';
import { thaw } from '../../src/lab/bench/faults/thaw.ts';
import { Town } from '../../src/lab/bench/faults/town.ts';
import type { SipCall } from '../../src/lab/bench/sip/call.ts';
import { sharedPbxRoot } from '../asterisk/asterisk.ts';
import { until } from './centre.ts';

const PACKETS_PER_SECOND = 50;

process.env.CARILLON_PBX_ROOT = sharedPbxRoot();
const options = { say: () => undefined, flows: ownFlow() };

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** A centre with a caller in a bridge, one in music, one in a menu. */
async function centreWithCallers(nodeOptions?: string) {
  const centre = await startCentre({ ...options, nodeOptions });
  open.unshift({ close: () => centre.stop() });
  const town = await Town.open(centre.rig);
  open.unshift(town);
  const sight = new Sight(centre.rig);
  await sight.logIn('1003');
  const [bridge, hold, menu] = [
    await town.dial(NUMBERS.bridge),
    await town.dial(NUMBERS.hold),
    await town.dial(NUMBERS.menu),
  ];
  bridge.audio.talks = true;
  await until('everybody in his place', async () => {
    const phases = (await sight.liveCalls()).map((call) => call.phase).sort();
    return menu.isUp && phases.join() === 'connected,flow,queued';
  });
  const party = town.called[0];
  if (!party) throw new Error('nobody was called through the trunk');
  return { centre, bridge, party, hold, menu };
}

async function killDaemon(centre: Centre): Promise<void> {
  const killed = centre.daemonPid();
  process.kill(killed, 'SIGKILL');
  await until('a new daemon', async () => centre.daemonPid() !== killed && isReady(centre.rig), 20_000);
}

/** Presses the key that ends the call, again and again, for so long. Whether it was obeyed. */
async function obeys(call: SipCall, ms: number): Promise<boolean> {
  for (const deadline = Date.now() + ms; call.isUp && Date.now() < deadline; await sleep(300))
    call.press(END_KEY);
  return call.endedBy === 'them';
}

test('given_callers_in_a_bridge_in_music_and_in_a_menu_when_the_daemon_is_killed_then_they_hear_on_and_are_obeyed', async () => {
  const { centre, bridge, party, hold, menu } = await centreWithCallers();
  const ears = [bridge, party, hold].map(({ audio }) => ({ audio, before: audio.packets }));
  const from = performance.now();
  await killDaemon(centre);
  const expected = ((performance.now() - from) / 1000) * PACKETS_PER_SECOND;
  for (const { audio, before } of ears) expect(audio.packets - before).toBeGreaterThan(expected * 0.8);
  expect([bridge, party, hold, menu].map((call) => call.endedBy)).toEqual(Array(4).fill(undefined));
  expect(await obeys(menu, 20_000)).toBe(true);
});

test('given_a_daemon_that_adopts_no_calls_then_a_caller_is_stranded_control_of_the_test_before', async () => {
  const { centre, menu } = await centreWithCallers(importArgument('no-adoption.ts'));
  await killDaemon(centre);
  expect(await obeys(menu, 2_000)).toBe(false);
});

test('given_a_frozen_daemon_that_was_replaced_when_it_thaws_then_it_ends_and_has_written_nothing', async () => {
  expect(await thaw({ ...options, frozenMs: 5_000 })).toEqual({ staleWrites: 0, ended: true, writes: [] });
});

test('given_a_thawed_daemon_without_its_fence_then_its_writes_are_seen_control_of_the_test_before', async () => {
  const { staleWrites } = await thaw({ ...options, frozenMs: 5_000, inject: ['no-fence.ts'] });
  expect(staleWrites).toBeGreaterThan(0);
});
