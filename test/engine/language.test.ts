import { expect, test } from 'vitest';
import type { LookUp, LookUpRequest } from '../../src/ivr/look-up.ts';
import { agent, campaign, centreLab, customer, type LabOptions, queue } from './centre-lab.ts';

const flow = (steps: string, frame = '', name = 'test') =>
  `flow: ${name}\n${name === 'test' ? 'numbers: ["95533"]\n' : ''}languages: [en]\n${frame}start: a\nsteps:\n${steps}`;

const END = '  end: { hangup: {} }\n';

async function labWith(steps: string, more: LabOptions & { readonly frame?: string } = {}) {
  const { frame, flows = [], ...options } = more;
  const lab = centreLab({ ...options, flows: [flow(steps + END, frame), ...flows] });
  await lab.start();
  return lab;
}

/** Answers what `answer` gives, and remembers what was asked. */
function service(answer: (request: LookUpRequest) => Awaited<ReturnType<LookUp['ask']>>) {
  const asked: LookUpRequest[] = [];
  const lookUp: LookUp = {
    async ask(request) {
      asked.push(request);
      return answer(request);
    },
  };
  return { asked, lookUp };
}

test('given_values_in_a_prompt_then_the_caller_hears_them_filled_in', async () => {
  const lab = await labWith(
    '  a: { set: { balance: "1234.5", n: 2 }, then: b }\n' +
      '  b: { say: { en: "You have {amount(vars.balance + vars.n)} on {date(now)} at {time(now)}, number {digits(caller.number)}." }, then: end }\n',
    { startAt: Date.UTC(2026, 10, 22, 7, 5) },
  );
  const caller = lab.caller('10086');
  await lab.clock.advance(500);
  expect(caller.heard[0]).toMatch(
    /You have .*1,236\.50.* on .*2026.* at .*07:05.*, number 1\s?0\s?0\s?8\s?6\./,
  );
});

test('given_a_pause_then_it_lasts_as_written_or_until_a_key_which_counts_for_the_next_menu', async () => {
  const lab = await labWith(
    '  a: { pause: 800ms, then: b }\n' +
      '  b: { menu: { say: { en: menu }, keys: { 1: c }, tries: 1 }, otherwise: end }\n' +
      '  c: { say: { en: one }, then: end }\n',
  );
  const patient = lab.caller();
  await lab.clock.advance(700);
  expect(patient.heard).toEqual([]);
  await lab.clock.advance(200);
  expect(patient.heard).toEqual(['en/menu']);
  const hasty = lab.caller();
  await lab.clock.advance(100);
  hasty.press('1');
  await lab.clock.advance(100);
  expect(hasty.heard).toEqual(['en/one']);
});

test('given_a_flow_that_calls_another_then_it_comes_back_with_result_and_variables', async () => {
  const asking = flow(
    '  a: { gather: { say: { en: number }, into: given, max: 4 }, then: { done: b }, otherwise: no }\n' +
      '  b: { choose: [{ when: vars.given == vars.right, then: yes }], otherwise: no }\n' +
      '  yes: { return: verified }\n  no: { return: refused }\n',
    'takes: { right: text }\ngives: { given: text }\n',
    'verify',
  );
  const lab = await labWith(
    `  a: { set: { own: '"kept"' }, then: ask }\n` +
      `  ask: { call: { flow: verify, with: { right: '"1234"' } }, then: { verified: in, refused: out } }\n` +
      '  in: { say: { en: "welcome {text(vars.own)} {digits(vars.given)}" }, then: end }\n  out: { say: { en: sorry }, then: end }\n',
    { flows: [asking] },
  );
  const good = lab.caller();
  await lab.clock.advance(100);
  good.press('1234');
  await lab.clock.advance(500);
  expect(good.heard.at(-1)).toMatch(/welcome kept 1\s?2\s?3\s?4/);
  const bad = lab.caller();
  await lab.clock.advance(100);
  bad.press('99#');
  await lab.clock.advance(500);
  expect(bad.heard.at(-1)).toBe('en/sorry');
});

