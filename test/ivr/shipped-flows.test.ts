import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../docker/core-bank/routes.ts';
import { type FlowFolder, readFlowFolder } from '../../src/cli/flow-folder.ts';
import { knowledgeOf } from '../../src/cli/knowledge.ts';
import { takeResult, type WantedResult } from '../../src/ivr/look-up.ts';
import { problemText } from '../../src/ivr/report.ts';
import { runTests, type TestRun } from '../../src/lab/flow-test.ts';
import { type ReadFlowTests, readFlowTests } from '../../src/lab/flow-test-file.ts';
import { transcriptText } from '../../src/lab/flow-transcript.ts';
import { inProject } from '../../src/setup/project.ts';
import { readSettings } from '../../src/setup/settings.ts';
import { callBank } from './bank-call.ts';
import { type RealAnswer, shapeOf, tourOfBank } from './bank-tour.ts';

const folder = inProject('ivr-flows');

/** As they stand in the folder: what `carillon flow test` runs. */
const files: readonly ReadFlowTests[] = readdirSync(folder)
  .filter((name) => name.endsWith('.test.yaml'))
  .map((name) => readFlowTests(readFileSync(join(folder, name), 'utf8'), name));
const tests = files.flatMap((file) => file.tests);

/** Every secret of the demonstration's customers that a test keys in. */
const SECRETS = /62000000000\d{5}|135790|246802|112358|120318|040725|231546/;

let read: FlowFolder;

beforeAll(async () => {
  // No centre is set up there: the flows are checked against the demonstration.
  const { knowledge } = await knowledgeOf(readSettings({ CARILLON_DATA: inProject('test/ivr/no-centre') }));
  read = await readFlowFolder(folder, knowledge);
});

describe('the shipped flows', () => {
  let run: TestRun;
  beforeAll(async () => {
    run = await runTests(read, tests);
  });

  test('have nothing that the checker finds, nor have their tests', () => {
    const problems = [...read.problems, ...files.flatMap((file) => file.problems)];
    expect(problems.map(problemText)).toEqual([]);
    expect(read.flows.map(({ name }) => name)).toContain('hotline');
  });

  test('do what their tests promise', () => {
    const failures = run.results.flatMap(({ test: { file, name }, failures }) =>
      failures.map(({ line, message }) => `${file}:${line} ${name}: ${message}`),
    );
    expect(failures).toEqual([]);
    expect(run.results.length).toBeGreaterThan(200);
  });

  test('have no step that no test reaches', () => {
    const missed = run.coverage.flatMap(({ flow, missed }) => missed.map(({ step }) => `${flow}/${step}`));
    expect(missed).toEqual([]);
  });

  test('never show a card number, a PIN or an identity number', () => {
    const shown = run.results.flatMap(({ transcript }) => transcript.map(transcriptText)).join('\n');
    expect(shown).toContain('core-bank/verify asked with card ••••, pin ••••');
    expect(shown).toMatch(/core-bank\/report-loss asked with card ••••, idNumber ••••/);
    expect(shown).not.toMatch(SECRETS);
  });
});

// ── the sample bank ──────────────────────────────────────────────────────────────────────────────────────────────────

describe('what the flows expect of the core bank, the sample bank gives', () => {
  let real: readonly RealAnswer[];
  beforeAll(async () => {
    real = await tourOfBank();
  });

  test('every path with its fields', () => {
    const wrong = lookUps(read).flatMap(({ where, path, send }) => {
      const { needs = [], takes = [] } = ROUTES.get(path) ?? {};
      const known: readonly string[] = [...needs, ...takes];
      const extra = send.filter((field) => !known.includes(field));
      const missing = needs.filter((field) => !send.includes(field));
      return ROUTES.has(path) && extra.length + missing.length === 0 ? [] : [{ where, path, extra, missing }];
    });
    expect(wrong).toEqual([]);
  });

  test('every value that they take', () => {
    const wrong = lookUps(read).flatMap(({ where, path, take }) => {
      const good = real.find((one) => one.path === path && one.status === 200);
      const taken = takeResult(good?.body, take);
      return 'wrong' in taken ? [`${where}: ${path}: ${taken.wrong}`] : [];
    });
    expect(wrong).toEqual([]);
  });

  test('every status that has a way of its own, and no other but in trouble', () => {
    const statuses = (path: string): number[] =>
      [...new Set(real.flatMap((one) => (one.path === path ? one.status : [])))]
        .filter((status) => status !== 200 && status < 500)
        .sort();
    const found = lookUps(read).map(({ where, path, answers }) => ({ where, path, answers }));
    expect(found).toEqual(found.map(({ where, path }) => ({ where, path, answers: statuses(path) })));
    expect(found.length).toBeGreaterThan(10);
  });

  test('every answer of the worlds that tests make', () => {
    const made = answersOfWorlds();
    const drifted = made.filter(({ path, status, body }) => {
      const same = real.find(
        (one) => one.path === path && one.status === status && one.body.error === body.error,
      );
      return JSON.stringify(shapeOf(body)) !== JSON.stringify(shapeOf(same?.body));
    });
    expect(drifted).toEqual([]);
    expect(made.length).toBeGreaterThan(50);
  });
});

