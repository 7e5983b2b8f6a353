import { describe, expect, test } from 'vitest';
import { percentOf } from '../../src/lab/flow-coverage.ts';
import { transcriptText } from '../../src/lab/flow-transcript.ts';
import { BANK, failuresOf, readFlows, run, script } from './flow-lab.ts';

const VIP = '    caller: "13800138000"\n';

describe('a line passes when the flow keeps it, and fails with what was so instead', () => {
  test.each<[word: string, lines: string[], more?: string]>([
    ['hears a prompt', ['hears: welcome', 'hears: main']],
    ['hears a part of the words', ['hears: 欢迎', 'hears: 请选择']],
    [
      'hears values filled in',
      ['hears: main', 'presses: "1123456"', 'hears: sorry', 'presses: "1123456"', 'hears: "1,234.56元"'],
    ],
    ['not-heard', ['hears: welcome', 'not-heard: goodbye']],
    ['silent', ['hears: main', 'silent: 30s', 'hears: goodbye', 'ended: by-carillon']],
    [
      'hears-out',
      ['hears: main', 'presses: "9"', 'hears-out: terms', 'presses: "1"', '{ hears: goodbye, within: 3s }'],
    ],
    ['music', ['presses: "2"', 'music: default']],
    ['reaches', ['presses: "8"', 'reaches: english', 'reaches: bank/main']],
    [
      'asked',
      [
        'presses: "1123456"',
        'asked: { service: core, path: /balance, with: { pin: "123456", account: CNY } }',
      ],
    ],
    [
      'event',
      [
        'presses: "5"',
        'event: { type: TextMessageRequested, with: { topic: wallet, number: "13912345678" } }',
      ],
    ],
    ['callback', ['presses: "4"', 'callback: { queue: general, number: "13912345678" }']],
    [
      'leaves-message',
      ['presses: "3"', 'hears: leave', 'leaves-message: 6s', 'message-kept: complaints', 'hears: main'],
    ],
    ['a recording', ['presses: "0"', 'leaves-message: 6s', 'hears: (recording)', 'hears: main']],
    ['waits-in', ['presses: "2"', 'waits-in: general']],
    ['talks-with an agent', ['presses: "2"', 'talks-with: "1001"', 'other-hangs-up: true', 'hears: main']],
    ['talks-with a phone', ['presses: "7"', 'talks-with: "2001"', 'hangs-up: true', 'ended: by-caller']],
    ['language', ['presses: "8"', 'language: en', 'hears: Please choose']],
    [
      'persona, customer and tier',
      ['hears: vip', 'persona: wealth', 'customer: c1', 'tier: vip', 'presses: "2"', 'music: wealth'],
      VIP,
    ],
    ['variables', ['presses: "6"', 'variables: { tries: 2, note: ok }']],
    ['ended', ['hangs-up: true', 'ended: by-caller']],
  ])('%s', async (_word, lines, more) => {
    expect(await failuresOf(lines, more)).toEqual([]);
  });

  test.each<[word: string, lines: string[], message: RegExp, more?: string]>([
    [
      'hears',
      ['hears: vip'],
      /^expected to hear the prompt "vip" .* but this was heard: "您好，欢迎。" · "请选择。"/,
    ],
    [
      'hears in order',
      ['hears: main', 'hears: welcome'],
      /^expected to hear the prompt "welcome" before the call was over/,
    ],
    [
      'hears what began before a key',
      ['hears: welcome', 'silent: 3s', 'presses: "8"', '{ hears: 请选择, within: 5s }'],
      /within 5s, but this was heard: "Please choose\."/,
    ],
    [
      'not-heard',
      ['hears: main', 'not-heard: welcome'],
      /^expected not to hear the prompt "welcome", but it was heard$/,
    ],
    [
      'a key during what may not be interrupted',
      ['presses: "9"', 'hears: terms', 'presses: "1"', '{ hears: goodbye, within: 3s }'],
      /^expected to hear the prompt "goodbye"/,
    ],
    [
      'music',
      ['presses: "2"', '{ music: wealth, within: 3s }'],
      /^expected the music wealth within 3s, but this was heard: .*music default/,
    ],
    [
      'reaches',
      ['hears: main', 'presses: "8"', '{ reaches: bank/pin, within: 1s }'],
      /^expected to reach the step bank\/pin within 1s, but these were entered: bank\/english · bank\/main$/,
    ],
    [
      'asked',
      ['presses: "1123456"', 'asked: { service: core, with: { account: USD } }'],
      /^expected core to be asked with account USD .*but this was asked: core\/balance with pin ••••, account CNY/,
    ],
    [
      'asked twice',
      ['presses: "1123456"', 'asked: { service: core }', 'asked: { service: core }'],
      /^expected core to be asked/,
    ],
    ['asked when nothing was', ['asked: { service: core }'], /but nothing was asked$/],
    [
      'event',
      ['presses: "5"', 'event: { type: TextMessageRequested, with: { topic: card } }'],
      /^expected the event TextMessageRequested with topic card .*it came with .*topic wallet/,
    ],
    [
      'callback',
      ['presses: "4"', 'callback: { queue: vip }'],
      /^expected a callback by queue vip .*but queue general is to call 13912345678$/,
    ],
    ['leaves-message', ['leaves-message: 6s'], /^expected to be recorded/],
    [
      'a message that is too short',
      ['presses: "3"', 'leaves-message: 1s', 'message-kept: complaints'],
      /^expected a message in box complaints/,
    ],
    [
      'message-kept',
      ['presses: "3"', 'leaves-message: 6s', 'message-kept: praise'],
      /but one is kept in box complaints$/,
    ],
    [
      'waits-in',
      ['presses: "2"', '{ waits-in: vip, within: 1s }'],
      /^expected to be in queue vip within 1s, but it is general$/,
    ],
    [
      'talks-with',
      ['presses: "2"', '{ talks-with: "1002", within: 5s }'],
      /^expected to talk with 1002 within 5s, but he talks with 1001$/,
    ],
    ['other-hangs-up', ['other-hangs-up: true'], /^there is nobody who could hang up/],
    ['language', ['{ language: en, within: 1s }'], /^expected the language en within 1s, but it is zh-CN$/],
    ['persona', ['{ persona: wealth, within: 1s }'], /^expected the persona wealth within 1s$/],
    ['customer', ['{ customer: c2, within: 1s }'], /but it is c1$/, VIP],
    ['tier', ['{ tier: gold, within: 1s }'], /but it is vip$/, VIP],
    [
      'variables',
      ['presses: "6"', '{ variables: { tries: 3 }, within: 1s }'],
      /^expected the variables with tries 3 within 1s, but they are with tries 2, note ok$/,
    ],
    [
      'ended',
      ['hangs-up: true', 'ended: by-carillon'],
      /^expected the call to be ended by carillon before the call was over, but it is by-caller$/,
    ],
    ['presses after the end', ['hangs-up: true', 'ended: by-caller', 'presses: "1"'], /the call is over$/],
    ['a number that nobody answers', ['hangs-up: true'], /^no flow answers 95534/, '    dials: "95534"\n'],
  ])('%s', async (_word, lines, message, more) => {
    const failures = await failuresOf(lines, more);
    expect(failures.join('\n')).toMatch(message);
  });

  test('a failure names the line of the script, and the step where the caller was', async () => {
    const { results } = await run(script(['hears: welcome', 'hears: nothing of the kind']));
    const line =
      script(['hears: welcome', 'hears: nothing'])
        .split('\n')
        .findIndex((one) => one.includes('nothing')) + 1;
    expect(results[0]!.failures).toMatchObject([
      {
        line,
        column: 9,
        where: expect.stringMatching(/^in step "\w+" of flow "bank" \(flow-0\.yaml:\d+:3\)$/),
      },
    ]);
  });

  test('lines after a failure are not played, the other tests are', async () => {
    const file = `${script(['hears: vip', 'presses: "8"'])}  that:\n    script: [{ hears: welcome }]\n`;
    const { results } = await run(file);
    expect(results.map(({ failures }) => failures.length)).toEqual([1, 0]);
    expect(results[0]!.transcript.some(({ what }) => what === 'caller')).toBe(false);
  });
});