test('given_a_daemon_that_dies_inside_a_called_flow_then_the_caller_still_comes_back_to_the_one_that_called', async () => {
  const inner = flow(
    '  a: { menu: { say: { en: inner }, keys: { 1: b } }, otherwise: b }\n  b: { return: done }\n',
    '',
    'inner',
  );
  const lab = await labWith(
    `  a: { set: { own: '"kept"' }, then: ask }\n  ask: { call: { flow: inner }, then: { done: back } }\n` +
      '  back: { say: { en: "back {text(vars.own)}" }, then: end }\n',
    { flows: [inner] },
  );
  const caller = lab.caller();
  await lab.clock.advance(200);
  await lab.restart();
  await lab.clock.advance(200);
  caller.press('1');
  await lab.clock.advance(500);
  expect(caller.heard.filter((line) => line === 'en/inner')).toHaveLength(2);
  expect(caller.heard.at(-1)).toMatch(/back kept/);
});

test('given_a_secret_then_only_the_service_gets_it_and_nothing_that_is_kept_holds_it', async () => {
  const { asked, lookUp } = service(() => ({
    kind: 'answered',
    status: 200,
    body: { account: { balance: '12.50' }, open: true },
  }));
  const lab = await labWith(
    '  a: { gather: { say: { en: pin }, into: pin, secret: true, max: 6 }, then: { done: ask }, otherwise: end }\n' +
      '  ask:\n    http:\n      service: bank\n      path: /balance\n      send: { pin: secrets.pin, number: caller.number }\n' +
      '      take: { balance: { from: account.balance, as: number }, open: yes-no }\n    then: { ok: tell, failed: end, forgotten: end }\n' +
      '  tell: { say: { en: "{amount(vars.balance)}" }, then: wait }\n' +
      '  wait: { menu: { say: { en: more }, keys: { 1: end } }, otherwise: end }\n',
    { lookUp },
  );
  const caller = lab.caller('13812345678');
  await lab.clock.advance(100);
  caller.press('739105');
  await lab.clock.advance(1500);
  expect(caller.heard.join()).toContain('12.50');
  expect(asked).toMatchObject([
    {
      url: 'http://bank/balance',
      method: 'POST',
      body: { pin: '739105', number: '13812345678' },
      privateAllowed: true,
    },
  ]);
  expect(lab.record().facts.variables).toEqual({ balance: 12.5, open: true });
  expect(JSON.stringify([lab.store.events, [...lab.store.calls.values()]])).not.toContain('739105');
});

test('given_a_payment_that_is_repeated_after_a_crash_then_its_idempotency_key_is_the_same', async () => {
  const { asked, lookUp } = service(() => ({ kind: 'answered', status: 200, body: {} }));
  let hang = true;
  const slow: LookUp = {
    ask: (request, signal) => {
      if (!hang) return lookUp.ask(request, signal);
      asked.push(request);
      return new Promise(() => undefined);
    },
  };
  const lab = await labWith(
    '  a: { say: { en: hello }, then: pay }\n  pay: { http: { service: bank, path: /pay, send: { amount: "5" } }, then: { ok: done, failed: end } }\n' +
      '  done: { say: { en: paid }, then: end }\n',
    { lookUp: slow },
  );
  const caller = lab.caller();
  await lab.clock.advance(1200);
  expect(asked).toHaveLength(1);
  hang = false;
  await lab.restart();
  await lab.clock.advance(1200);
  expect(asked).toHaveLength(2);
  expect(asked[1]?.idempotencyKey).toBe(asked[0]?.idempotencyKey);
  expect(caller.heard).toContain('en/paid');
  const other = lab.caller();
  await lab.clock.advance(1200);
  other.hangup();
  expect(new Set(asked.map((request) => request.idempotencyKey)).size).toBe(2);
});