const VERIFIED = '6200000000005678# 246802';

describe('a caller does his business with the sample bank', () => {
  test.each<[what: string, lines: [words: string, keys: string][], heard: string]>([
    ['a balance', [['账户查询', `1${VERIFIED} 1`]], '余额为12,345.67元'],
    ['signed products', [['账户查询', `1${VERIFIED} 2`]], '您共签约2项产品，手机银行、短信通知。'],
    [
      'a bill',
      [
        ['账户查询', `1${VERIFIED} 31120#`],
        ['您将缴费120.00元', '1'],
      ],
      '缴费成功，账户余额12,225.67元',
    ],
    [
      'a bill over the limit',
      [
        ['账户查询', `1${VERIFIED} 315001#`],
        ['您将缴费5,001.00元', '1'],
      ],
      '超过了您今天的缴费限额',
    ],
    [
      'a bill without the money',
      [
        ['账户查询', '16200000000009012# 112358 31400#'],
        ['您将缴费400.00元', '1'],
      ],
      '您的账户余额不足',
    ],
    [
      'a transfer',
      [
        ['账户查询', `1${VERIFIED} 41#2000#`],
        ['您将向李静，尾号9087，转账2,000.00元', '1'],
      ],
      '转账成功，账户余额10,345.67元',
    ],
    ['a payee nobody registered', [['账户查询', `1${VERIFIED} 49#`]], '没有这个收款人编号'],
    ['securities', [['账户查询', `31${VERIFIED}`]], '您持有1只证券，市值25,680.00元'],
    ['no securities', [['账户查询', '316200000000009012# 112358']], '您名下没有证券账户'],
    [
      'foreign money',
      [
        ['账户查询', `3211${VERIFIED} 100#`],
        ['您将购买100.00美元', '1'],
      ],
      '购汇成功，花费712.00元',
    ],
    [
      'a sign-up',
      [
        ['账户查询', `33${VERIFIED}`],
        ['银彩通让您', '1'],
      ],
      '申请成功，受理编号',
    ],
    [
      'a sign-up that is done',
      [
        ['账户查询', '346200000000001234# 135790'],
        ['一点通手机钱包可用', '1'],
      ],
      '您已经开通了这项业务',
    ],
    ['a lost card', [['账户查询', '216200000000009012# 231546 1']], '挂失成功'],
    ['a lost passbook', [['账户查询', '226200000000005678# 040725 1']], '挂失成功'],
    ['a wrong identity number', [['账户查询', '216200000000009012# 000000 1']], '您输入的信息不符'],
    ['a wrong PIN', [['账户查询', '16200000000009012# 000000']], '密码不正确'],
    ['an unknown card', [['账户查询', '16200000000009999# 000000']], '您输入的卡号不正确'],
    ['a locked PIN', [['账户查询', '16200000000003456# 975310']], '密码已锁定'],
    ['a bank in maintenance', [['账户查询', '16200000000007890# 864209']], '该服务暂时无法使用'],
  ])('%s', async (_what, lines, heard) => {
    const call = await callBank(read, lines);
    expect(call.heard).toContain(heard);
    expect(call.written).not.toMatch(SECRETS);
  });
});

interface ShippedLookUp {
  readonly where: string;
  readonly path: string;
  readonly send: readonly string[];
  readonly answers: readonly number[];
  readonly take: WantedResult;
}

/** As the flow files say them. */
interface LookUpArgs {
  readonly service: string;
  readonly path: string;
  readonly send: Readonly<Record<string, unknown>>;
  readonly take: Readonly<Record<string, WantedResult[string]['as'] | WantedResult[string]>>;
  readonly answers: Readonly<Record<string, string>>;
}

function lookUps({ flows }: FlowFolder): ShippedLookUp[] {
  return flows.flatMap((flow) =>
    [...flow.steps.values()].flatMap(({ name, kind, args }) => {
      if (kind.verb !== 'http') return [];
      const { service, path, send, take, answers } = args as LookUpArgs;
      expect(service).toBe('core-bank');
      const wanted = Object.entries(take).map(([into, how]) => [
        into,
        typeof how === 'string' ? { from: into, as: how } : how,
      ]);
      return [
        {
          where: `${flow.name}/${name}`,
          path,
          send: Object.keys(send),
          answers: Object.keys(answers).map(Number).sort(),
          take: Object.fromEntries(wanted),
        },
      ];
    }),
  );
}

/** Answers that are objects. What is none is meant to be nonsense. */
function answersOfWorlds(): RealAnswer[] {
  return [...tests, ...files].flatMap(({ world }) =>
    Object.entries(world.services['core-bank'] ?? {}).flatMap(([path, answers]) =>
      answers.flatMap((answer) => {
        if ('fails' in answer || typeof answer.body !== 'object' || Array.isArray(answer.body)) return [];
        return [{ path, status: answer.status, body: answer.body as RealAnswer['body'] }];
      }),
    ),
  );
}
