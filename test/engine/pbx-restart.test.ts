import { expect, test } from 'vitest';
import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { centreLab } from './centre-lab.ts';

/** A centre whose PBX can die with all that was in it, or only lose its link; two people talk, one waits in the menu. */
async function busyCentre() {
  let say: (event: PbxEvent) => void = () => undefined;
  let isEmpty = false;
  const lab = centreLab({
    connect: (pbx, store) => ({
      store,
      pbx: new Proxy(pbx, {
        get(target, name: keyof Pbx) {
          if (name === 'start')
            return (listener: (event: PbxEvent) => void) => {
              say = listener;
              target.start(listener);
            };
          if (name === 'snapshot' && isEmpty)
            return async () => ({ channels: [], bridges: [], overhearings: [] });
          const command = target[name] as (...args: unknown[]) => unknown;
          return command.bind(target);
        },
      }),
    }),
  });
  await lab.start();
  await lab.ready('1001');
  const talking = lab.caller();
  talking.press('0');
  await lab.clock.advance(5000);
  lab.caller('13800000002');
  await lab.clock.advance(5000);
  expect(talking.talkingWith).toHaveLength(1);
  return {
    lab,
    async comeBack(restarted: boolean) {
      say({ type: 'LinkDown', reason: 'Asterisk closed the link (1006)' });
      await lab.clock.advance(1200);
      isEmpty = true;
      say({ type: 'LinkUp', pbx: 'Asterisk', restarted });
      await lab.clock.advance(60_000);
    },
  };
}

test.each([
  ['restarted', true, 'system-failure'],
  ['only lost its link while they ended', false, 'lost'],
])(
  'given_a_pbx_that_%s_then_every_open_call_is_closed_once_and_says_why',
  async (_what, restarted, cause) => {
    const { lab, comeBack } = await busyCentre();
    await comeBack(restarted);
    const ended = lab.store.events.filter((event) => event.type === 'CallEnded');
    expect(ended.map((event) => event.data.cause)).toEqual([cause, cause]);
    expect([...lab.store.calls.values()].map((call) => call.endCause)).toEqual([cause, cause]);
    expect(lab.engine.liveCalls()).toEqual([]);
    expect(lab.engine.agents().find((agent) => agent.id === '1001')?.state.at).toBe('ready');
  },
);
