import { describe, expect, test } from 'vitest';
import { entryTo } from '../../src/lab/flow-entry.ts';
import { EMPTY_WORLD, readFlowTests } from '../../src/lab/flow-test-file.ts';
import { FlowWalk, HELP, type Shown } from '../../src/lab/flow-try.ts';
import { BANK, readFlows, script } from './flow-lab.ts';

const { world } = readFlowTests(script(['silent: 1s']), 'bank.test.yaml');

/** What is shown while somebody types these lines; what the caller hears begins with its language. */
async function walk(typed: readonly string[], more: { number?: string; world?: typeof world } = {}) {
  const shown: Shown[] = [];
  const call = await FlowWalk.begin(
    {
      read: readFlows(BANK),
      world: more.world ?? world,
      at: Date.UTC(2026, 10, 23, 2),
      caller: { number: more.number ?? '13912345678', dials: '95533' },
    },
    (line) => shown.push(line),
  );
  const from = shown.length;
  for (const line of typed) if (!call.over) await call.take(line);
  return { call, lines: shown.slice(from).map(({ text }) => text), before: shown.map(({ text }) => text) };
}

test('the walk begins with all that is said until the caller is asked for something, and the keys that he has', async () => {
  const { before, call } = await walk([]);
  expect(before).toEqual([
    '→ bank/find',
    '→ bank/greet',
    'zh-CN │ 您好，欢迎。',
    '→ bank/main',
    'zh-CN │ 请选择。',
    '0 record · 1 mind · 2 queue · 3 message · 4 callback · 5 text · 6 reckon · 7 dial · 8 english · 9 terms',
  ]);
  expect(call.over).toBe(false);
});

describe('what is typed is what the caller does', () => {
  test.each<[what: string, typed: string[], shown: string[]]>([
    ['a key', ['8'], ['presses 8', '→ bank/english', '→ bank/main', 'en │ Please choose.']],
    ['nothing: time passes until something is said', [''], ['zh-CN │ 请选择。']],
    [
      'nothing, again and again',
      ['', ''],
      ['zh-CN │ 请选择。', '→ bank/bye', 'zh-CN │ 再见。', '→ bank/end', 'Carillon hangs up'],
    ],
    ['keys with spaces', ['8 8'], ['presses 88', '→ bank/english', '→ bank/main', 'en │ Please choose.']],
    [
      'waiting in a queue, then an agent',
      ['2', ''],
      [
        'presses 2',
        '→ bank/queue',
        'waits in queue general',
        '♪ default',
        'talks with agent 1001 at phone 1001',
      ],
    ],
    ['the agent hangs up', ['2', '', '.e'], ['the talk is over', '→ bank/main', 'zh-CN │ 请选择。']],
    [
      'a message',
      ['3', 'my card is gone, please call me back', '#'],
      ['presses 3', '→ bank/message', 'zh-CN │ 请留言。', 'presses #', '→ bank/main'],
    ],
    ['.h', ['.h'], ['the caller hangs up']],
    ['.w', ['.w 30'], ['zh-CN │ 请选择。', '→ bank/bye', 'zh-CN │ 再见。']],
    ['.s', ['.s'], ['in step "main" of flow "bank" (flow-0.yaml:21:3)']],
    [
      '.s in a queue',
      ['2', '.s'],
      ['in step "queue" of flow "bank" (flow-0.yaml:34:3), waiting in queue general, music default'],
    ],
    ['.v', ['6', '.v'], ['language: zh-CN', 'vars.tries = 2', 'vars.note = "ok"']],
    ['.?', ['.?'], HELP],
    ['an unknown command', ['.x'], ['there is no .x; .? tells what there is']],
    ['.w without seconds', ['.w soon'], ['.w takes seconds: .w 10']],
    ['.e with nobody there', ['.e'], ['you talk with nobody']],
    [
      'words where nobody records',
      ['hello'],
      ['the keys of a telephone are 0 to 9, * and #; .? tells what else there is'],
    ],
    [
      'nothing, where nothing comes by itself',
      ['2', '', ''],
      ['nothing happens by itself here; .? tells what you can do'],
    ],
  ])('%s', async (_what, typed, shown) => {
    const { lines } = await walk(typed);
    expect(lines.join('\n')).toContain(shown.join('\n'));
  });

  test('the end of the call ends the walk', async () => {
    expect((await walk(['', ''])).call.over).toBe(true);
    expect((await walk(['.h', '8'])).lines).toEqual(['the caller hangs up']);
  });

  test('a customer of the world is known', async () => {
    const { before } = await walk(['.v'], { number: '13800138000' });
    expect(before).toContain('zh-CN wealth │ 尊敬的贵宾，您好。');
    expect(before.slice(-4)).toEqual(['language: zh-CN', 'persona: wealth', 'customer: c1', 'tier: vip']);
  });

  test('a service that is not in the world fails, and that is said', async () => {
    const { lines } = await walk(['1', '123456'], { world: EMPTY_WORLD });
    expect(lines).toContain('core/balance asked with pin ••••, account CNY: not in the world');
    expect(lines).toContain('zh-CN │ 抱歉。');
  });

  test('a secret is asked for as one, and never shown', async () => {
    const asked = await walk(['1']);
    expect([asked.call.secret, (await walk([])).call.secret]).toEqual([true, false]);
    const { lines } = await walk(['1', '246813', '', '.v', '1246813', '.v']);
    expect(lines.join('\n')).toContain('presses ••••');
    expect(lines.join('\n')).toContain('presses 1••••');
    expect(lines.join('\n')).not.toContain('246813');
  });
});

describe('the way in', () => {
  const OTHER = BANK.replace('flow: bank', 'flow: other').replace(
    'numbers: ["95533"]',
    'callers: phones\nnumbers: ["*5x"]',
  );
  const INNER = BANK.replace('flow: bank', 'flow: inner').replace('numbers: ["95533"]\n', '');
  const flows = readFlows(BANK, OTHER, INNER);

  test.each<[what: string, target: string | undefined, flow: string, dials: string]>([
    ['the only flow that anyone can dial', undefined, 'bank', '95533'],
    ['a flow by its name', 'other', 'other', '*51'],
    ['a number', '*57', 'other', '*57'],
  ])('%s', (_what, target, flow, dials) => {
    const entry = entryTo(flows, target);
    expect([entry.flow.name, entry.dials]).toEqual([flow, dials]);
  });

  test('a flow without a number gets one', () => {
    const { flow, dials, read } = entryTo(flows, 'inner');
    expect(flow.numbers).toEqual([dials]);
    expect(read.flows).toContain(flow);
  });

  test('a language of the flow may be spoken first, no other', () => {
    expect(entryTo(flows, 'bank', 'en').flow.languages).toEqual(['en', 'zh-CN']);
    const chinese = readFlows(
      BANK.replace('start:', 'languages: [zh-CN]\nstart:').replace('{ language: en,', '{ language: zh-CN,'),
    );
    expect(() => entryTo(chinese, 'bank', 'en')).toThrow('Flow bank does not speak en: it speaks zh-CN.');
  });

  test('an unknown flow is refused with the one that may be meant', () => {
    expect(() => entryTo(flows, 'bnk')).toThrow('did you mean "bank"?');
    expect(() => entryTo(readFlows(INNER), undefined)).toThrow('Say which flow: inner.');
  });
});