test.each([
  ['a status with its own way out', { kind: 'answered', status: 423, body: {} }, 'en/locked'],
  ['another refusal', { kind: 'answered', status: 404, body: {} }, 'en/failed'],
  ['an answer of another type', { kind: 'answered', status: 200, body: { balance: 'much' } }, 'en/failed'],
  ['a service that does not answer', { kind: 'failed', reason: 'no answer in time' }, 'en/failed'],
] as const)('given_%s_then_the_flow_goes_its_way', async (_what, answer, heard) => {
  const { lookUp } = service(() => answer);
  const lab = await labWith(
    '  a: { http: { service: bank, take: { balance: number }, answers: { 423: locked } }, then: { ok: end, failed: failed } }\n' +
      '  locked: { say: { en: locked }, then: end }\n  failed: { say: { en: failed }, then: end }\n',
    { lookUp },
  );
  const caller = lab.caller();
  await lab.clock.advance(200);
  expect(caller.heard).toEqual([heard]);
});

test('given_few_calls_then_a_good_customer_goes_to_an_agent_at_once_and_to_the_menu_when_it_is_busy', async () => {
  const lab = await labWith(
    `  a: { find-customer: caller-number, then: b }\n` +
      `  b: { choose: [{ when: 'customer.tier == "gold" && centre.queue("general").ready > 0', then: q }], otherwise: m }\n` +
      '  q: { queue: { name: general }, then: { done: end }, otherwise: m }\n  m: { menu: { say: { en: menu }, keys: { 1: end } }, otherwise: end }\n',
    { customers: [customer('c', '13900139000', { tier: 'gold' })] },
  );
  const busy = lab.caller('13900139000');
  await lab.clock.advance(100);
  expect(busy.heard).toEqual(['en/menu']);
  await lab.ready('1001');
  const quiet = lab.caller('13900139000');
  await lab.clock.advance(100);
  expect(quiet.heard).toEqual(['music:default']);
});

test('given_opening_hours_then_the_way_depends_on_day_and_hour_of_the_centre', async () => {
  const shared =
    'zone: Asia/Shanghai\nholidays: { 2026: [02-17] }\ncalendars:\n  desk:\n    open: { mon-fri: "09:00-17:00" }\n';
  const at = async (startAt: number) => {
    const lab = centreLab({
      startAt,
      files: [
        { file: 'shared.yaml', text: shared },
        {
          file: 'flow.yaml',
          text: flow(
            '  a: { hours: desk, then: { open: b, closed: c, holiday: d } }\n  b: { say: { en: open }, then: end }\n' +
              `  c: { say: { en: closed }, then: end }\n  d: { say: { en: holiday }, then: end }\n${END}`,
          ),
        },
      ],
    });
    await lab.start();
    const caller = lab.caller();
    await lab.clock.advance(100);
    return caller.heard[0];
  };
  expect(await at(Date.UTC(2026, 1, 16, 1, 30))).toBe('en/open');
  expect(await at(Date.UTC(2026, 1, 16, 10, 0))).toBe('en/closed');
  expect(await at(Date.UTC(2026, 1, 17, 2, 0))).toBe('en/holiday');
});

test('given_a_persona_for_the_number_then_its_voice_and_music_are_heard_and_a_campaign_may_change_it', async () => {
  const files = [
    {
      file: 'shared.yaml',
      text: 'zone: UTC\npersonas:\n  gold: { music: harp }\n  spring: { music: flute }\n',
    },
    {
      file: 'flow.yaml',
      text: flow(
        '  a: { queue: { name: general, timeout: 1s }, then: c, otherwise: c }\n' +
          `  c: { campaign: campaign-8001, otherwise: end }\n${END}`,
        'persona: { "95533": gold }\n',
      ),
    },
  ];
  const lab = centreLab({ files, campaigns: [campaign('8001', { persona: 'spring' })] });
  await lab.start();
  lab.pbx.setPhone('2001', { ringAfterMs: 10 });
  const caller = lab.caller();
  await lab.clock.advance(1200);
  expect(caller.heard.filter((line) => line.startsWith('music:'))).toEqual(['music:harp', 'music:flute']);
  expect(lab.record().facts.persona).toBe('spring');
});

