import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Refusal } from '../../src/contact/contact.ts';
import { readClassOfService } from '../../src/engine/class-of-service-file.ts';
import { policyWith } from '../contact/policies.ts';
import { queue } from './centre-lab.ts';
import { type DialerLab, dialerLab, lead, outbound } from './dialer-lab.ts';

const NUMBER = '+8613900000001';
const silent = { trunk: () => ({ ringAfterMs: 50 }) };
const PREVIEW = outbound({ pacing: { mode: 'preview' } });
const RATIO = outbound({ pacing: { mode: 'ratio', ratio: 1 } });

/** He answers at 3 s, and the only agent has gone to his break just before. */
async function whoeverAnswersFindsNobody(lab: DialerLab): Promise<void> {
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(1500);
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  await lab.clock.advance(3600);
}

async function acceptsPreview(lab: DialerLab): Promise<void> {
  await lab.engine.dialler!.previewNext('1001', '');
  await lab.engine.dialler!.previewAccept('1001');
}

const answersAfter = (answerAfterMs: number) => ({ trunk: () => ({ ringAfterMs: 50, answerAfterMs }) });
const refusal = (rule: Refusal['rule']): Refusal => ({ allowed: false, rule, detail: {} });

// ── who does not want to be called ───────────────────────────────────────────────────────────────────────────────────

test.each([
  ['a database that takes no writes', true],
  ['a database that does', false],
])('with %s, who presses the key is called no more from then on, and it is kept', async (_name, fails) => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000), outbound: [RATIO] });
  await whoeverAnswersFindsNobody(lab);
  lab.store.failing = fails;
  await lab.clock.advance(300);
  lab.pbx.dialled(NUMBER)?.press('9');
  await lab.clock.advance(1000);
  const wish = { kind: 'do-not-call', person: NUMBER, number: NUMBER, campaign: '', source: 'opt-out' };
  expect(lab.gate.wishes).toMatchObject([wish]);
  lab.store.failing = false;
  await lab.clock.advance(10_000);
  expect(lab.store.wishes).toMatchObject([wish]);
  expect(lab.types()).toContain('OptedOut');
});

test('who presses the key and hangs up at once has said it all the same', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000), outbound: [RATIO] });
  await whoeverAnswersFindsNobody(lab);
  const customer = lab.pbx.dialled(NUMBER)!;
  customer.press('9');
  customer.hangup();
  await lab.clock.advance(1000);
  expect(lab.store.wishes).toMatchObject([{ number: NUMBER }]);
});

// ── nobody was dialled ───────────────────────────────────────────────────────────────────────────────────────────────

test.each([
  ['shorter', 8000],
  ['longer', 20_000],
])(
  'when the agent misses his phone, whom nobody dialled is neither abandoned nor contacted, though the queue rings %s than the campaign',
  async (_name, ringMs) => {
    const lab = dialerLab({
      leads: [lead('l1', NUMBER)],
      pbx: silent,
      outbound: [outbound({ ringMs: 16_000, pacing: { mode: 'preview' } })],
      queues: [queue('sales', { sales: 5 }, { ringMs }), queue('general', { service: 5 })],
    });
    await lab.start();
    await lab.works('1001');
    lab.pbx.setPhone('1001', { ringAfterMs: 10 });
    await acceptsPreview(lab);
    await lab.clock.advance(30_000);
    expect(lab.attempts()).toMatchObject([{ outcome: 'not-dialled', fate: { next: 'again' } }]);
    expect(lab.gate.noted.at(-1)).toMatchObject({ outcome: 'not-dialled' });
    expect(lab.pbx.dialled(NUMBER)).toBeUndefined();
  },
);

test('what the database did not take in time is not dialled, and counts as nothing', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: silent });
  await lab.start();
  const commit = lab.store.commit.bind(lab.store);
  lab.store.commit = async (changes) => {
    if (changes.attempts.length > 0) throw new Error('disk I/O error');
    await commit(changes);
  };
  await lab.works('1001');
  await lab.clock.advance(2000);
  expect(lab.pbx.dialled(NUMBER)).toBeUndefined();
  expect(lab.gate.noted.map(({ outcome }) => outcome)).toEqual([undefined, 'not-dialled']);
});

// ── once more, when the agent has taken it ───────────────────────────────────────────────────────────────────────────

const FLOWS_DIAL_NOBODY = 'flows: { default: none }';

