import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import type { ClassOfService } from '../../src/call/class-of-service.ts';
import type { Campaign } from '../../src/campaign/campaign.ts';
import { readClassOfService } from '../../src/engine/class-of-service-file.ts';
import { inProject } from '../../src/setup/project.ts';
import { type CentreLab, campaign, centreLab, type LabOptions } from './centre-lab.ts';

const SHIPPED = inProject('dialplan/class-of-service.yaml');
const TEXT = readFileSync(SHIPPED, 'utf8');
const rulesOf = (text: string): ClassOfService => readClassOfService(text, SHIPPED).rules!;

/** A flow that dials, and dials again whatever became of it. */
const LOOP = `
flow: loop
numbers: ["95533"]
languages: [en]
start: dial
steps:
  dial: { dial: { number: "13800138000", ring: 5s }, then: { done: end }, otherwise: wait }
  wait: { menu: { say: { en: Wait. }, timeout: 1s, tries: 1, keys: { 1: end } }, otherwise: dial }
  end: { hangup: {} }
`;

const reception = (number: string, more: Partial<Campaign> = {}) =>
  campaign('8002', { reception: { kind: 'outside', number }, ...more });

async function labWith(options: LabOptions, text = TEXT): Promise<CentreLab> {
  const lab = centreLab({ classOfService: rulesOf(text), ...options });
  await lab.start();
  return lab;
}

/** A caller keys in the campaign's code. */
async function enterCode(lab: CentreLab, ani?: string) {
  const caller = lab.caller(ani);
  caller.press('98002');
  await lab.clock.advance(4000);
  return caller;
}

const refusals = (lab: CentreLab) =>
  lab.store.events.filter((event) => event.type === 'DialRefused').map((event) => event.data);
const dialled = (lab: CentreLab) => lab.store.events.filter((event) => event.type === 'CallDialled').length;

test('given_a_reception_abroad_when_its_code_is_entered_then_nothing_is_dialled_and_the_log_says_why', async () => {
  const lines: object[] = [];
  const keep = (fields: object): void => {
    lines.push(fields);
  };
  const log: Log = { debug: () => undefined, info: () => undefined, warn: keep, error: keep };
  const lab = await labWith({ campaigns: [reception('0044207946000')], log });
  const caller = await enterCode(lab);
  expect(caller.heard).toContain('zh-CN/reception-failed');
  expect(refusals(lab)).toEqual([
    {
      to: { kind: 'outside', number: '0044207946000' },
      reason: 'not-permitted',
      group: 'international',
      by: { kind: 'campaign', name: 'campaign-8002' },
      class: 'domestic',
    },
  ]);
  expect(dialled(lab)).toBe(0);
  expect(lines).toMatchObject([{ to: '004****6000', reason: 'not-permitted' }]);
});

test('given_a_reception_at_home_then_it_is_dialled', async () => {
  const lab = await labWith({ campaigns: [reception('02787654321')] });
  const caller = await enterCode(lab);
  expect(caller.talkingWith).toHaveLength(1);
  expect(refusals(lab)).toEqual([]);
});

test('given_a_talk_that_lasts_as_long_as_it_may_then_it_ends_and_the_caller_goes_on', async () => {
  const short = TEXT.replaceAll(/longest: \d+m/g, 'longest: 2m');
  const lab = await labWith({ campaigns: [reception('02787654321')] }, short);
  const caller = await enterCode(lab);
  await lab.clock.advance(115_000);
  expect(caller.talkingWith).toHaveLength(1);
  await lab.clock.advance(10_000);
  expect(caller.talkingWith).toEqual([]);
  expect([...lab.store.calls.values()].at(-1)?.legs).toMatchObject([
    { outcome: 'answered', cause: 'normal' },
  ]);
  expect(lab.types()).toContain('CallDisconnected');
});

test('given_a_fallback_to_a_premium_number_then_that_is_refused_too', async () => {
  const fallback = { kind: 'target', to: { kind: 'outside', number: '16812345' } } as const;
  const lab = await labWith({ campaigns: [reception('+442079460000', { fallback })] });
  await enterCode(lab);
  await lab.clock.advance(5000);
  expect(refusals(lab).map(({ group }) => group)).toEqual(['international', 'premium']);
  expect(dialled(lab)).toBe(0);
});

test('given_a_campaign_that_may_call_abroad_when_the_caller_came_from_outside_then_his_class_counts_too', async () => {
  const text = TEXT.replace('campaigns: { default: domestic }', 'campaigns: { default: abroad }');
  const lab = await labWith({ campaigns: [reception('+442079460000')] }, text);
  await enterCode(lab);
  expect(refusals(lab)).toMatchObject([{ by: { kind: 'caller', name: '13812345678' } }]);
  const both = await labWith(
    { campaigns: [reception('+442079460000')] },
    text.replace('callers: domestic', 'callers: abroad'),
  );
  const caller = await enterCode(both);
  expect(caller.talkingWith).toHaveLength(1);
});