test('given_a_flow_made_for_one_customer_then_he_alone_enters_it', async () => {
  const own = flow(`  a: { say: { en: concierge }, then: end }\n${END}`, '', 'concierge');
  const lab = await labWith(
    '  a: { find-customer: caller-number, then: b }\n' +
      `  b: { choose-flow: [{ when: customer.flow == "concierge", flow: concierge }], then: { none: c } }\n  c: { say: { en: everybody }, then: end }\n`,
    { flows: [own], customers: [customer('c', '13900139000', { flow: 'concierge' })] },
  );
  const his = lab.caller('13900139000');
  const other = lab.caller('13911111111');
  await lab.clock.advance(100);
  expect([his.heard, other.heard]).toEqual([['en/concierge'], ['en/everybody']]);
});

test('given_a_statement_that_was_recorded_then_the_caller_hears_it_again', async () => {
  const lab = await labWith(
    '  a: { record: { say: { en: speak }, into: words }, then: { kept: b }, otherwise: end }\n' +
      '  b: { replay: { recording: words }, then: { next: end, missing: end } }\n',
  );
  const caller = lab.caller();
  await lab.clock.advance(5000);
  caller.press('#');
  await lab.clock.advance(100);
  expect(caller.heard).toEqual(['en/speak', expect.stringMatching(/^rec-call-/)]);
});

test('given_callback_and_text_message_then_they_are_asked_for_once_with_what_is_known', async () => {
  const lab = await labWith(
    '  a: { find-customer: caller-number, then: b }\n  b: { callback: { queue: general }, then: { done: c, no-number: end } }\n' +
      '  c: { text-message: { text: { en: "Dial 95533 and press {digits(\\"12\\")}." }, topic: menu-hint }, then: { next: end, no-number: end } }\n',
    { customers: [customer('c', '13900139000', { tier: 'gold' })] },
  );
  lab.caller('13900139000');
  await lab.clock.advance(100);
  expect(lab.callbacks).toMatchObject([
    { queue: 'general', number: '13900139000', customerId: 'c', tier: 'gold' },
  ]);
  expect(lab.store.events.filter(({ type }) => type === 'TextMessageRequested')).toMatchObject([
    {
      data: {
        number: '13900139000',
        topic: 'menu-hint',
        language: 'en',
        text: expect.stringMatching(/^Dial 95533 and press 1\s?2\.$/),
      },
    },
  ]);
});

test('given_a_prompt_that_may_not_be_interrupted_then_keys_do_not_cut_it_short', async () => {
  const lab = await labWith(
    '  a: { say: { prompt: { en: legal }, interruptible: false }, then: b }\n  b: { menu: { say: { en: menu }, keys: { 1: end } }, otherwise: end }\n',
  );
  const caller = lab.caller();
  await lab.clock.advance(300);
  caller.press('5');
  await lab.clock.advance(400);
  expect(caller.heard).toEqual(['en/legal']);
  expect(caller.ended).toBe(false);
});

test('given_steps_that_were_left_then_each_is_counted_with_its_way_out_and_time', async () => {
  const lab = await labWith(
    '  a: { say: { en: hello }, then: m }\n  m: { menu: { say: { en: menu }, keys: { 1: end } }, otherwise: end }\n',
  );
  const first = lab.caller();
  const second = lab.caller();
  await lab.clock.advance(1500);
  first.press('1');
  await lab.clock.advance(100);
  second.hangup();
  await lab.clock.advance(100);
  expect(lab.store.stepsLeft.map(({ step, exit }) => `${step} ${exit}`).sort()).toEqual([
    'a next',
    'a next',
    'end ended',
    'm 1',
    'm hung-up',
  ]);
  expect(lab.store.stepsLeft.find(({ exit }) => exit === '1')?.ms).toBeGreaterThan(400);
});

