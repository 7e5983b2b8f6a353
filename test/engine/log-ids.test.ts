import { expect, test } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { PbxError } from '../../src/pbx/pbx.ts';
import type { SimulatedPbx } from '../../src/pbx/simulated/pbx.ts';
import { centreLab } from './centre-lab.ts';

function listening(): { log: Log; lines: { fields: object; message: string }[] } {
  const lines: { fields: object; message: string }[] = [];
  const note = (fields: object, message: string): void => void lines.push({ fields, message });
  return { log: { debug: note, info: note, warn: note, error: note }, lines };
}

/** The same PBX, one command of which is refused. */
const refusing = (pbx: SimulatedPbx, command: 'answer' | 'originate') =>
  new Proxy(pbx, {
    get: (target, name) => {
      if (name === command) return () => Promise.reject(new PbxError('refused', 'no: 13812345678 may not'));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

test('given_a_command_that_the_pbx_refuses_then_its_line_names_the_call_the_channel_and_the_leg', async () => {
  const { log, lines } = listening();
  const lab = centreLab({
    log,
    connect: (pbx, store) => ({ pbx: refusing(pbx, 'originate'), store }),
  });
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  await lab.clock.advance(3000);
  caller.press('0');
  await lab.clock.advance(5000);
  const [call] = lab.engine.liveCalls();
  const [line] = lines.filter(({ message }) => message === 'the PBX refused');
  expect(line?.fields).toMatchObject({
    call: call!.id,
    effect: 'originate',
    leg: expect.stringMatching(/^leg-/),
  });
});

test('given_an_answer_that_is_refused_then_its_line_names_the_call_and_the_channel', async () => {
  const { log, lines } = listening();
  const lab = centreLab({ log, connect: (pbx, store) => ({ pbx: refusing(pbx, 'answer'), store }) });
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(100);
  const [line] = lines.filter(({ message }) => message === 'the PBX refused');
  expect(line?.fields).toMatchObject({
    call: lab.engine.liveCalls()[0]!.id,
    channel: caller.channel,
    effect: 'answer',
  });
});
