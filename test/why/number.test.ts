import { expect, test } from 'vitest';
import { storyLines } from '../../src/cli/why-number.ts';
import { CONTACT_RULES } from '../../src/contact/contact.ts';
import { OPT_OUT } from '../../src/contact/wish.ts';
import type { Attempt } from '../../src/dialer/attempt.ts';
import type { OutboundCampaign } from '../../src/dialer/outbound.ts';
import type { KeptLead } from '../../src/list/list.ts';
import { attemptText, pacingText, ruleText, untilText, wishText } from '../../src/why/number.ts';
import type { NumberWhyView } from '../../src/why/number-http.ts';
import { heldBack } from '../../src/why/number-store.ts';
import { openApi } from '../http/api-lab.ts';
import { openStore, START } from '../store/examples.ts';

const show = (at: number): string => `<${at}>`;

test.each([
  ['do-not-call', { source: 'opt-out', at: 5 }, 'he is not to be called: opt-out, <5>'],
  [
    'do-not-call',
    { source: 'letter', at: 5, campaign: 'cards' },
    'he is not to be called for cards: letter, <5>',
  ],
  ['unknown-zone', {}, 'nobody knows his time zone'],
  ['unknown-year', { date: '2027-01-04' }, 'the holidays of 2027 are not listed in its policy'],
  [
    'calling-window',
    { zone: 'Asia/Shanghai', local: 'Mon 21:05' },
    'it is Mon 21:05 in Asia/Shanghai, outside the calling hours',
  ],
  [
    'minimum-gap',
    { gap: '2:00:00', last: 7 },
    'he was dialled at <7>, and 2:00:00 has to lie between two attempts',
  ],
  [
    'abandoned-lock-out',
    { last: 7, for: '72:00:00' },
    'at <7> nobody was there for him when he answered: he is left alone for 72:00:00',
  ],
  [
    'day-cap',
    { most: 3, within: 'day', counts: 'connected', of: 'person' },
    '3 answered calls within a day is the most for a person',
  ],
  [
    'week-cap',
    { most: 6, within: '168:00:00', counts: 'attempts', of: 'number' },
    '6 attempts within 168:00:00 is the most for a number',
  ],
  [
    'class-of-service',
    {},
    'no class of service lets the campaign dial this number: npx carillon dial-plan check',
  ],
  ['a rule of a later version', {}, 'a rule of a later version'],
])('%s %o in words: %s', (rule, detail, words) => {
  expect(ruleText(rule, detail, show)).toBe(words);
});

test('every rule has words of its own', () => {
  const words = CONTACT_RULES.map((rule) =>
    ruleText(rule, { last: 1, at: 1, of: 'person', most: 1, within: 'day' }, show),
  );
  expect(words.filter((one, index) => one === CONTACT_RULES[index])).toEqual([]);
});

test('what else is told is told in words', () => {
  expect(untilText(9, show)).toBe('not before <9>');
  expect(untilText(null, show)).toBe('for good');
  expect(attemptText(null)).toBe('is being called');
  expect(attemptText('abandoned')).toContain('no agent was there in time');
  const wish = { kind: 'refused', campaign: 'cards', source: 'call', at: 1, until: 4, by: '1001' } as const;
  expect(wishText(wish, show)).toBe('refused for cards, until <4>: call, noted by 1001');
  const why = { idle: 3, busy: 9, waiting: 0, ringing: 7, risk: 0.021, allowed: 0.03, answerRate: 0.3 };
  expect(pacingText(why)).toBe(
    '3 agents idle, 7 ringing, 0 waiting; risk of abandoning 2.1% of 3.0% allowed, 30.0% answer',
  );
  expect(pacingText({ ...why, idle: 1, risk: 0, allowed: 0 })).toBe(
    '1 agent idle, 7 ringing, 0 waiting; 30.0% answer',
  );
  expect(pacingText({ idle: 3 })).toBe('');
});

// ── over the API ─────────────────────────────────────────────────────────────────────────────────────────────────────

const NUMBER = '+8613812345678';

const LEAD: KeptLead = {
  id: 'p7',
  list: 'l1',
  campaign: 'o1',
  person: 'C-7',
  name: 'Anna',
  numbers: [
    { number: NUMBER, zones: ['Asia/Shanghai'] },
    { number: '+862112345678', zones: ['Asia/Shanghai'] },
  ],
  fields: {},
  attempts: 1,
  dueAt: START,
  standing: 'again',
};