test('given_a_called_flow_that_fails_then_the_way_out_for_errors_of_the_one_that_called_is_taken', async () => {
  const inner = flow(
    '  a: { set: { n: int(caller.language) }, then: b }\n  b: { return: done }\n',
    '',
    'inner',
  );
  const lab = await labWith(
    '  a: { call: { flow: inner }, then: { done: end } }\n  sorry: { say: { en: sorry }, then: end }\n',
    { flows: [inner], frame: 'on-error: sorry\n' },
  );
  const caller = lab.caller();
  await lab.clock.advance(100);
  expect(caller.heard).toEqual(['en/sorry']);
});

test('given_flow_files_of_a_whole_centre_then_agents_and_queues_there_are_used', async () => {
  const lab = await labWith('  a: { queue: { name: tea }, otherwise: end }\n', {
    queues: [queue('tea', { brew: 1 }, { music: 'kettle' })],
    agents: [agent('7', { brew: 3 })],
  });
  const caller = lab.caller();
  await lab.clock.advance(100);
  expect(caller.heard).toContain('music:kettle');
});

const ASK_PIN =
  '{ gather: { say: { en: pin }, into: pin, secret: true, max: 4 }, then: { done: b }, otherwise: end }';

test('given_more_digits_than_a_secret_has_then_the_rest_is_nobodys_business', async () => {
  const lab = await labWith(
    `  a: ${ASK_PIN}\n  b: { gather: { say: { en: amount }, into: amount, max: 10, timeout: 3s }, then: { done: c }, otherwise: end }\n` +
      '  c: { menu: { say: { en: menu }, keys: { 1: end } }, otherwise: end }\n',
  );
  const caller = lab.caller();
  await lab.clock.advance(100);
  for (const digit of '6222021234567890') {
    caller.press(digit);
    await lab.clock.advance(300);
  }
  await lab.clock.advance(1500);
  caller.press('25#');
  await lab.clock.advance(500);
  expect(lab.record().facts.variables).toEqual({ amount: '25' });
});

test('given_a_daemon_that_dies_when_the_card_was_keyed_in_then_the_caller_is_asked_for_it_again', async () => {
  const { asked, lookUp } = service(() => ({ kind: 'answered', status: 200, body: {} }));
  const ask = (what: string, next: string): string =>
    `{ gather: { say: { en: ${what} }, into: ${what}, secret: true, max: 4 }, then: { done: ${next} }, otherwise: end }`;
  const lab = await labWith(
    `  a: ${ask('card', 'b')}\n  b: ${ask('pin', 'c')}\n` +
      '  c: { http: { service: bank, send: { card: secrets.card, pin: secrets.pin } }, then: { ok: end, failed: end, forgotten: a } }\n',
    { lookUp },
  );
  const caller = lab.caller();
  await lab.clock.advance(100);
  caller.press('1111');
  await lab.clock.advance(1200);
  await lab.restart();
  for (const digits of ['2222', '1111', '2222']) {
    await lab.clock.advance(1500);
    caller.press(digits);
  }
  await lab.clock.advance(500);
  expect(caller.heard.filter((line) => line.startsWith('en/'))).toEqual([
    'en/card',
    'en/pin',
    'en/pin',
    'en/card',
    'en/pin',
  ]);
  expect(asked).toMatchObject([{ body: { card: '1111', pin: '2222' } }]);
});

test('given_a_flow_that_another_one_calls_then_it_cannot_send_the_secrets_of_the_one_that_called', async () => {
  const { asked, lookUp } = service(() => ({ kind: 'answered', status: 200, body: {} }));
  const inner = flow(
    '  a: { choose: [{ when: caller.inside, then: ask }], otherwise: send }\n' +
      '  ask: { gather: { say: { en: pin }, into: pin, secret: true, max: 4 }, then: { done: send }, otherwise: send }\n' +
      '  send: { http: { service: other, send: { pin: secrets.pin } }, otherwise: done }\n  done: { return: done }\n',
    '',
    'inner',
  );
  const lab = await labWith(`  a: ${ASK_PIN}\n  b: { call: { flow: inner }, then: { done: end } }\n`, {
    lookUp,
    flows: [inner],
  });
  const caller = lab.caller();
  await lab.clock.advance(100);
  caller.press('1234');
  await lab.clock.advance(500);
  expect(asked).toEqual([]);
  expect(lab.store.stepsLeft).toContainEqual(expect.objectContaining({ step: 'send', exit: 'forgotten' }));
});

