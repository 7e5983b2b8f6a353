import { expect, test } from 'vitest';
import { type Log, silentLog } from '../../src/base/log.ts';
import { centreLab } from './centre-lab.ts';

test('one of those who look on breaks: it is logged, the others are told all the same, and calls go on', async () => {
  const said: string[] = [];
  const told: string[] = [];
  const log: Log = { ...silentLog, error: (_about, text) => said.push(text) };
  const lab = centreLab({
    log,
    committed: [
      () => {
        throw new Error('a page that cannot be written');
      },
      ({ events }) => told.push(...events.map(({ type }) => type)),
    ],
  });
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  await lab.clock.advance(1500);
  caller.press('0');
  await lab.clock.advance(5000);
  expect(lab.engine.liveCalls()[0]?.phase.at).toBe('connected');
  expect(caller.talkingWith).toEqual([lab.pbx.dialled('1001')?.channel]);
  expect(told).toContain('CallConnected');
  expect(told).toEqual(lab.types());
  expect(said).toContain('pages were not told of a change');
  expect(new Set(said).size).toBe(1);
});
