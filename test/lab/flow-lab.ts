import { problemText } from '../../src/ivr/report.ts';
import { runTests, type TestRun } from '../../src/lab/flow-test.ts';
import { readFlowTests } from '../../src/lab/flow-test-file.ts';
import { type ReadFlows, Stage } from '../../src/lab/stage.ts';

/** What flows have in common. */
export const SHARED = `
zone: Asia/Shanghai
personas: { wealth: { music: wealth } }
`;

/** A small bank with a step for everything that a script can speak of. */
export const BANK = `
flow: bank
numbers: ["95533"]
start: find
prompts:
  welcome: { zh-CN: 您好，欢迎。, en: Hello and welcome. }
  vip: { zh-CN: 尊敬的贵宾，您好。, en: "Dear guest, welcome." }
  main: { zh-CN: 请选择。, en: Please choose. }
  ask-pin: { zh-CN: 请输入密码。, en: Enter your PIN. }
  balance: { zh-CN: "余额{amount(vars.balance)}。", en: "You have {amount(vars.balance)}." }
  terms: { zh-CN: 请注意以下条款。, en: Please mind the terms. }
  sorry: { zh-CN: 抱歉。, en: Sorry. }
  leave: { zh-CN: 请留言。, en: Leave a message. }
  goodbye: { zh-CN: 再见。, en: Goodbye. }
steps:
  find: { find-customer: caller-number, then: { found: tier, unknown: greet } }
  tier: { choose: [{ when: customer.tier == "vip", then: wealth }], otherwise: greet }
  wealth: { persona: wealth, then: greet-vip }
  greet-vip: { say: vip, then: main }
  greet: { say: welcome, then: main }
  main:
    menu:
      say: main
      tries: 2
      keys: { 1: mind, 2: queue, 3: message, 4: callback, 5: text, 6: reckon, 7: dial, 8: english, 9: terms, 0: record }
    otherwise: bye
  mind: { say: { prompt: terms, interruptible: false }, then: pin }
  pin: { gather: { say: ask-pin, into: pin, secret: true, min: 6, max: 6 }, then: { done: verify }, otherwise: bye }
  verify:
    http: { service: core, path: /balance, send: { pin: secrets.pin, account: '"CNY"' }, take: { balance: number } }
    then: { ok: tell, failed: sorry, forgotten: pin }
  tell: { say: balance, then: main }
  sorry: { say: sorry, then: main }
  queue: { queue: { name: general }, then: { done: main }, otherwise: bye }
  message: { voicemail: { box: complaints, say: leave }, then: { kept: main }, otherwise: bye }
  callback: { callback: { queue: general }, then: { done: main, no-number: sorry } }
  text: { text-message: { text: goodbye, topic: wallet }, then: { next: main, no-number: sorry } }
  reckon: { set: { tries: 1 + 1, note: '"ok"' }, then: main }
  dial: { dial: { extension: "2001", ring: 10s }, then: { done: main }, otherwise: sorry }
  english: { language: en, then: main }
  terms: { menu: { say: terms, interruptible: false, tries: 1, keys: { 1: bye } }, otherwise: main }
  record: { record: { say: leave, into: said }, then: { kept: replay }, otherwise: main }
  replay: { replay: { recording: said }, then: { next: main, missing: sorry } }
  bye: { say: goodbye, then: end }
  end: { hangup: {} }
`;

/** What there is around it. */
const WORLD = `
at: 2026-11-23T10:00:00+08:00
dials: "95533"
caller: "13912345678"
world:
  customers: [{ number: "13800138000", tier: vip, id: c1 }]
  agents: [{ id: "1001", queues: [general] }]
  phones: [{ number: "2001", answers: 3s }]
  services: { core: { /balance: [{ fails: timeout }, { body: { balance: "1234.56" } }] } }
`;

/** @throws what is wrong with the flows */
export function readFlows(...texts: readonly string[]): ReadFlows {
  const flows = texts.map((text, index) => ({ file: `flow-${index}.yaml`, text }));
  return new Stage({ files: [{ file: 'shared.yaml', text: SHARED }, ...flows] }).read;
}

/** Runs the tests of a file. @throws what is wrong with it */
export async function run(testFile: string, flows: ReadFlows = readFlows(BANK)): Promise<TestRun> {
  const { tests, problems } = readFlowTests(testFile, 'bank.test.yaml');
  if (problems.length > 0) throw new Error(problems.map(problemText).join('\n'));
  return runTests(flows, tests);
}

/** The one test `it`, of these lines; what it adds to the world of the bank. */
export function script(lines: readonly string[], more = ''): string {
  return `${WORLD}tests:\n  it:\n${more}    script:\n${lines.map((line) => `      - ${line}\n`).join('')}`;
}

/** Its failures, a sentence each. */
export async function failuresOf(lines: readonly string[], more = ''): Promise<string[]> {
  const { results } = await run(script(lines, more));
  return results.flatMap(({ failures }) => failures.map(({ message }) => message));
}