test('given_a_flow_that_dials_again_and_again_then_the_limit_of_the_caller_stops_it', async () => {
  const lab = await labWith({
    flows: [LOOP],
    pbx: { trunk: () => ({ refuse: { afterMs: 100, sipCode: 486 } }) },
  });
  lab.caller();
  await lab.clock.advance(50_000);
  expect(dialled(lab)).toBe(6);
  expect(new Set(refusals(lab).map(({ reason, limit }) => `${reason} ${limit}`))).toEqual(
    new Set(['too-many perMinute']),
  );
  const free = centreLab({
    flows: [LOOP],
    pbx: { trunk: () => ({ refuse: { afterMs: 100, sipCode: 486 } }) },
  });
  await free.start();
  free.caller();
  await free.clock.advance(50_000);
  expect(dialled(free), 'without limits it goes on').toBeGreaterThan(20);
});

test('given_a_restart_then_what_was_dialled_before_still_counts', async () => {
  const lab = await labWith(
    { campaigns: [reception('02787654321')] },
    TEXT.replace('per-hour: 20, minutes-per-day: 120', 'per-hour: 2, minutes-per-day: 120'),
  );
  for (let call = 0; call < 2; call += 1) {
    const caller = await enterCode(lab);
    expect(caller.talkingWith).toHaveLength(1);
    caller.hangup();
    await lab.clock.advance(1000);
  }
  await lab.restart();
  await enterCode(lab);
  expect(refusals(lab)).toMatchObject([{ reason: 'too-many', limit: 'perHour', most: 2 }]);
  expect((await enterCode(lab, '13700000000')).talkingWith).toHaveLength(1);
});

test('given_a_restart_in_a_talk_then_the_leg_is_still_one_of_those_at_once', async () => {
  const lab = await labWith(
    { campaigns: [reception('02787654321')] },
    TEXT.replace('each-caller: { at-once: 2', 'each-caller: { at-once: 1'),
  );
  const first = await enterCode(lab);
  await lab.restart();
  expect(first.talkingWith).toHaveLength(1);
  await enterCode(lab);
  expect(refusals(lab)).toMatchObject([{ limit: 'atOnce' }]);
  first.hangup();
  await lab.clock.advance(500);
  expect((await enterCode(lab)).talkingWith).toHaveLength(1);
});

test('given_no_rules_that_can_be_read_then_phones_reach_each_other_and_nobody_outside', async () => {
  const closed = TEXT.replaceAll('domestic }', 'none }').replace('callers: domestic', 'callers: none');
  const lab = await labWith({ campaigns: [reception('02787654321')] }, closed);
  lab.pbx.setPhone('2001', { answerAfterMs: 100 });
  const phone = lab.phone('1001', '2001');
  await lab.clock.advance(500);
  expect(phone.talkingWith).toHaveLength(1);
  await enterCode(lab);
  expect(refusals(lab)).toHaveLength(1);
});

test('given_a_talk_that_may_last_so_long_then_the_pbx_is_told_too_for_the_time_when_we_are_not_there', async () => {
  const short = TEXT.replaceAll(/longest: \d+m/g, 'longest: 2m');
  const lab = await labWith({ campaigns: [reception('02787654321')] }, short);
  const originate = vi.spyOn(lab.pbx, 'originate');
  await enterCode(lab);
  expect(originate.mock.calls).toMatchObject([[{ maxTalkMs: 118_000 }]]);
});

const HELP = `
flow: help
numbers: ["110", "15"]
languages: [en]
start: dial
steps:
  dial: { dial: { number: dialled }, then: { done: end }, otherwise: end }
  end: { hangup: {} }
`;

test.each([
  ['110', 'dialled'],
  ['15', 'dialled'],
  ['15', '"15"'],
])('given_a_flow_for_%s_that_dials_%s_then_a_phone_gets_help_and_nobody_outside', async (number, dials) => {
  const text = TEXT.replace('emergency: ["110"', 'emergency: ["15", "110"').replaceAll(
    'domestic }',
    'none }',
  );
  const lab = await labWith({ flows: [HELP.replace('dialled', dials)] }, text);
  const phone = lab.phone('1001', number);
  await lab.clock.advance(3000);
  expect(phone.talkingWith).toHaveLength(1);
  const caller = lab.caller('13800138000', number);
  await lab.clock.advance(3000);
  expect(caller.talkingWith).toEqual([]);
  expect(refusals(lab)).toMatchObject([{ group: 'emergency', by: { kind: 'caller', name: '13800138000' } }]);
});
