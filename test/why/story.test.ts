import { expect, test } from 'vitest';
import { textOf } from '../../src/base/said.ts';
import { sentenceIn } from '../../src/console/parts/sentence-in.ts';
import { CHINESE } from '../../src/console/texts/sentences/chinese.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import type { OfferReason } from '../../src/queue/queue.ts';
import { storyOf } from '../../src/why/story.ts';
import { stretchesOf } from '../../src/why/stretches.ts';
import { centreLab } from '../engine/centre-lab.ts';
import { event } from '../replay/recorded.ts';

const c1 = { call: 'c1' };
const both = { call: 'c1', agent: '1002' };
const WHY: OfferReason = {
  rule: 'best-score',
  order: 'service-level',
  waitedMs: 16_000,
  urgency: 0.8,
  step: 1,
  score: 30,
  ready: 9,
  fit: 4,
  considered: [
    { agent: '1002', alike: 3, score: 30, idleMs: 125_000 },
    { agent: '1007', alike: 1, score: 20, idleMs: 4000 },
  ],
  removed: [
    { agent: '1003', alike: 4, by: 'skill.wealth >= 9' },
    { agent: '1009', alike: 1, by: 'later' },
  ],
  rivals: [
    { call: 'c9', queue: 'general', tier: 'standard', urgency: 0.4 },
    { call: 'c8', queue: 'vip', tier: '', urgency: 0.9 },
  ],
};
const EVENTS: LogEvent[] = [
  event(0, 'CallArrived', c1, { ani: '13812345678', dnis: '95533', flow: 'hotline' }),
  event(1, 'StepEntered', c1, { step: 'welcome' }),
  event(2, 'CallQueued', c1, {
    queue: 'vip',
    tier: 'vip',
    goal: 0.9,
    targetMs: 20_000,
    asks: ['skill.wealth >= 9'],
    needs: ['skill.english >= 5'],
    attributes: { dialect: 'wuhan' },
    knownTo: { 'case-owner': '1007' },
    patienceMs: 45_000,
    since: 0,
  }),
  event(18, 'CallOffered', both, { queue: 'vip', ...WHY }),
  event(33, 'LegFailed', both, { outcome: 'no-answer' }),
  event(40, 'CallOverflowed', c1, { queue: 'vip', to: 'general' }),
  event(
    50,
    'CallOffered',
    { call: 'c1', agent: '1007' },
    { queue: 'vip', ...WHY, rule: 'familiar', step: -1 },
  ),
  event(53, 'CallConnected', { call: 'c1', agent: '1007' }, { queueWaitedMs: 53_000 }),
  event(60, 'CallHeld', { call: 'c1', agent: '1007' }),
  event(70, 'CallResumed', { call: 'c1', agent: '1007' }),
  event(90, 'CallDisconnected', c1, { talkedMs: 37_000 }),
  event(90, 'CallEnded', c1, { by: 'caller', cause: 'normal', waitedMs: 51_000, talkedMs: 37_000 }),
];

test('a call is told in the order of time, with the numbers as they may be shown', () => {
  const story = storyOf(EVENTS, (number) => `${number.slice(0, 3)}…`);
  expect(story.map(({ says }) => says)).toEqual([
    '138… called 95533',
    'entered queue vip, tier vip',
    'offered to 1002 after 16.0s: best score (30) of 4 who fit',
    '1002 did not answer, after 15.0s',
    'agents of queue general may help from now on',
    'offered to 1007 after 16.0s: he knows the caller',
    '1007 answered after 3.0s of ringing; waited 53.0s, too late',
    'held: the caller hears music',
    'they talk again',
    'the talk is over, after 37.0s',
    'the caller hung up (normal)',
  ]);
  expect(story[1]!.because).toEqual([
    'target: 90% within 20.0s',
    'the queue needs skill.wealth >= 9',
    'this call needs skill.english >= 5',
    'caller.dialect is wuhan',
    'case-owner is 1007',
    'known to wait 45.0s and no longer',
    'keeps a place: 2.0s of waiting count already',
  ]);
});

test('the story is told in Chinese too, with the same values', () => {
  const story = storyOf(EVENTS, String);
  const chinese = story.map(({ said }) => sentenceIn(CHINESE, said.says));
  expect(chinese.slice(0, 4)).toEqual([
    '13812345678 拨打 95533',
    '进入队列 vip，等级 vip',
    '等待 16.0s 后分配给 1002：4 名合适坐席中得分最高（30）',
    '1002 无人接听（15.0s 后）',
  ]);
  for (const { says, because, said } of story) {
    expect(textOf(said.says)).toBe(says);
    expect(said.because.map(textOf)).toEqual(because);
    for (const one of said.because) expect(sentenceIn(CHINESE, one)).not.toBe(textOf(one));
  }
});

