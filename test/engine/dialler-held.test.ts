import { expect, test } from 'vitest';
import { dialerLab, lead, outbound } from './dialer-lab.ts';

const NUMBER = '+8613900000001';
const pbx = { trunk: () => ({ ringAfterMs: 50 }) };

test('a campaign that a do-not-call list concerns dials nobody until it is whole; others do', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER), lead('l2', '+8613900000002', { campaign: 'o2' })],
    outbound: [outbound(), outbound({ id: 'o2' })],
    pbx,
  });
  lab.held.add('o1');
  await lab.start();
  await lab.works('1001');
  await lab.works('1002');
  await lab.clock.advance(5000);
  expect(lab.attempts().map(({ campaign }) => campaign)).toEqual(['o2']);
  expect(lab.engine.dialler?.floor.campaigns.get('o1')?.whyNot).toBe('do-not-call-import');
  lab.held.clear();
  await lab.clock.advance(5000);
  expect(lab.attempts().map(({ campaign }) => campaign)).toEqual(['o2', 'o1']);
});

test('nor is a lead called then that an agent looks at', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER)],
    outbound: [outbound({ pacing: { mode: 'preview' } })],
    pbx,
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  await lab.engine.dialler!.previewNext('1001', 'o1');
  lab.held.add('o1');
  await expect(lab.engine.dialler!.previewAccept('1001')).rejects.toThrow();
  await lab.clock.advance(2000);
  expect(lab.attempts()).toEqual([]);
});
