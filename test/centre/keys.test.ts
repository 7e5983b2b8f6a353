import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventKeys, type Law, leakingKeys, PAYLOAD_TYPE, type Tick, toneKeys } from '../phones/dtmf-keys.ts';
import { DtmfSender } from '../phones/dtmf-sender.ts';
import { type Sipp, startSippCaller } from '../phones/sipp.ts';
import type { SippInfo } from '../phones/sipp-scenarios.ts';
import { RunningCentre, until } from './centre.ts';
import { type KeyWitness, pbxItself } from './pbx-itself.ts';
import { filesOf, filesThatHold } from './traces.ts';

/** What a caller's phone offers. */
interface Offer {
  readonly law: Law;
  readonly telephoneEvents: boolean;
}

/** How a caller's phone turns keys into RTP. */
type Press = (keys: string) => Tick[];

const WITH_EVENTS: Offer = { law: 'mu', telephoneEvents: true };
const WITHOUT_EVENTS: Offer = { law: 'mu', telephoneEvents: false };
const ONLY_A_LAW: Offer = { law: 'a', telephoneEvents: false };

/** A campaign's code that a lost or a doubled key makes another one. */
const CODE = '8001';
/** A wrong code that stands nowhere by chance. The entry ends at the length of the longest code, which is six. */
const SECRET = '73910562';
const TAKEN = SECRET.slice(0, 6);

/** A key that a PBX reports twice it reports again within 200 ms. */
const SECOND_WORD_MS = 300;

let centre: RunningCentre;
let witness: KeyWitness;
const callers: Caller[] = [];

beforeAll(async () => {
  centre = await RunningCentre.start();
  witness = await pbxItself(centre.settings.data).witnessKeys();
}, 300_000);

afterAll(async () => {
  await Promise.all(callers.map((caller) => caller.vanish()));
  witness?.close();
  await centre?.stop();
});

/** A caller at the hotline whose every packet is ours. */
class Caller {
  readonly number: string;
  readonly #sipp: Sipp;
  readonly #audio: DtmfSender;
  #call = '';

  private constructor(number: string, sipp: Sipp, audio: DtmfSender) {
    this.number = number;
    this.#sipp = sipp;
    this.#audio = audio;
  }

  static async dial(
    number: string,
    { law, telephoneEvents }: Offer,
    infos: SippInfo[] = [],
  ): Promise<Caller> {
    const sender = await DtmfSender.open(law);
    const audio = { port: sender.port, codec: PAYLOAD_TYPE[law], telephoneEvents };
    const dialled = { server: centre.server, dnis: '95533', user: number, name: number };
    const caller = new Caller(number, await startSippCaller({ ...dialled, audio, infos }), sender);
    callers.push(caller);
    return caller;
  }

  /** Resolves when the keys are out. They wait until he hears the hotline. */
  press(keys: readonly Tick[]): Promise<void> {
    return this.#audio.press(keys);
  }

  /** Waits for a business event of his call whose data holds `data`. */
  async sees(type: string, data: Readonly<Record<string, string>> = {}): Promise<void> {
    await until(`${type} ${JSON.stringify(data)} of ${this.number}`, async () =>
      (await this.#events()).some(
        (event) =>
          event.type === type && Object.entries(data).every(([name, value]) => event.data[name] === value),
      ),
    );
  }

  /** Is hung up by the hotline. */
  async leave(): Promise<void> {
    await centre.api(`/api/calls/${this.#call}/hangup`, {});
    await this.#sipp.done;
    this.#audio.close();
  }

  /** Is gone without a word. */
  async vanish(): Promise<void> {
    this.#audio.close();
    await this.#sipp.stop();
  }

  async #events(): Promise<{ type: string; data: Record<string, unknown> }[]> {
    if (this.#call === '') {
      const { items } = await centre.api<{ items: { id: string; ani: string }[] }>('/api/calls/live');
      this.#call = items.find((item) => item.ani === this.number)?.id ?? '';
    }
    return this.#call === '' ? [] : (await centre.api<{ events: [] }>(`/api/calls/${this.#call}`)).events;
  }
}

/** Asserts that the flow knew the campaign, and that no key was told twice: the flow would not notice at the last one. */
async function isUnderstood(caller: Caller): Promise<void> {
  const campaign = await caller.sees('CampaignCodeEntered', { campaign: 'demo-deposit' }).then(
    () => 'known',
    () => 'unknown',
  );
  await sleep(SECOND_WORD_MS);
  expect({ campaign, keys: witness.keysOf(caller.number) }).toEqual({ campaign: 'known', keys: `9${CODE}` });
  await caller.leave();
}

/** Chooses the campaign code in the menu and keys this one in, each after its prompt has begun. */
async function keyIn(caller: Caller, press: Press, code: string): Promise<void> {
  await caller.sees('StepEntered', { step: 'main' });
  await caller.press(press('9'));
  await caller.sees('StepEntered', { step: 'campaign' });
  await caller.press(press(code));
}

const events: Press = (keys) => eventKeys(keys, 'mu');
const muLawTones: Press = (keys) => toneKeys(keys, 'mu');
const aLawTones: Press = (keys) => toneKeys(keys, 'a');

/** A key whose end is lost is over when no event follows for 150 ms: between two presses of it people take longer. */
const endless: Press = (keys) => eventKeys(keys, 'mu', 'no end arrives', { keyMs: 100, gapMs: 240 });

