import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Baresip } from '../phones/baresip.ts';
import { RunningCentre, until } from './centre.ts';
import { PBX_FILES } from './pbx-under-test.ts';
import { filesOf, filesThatHold, holdsKeys } from './traces.ts';
import { Visit } from './visit.ts';

interface Callback {
  readonly id: string;
  readonly call: string;
  readonly number: string;
}

/** What the sample core bank knows of the customer with the number below. */
const GOLD = { number: '13900139000', card: '6200000000005678', pin: '246802' };
const STANDARD = { number: '13700137000', card: '6200000000009012', pin: '112358' };
/** Hz: the higher note of the hold melody of class `wealth`; the ordinary music has none of it. */
const WEALTH_NOTE = 622.25;
/** Share of the power at a tone that tells it from speech and other music. */
const CLEAR = 0.5;
const SPOKEN = 300;

let centre: RunningCentre;
const phones: Baresip[] = [];

beforeAll(async () => {
  centre = await RunningCentre.start();
}, 300_000);
afterAll(async () => {
  await Promise.all(phones.map((phone) => phone.stop()));
  await centre?.stop();
});

interface Caller {
  readonly phone: Baresip;
  readonly visit: Visit;
  /** Presses `keys` once he is in this step, `flow/step`. */
  answers(step: string, keys: string): Promise<void>;
  /** Waits until he has heard words for this long from now on. */
  hearsWords(ms?: number): Promise<unknown>;
}

/** A caller at the hotline, from outside or from the phone with this password. */
async function dial(number: string, password?: string): Promise<Caller> {
  const account = { server: centre.server, user: number, ...(password === undefined ? {} : { password }) };
  const phone = await Baresip.start(account);
  phones.push(phone);
  await phone.dial('95533');
  await phone.waitFor('CALL_ESTABLISHED');
  const visit = new Visit(centre, number);
  const caller: Caller = {
    phone,
    visit,
    answers: async (step, keys) => {
      await visit.isIn(step);
      await phone.press(keys);
    },
    hearsWords: (ms = 1_000) => {
      const before = phone.heard().ms;
      return until('words', async () => {
        const heard = phone.heard();
        return heard.ms >= before + ms && heard.last(ms).loudness > SPOKEN;
      });
    },
  };
  await caller.hearsWords();
  return caller;
}

/** Every answer of the API in which what these callers did may stand. */
async function answersOf(...visits: Visit[]): Promise<string> {
  const calls = await Promise.all(visits.map(async (visit) => `/api/calls/${(await visit.record())?.id}`));
  const paths = ['/api/events?limit=1000', '/api/calls', '/api/calls/live', '/api/callbacks', ...calls];
  return (await Promise.all(paths.map(async (path) => (await centre.ask(path)).text()))).join('\n');
}

