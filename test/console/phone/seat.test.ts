import { beforeEach, expect, test, vi } from 'vitest';
import { RefusedByApi } from '../../../src/console/api.ts';
import { leaveSeat, me, takeSeat } from '../../../src/console/session.ts';

const told = vi.hoisted(() => ({ what: [] as string[], error: undefined as Error | undefined }));
vi.mock('../../../src/console/phone/usePhone.ts', () => ({ stopPhone: () => told.what.push('stop') }));
vi.mock('../../../src/console/live.ts', () => ({ closeLive: () => undefined }));
vi.mock('../../../src/console/api.ts', async (original) => ({
  ...(await original<typeof import('../../../src/console/api.ts')>()),
  post: async () => {
    told.what.push('take');
    return { agentId: '1003' };
  },
  ask: async () => {
    if (told.error) throw told.error;
    told.what.push('leave');
    return { agentId: null };
  },
}));

beforeEach(() => {
  told.what.length = 0;
  told.error = undefined;
});

test('a page is not the phone of a seat that was left', async () => {
  await takeSeat('1003');
  expect([told.what, me.value?.agentId]).toEqual([['stop', 'take'], '1003']);
  await leaveSeat();
  expect([told.what.slice(2), me.value?.agentId]).toEqual([['leave', 'stop'], null]);
});

test('given_a_seat_that_may_not_be_left_then_a_talk_there_goes_on', async () => {
  told.error = new RefusedByApi('agent-logged-in', 409, 'log out first');
  await expect(leaveSeat()).rejects.toThrow('log out first');
  expect(told.what).toEqual([]);
});
