import { expect, test } from 'vitest';
import {
  emptyOutbound,
  outboundBodyOf,
  outboundDraftOf,
  outboundFieldOf,
  outboundMistakes,
} from '../../../src/console/pages/outbound/outbound-draft.ts';
import { newOutbound, type OutboundView } from '../../../src/http/outbound-fields.ts';

const ZONE = 'Asia/Shanghai';
const NOW = Date.parse('2026-11-22T10:30:00Z');
const LEAST = { name: 'Winter', queue: 'sales', callerNumber: '95533', validFrom: NOW, validUntil: NOW + 1 };

test('a new campaign begins with the same settings as one of which the API is told nothing', () => {
  const draft = { ...emptyOutbound(NOW, ZONE, ''), name: 'Winter', queue: 'sales', callerNumber: '95533' };
  const { validFrom: _from, validUntil: _until, ...usual } = newOutbound.parse(LEAST);
  expect(outboundBodyOf(draft, ZONE)).toMatchObject(usual);
});

test('what is opened and saved stays as it was', () => {
  const campaign: OutboundView = {
    ...newOutbound.parse({ ...LEAST, retry: { busy: { afterMs: 90_000, tries: 2, nextNumber: true } } }),
    id: 'winter',
    status: 'running',
    branch: 'hubei',
  };
  const { id: _id, status: _status, ...saved } = campaign;
  expect(outboundBodyOf(outboundDraftOf(campaign, ZONE), ZONE, campaign)).toEqual(saved);
});

test('what is wrong by itself is found before it is sent', () => {
  const draft = emptyOutbound(NOW, ZONE, '');
  expect(outboundMistakes({ ...draft, until: '2026-01-01', ringSeconds: 10 })).toEqual({
    name: 'required',
    queue: 'required',
    callerNumber: 'required',
    until: 'badDates',
    ringSeconds: 'badRing',
  });
});

test.each([
  ['pacing.maxAbandonment', 'maxAbandonmentPercent'],
  ['retry.busy.tries', 'retry'],
  ['validUntil', 'until'],
  ['something', undefined],
])('what the API finds at %s is shown at %s', (at, field) => {
  expect(outboundFieldOf(at)).toBe(field);
});