test('an offer tells how full the target was, who was considered, who was removed by what, who else waited', () => {
  const offer = storyOf(EVENTS, String)[2]!;
  expect(offer.offer).toEqual(WHY);
  expect(offer.because).toEqual([
    '16.0s of his 20.0s were gone (80%)',
    'order service-level: 80% of his target had passed, as his tier is weighted now',
    'step 2 of relaxing had begun',
    '9 agents ready, 4 of them fit',
    'considered 1002 and 2 like him: score 30, idle 2:05',
    'considered 1007: score 20, idle 4.0s',
    'removed 1003 and 3 like him: does not meet skill.wealth >= 9',
    'removed 1009: fits only a step that had not begun',
    'less urgent: c9 in general, standard (40%)',
    'more urgent, passed over: c8 in vip (90%)',
  ]);
});

test.each([
  ['CallLeftQueue', { queue: 'vip', why: 'timeout' }, 'left queue vip: nobody came in time'],
  [
    'CallLeftQueue',
    { queue: 'vip', why: 'no-agents' },
    'left queue vip: nobody who is logged in could serve him',
  ],
  ['CallLeftQueue', { queue: 'vip', why: '2' }, 'left queue vip: by pressing key 2'],
  ['CallLeftQueue', { queue: 'vip', why: 'callback' }, 'left queue vip: by the way out callback'],
  [
    'CallRequeued',
    { queue: 'vip', tier: '', why: 'phone-gone' },
    "the agent's phone vanished: back in front of queue vip, no tier",
  ],
  ['CallEnded', { by: 'caller', abandoned: true }, 'the caller gave up and hung up'],
  ['CallDialled', { to: { kind: 'outside', number: '13900001111' } }, 'dialled ***'],
  [
    'CallTransferred',
    { kind: 'queue', to: { queue: 'card' }, by: '1002' },
    '1002 handed the caller on (queue) to queue card',
  ],
  [
    'DialRefused',
    { to: { kind: 'phone', extension: '1003' }, reason: 'busy' },
    'phone 1003 was not dialled: busy',
  ],
])('%s in words', (type, data, says) => {
  expect(storyOf([event(1, type, c1, data)], () => '***').map((moment) => moment.says)).toEqual([says]);
});

test('an offer to who knows him removes nobody, and says that only those were asked', () => {
  const [offer] = storyOf(
    [event(1, 'CallOffered', both, { queue: 'vip', ...WHY, rule: 'familiar', step: -1, fit: 1 })],
    String,
  );
  expect(offer!.because.slice(1, 4)).toEqual([
    'only those who know him were asked',
    'considered 1002 and 2 like him: score 30, idle 2:05',
    'considered 1007: score 20, idle 4.0s',
  ]);
  expect(offer!.because.join()).not.toMatch(/removed|ready/);
});

test('the only one is the only one who is ready, for others may fit and be busy', () => {
  const only = event(1, 'CallOffered', both, { queue: 'vip', ...WHY, rule: 'only', fit: 1 });
  expect(storyOf([only], String)[0]!.says).toContain('the only one ready who fits');
});

test('a talk is no wait: whoever comes back waits on from where he was, and each talk has its own length', () => {
  const back = [
    event(0, 'CallQueued', c1, { queue: 'vip', tier: '', targetMs: 10_000, expectedMs: 0 }),
    event(2, 'CallOffered', both, { queue: 'vip', ...WHY, waitedMs: 2000 }),
    event(3, 'CallConnected', both, { queueWaitedMs: 3000, expectedMs: 0 }),
    event(61, 'CallDisconnected', c1, { talkedMs: 58_000 }),
    event(61, 'CallRequeued', c1, { queue: 'vip', tier: '', targetMs: 10_000, since: 0, why: 'phone-gone' }),
    event(62, 'CallOffered', both, { queue: 'vip', ...WHY, waitedMs: 62_000 }),
    event(63, 'CallConnected', both, { queueWaitedMs: 2000 }),
    event(123, 'CallDisconnected', c1, { talkedMs: 118_000 }),
  ];
  const story = storyOf(back, String);
  const told = story.flatMap(({ says, because }) => [says, ...because]);
  expect(story.map(({ says }) => says.replace(/:.*/, ''))).toEqual([
    'entered queue vip, no tier',
    'offered to 1002 after 2.0s',
    '1002 answered after 1.0s of ringing; waited 3.0s, in time',
    'the talk is over, after 58.0s',
    "the agent's phone vanished",
    'offered to 1002 after 4.0s',
    '1002 answered after 1.0s of ringing; waited 2.0s once more',
    'the talk is over, after 1',
  ]);
  expect(story.at(-1)!.says).toBe('the talk is over, after 1:00');
  expect(told).toContain('keeps a place: 3.0s of waiting count already');
  expect(told).toContain('4.0s of his 10.0s were gone (40%)');
  expect(told.join()).not.toContain('expected to wait');
});