describe('the world', () => {
  test.each<[what: string, world: string, lines: string[]]>([
    [
      'an agent who is not ready lets wait',
      'agents: [{ id: "1001", queues: [general], state: not-ready }]',
      [
        'presses: "2"',
        'waits-in: general',
        'silent: 100s',
        'waits-in: general',
        'silent: 30s',
        'hears: goodbye',
      ],
    ],
    [
      'a queue that nobody serves is left at once',
      'agents: [{ id: "1001", queues: [general], state: logged-out }]',
      ['presses: "2"', 'hears: goodbye'],
    ],
    [
      'a queue has rules',
      'queues: [{ name: general, needs: { card: 7 }, max-wait: 5s }], agents: [{ id: "1001" }, { id: "1002", skills: { card: 8 } }]',
      ['presses: "2"', 'talks-with: "1002"'],
    ],
    [
      'who waits already is served first, and is not the caller of the test',
      'queues: [{ name: general, waiting: 1 }], agents: [{ id: "1001", queues: [general], talks: 20s }]',
      [
        'presses: "2"',
        'silent: 15s',
        'waits-in: general',
        'silent: 10s',
        'waits-in: general',
        'silent: 5s',
        'talks-with: "1001"',
        'hangs-up: true',
        'ended: by-caller',
      ],
    ],
    [
      'an agent may end the talk',
      'agents: [{ id: "1001", queues: [general], talks: 20s }]',
      ['presses: "2"', 'talks-with: "1001"', 'silent: 19s', 'talks-with: "1001"', 'hears: main'],
    ],
    ['a phone is busy', 'phones: [{ number: "2001", answers: busy }]', ['presses: "7"', 'hears: sorry']],
    [
      'a phone is not answered',
      'phones: [{ number: "2001", answers: never }]',
      ['presses: "7"', 'silent: 9s', 'not-heard: sorry', 'hears: sorry'],
    ],
    [
      'a phone is not there',
      'phones: [{ number: "2001", answers: offline }]',
      ['presses: "7"', '{ hears: sorry, within: 1s }'],
    ],
    [
      'a service is slow',
      'services: { core: { /balance: { body: { balance: 7 }, after: 2s } } }',
      ['presses: "1123456"', '{ hears: "7.00元", within: 5s }'],
    ],
    [
      'a service answers too late',
      'services: { core: { /balance: { body: { balance: 7 }, after: 4s } } }',
      ['presses: "1123456"', 'hears: sorry'],
    ],
    [
      'a service says no',
      'services: { core: { /balance: { status: 503 } } }',
      ['presses: "1123456"', 'hears: sorry'],
    ],
    [
      'the last answer stays',
      'services: { core: { /balance: [{ body: { balance: 1 } }, { body: { balance: 2 } }] } }',
      [
        'presses: "1123456"',
        'hears: "1.00元"',
        'silent: 2s',
        'presses: "1123456"',
        'hears: "2.00元"',
        'silent: 2s',
        'presses: "1123456"',
        'hears: "2.00元"',
      ],
    ],
  ])('%s', async (_what, world, lines) => {
    expect(await failuresOf(lines, `    world: { ${world} }\n`)).toEqual([]);
  });

  test('music that ends in the same moment is not heard', async () => {
    const { results } = await run(
      script(
        ['presses: "2"', 'hears: goodbye'],
        '    world: { agents: [{ id: "1001", state: logged-out }] }\n',
      ),
    );
    const shown = results[0]!.transcript.map(({ text }) => text);
    expect(shown).toContain('leaves queue general: no-agents');
    expect(shown).not.toContain('♪ default');
  });

  test('a path that is not listed is unreachable, and the transcript says why', async () => {
    const file = script(['presses: "1123456"', 'hears: sorry']).replace('/balance', '/other');
    const { results } = await run(file);
    expect(results[0]!.failures).toEqual([]);
    expect(results[0]!.transcript.map(({ text }) => text)).toContain(
      'core/balance asked with pin ••••, account CNY: not in the world',
    );
  });

  test('a hidden caller has no number, and one of our phones may call', async () => {
    expect(await failuresOf(['presses: "4"', 'hears: sorry'], '    caller: ""\n')).toEqual([]);
    const phones = readFlows(BANK.replace('start:', 'callers: phones\nstart:'));
    const inside = await run(script(['hears: welcome'], '    phone: "1005"\n'), phones);
    const outside = await run(script(['hears: welcome']), phones);
    expect(inside.results[0]!.failures).toEqual([]);
    expect(outside.results[0]!.failures[0]!.message).toContain('before the call was over');
  });
});