const ATTEMPT: Attempt = {
  id: 'a1',
  campaign: 'o1',
  list: 'l1',
  lead: 'p7',
  person: 'C-7',
  number: NUMBER,
  mode: 'predictive',
  earlier: 0,
  numbers: 1,
  at: START - 60_000,
  endedAt: START - 30_000,
  outcome: 'no-answer',
  fate: { next: 'again', dueAt: START + 60_000 },
};

const CAMPAIGN: OutboundCampaign = {
  id: 'o1',
  name: 'Cards',
  status: 'running',
  queue: 'sales',
  flow: 'outbound',
  callerNumber: '95533',
  policy: '',
  validFrom: 0,
  validUntil: START * 2,
  pacing: {
    mode: 'predictive',
    ratio: 1,
    minAgents: 5,
    maxAbandonment: 0.03,
    rollingWindow: false,
    connectWithinMs: 2000,
    cancels: false,
    minRingMs: 15_000,
  },
  ringMs: 25_000,
  retry: {},
  weight: 1,
  script: '',
};

async function openWithAnna() {
  const api = await openApi();
  api.contacts.leads.push(LEAD);
  await api.dialer.campaigns.save(CAMPAIGN);
  return api;
}

async function ask(api: Awaited<ReturnType<typeof openWithAnna>>, query: string): Promise<NumberWhyView> {
  const { status, body } = await api.send('agent', 'GET', `/api/outbound/why?${query}`);
  expect(status).toBe(200);
  return body;
}

test('of a number on a list it is told what the campaign may do with it now', async () => {
  const api = await openWithAnna();
  await api.contacts.wishes.add({
    kind: 'do-not-call',
    campaign: '',
    person: 'C-7',
    number: '+862112345678',
    source: OPT_OUT,
    at: START,
    by: OPT_OUT,
  });
  const why = await ask(api, 'number=13812345678');
  expect(why.known).toBe(true);
  expect(why.leads).toMatchObject([{ id: 'p7', number: NUMBER, standing: 'again' }]);
  expect(why.wishes).toMatchObject([{ kind: 'do-not-call', person: 'C-7', source: 'opt-out' }]);
  expect(why.verdicts).toMatchObject([
    {
      campaign: 'o1',
      name: 'Cards',
      number: NUMBER,
      policy: 'test',
      allowed: false,
      nextAt: null,
      refusals: [{ rule: 'do-not-call', retryAt: null, detail: { source: 'opt-out' } }],
    },
  ]);
});

test('a number that class of service does not let the campaign dial may not be called', async () => {
  const api = await openWithAnna();
  expect((await ask(api, 'number=13812345678')).verdicts).toMatchObject([{ allowed: true, refusals: [] }]);
  api.contacts.refused.add(NUMBER);
  const view = await ask(api, 'number=13812345678');
  expect(view.verdicts).toMatchObject([
    { allowed: false, nextAt: null, refusals: [{ rule: 'class-of-service', retryAt: null }] },
  ]);
  expect(storyLines('13812345678', view, []).join('\n')).toContain(
    `${NUMBER}: no, not while class of service is as it is`,
  );
});

test('times are those of the centre, and a lead is due from a moment that is to come', async () => {
  const api = await openWithAnna();
  const at = Date.UTC(2026, 2, 2, 1, 5);
  const view = { ...(await ask(api, 'number=13812345678')), at };
  const due = (dueAt: number): string =>
    storyLines('x', { ...view, leads: [{ ...view.leads[0]!, dueAt }] }, []).join('\n');
  expect(due(at + 60_000)).toContain('again, due from 2026-03-02 09:06:00; dialled 1 time');
  expect(due(at - 60_000)).toContain('again, due since 2026-03-02 09:04:00; dialled 1 time');
});

test('of a number abroad hours are told in its zone too', async () => {
  const api = await openWithAnna();
  const view = await ask(api, 'number=%2B12125550123');
  const [verdict] = view.verdicts;
  const nextAt = Date.UTC(2026, 2, 2, 13, 0);
  const story = storyLines('x', { ...view, verdicts: [{ ...verdict!, allowed: false, nextAt }] }, []);
  expect(story.join('\n')).toContain(
    'not before 2026-03-02 21:00:00 (2026-03-02 08:00:00 in America/New_York)',
  );
});