// One after the other: in the files the keys of one caller stand together.
describe('card and PIN', () => {
  test('given_a_customer_who_knows_both_then_he_hears_his_balance_and_gets_it_as_a_text_message', async () => {
    const caller = await dial(GOLD.number);
    await caller.phone.press('1');
    await caller.answers('verify-card/ask-card', `${GOLD.card}#`);
    await caller.answers('verify-card/ask-pin', GOLD.pin);
    await caller.visit.isIn('account/menu');
    // Keys that follow a PIN without a pause count as part of it.
    await caller.hearsWords(1_500);
    await caller.phone.press('1');
    await caller.visit.isIn('account/say-balance');
    await caller.hearsWords(3_000);
    await caller.phone.press('2');
    expect(await caller.visit.sees('TextMessageRequested')).toMatchObject({
      data: { number: GOLD.number, topic: 'balance' },
    });
    await caller.visit.isIn('account/menu');
    await caller.phone.hangup();
    expect(await caller.visit.ended()).toMatchObject({ endedBy: 'caller', flow: 'account' });
  });

  test('given_a_daemon_killed_at_the_PIN_then_the_caller_is_asked_again_for_card_and_PIN', async () => {
    const caller = await dial(STANDARD.number);
    await caller.phone.press('1');
    await caller.answers('verify-card/ask-card', `${STANDARD.card}#`);
    await caller.visit.isIn('verify-card/ask-pin');
    const killed = centre.daemonPid;
    process.kill(killed, 'SIGKILL');
    await until('a new daemon', async () => centre.daemonPid !== killed && centre.isReady(), 15_000);
    await until('the PIN asked again', async () =>
      (await caller.visit.steps()).slice(-2).every((step) => step === 'verify-card/ask-pin'),
    );
    await caller.hearsWords();
    await caller.phone.press(STANDARD.pin);
    await until(
      'the card asked again',
      async () => (await caller.visit.steps()).at(-1) === 'verify-card/ask-card',
      20_000,
    );
    // What follows a secret entry without a pause is thrown away.
    await sleep(2_000);
    await caller.answers('verify-card/ask-card', `${STANDARD.card}#`);
    await caller.answers('verify-card/ask-pin', STANDARD.pin);
    await caller.visit.isIn('account/menu');
    expect(caller.phone.events.map((event) => event.type)).not.toContain('CALL_CLOSED');
    await caller.phone.hangup();
    await caller.visit.ended();
  });

  test.each([
    ['balance', GOLD],
    ['killed_daemon', STANDARD],
  ])('given_card_and_PIN_of_the_%s_then_no_file_and_no_answer_holds_them', async (_, secret) => {
    const { data } = centre.settings;
    const answers = await answersOf(new Visit(centre, GOLD.number), new Visit(centre, STANDARD.number));
    expect(answers).toContain(secret.number);
    expect(filesOf(data)).toEqual(expect.arrayContaining([centre.pbxLog, 'log/daemon.log']));
    for (const keys of [secret.card, secret.pin]) {
      // What scripted callers of the demonstration key in is written before anybody calls.
      expect(filesThatHold(keys, data).filter((file) => !PBX_FILES.scripts.includes(file))).toEqual([]);
      expect(holdsKeys(answers, keys)).toBe(false);
    }
    // What may be kept is: the search would have found the rest.
    expect(filesThatHold(secret.number, data)).not.toEqual([]);
  });
});

describe.concurrent('customers', () => {
  test('given_a_private_customer_who_waits_then_she_is_greeted_as_one_and_hears_the_music_of_her_persona', async () => {
    await centre.api('/api/agents/1002/log-in', {});
    await centre.api('/api/agents/1002/not-ready', { reason: 'break' });
    const { user, password } = centre.account('1010');
    const caller = await dial(user, password);
    await caller.visit.sees('StepEntered', { flow: 'hotline', step: 'greet-vip' });
    await caller.phone.press('0');
    await caller.visit.sees('CallQueued', { queue: 'vip', tier: 'vip' });
    await until('her music', async () => caller.phone.heard().last(500).shareAt(WEALTH_NOTE) > CLEAR);
    await caller.phone.hangup();
    await centre.api('/api/agents/1002/log-out', {});
  });

  test('given_a_complaint_then_the_message_is_kept_and_the_callback_is_open_until_somebody_called', async () => {
    const caller = await dial(STANDARD.number);
    await caller.phone.press('42');
    await until(
      'recording',
      async () => {
        const { items } = await centre.api<{ items: { phase: string }[] }>('/api/calls/live');
        return items.some(({ phase }) => phase === 'recording');
      },
      20_000,
    );
    await sleep(4_000);
    await caller.phone.press('#');
    await caller.answers('service/complaint-kept', '1');
    await caller.visit.isIn('service/callback-noted');
    await caller.phone.hangup();
    const { id: call } = await caller.visit.ended();

    const messages = await centre.api<{ items: unknown[] }>('/api/voicemails?box=complaints');
    expect(messages.items).toMatchObject([{ callId: call, ani: STANDARD.number }]);
    const callbacks = async (state: string) =>
      (await centre.api<{ items: Callback[] }>(`/api/callbacks?state=${state}`)).items;
    const [wanted, ...others] = await callbacks('open');
    expect(wanted).toMatchObject({
      call,
      number: STANDARD.number,
      queue: 'general',
      tier: 'standard',
      done: null,
    });
    expect(others).toEqual([]);
    await centre.api(`/api/callbacks/${wanted?.id}/done`, { outcome: 'reached' });
    expect(await callbacks('open')).toEqual([]);
    expect(await callbacks('done')).toMatchObject([{ id: wanted?.id, done: { outcome: 'reached' } }]);
  });
});