describe('what is printed of a call', () => {
  test('everything that he heard and pressed, with the time since the call came in', async () => {
    const { results } = await run(script(['hears: main', 'presses: "2"', 'talks-with: "1001"']));
    expect(results[0]!.transcript.map(transcriptText)).toEqual([
      '   0.0s  → bank/find',
      '   0.0s  → bank/greet',
      '   0.0s    "您好，欢迎。"',
      '   2.0s  → bank/main',
      '   2.0s    "请选择。"',
      '   2.0s    presses 2',
      '   2.0s  → bank/queue',
      '   2.0s    waits in queue general',
      '   2.0s    ♪ default',
      '   4.0s    talks with agent 1001 at phone 1001',
      '   4.0s    the talk is over',
      '   4.0s    the caller hangs up',
    ]);
  });

  test.each([
    [
      'typed when asked',
      ['hears: main', 'presses: "1"', 'hears: ask-pin', 'presses: "246813"', 'hears: never said'],
    ],
    ['typed ahead', ['hears: main', 'presses: "1246813"', 'hears: never said']],
    [
      'too short',
      ['hears: main', 'presses: "1"', 'hears: ask-pin', 'presses: "24681#"', 'hears: never said'],
    ],
    ['expected', ['presses: "1111111"', 'asked: { service: core, with: { pin: "246813" } }']],
  ])('a secret is never shown: %s', async (_how, lines) => {
    const { results } = await run(script(lines));
    const { failures, transcript } = results[0]!;
    expect(failures).toHaveLength(1);
    const shown = JSON.stringify([failures, transcript]);
    expect(shown).toContain('••••');
    expect(shown).not.toMatch(/24681|111111/);
  });
});

