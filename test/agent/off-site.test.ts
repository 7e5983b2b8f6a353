import { expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { availableAt, endpointOf, isOffSite } from '../../src/agent/off-site.ts';
import { agent } from '../engine/centre-lab.ts';

const expert = (state: Agent['state'], duty = 'branch-hours'): Agent => ({
  ...agent('1001', {}),
  outside: { number: '13900000000', duty },
  state,
});
const AWAY: Agent['state'] = { at: 'ready', extension: '13900000000', since: 0 };
const AT_DESK: Agent['state'] = { at: 'ready', extension: '1001', since: 0 };
const OUT: Agent['state'] = { at: 'logged-out', since: 0 };
const BUSY: Agent['state'] = { at: 'not-ready', extension: '13900000000', reason: 'break', since: 0 };

const PHONE = { kind: 'outside', number: '13900000000' };

test.each<[string, Agent, boolean, object | undefined, boolean]>([
  ['elsewhere, on duty', expert(AWAY), true, PHONE, true],
  ['elsewhere, off duty', expert(AWAY), false, PHONE, false],
  ['elsewhere, always on duty', expert(AWAY, ''), false, PHONE, true],
  ['elsewhere, not ready', expert(BUSY), true, PHONE, false],
  ['at a phone of the house', expert(AT_DESK), false, { kind: 'phone', extension: '1001' }, true],
  ['logged out', expert(OUT), true, undefined, false],
])('%s', (_name, one, isOpen, endpoint, available) => {
  expect(endpointOf(one)).toEqual(endpoint);
  expect(isOffSite(one)).toBe(endpoint === PHONE);
  expect(availableAt(one, (calendar) => isOpen && calendar === 'branch-hours')).toBe(available);
});