test('whom an agent calls is dialled as the campaign may, whatever flows may', async () => {
  const file = 'dialplan/class-of-service.yaml';
  const text = readFileSync(file, 'utf8').replace('flows: { default: domestic }', FLOWS_DIAL_NOBODY);
  expect(text).toContain(FLOWS_DIAL_NOBODY);
  const lab = dialerLab({
    leads: [lead('l1', NUMBER)],
    pbx: answersAfter(1000),
    outbound: [PREVIEW],
    classOfService: readClassOfService(text, file).rules!,
  });
  await lab.start();
  await lab.works('1001');
  await acceptsPreview(lab);
  await lab.clock.advance(3000);
  expect(lab.pbx.dialled(NUMBER)?.talkingWith).toHaveLength(1);
});

test('who says while the agent is rung that he is not to be called is not dialled', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: silent, outbound: [PREVIEW] });
  await lab.start();
  await lab.works('1001');
  lab.pbx.setPhone('1001', { ringAfterMs: 10, autoAnswerMs: 3000 });
  await acceptsPreview(lab);
  await lab.clock.advance(500);
  lab.gate.refused.set(NUMBER, refusal('do-not-call'));
  await lab.clock.advance(5000);
  expect(lab.pbx.dialled(NUMBER)).toBeUndefined();
  expect(lab.attempts()).toMatchObject([{ outcome: 'not-dialled' }]);
  expect(lab.gate.asked.at(-1)).toMatchObject({ attempt: lab.attempts()[0]!.id, attended: true });
});

// ── what there is not ────────────────────────────────────────────────────────────────────────────────────────────────

test.each([
  ['flow', 'no-flow'],
  ['queue', 'no-queue'],
])('a campaign whose %s is gone dials nobody, and says so', async (field, why) => {
  const campaigns = [outbound({ [field]: 'gone' })];
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: silent, outbound: campaigns });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  expect(lab.attempts()).toEqual([]);
  expect(lab.engine.dialler!.status().campaigns.map(({ whyNot }) => whyNot)).toEqual([why]);
});

test('who answers and meets a step that fails was abandoned', async () => {
  const flow = `flow: outbound
languages: [en]
start: broken
steps:
  broken: { set: { n: 'int("x")' }, then: agent }
  agent: { campaign-agent: {}, otherwise: end }
  end: { hangup: {} }
`;
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(1000), flow });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(5000);
  expect(lab.types()).toContain('StepFailed');
  expect(lab.attempts()).toMatchObject([{ outcome: 'abandoned' }]);
  expect(lab.engine.dialler!.floor.windowsOf('o1').counts(lab.clock.now()).day).toMatchObject({
    answered: 1,
    abandoned: 1,
  });
});

// ── for how long it holds ────────────────────────────────────────────────────────────────────────────────────────────

test('a wish to be called holds for one call that rings', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER, { callback: {} })], pbx: silent });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(30_000);
  expect(lab.gate.asked[0]).toMatchObject({ asked: true });
  const [over] = lab.attempts();
  expect(over).toMatchObject({ outcome: 'no-answer', fate: { next: 'again' } });
  expect(over!.fate).not.toHaveProperty('asked');
});

test.each<[Refusal['rule'], string]>([
  ['do-not-call', 'done'],
  ['unknown-zone', 'done'],
  ['no-consent', 'again'],
  ['campaign-dates', 'again'],
  ['day-cap', 'again'],
])('whom %s forbids without an end is %s', async (rule, next) => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: silent });
  lab.gate.refused.set(NUMBER, refusal(rule));
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  expect(lab.leads.settled).toMatchObject([{ lead: 'l1', fate: { next } }]);
});

test('a policy that has become stricter holds for what is dialled from then on', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER)],
    pbx: silent,
    outbound: [outbound({ ringMs: 16_000 })],
  });
  const { conduct } = policyWith();
  lab.gate.wanted = { ...conduct, minRingMs: 20_000, connectWithinMs: 1000, clockStarts: 'greeting-end' };
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(19_000);
  expect(lab.engine.liveCalls().map(({ outbound: dialled }) => dialled)).toMatchObject([
    { minRingMs: 20_000, connectWithinMs: 1000, clockStarts: 'greeting-end' },
  ]);
  await lab.clock.advance(6000);
  const [over] = lab.attempts();
  expect(over!.endedAt! - over!.ringingAt!).toBe(20_000);
});