test('a callback names the call in which it was asked for, and that one what became of it', () => {
  const says = (type: string, data: LogEvent['data']) => {
    const [moment] = storyOf([event(1, type, c1, data)], String);
    return [moment!.says, ...moment!.because];
  };
  const asked = { callback: 'b1', queue: 'vip' };
  expect(says('CallbackRequested', { ...asked, calls: 2, outcome: 'reached' })).toEqual([
    'asked to be called back, for queue vip',
    'the callback is done (reached); last in call call-b1-2',
  ]);
  expect(says('CallbackRequested', { ...asked, calls: 0, outcome: null })[1]).toBe(
    'the callback is not done yet',
  );
  expect(says('CallbackCalled', { ...asked, askedIn: 'c0' })).toEqual(['callback of call c0']);
});

test('a call that was never queued says so, and by which steps it went', () => {
  const steps = ['hours-closed', 'voicemail'].map((step, at) => event(at + 1, 'StepEntered', c1, { step }));
  const end = event(9, 'CallEnded', c1, { by: 'caller', waitedMs: 0, talkedMs: 0 });
  const because = (events: LogEvent[]) => storyOf(events, String).at(-1)!.because;
  expect(because([EVENTS[0]!, ...steps, end])).toContain('never queued; its steps: hours-closed → voicemail');
  expect(because([...steps, EVENTS[2]!, end])).toEqual(['waited 0.0s, talked 0.0s']);
});

test('whatever a version before this one wrote, it is told', () => {
  const old = [
    event(1, 'CallQueued', c1, { queue: 'vip', tier: '' }),
    event(2, 'CallOffered', both, { queue: 'vip' }),
  ];
  expect(storyOf(old, String)).toHaveLength(2);
  const types = new Set(EVENTS.map(({ type }) => type));
  for (const type of types) expect(() => storyOf([event(1, type, c1, {})], String)).not.toThrow();
});

test('the picture of a call has what he did, one after the other, until now', () => {
  const told = (events: readonly LogEvent[], now: number) =>
    stretchesOf(events, now).map(({ doing, from, to }) => `${doing} ${from / 1000}-${to / 1000}`);
  expect(told(EVENTS, 999_000)).toEqual([
    'flow 0-2',
    'wait 2-18',
    'ring 18-33',
    'wait 33-50',
    'ring 50-53',
    'talk 53-60',
    'hold 60-70',
    'talk 70-90',
  ]);
  const asked = [event(60, 'CallHeld', c1), event(65, 'ConsultStarted', c1)];
  expect(told(asked, 70_000)).toEqual(['hold 60-70']);
  expect(told(EVENTS.slice(0, 4), 20_000)).toEqual(['flow 0-2', 'wait 2-18', 'ring 18-20']);
});

test('given_a_call_through_the_real_engine_then_its_story_says_what_it_needed_and_why_that_agent', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  await lab.ready('1002');
  const caller = lab.caller();
  await lab.clock.advance(5000);
  caller.press('0');
  await lab.clock.advance(10_000);
  const id = lab.record().id;
  const story = storyOf(
    lab.store.events.filter(({ call }) => call === id),
    String,
  );
  const queued = story.find(({ kind }) => kind === 'CallQueued')!;
  const offered = story.find(({ kind }) => kind === 'CallOffered')!;
  expect(queued.because).toContain('the queue needs skill.service >= 5');
  expect(offered).toMatchObject({
    agent: '1001',
    offer: { rule: 'longest-idle', fit: 2, considered: [{}, {}] },
  });
  expect(story.some(({ says }) => says.startsWith('1001 answered after 2.0s of ringing'))).toBe(true);
  caller.hangup();
});