describe('coverage', () => {
  const TWO = `
flow: two
numbers: ["1"]
start: ask
steps:
  ask: { menu: { say: { zh-CN: 一, en: one }, tries: 1, keys: { 1: yes } }, otherwise: no }
  yes: { say: { zh-CN: 好, en: fine }, then: end }
  no: { say: { zh-CN: 不, en: no }, then: end }
  end: { hangup: {} }
`;
  const file = (...keys: string[]): string =>
    `dials: "1"\ntests:\n${keys.map((key) => `  ${key}: { script: [{ presses: "${key}" }, { ended: by-carillon }] }\n`).join('')}`;

  test('counts the steps that any test entered, and names the others', async () => {
    const { coverage } = await run(file('1'), readFlows(TWO));
    expect(coverage).toEqual([
      {
        flow: 'two',
        file: 'flow-0.yaml',
        steps: 4,
        missed: [{ step: 'no', line: 8, column: 3 }],
        waysNotTaken: [
          { step: 'ask', exit: 'silence', line: 6, column: 3 },
          { step: 'ask', exit: 'invalid', line: 6, column: 3 },
        ],
      },
    ]);
    expect(percentOf(coverage)).toBe(75);
  });

  test('adds up over tests and flows', async () => {
    const { coverage } = await run(file('1', '2'), readFlows(TWO, BANK));
    expect(coverage.map(({ missed }) => missed.length)).toEqual([0, coverage[1]!.steps]);
    expect(percentOf(coverage)).toBeCloseTo((100 * 4) / (4 + coverage[1]!.steps));
    expect(percentOf([])).toBe(100);
  });
});

test('a world that cannot be fails the test', async () => {
  const twins = 'agents: [{ id: "1001" }, { id: "1002", phone: "1001" }]';
  const failures = await failuresOf(['hears: welcome'], `    world: { ${twins} }\n`);
  expect(failures).toEqual([expect.stringMatching(/^the test could not be run: .*1001/)]);
});

test('an error of the engine fails the test', async () => {
  const { flows, shared } = readFlows(BANK);
  const [bank] = flows;
  const step = bank!.steps.get('greet')!;
  const targets = {
    get next(): string {
      throw new Error('out of order');
    },
  };
  const steps = new Map([...bank!.steps, ['greet', { ...step, targets }]]);
  const { results } = await run(script(['hears: welcome', 'silent: 5s']), {
    flows: [{ ...bank!, steps }],
    shared,
  });
  const [{ failures } = { failures: [] }] = results;
  expect(failures.map(({ message }) => message)).toEqual([
    'the engine reports an error: an input broke a rule (out of order)',
  ]);
});
