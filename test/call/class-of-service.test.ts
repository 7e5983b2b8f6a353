import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLOSED, type DialSource, groupOf, judge } from '../../src/call/class-of-service.ts';
import { clash, countedAs, fitsPattern, formsOf, readPattern } from '../../src/call/dialled-number.ts';
import { readClassOfService } from '../../src/engine/class-of-service-file.ts';
import { inProject } from '../../src/setup/project.ts';

const SHIPPED = inProject('dialplan/class-of-service.yaml');
const rules = readClassOfService(readFileSync(SHIPPED, 'utf8'), SHIPPED).rules!;
const HOME = { country: '86', international: '00', national: '0' };
const FLOW: DialSource = { kind: 'flow', name: 'hotline' };
const CALLER: DialSource = { kind: 'caller', name: '13800138000' };

test.each([
  ['95533', 'service'],
  ['10086', 'service'],
  ['4008123456', 'service'],
  ['87654321', 'local'],
  ['8765432', 'local'],
  ['02787654321', 'national'],
  ['01087654321', 'national'],
  ['07558765432', 'national'],
  ['075587654321', 'national'],
  ['+86 27 8765 4321', 'national'],
  ['0086-27-87654321', 'national'],
  ['13812345678', 'mobile'],
  ['013812345678', 'mobile'],
  ['+86 (138) 1234.5678', 'mobile'],
  ['0085221234567', 'greater-china'],
  ['+85221234567', 'greater-china'],
  ['+4420 7946 0000', 'international'],
  ['00442079460000', 'international'],
  ['+19005551234', 'premium'],
  ['0019005551234', 'premium'],
  ['16812345', 'premium'],
  ['+8616812345', 'premium'],
  ['+979123456789', 'premium'],
  ['+88161234567', 'satellite'],
  ['13491234567', 'satellite'],
  ['+8613491234567', 'satellite'],
  ['17491234567', 'satellite'],
])('%s is in the group %s', (number, group) => {
  expect(groupOf(rules, number)?.name).toBe(group);
});

test.each([
  ['', 'nothing'],
  ['17951001212', '17951 leads into another network, though it is as long as a mobile number'],
  ['179510012125551234', 'the same with a whole number behind it'],
  ['8613812345678', 'a country code without + or 00 is none'],
  ['+86013812345678', 'a 0 behind the country code'],
  ['+860012125551234', 'the way abroad behind the country code'],
  ['00012125551234', 'a 0 too many'],
  ['+0012125551234', 'both ways abroad'],
  ['++12125551234', 'two of them'],
  ['*67138123456789', 'a feature code in front'],
  ['*6713812345678', 'a feature code in front of a mobile number'],
  ['13812345678#', 'a key behind'],
  ['１３８１２３４５６７８', 'full-width digits'],
  ['١٣٨١٢٣٤٥٦٧٨', 'Arabic digits'],
  ['13812345678,,,', 'pauses'],
  ['13812345678;postd=9', 'a parameter'],
  ['13812345678@evil.example', 'a host'],
  ['13812345678&PJSIP/1001', 'a second dial string'],
  ['138\u200b12345678', 'a sign that nobody sees'],
  ['138\n12345678', 'a line break'],
  ['+864008123456', 'two readings that differ'],
  ['0271234567', 'a subscriber number does not begin with 1'],
  ['138123456789', 'a digit too many'],
  ['1234567890123456', 'more digits than there are'],
  ['+1234567890123456', 'more digits than there are'],
  ['+123', 'too few'],
])('%j is in no group: %s', (number) => {
  expect(groupOf(rules, number)).toBeUndefined();
  expect(judge(rules, number, [FLOW])).toMatchObject({ is: 'denied' });
});

test.each(['110', '119', '120', '122', '1-1-0'])('%s is an emergency, whoever asks', (number) => {
  expect(judge(rules, number, [])).toEqual({ is: 'emergency' });
});

test.each(['+86110', '0110', '0086110', '1100', '11', '*110'])('%s is no emergency', (number) => {
  expect(judge(rules, number, [FLOW]).is).toBe('denied');
});

test('without rules only emergency numbers are dialled', () => {
  expect(judge(CLOSED, '119', [FLOW]).is).toBe('emergency');
  for (const number of ['95533', '13812345678', '02787654321', '+442079460000'])
    expect(judge(CLOSED, number, [FLOW]).is).toBe('denied');
});

test('nobody is no permission, and everybody who has a hand in it is asked', () => {
  const abroad = {
    ...rules,
    sources: { ...rules.sources, flow: { ordinary: 'domestic', own: new Map([['hotline', 'abroad']]) } },
  };
  expect(judge(abroad, '+442079460000', [FLOW]).is).toBe('permitted');
  expect(judge(abroad, '+442079460000', [])).toMatchObject({ is: 'denied' });
  expect(judge(abroad, '+442079460000', [FLOW, CALLER])).toMatchObject({ is: 'denied', by: CALLER });
  expect(judge(abroad, '+442079460000', [{ kind: 'flow', name: 'other' }])).toMatchObject({ is: 'denied' });
  expect(judge(abroad, '+19005551234', [FLOW])).toMatchObject({ is: 'denied', by: FLOW });
});

test('as shipped, nobody reaches another country, a premium or a satellite number', () => {
  const kinds = ['phone', 'flow', 'campaign', 'caller'] as const;
  for (const number of ['+442079460000', '+19005551234', '16812345', '+881612345678', '+85221234567'])
    for (const kind of kinds) expect(judge(rules, number, [{ kind, name: 'x' }]).is).toBe('denied');
  for (const kind of kinds) expect(judge(rules, '02787654321', [{ kind, name: 'x' }]).is).toBe('permitted');
});

