import { expect, test } from 'vitest';
import { type Contact, customerFacts, patienceMsOf } from '../../src/customer/contact.ts';

const gaveUp = (waitedMs: number): Contact => ({ waitedMs, gaveUp: true });
const served = (waitedMs: number, agent: string): Contact => ({ waitedMs, gaveUp: false, agent });
const CUSTOMER = { id: 'c', name: '', tier: 'gold', language: '', numbers: [], note: '', flow: '' } as const;
const everything = <A>(attributes: A): A => attributes;

test.each<[string, number | undefined, Contact[]]>([
  ['nothing is known', undefined, []],
  ['he has always been served', undefined, [served(90_000, '1001')]],
  ['he gave up once', 40_000, [served(90_000, '1001'), gaveUp(40_000)]],
  ['of several the second shortest counts', 40_000, [gaveUp(40_000), gaveUp(25_000), gaveUp(90_000)]],
  ['of two the longer counts', 12_000, [gaveUp(5000), gaveUp(12_000)]],
  ['who hangs up at once did not give up', 40_000, [gaveUp(4999), gaveUp(40_000)]],
  ['5 s are a wait', 5000, [gaveUp(5000), gaveUp(5000)]],
  ['a single hang-up teaches no less than 10 s', 10_000, [gaveUp(5000)]],
  ['nobody waits longer than an hour', 3_600_000, [gaveUp(9e9)]],
  [
    'what is older than 20 contacts is forgotten',
    undefined,
    [...Array.from({ length: 20 }, () => served(1000, '1001')), gaveUp(30_000)],
  ],
])('patience: %s', (_name, wanted, contacts) => {
  expect(patienceMsOf({}, contacts)).toBe(wanted);
});

test.each([
  [{ patience: 30 }, 30_000],
  [{ patience: 1e308 }, 3_600_000],
  [{ patience: Number.POSITIVE_INFINITY }, 3_600_000],
  [{ patience: 1e-9 }, 1000],
  [{ patience: 0 }, 18_000],
  [{ patience: Number.NaN }, 18_000],
  [{ patience: 'long' }, 18_000],
])('patience that his record says goes before what was learned: %o', (attributes, wanted) => {
  expect(patienceMsOf(attributes, [gaveUp(18_000)])).toBe(wanted);
});

test('those who know him are named: the last who talked with him, and who looks after him', () => {
  const contacts = [gaveUp(20_000), served(1000, '1002'), served(1000, '1001')];
  expect(
    customerFacts({ ...CUSTOMER, accountManager: '1005', caseOwner: '1007' }, contacts, everything),
  ).toEqual({
    attributes: {},
    agents: { 'last-agent': '1002', 'case-owner': '1007', 'account-manager': '1005' },
    patienceMs: 20_000,
  });
  expect(customerFacts(CUSTOMER, [], everything)).toEqual({ attributes: {}, agents: {} });
});

test('attributes that nobody may look at are left out', () => {
  const customer = { ...CUSTOMER, attributes: { age: 30, city: '武汉' } };
  const visible = ({ age: _age, ...rest }: object & { age?: unknown }) => rest;
  expect(customerFacts(customer, [], visible).attributes).toEqual({ city: '武汉' });
});