describe.concurrent('keys', () => {
  test.each<[string, string, Offer, Press]>([
    ['events', '13000000001', WITH_EVENTS, events],
    [
      'events_doubled_on_the_way',
      '13000000003',
      WITH_EVENTS,
      (keys) => eventKeys(keys, 'mu', 'all arrive twice'),
    ],
    [
      'events_with_two_ends_lost',
      '13000000004',
      WITH_EVENTS,
      (keys) => eventKeys(keys, 'mu', 'only the last end arrives'),
    ],
    ['events_with_all_ends_lost', '13000000005', WITH_EVENTS, endless],
    ['events_and_leaking_tones', '13000000006', WITH_EVENTS, (keys) => leakingKeys(keys, 'mu')],
    ['mu_law_tones', '13000000007', WITHOUT_EVENTS, muLawTones],
    ['a_law_tones', '13000000009', ONLY_A_LAW, aLawTones],
  ])('given_a_caller_whose_keys_are_%s_then_each_counts_once', async (_, number, offer, press) => {
    const caller = await Caller.dial(number, offer);
    await keyIn(caller, press, CODE);
    await isUnderstood(caller);
  });

  test.each<[string, string, Offer, SippInfo['type']]>([
    ['dtmf-relay', '13000000011', WITHOUT_EVENTS, 'dtmf-relay'],
    ['dtmf', '13000000012', WITHOUT_EVENTS, 'dtmf'],
    ['dtmf-relay_though_it_agreed_on_events', '13000000013', WITH_EVENTS, 'dtmf-relay'],
    ['dtmf_though_it_agreed_on_events', '13000000014', WITH_EVENTS, 'dtmf'],
  ])('given_a_caller_whose_phone_sends_INFO_%s_then_each_key_counts_once', async (_, number, offer, type) => {
    const afterMs = 1_000;
    const infos = [
      { afterMs, keys: '9', type },
      { afterMs, keys: CODE, type },
    ];
    await isUnderstood(await Caller.dial(number, offer, infos));
  });

  test.each<[string, string, Offer, Press]>([
    ['events', '13000000021', WITH_EVENTS, events],
    ['tones', '13000000022', WITHOUT_EVENTS, muLawTones],
  ])(
    'given_a_caller_who_knows_his_way_when_he_keys_all_%s_into_the_welcome_then_each_counts_once',
    async (_, number, offer, press) => {
      const caller = await Caller.dial(number, offer);
      await caller.press(press(`9${CODE}`));
      await isUnderstood(caller);
    },
  );

  test('given_a_caller_who_agreed_on_events_then_nobody_listens_for_his_tones', async () => {
    const caller = await Caller.dial('13000000031', WITH_EVENTS);
    await caller.press(muLawTones(CODE));
    await caller.press(events('9'));
    await caller.sees('StepEntered', { step: 'campaign' });
    expect(witness.keysOf(caller.number)).toBe('9');
    await caller.leave();
  });
});

// Alone: with others beside him the sender bunches his keys, which a PBX then counts twice.
describe('very many keys', () => {
  let tries = 0;

  // A busy machine may hold the sender up in the middle of a key: such a try says nothing.
  test('given_25_keys_that_no_menu_has_in_five_seconds_then_each_counts_once_and_the_caller_stays', {
    retry: 2,
  }, async () => {
    // Without #, which would take him through message and good-bye.
    const keys = '*ABCD'.repeat(5);
    tries += 1;
    const caller = await Caller.dial(`1300000005${tries}`, WITH_EVENTS);
    await caller.sees('StepEntered', { step: 'main' });
    await caller.press(eventKeys(keys, 'mu', 'all arrive', { keyMs: 100, gapMs: 100 }));
    await expect.poll(() => witness.keysOf(caller.number), { timeout: 10_000 }).toBe(keys);
    await sleep(SECOND_WORD_MS);
    expect(witness.keysOf(caller.number)).toBe(keys);
    await caller.leave();
  });
});

// One after the other, and the files at the end: then what is in them can be read as what these pressed.
describe('secrets', () => {
  test.each<[string, string, Offer, Press]>([
    ['events', '13000000041', WITH_EVENTS, events],
    ['tones', '13000000042', WITHOUT_EVENTS, muLawTones],
  ])('given_a_secret_in_%s_then_the_prompt_takes_it', async (_, number, offer, press) => {
    const caller = await Caller.dial(number, offer);
    await keyIn(caller, press, SECRET);
    await caller.sees('CampaignCodeRefused', { reason: 'wrong' });
    await expect.poll(() => witness.keysOf(number)).toBe(`9${SECRET}`);
    await caller.leave();
  });

  test('given_a_secret_in_INFO_then_the_prompt_takes_it', async () => {
    const infos: SippInfo[] = [{ afterMs: 1_000, keys: `9${SECRET}`, type: 'dtmf-relay' }];
    const caller = await Caller.dial('13000000043', WITHOUT_EVENTS, infos);
    await caller.sees('CampaignCodeRefused', { reason: 'wrong' });
    await caller.leave();
  });

  test('given_secrets_keyed_in_then_no_file_of_the_data_folder_holds_them', () => {
    const { data } = centre.settings;
    expect(filesOf(data)).toEqual(expect.arrayContaining([centre.pbxLog, 'log/daemon.log']));
    expect(filesThatHold(TAKEN, data)).toEqual([]);
  });
});