test('given_a_secret_and_a_wait_in_a_queue_then_it_is_gone', async () => {
  const { asked, lookUp } = service(() => ({ kind: 'answered', status: 200, body: {} }));
  const lab = await labWith(
    `  a: ${ASK_PIN}\n  b: { queue: { name: general }, otherwise: c }\n  c: { http: { service: bank, send: { pin: secrets.pin } }, otherwise: end }\n`,
    { lookUp },
  );
  const caller = lab.caller();
  await lab.clock.advance(100);
  caller.press('1234');
  await lab.clock.advance(500);
  expect(caller.ended).toBe(true);
  expect(asked).toEqual([]);
});

test('given_a_database_that_takes_no_writes_then_nothing_is_paid_that_a_restart_would_pay_again', async () => {
  const { asked, lookUp } = service(() => ({ kind: 'answered', status: 200, body: {} }));
  const lab = await labWith(
    '  a: { say: { en: hello }, then: pay }\n  pay: { http: { service: bank, path: /pay, send: { amount: "5" } }, then: { ok: paid, failed: sorry } }\n' +
      '  paid: { say: { en: paid }, then: end }\n  sorry: { say: { en: sorry }, then: end }\n',
    { lookUp },
  );
  lab.store.failing = true;
  const caller = lab.caller();
  await lab.clock.advance(1500);
  expect(caller.heard).toEqual(['en/hello', 'en/sorry']);
  expect(asked).toEqual([]);
});

test('given_a_step_that_fails_in_a_called_flow_then_each_step_is_counted_once', async () => {
  const inner = flow(
    '  a: { set: { n: int(caller.language) }, then: b }\n  b: { return: done }\n',
    '',
    'inner',
  );
  const lab = await labWith('  a: { call: { flow: inner }, then: { done: end } }\n', { flows: [inner] });
  lab.caller();
  await lab.clock.advance(100);
  expect(lab.store.stepsLeft.map(({ flow: name, step, exit }) => `${name}/${step} ${exit}`)).toEqual([
    'inner/a ended',
    'test/a ended',
  ]);
});

test('given_a_text_that_doubles_with_each_round_then_the_step_fails_before_it_fills_the_store', async () => {
  const lab = await labWith(
    '  a: { set: { x: \'"xxxxxxxxxx"\', n: 0 }, then: b }\n  b: { set: { x: vars.x + vars.x, n: vars.n + 1 }, then: c }\n' +
      '  c: { choose: [{ when: vars.n < 20, then: b }], otherwise: end }\n',
  );
  const caller = lab.caller();
  await lab.clock.advance(100);
  expect(caller.ended).toBe(true);
  expect(lab.types()).toContain('StepFailed');
  expect(String(lab.record().facts.variables.x).length).toBeLessThanOrEqual(500);
});

test('given_a_date_from_a_service_then_it_is_that_day_in_the_zone_of_the_centre', async () => {
  const { lookUp } = service(() => ({ kind: 'answered', status: 200, body: { due: '2026-08-01' } }));
  const files = [
    { file: 'shared.yaml', text: 'zone: America/New_York\n' },
    {
      file: 'flow.yaml',
      text: flow(
        `  a: { http: { service: s, take: { due: time } }, then: { ok: b, failed: end } }\n  b: { say: { en: "{date(vars.due)}" }, then: end }\n${END}`,
      ),
    },
  ];
  const lab = centreLab({ files, lookUp });
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(100);
  expect(caller.heard[0]).toMatch(/Aug(ust)? 1, 2026/);
});
