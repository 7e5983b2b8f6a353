import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { comparedWith, measuredIn, pbxKindIn, sideBySide } from '../../../src/lab/bench/compared.ts';
import { callcenterConf, queueConf, strategyOf } from '../../../src/lab/bench/drain/native-queues.ts';
import { latencyOf } from '../../../src/lab/bench/invite-latency.ts';
import { extensionOf, insertedAfter, insertedBefore } from '../../../src/lab/bench/pbx-additions.ts';
import { inProject } from '../../../src/setup/project.ts';

test.each([
  { wanted: 'asterisk', isAlone: false, measured: ['asterisk'] },
  { wanted: 'freeswitch', isAlone: false, measured: ['freeswitch', 'asterisk'] },
  { wanted: 'freeswitch', isAlone: true, measured: ['freeswitch'] },
] as const)(
  'asked for $wanted, alone: $isAlone, a bench measures $measured',
  ({ wanted, isAlone, measured }) => {
    expect(comparedWith(wanted, isAlone)).toEqual(measured);
  },
);

test('--pbx takes the names that CARILLON_PBX takes', () => {
  expect(pbxKindIn('freeswitch')).toBe('freeswitch');
  expect(() => pbxKindIn('FreeSwitch')).toThrow('asterisk or freeswitch');
});

test('figures stand beside each other, Asterisk first, whichever came first', () => {
  const measured = measuredIn({ freeswitch: { rate: 200 }, asterisk: { rate: 700 } });
  const columns = measured.map(([kind, of]) => [kind, of] as const);
  const lines = sideBySide(columns, [['rate', ({ rate }) => `${rate}/s`]]).split('\n');
  expect(lines.map((line) => line.split(/\s+/))).toEqual([
    ['', 'asterisk', 'freeswitch'],
    ['rate', '700/s', '200/s'],
    [''],
  ]);
});

test('what is added beside something that is no longer there stops the bench', () => {
  expect(insertedAfter('a<b>c', '<b>', 'd')).toBe('a<b>\ndc');
  expect(insertedBefore('a<b>c', '<b>', 'd')).toBe('ad<b>c');
  expect(() => insertedAfter('ac', '<b>', 'd')).toThrow('no <b> any more');
});

test.each([
  ['dialplan/freeswitch/hand_over.xml', '<context name="from-anywhere">'],
  ['sip-config/freeswitch/switch.xml', '<load module="mod_event_socket"/>'],
  ['sip-config/freeswitch/freeswitch.xml', '<X-PRE-PROCESS cmd="include" data="event_socket.xml"/>'],
])('%s has the place at which benches add something, once', (file, mark) => {
  expect(readFileSync(inProject(file), 'utf8').split(mark)).toHaveLength(2);
});

test('an extension runs its applications in their order', () => {
  const xml = extensionOf('95591', [
    ['answer', ''],
    ['sleep', '200'],
  ]);
  expect(xml).toContain('expression="^95591$"');
  expect(xml.indexOf('application="answer"')).toBeLessThan(xml.indexOf('application="sleep" data="200"'));
});

const QUEUE = { strategy: 'random', number: '95596', name: 'drain', extensions: ['3001', '3002'], ringS: 15 };

test('both native queues have every phone, the strategy that was asked for, and lose no time after a talk', () => {
  const asterisk = queueConf(QUEUE);
  const freeswitch = callcenterConf(QUEUE);
  for (const extension of QUEUE.extensions) {
    expect(asterisk).toContain(`member => PJSIP/${extension},`);
    expect(freeswitch).toContain(
      `contact="[leg_timeout=15,park_after_bridge=false]user/${extension}@carillon"`,
    );
    expect(freeswitch).toContain(`<tier agent="${extension}" queue="drain@carillon"`);
  }
  expect(asterisk).toContain('strategy = random');
  expect(asterisk).toContain('wrapuptime = 0');
  expect(freeswitch).toContain('<param name="strategy" value="random"/>');
  expect(freeswitch.match(/wrap-up-time="0"/g)).toHaveLength(2);
});

test('a strategy of the other PBX is refused; without a word it is the first', () => {
  expect(strategyOf('asterisk', undefined)).toBe('leastrecent');
  expect(strategyOf('freeswitch', undefined)).toBe('longest-idle-agent');
  expect(() => strategyOf('freeswitch', 'leastrecent')).toThrow('mod_callcenter has no strategy leastrecent');
});

test('half of the calls are told within p50, 95 of 100 within p95', () => {
  const times = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(latencyOf(times)).toEqual({ p50: 50, p95: 95 });
  expect(latencyOf([3.14])).toEqual({ p50: 3.1, p95: 3.1 });
});