/** Ways to write a number abroad so that a switch which is not strict might still dial it. */
const DENIED = ['442079460000', '12125551234', '19005551234', '881612345678', '979123456789', '85221234567'];
const AHEAD = [
  '+',
  '00',
  '0086',
  '+86',
  '*67',
  '#31#',
  '17951',
  '1795100',
  '9,',
  '(',
  ' ',
  '\t',
  '\u202e',
  '０',
  '٠',
  '00 00',
];
const BETWEEN = [' ', '-', '.', '(', ')', '\u00a0', '\u200d', '/', ','];
const OTHER_DIGITS: readonly ((digit: string) => string)[] = [
  (digit) => digit,
  (digit) => String.fromCharCode(0xff10 + Number(digit)),
  (digit) => String.fromCharCode(0x0660 + Number(digit)),
];

test('no spelling of a denied number passes', () => {
  const spelling = fc
    .record({
      number: fc.constantFrom(...DENIED),
      ahead: fc.array(fc.constantFrom(...AHEAD), { maxLength: 4 }),
      way: fc.constantFrom('+', '00', '+00', '0086 00', '+86 00', '17951 00'),
      gaps: fc.array(fc.constantFrom('', '', ...BETWEEN), { minLength: 15, maxLength: 15 }),
      script: fc.constantFrom(...OTHER_DIGITS),
    })
    .map(({ number, ahead, way, gaps, script }) => {
      const digits = [...number].map((digit, at) => script(digit) + gaps[at]);
      return `${ahead.join('')}${way}${digits.join('')}`;
    });
  fc.assert(
    fc.property(spelling, (written) => judge(rules, written, [FLOW, CALLER]).is === 'denied'),
    { numRuns: 3000 },
  );
});

/** What the class `domestic` is for, said once more in another way. */
const AT_HOME =
  /^(?:(?:\+|00)86)?0?(?:95\d{3}|96\d{3}|100\d\d|123\d\d|[48]00\d{7}|[2-8]\d{6,7}|10[2-8]\d{7}|2[0-57-9][2-8]\d{7}|[3-9]\d\d[2-8]\d{6,7}|1[3-9]\d{9})$/;

test('whatever passes is a number at home, and neither 179 nor a satellite', () => {
  const sign = fc.constantFrom(...'0123456789', '0', '0', '1', '8', '6', '+', ' ', '*');
  const start = fc.constantFrom('', '0', '00', '+86', '0086', '1', '17', '134', '+', '0086 0');
  const written = fc.tuple(start, fc.string({ unit: sign, maxLength: 14 })).map((parts) => parts.join(''));
  fc.assert(
    fc.property(written, (number) => {
      if (judge(rules, number, [FLOW]).is !== 'permitted') return true;
      const plain = number.replace(/[ ().-]/g, '');
      return AT_HOME.test(plain) && !/^(?:(?:\+|00)86)?0?(?:179|1349|174[09])\d{7,8}$/.test(plain);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['+86 138 1234 5678', ['13812345678', '013812345678']],
  ['0086 27 87654321', ['2787654321', '02787654321']],
  ['02787654321', ['02787654321']],
  ['+44 20 7946 0000', ['+442079460000']],
  ['00', []],
  ['+', []],
])('%s reads as %j', (written, forms) => {
  expect(formsOf(written, HOME)).toEqual(forms);
});

test('a country without a prefix for area codes has one reading', () => {
  expect(formsOf('+39 06 1234567', { country: '39', international: '00', national: '' })).toEqual([]);
  expect(formsOf('+34 912 345 678', { country: '34', international: '00', national: '' })).toEqual([
    '912345678',
  ]);
});

test('calls to one number are counted together, however it is spelled', () => {
  const all = ['13812345678', '013812345678', '+8613812345678', '0086 138 1234 5678'];
  expect(new Set(all.map((number) => countedAs(number, HOME)))).toEqual(new Set(['13812345678']));
  const abroad = ['+442079460000', '0044 20 7946 0000', '+44-20-7946-0000'];
  expect(new Set(abroad.map((number) => countedAs(number, HOME)))).toEqual(new Set(['+442079460000']));
});

test.each([
  ['0[3-9]xx[2-8]xxxxxx', '07558765432', true],
  ['0[3-9]xx[2-8]xxxxxx', '07551765432', false],
  ['0[3-9]xx[2-8]xxxxxx', '0755876543', false],
  ['[2-57]xx', '599', true],
  ['[2-57]xx', '699', false],
  ['1259x...', '12590', true],
  ['1259x...', '1259', false],
  ['1259x...', '12590123456', true],
  ['+44...', '+44', true],
  ['+44...', '+4420', true],
  ['+44...', '4420', false],
  ['44...', '+4420', false],
])('%s takes %s: %s', (pattern, form, takes) => {
  expect(fitsPattern(readPattern(pattern)!, form)).toBe(takes);
});

test.each([
  '',
  '...',
  'abc',
  '1*',
  '[9-2]x',
  '[]x',
  '[1',
  '12..',
  '1...2',
  '+',
  'X',
  '１',
  'xxxxxxxxxxxxxxxx',
])('%j is no pattern', (text) => {
  expect(readPattern(text)).toBeUndefined();
});

test.each([
  ['13xxx', '13xxx', true],
  ['13xxx', '138xx', false],
  ['1[34]xxx', '1[45]xxx', true],
  ['13xxx', '14xxx', false],
  ['13xxx', '13xxxx', false],
  ['13...', '13xxx', true],
  ['13...', '139...', false],
  ['1x2', '12x', true],
  ['+13...', '13...', false],
])('%s and %s leave open which one counts: %s', (a, b, clashes) => {
  expect(clash(readPattern(a)!, readPattern(b)!)).toBe(clashes);
  expect(clash(readPattern(b)!, readPattern(a)!)).toBe(clashes);
});
