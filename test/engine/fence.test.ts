import { describe, expect, test } from 'vitest';
import type { EngineStore } from '../../src/engine/changes.ts';
import { type Fence, fenced, Replaced } from '../../src/engine/fence.ts';
import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { centreLab } from './centre-lab.ts';

/** Daemons that take over from each other, and each command that reached the PBX with the number of the daemon that sent it. */
function daemons(isFenced: boolean) {
  const sent: { readonly epoch: number; readonly command: string }[] = [];
  let newest = 0;
  const lab = centreLab({
    connect: (pbx, store) => {
      newest += 1;
      const epoch = newest;
      const fence: Fence = {
        holds: () => epoch === newest,
        get isReplaced() {
          return epoch !== newest;
        },
      };
      const guarded: EngineStore = {
        load: () => store.load(),
        commit: async (changes) => {
          if (fence.isReplaced) throw new Replaced();
          await store.commit(changes);
        },
      };
      const told = noting(pbx, (command) => sent.push({ epoch, command }));
      return isFenced ? { pbx: fenced(told, fence), store: guarded } : { pbx: told, store };
    },
  });
  return { lab, sent, bySent: (epoch: number) => sent.filter((one) => one.epoch === epoch) };
}

function noting(pbx: Pbx, note: (command: string) => void): Pbx {
  return new Proxy(pbx, {
    get(target, name: keyof Pbx) {
      const command = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        note(name);
        return command.apply(target, args);
      };
    },
  });
}

/** A phone rings for a caller, another daemon takes over, and the old one lives on, deaf to being replaced. */
async function takenOver(isFenced: boolean) {
  const { lab, sent, bySent } = daemons(isFenced);
  await lab.start();
  await lab.ready('1001');
  lab.pbx.setPhone('1001', { ringAfterMs: 20, answerAfterMs: 60_000 });
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(5000);
  await lab.succeed();
  const before = bySent(1).length;
  await lab.clock.advance(30_000);
  caller.hangup();
  await lab.clock.advance(1000);
  return { stale: bySent(1).slice(before), sent, lab };
}

describe('a daemon that was replaced and does not know it', () => {
  test('given_a_fence_then_it_sends_nothing_to_the_pbx_and_writes_nothing', async () => {
    const { stale, lab } = await takenOver(true);
    expect(stale).toEqual([]);
    expect(lab.types().filter((type) => type === 'CallEnded')).toHaveLength(1);
  });

  test('without_a_fence_it_would_act_on_calls_that_are_not_its_own', async () => {
    const { stale } = await takenOver(false);
    expect(stale.map(({ command }) => command)).toContain('hangup');
  });

  test('its_refused_commit_ends_it_and_no_effect_of_that_turn_is_carried_out', async () => {
    let isReplaced = false;
    const sent: string[] = [];
    const lab = centreLab({
      connect: (pbx, store) => ({
        pbx: noting(pbx, (command) => sent.push(command)),
        store: {
          load: () => store.load(),
          commit: async (changes) => {
            if (isReplaced) throw new Replaced();
            await store.commit(changes);
          },
        },
      }),
    });
    await lab.start();
    isReplaced = true;
    const before = sent.length;
    lab.caller();
    await lab.clock.advance(100);
    expect(sent.slice(before)).toEqual([]);
    await expect(lab.engine.tellAgent('1001', { type: 'GoReady' })).rejects.toMatchObject({ id: 'stopping' });
  });
});

test('what the PBX tells a daemon that was replaced is not heard', () => {
  let isReplaced = false;
  const heard: PbxEvent[] = [];
  let say: (event: PbxEvent) => void = () => undefined;
  const pbx = { start: (listener: (event: PbxEvent) => void) => (say = listener) } as unknown as Pbx;
  const fence: Fence = {
    holds: () => !isReplaced,
    get isReplaced() {
      return isReplaced;
    },
  };
  fenced(pbx, fence).start((event) => heard.push(event));
  const digit = { type: 'DigitPressed', channel: 'c', digit: '1' } as const;
  say(digit);
  isReplaced = true;
  say(digit);
  expect(heard).toEqual([digit]);
});

test('no command of the port goes past the fence', async () => {
  const sent: string[] = [];
  const everything = new Proxy({} as Pbx, {
    get: (_target, command: string) => async () => void sent.push(command),
  });
  let holds = true;
  const pbx = fenced(everything, { holds: () => holds, isReplaced: false });
  const commands = Object.keys(pbx).filter((name) => name !== 'start' && name !== 'stop');
  const call = (name: string) => (pbx[name as keyof Pbx] as () => Promise<unknown>)();
  for (const name of commands) await call(name);
  expect(sent).toEqual(commands);
  holds = false;
  for (const name of commands) await expect(call(name)).rejects.toMatchObject({ code: 'link-down' });
  expect(sent).toEqual(commands);
});