test('of a person all his numbers are told', async () => {
  const api = await openWithAnna();
  const { verdicts } = await ask(api, 'person=C-7');
  expect(verdicts.map(({ number }) => number)).toEqual([NUMBER, '+862112345678']);
});

test('his attempts are told, on whatever number, with what the pacing decided by', async () => {
  const api = await openWithAnna();
  const why = { idle: 1, busy: 2, waiting: 0, ringing: 3, risk: 0.01, allowed: 0.03, answerRate: 0.3 };
  api.dialer.write(ATTEMPT, { ...ATTEMPT, id: 'a0', number: '+862112345678', at: START - 3_600_000 });
  api.events.commit(() => [
    { type: 'AttemptMade', version: 1, at: START, call: 'call-a1', data: { attempt: 'a1', why } },
  ]);
  const { attempts } = await ask(api, 'number=13812345678');
  expect(attempts.map(({ id, outcome, why: told }) => [id, outcome, told])).toEqual([
    ['a1', 'no-answer', why],
    ['a0', 'no-answer', null],
  ]);
});

test('a number that nobody knows is told as such, with what each campaign could do', async () => {
  const api = await openWithAnna();
  const why = await ask(api, 'number=%2B12125550123');
  expect(why).toMatchObject({ known: false, leads: [], wishes: [], attempts: [] });
  expect(why.verdicts).toMatchObject([{ campaign: 'o1', zones: ['America/New_York'] }]);
});

test('it is asked by one of number and person', async () => {
  const api = await openWithAnna();
  const status = async (query: string) =>
    (await api.send('agent', 'GET', `/api/outbound/why${query}`)).status;
  expect(await status('')).toBe(400);
  expect(await status('?number=13812345678&person=x')).toBe(400);
  expect(await status('?number=12')).toBe(400);
});

// ── on the command line ──────────────────────────────────────────────────────────────────────────────────────────────

const HELD = {
  campaign: 'o1',
  lead: 'p7',
  rule: 'minimum-gap',
  retryAt: START,
  detail: { gap: '2:00:00', last: START },
};

test('when leads were held back is found by lead, the latest first', () => {
  const { database, events } = openStore();
  const { campaign, rule, ...about } = HELD;
  const first = { ...about, list: 'l1', at: START };
  const { detail: _none, ...later } = { ...first, at: START + 2 };
  const told = [
    { campaign, rule, count: 2, leads: [first, { ...first, lead: 'p8', at: START + 1 }] },
    { campaign, rule: 'class-of-service', count: 9, leads: [later] },
  ];
  for (const data of told)
    events.commit(() => [{ type: 'LeadsHeldBack', version: 1, at: START + 60_000, data }]);
  expect(heldBack(database, ['p7'], 10)).toEqual([
    { campaign: 'o1', lead: 'p7', rule: 'class-of-service', retryAt: START, detail: {}, at: START + 2 },
    { ...HELD, at: START },
  ]);
  expect(heldBack(database, ['p7'], 1)).toHaveLength(1);
  expect(heldBack(database, [], 10)).toEqual([]);
});

test('the whole story is told, and nothing in it moves the terminal', async () => {
  const api = await openWithAnna();
  api.contacts.leads[0] = { ...LEAD, name: 'An\u001b[31mna' };
  await api.contacts.wishes.add({
    kind: 'do-not-call',
    campaign: '',
    person: 'C-7',
    number: NUMBER,
    source: OPT_OUT,
    at: START,
    by: OPT_OUT,
  });
  api.dialer.write(ATTEMPT);
  const view = await ask(api, 'number=13812345678');
  const story = storyLines('13812345678', view, [{ ...HELD, at: START }]).join('\n');
  for (const words of [
    'may he be called now?',
    `Cards (o1, running, policy test (test)), ${NUMBER}: no, for good`,
    'do-not-call: he is not to be called: opt-out',
    'is not to be called for all campaigns: opt-out, noted by opt-out',
    'o1, list l1, lead p7',
    'for o1, predictive: did not answer; again from',
    'npx carillon why call-a1',
    'minimum-gap: he was dialled at',
  ])
    expect(story).toContain(words);
  expect(story).not.toContain('\u001b[31mna');
  expect(story).not.toContain('is on no list');
  const stranger = await ask(api, 'number=13900000000');
  expect(storyLines('13900000000', stranger, [])[1]).toContain('is on no list');
});
