import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inProject } from '../../src/setup/project.ts';
import { Place } from '../cli/carillon.ts';
import { BANK, SHARED, script } from './flow-lab.ts';

const PASSING = script(['hears: main', 'presses: "1123456"', 'hears: sorry']);
const FAILING = script(['hears: main', 'presses: "1246813"', 'hears: vip']);

function place(files: Readonly<Record<string, string>>): Place {
  return new Place({
    'shared.yaml': SHARED,
    'bank.yaml': BANK,
    ...files,
  });
}

describe('carillon flow test', () => {
  test('prints each test, the steps that none reached, and ends with 0 when all pass', async () => {
    const { code, out, err } = await place({ 'bank.test.yaml': PASSING }).run(['flow', 'test']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^✓ it\n\nbank: 7 of 23 steps reached\n/);
    expect(out).toContain('flows/bank.yaml:18:3 no test reaches "wealth"');
    expect(out).not.toContain('nobody leaves');
    expect(out).toMatch(/\n1 test: all pass; 30\.4 % of the steps reached\n$/);
  });

  test('says where a test failed and what was heard, never a secret, and ends with 1', async () => {
    const { code, out } = await place({ 'bank.test.yaml': FAILING }).run(['flow', 'test']);
    expect(code).toBe(1);
    expect(out).toMatch(/^✗ it\n {4}flows\/bank\.test\.yaml:\d+:9 expected to hear the prompt "vip"/);
    expect(out).toMatch(/\n {4}he was in step "\w+" of flow "bank" \(flows\/bank\.yaml:\d+:3\)\n/);
    expect(out).toContain('presses 1••••');
    expect(out).toMatch(/1 test: 1 failed/);
    expect(out).not.toContain('246813');
  });

  test('with --verbose shows what was heard in every test, with --min-coverage ends with 1 while too little is reached', async () => {
    const there = place({ 'bank.test.yaml': PASSING });
    const { code, out } = await there.run(['flow', 'test', '--verbose', '--min-coverage', '30.5']);
    expect(out).toContain('       0.0s    "您好，欢迎。"\n');
    expect(out).toMatch(/nobody leaves "verify" by "ok"\n/);
    expect(out).toContain('30.4 % is less than the 30.5 % asked for');
    expect(code).toBe(1);
    expect((await there.run(['flow', 'test', '--min-coverage', '30.4'])).code).toBe(0);
  });

  test('with --json prints one object', async () => {
    const { code, out } = await place({ 'bank.test.yaml': FAILING }).run(['flow', 'test', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      passed: 0,
      failed: 1,
      tests: [
        {
          name: 'it',
          file: 'flows/bank.test.yaml',
          passed: false,
          failures: [{ column: 9, message: expect.stringContaining('expected to hear') }],
          transcript: expect.arrayContaining([{ ms: 1, what: 'heard', text: '"您好，欢迎。"' }]),
        },
      ],
      coverage: { percent: expect.closeTo(39.13), flows: [{ flow: 'bank', steps: 23 }] },
    });
    expect(out).not.toContain('246813');
  });

  test.each<[what: string, files: Record<string, string>, args: string[], code: number, told: string]>([
    [
      'a mistake in a flow',
      { 'bank.test.yaml': PASSING, 'bank.yaml': BANK.replace('then: greet-vip', 'then: nowhere') },
      [],
      1,
      'No test was run: mend these first.',
    ],
    [
      'a mistake in a test file',
      { 'bank.test.yaml': PASSING.replace('hears:', 'hers:') },
      [],
      1,
      'did you mean "hears"?',
    ],
    ['no test', {}, [], 2, 'There is no test in flows'],
  ])('without running anything names %s', async (_what, files, args, code, told) => {
    const ran = await place(files).run(['flow', 'test', ...args]);
    expect(ran.code).toBe(code);
    expect(ran.out + ran.err).toContain(told);
  });
});

/** What `carillon flow try` prints while `typed` is typed into it. */
function tryIt(
  there: Place,
  args: readonly string[],
  typed: string,
): Promise<{ code: number; out: string; err: string }> {
  const options = {
    cwd: there.folder,
    env: { PATH: '/nowhere', CARILLON_FLOWS: there.flows, CARILLON_DATA: there.data },
  };
  const own = inProject('node_modules/node/bin/node');
  return new Promise((resolve) => {
    const command = [inProject('src/cli.ts'), 'flow', 'try', ...args];
    const child = execFile(existsSync(own) ? own : process.execPath, command, options, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err }),
    );
    child.stdin?.end(typed);
  });
}

describe('carillon flow try', () => {
  test('walks by lines from a pipe, in the world of the test file beside the flow; the end of the input hangs up', async () => {
    const at = ['--at', '2026-11-23T10:00:00+08:00'];
    const { code, out } = await tryIt(
      place({ 'bank.test.yaml': PASSING }),
      ['95533', '--caller', '13800138000', ...at],
      '2\n\n.s\n',
    );
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => line.trim());
    expect(lines.slice(0, 2)).toEqual([
      'the world is that of flows/bank.test.yaml',
      '13800138000 calls flow bank on 2026-11-23 10:00 (Asia/Shanghai); .? for help',
    ]);
    expect(lines).toContain('zh-CN wealth │ 尊敬的贵宾，您好。');
    expect(lines).toContain('talks with agent 1001 at phone 1001');
    expect(lines.slice(-4)).toEqual([
      expect.stringMatching(/^in step "queue" of flow "bank" \(flows\/bank\.yaml:\d+:3\), connected$/),
      'the talk is over',
      'the caller hangs up',
      '',
    ]);
  });

  test('without a world says that nobody is there', async () => {
    const { code, out } = await tryIt(place({}), ['bank', '--language', 'en'], '1\n246813\n');
    expect(code).toBe(0);
    expect(out).toContain('there are no customers and no agents');
    expect(out).toContain('en │ Hello and welcome.');
    expect(out).toContain('not in the world');
    expect(out).toContain('en │ Sorry.');
    expect(out).not.toContain('246813');
  });

  test.each<[what: string, args: string[], told: string]>([
    ['an unknown flow', ['bnk'], 'did you mean "bank"?'],
    ['a caller who is no number', ['bank', '--caller', 'me'], '--caller takes a telephone number'],
  ])('refuses %s', async (_what, args, told) => {
    const { code, err } = await tryIt(place({}), args, '');
    expect(code).toBeGreaterThan(0);
    expect(err).toContain(told);
  });
});
