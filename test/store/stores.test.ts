import { describe, expect, test } from 'vitest';
import { CallStore } from '../../src/call/store.ts';
import type { Campaign } from '../../src/campaign/campaign.ts';
import type { Feedback } from '../../src/campaign/feedback.ts';
import { CampaignStore } from '../../src/campaign/store.ts';
import type { Customer } from '../../src/customer/customer.ts';
import { CustomerStore } from '../../src/customer/store.ts';
import { TokenStore } from '../../src/http/store.ts';
import { aCall, anAgent, openStore, START, theChanges } from './examples.ts';

const customer: Customer = {
  id: 'cu1',
  name: '孙丽',
  tier: 'vip',
  language: 'zh-CN',
  numbers: ['13800138000', '02787654321'],
  note: '',
  flow: 'sun-li',
  attributes: { dialect: '闽南语', children: 2, insured: true, hobbies: ['茶'] },
  accountManager: '1001',
  caseOwner: '1002',
};

const campaign: Campaign = {
  id: 'm1',
  name: '春季',
  code: '8001',
  checkDigit: false,
  validFrom: START,
  validUntil: START + 1000,
  reception: { kind: 'phone', extension: '2001' },
  receptionRingMs: 20_000,
  fallback: { kind: 'voicemail', box: 'campaign' },
  material: 'line one\nline two',
  persona: 'private',
};

const feedback: Feedback = {
  id: 'f1',
  campaignId: 'm1',
  ani: '13800138000',
  interest: 'interested',
  note: '',
  by: '2001',
  at: START,
};

function openCustomerStore(): CustomerStore {
  const { database, events } = openStore();
  return new CustomerStore(database, events);
}

function openCampaignStore(): CampaignStore {
  const { database, events } = openStore();
  return new CampaignStore(database, events);
}

function openCallStore(): CallStore {
  const { database, events } = openStore();
  return new CallStore(database, events);
}

describe('customers', () => {
  test.each(['13800138000', '+8613800138000', '008613800138000', '013800138000', '+862787654321'])(
    'are found by %s',
    async (number) => {
      const customers = openCustomerStore();
      await customers.save(customer);
      expect(await customers.byNumber(number)).toEqual(customer);
    },
  );

  test('a hidden or strange number finds nobody', async () => {
    const customers = openCustomerStore();
    await customers.save(customer);
    expect(await customers.byNumber('')).toBeUndefined();
    expect(await customers.byNumber("1' or '1'='1")).toBeUndefined();
  });

  test('one number is one customer, in whatever spelling', async () => {
    const customers = openCustomerStore();
    await customers.save(customer);
    const other = { ...customer, id: 'cu2', numbers: ['1010', '+8613800138000'] };
    await expect(customers.save(other)).rejects.toMatchObject({
      id: 'number-taken',
      details: { customer: 'cu1' },
    });
    expect(await customers.byId('cu2')).toBeUndefined();
    expect(await customers.byNumber('1010')).toBeUndefined();
  });

  test('numbers are replaced as a whole, their order kept', async () => {
    const customers = openCustomerStore();
    await customers.save(customer);
    await customers.save({ ...customer, numbers: ['1010', '13800138000'], note: 'new', flow: '' });
    expect(await customers.byId('cu1')).toMatchObject({
      numbers: ['1010', '13800138000'],
      note: 'new',
      flow: '',
    });
    expect(await customers.byNumber('02787654321')).toBeUndefined();
  });

  test('are listed by name, page by page', async () => {
    const customers = openCustomerStore();
    for (const [id, name] of [
      ['a', '孙丽'],
      ['b', '吴强'],
      ['c', '孙丽'],
      ['d', '孙武'],
    ] as const)
      await customers.save({ ...customer, id, name, numbers: [] });
    const first = await customers.list({ prefix: '孙', limit: 2 });
    const rest = await customers.list({ prefix: '孙', limit: 2, after: first.at(-1) });
    expect([...first, ...rest].map((one) => one.id)).toEqual(['a', 'c', 'd']);
    expect(await customers.list({ prefix: '%', limit: 10 })).toEqual([]);
  });
});

describe('campaigns', () => {
  test('are found by code and id', async () => {
    const campaigns = openCampaignStore();
    await campaigns.save(campaign);
    expect(await campaigns.byCode('8001')).toEqual(campaign);
    expect(await campaigns.byId('m1')).toEqual(campaign);
    expect(await campaigns.byCode('800')).toBeUndefined();
  });

  test('the codes follow what is saved', async () => {
    const campaigns = openCampaignStore();
    expect(await campaigns.codes()).toEqual([]);
    await campaigns.save(campaign);
    expect(await campaigns.codes()).toEqual(['8001']);
    await campaigns.save({ ...campaign, code: '80012' });
    expect(await campaigns.codes()).toEqual(['80012']);
  });

  test('a code belongs to one campaign, the beginning of another is allowed', async () => {
    const campaigns = openCampaignStore();
    await campaigns.save(campaign);
    await expect(campaigns.save({ ...campaign, id: 'm2' })).rejects.toMatchObject({
      id: 'campaign-code-taken',
    });
    await campaigns.save({ ...campaign, id: 'm2', code: '800' });
    expect(await campaigns.codes()).toHaveLength(2);
  });

  test('feedback is kept per campaign and per customer', async () => {
    const campaigns = openCampaignStore();
    await expect(campaigns.addFeedback(feedback)).rejects.toMatchObject({ id: 'campaign-unknown' });
    await campaigns.save(campaign);
    await campaigns.addFeedback(feedback);
    await campaigns.addFeedback({ ...feedback, id: 'f2', ani: '1', customerId: 'cu1', at: START + 1 });
    const all = await campaigns.feedback({ campaignId: 'm1', limit: 10 });
    expect(all.map((one) => one.id)).toEqual(['f2', 'f1']);
    expect(all[1]).toEqual(feedback);
    expect((await campaigns.feedbackOf('cu1', ['13800138000'], 10)).map((one) => one.id)).toEqual([
      'f2',
      'f1',
    ]);
    expect((await campaigns.feedbackOf(undefined, ['1'], 10)).map((one) => one.id)).toEqual(['f2']);
    expect(await campaigns.feedbackOf(undefined, [], 10)).toEqual([]);
  });
});

describe('calls', () => {
  test('are listed by filters, page by page, none twice though they start together', async () => {
    const { database, events, store } = openStore();
    const calls = Array.from({ length: 5 }, (_, index) =>
      aCall({
        id: `c${index}`,
        ani: index % 2 ? '1009' : '13800138000',
        startedAt: START + (index > 2 ? 1 : 0),
        facts: { language: 'en', persona: '', variables: {}, queue: index < 2 ? 'vip' : undefined },
      }),
    );
    await store.commit(theChanges({ calls }));
    const records = new CallStore(database, events);
    const ids = async (filter: object) =>
      (await records.list({ limit: 10, ...filter })).map((record) => record.id);
    expect(await ids({})).toEqual(['c4', 'c3', 'c2', 'c1', 'c0']);
    expect(await ids({ before: { at: START, id: 'c2' } })).toEqual(['c1', 'c0']);
    expect(await ids({ numbers: ['1009'] })).toEqual(['c3', 'c1']);
    expect(await ids({ queue: 'vip', from: START, to: START + 1 })).toEqual(['c1', 'c0']);
    expect(await ids({ customerId: "x' or 1=1 --" })).toEqual([]);
  });

  test('messages are kept once, and know who heard them first', async () => {
    const calls = openCallStore();
    const message = {
      id: 'v1',
      callId: 'c1',
      box: 'campaign',
      ani: '1009',
      file: '/r/v1.wav',
      durationMs: 1000,
      at: START,
    };
    await calls.keepVoicemail(message);
    await calls.keepVoicemail({ ...message, durationMs: 5 });
    expect(await calls.voicemail('v1')).toMatchObject(message);
    await calls.markHeard('v1', '2001');
    await calls.markHeard('v1', '1001');
    expect(await calls.voicemails({ box: 'campaign', limit: 5 })).toEqual([{ ...message, heardBy: '2001' }]);
    expect(await calls.voicemails({ box: 'other', limit: 5 })).toEqual([]);
  });
});

describe('the log', () => {
  const message = { id: 'v1', callId: 'c1', box: 'campaign', ani: '1009', file: '/r/v1.wav', at: START };

  test('hears of a message once, with the message', async () => {
    const { database, events } = openStore();
    const calls = new CallStore(database, events);
    await calls.keepVoicemail({ ...message, durationMs: 1000 });
    await calls.keepVoicemail({ ...message, durationMs: 5 });
    expect((await events.read(0, 10)).events).toEqual([
      {
        seq: 1,
        type: 'VoicemailLeft',
        version: 1,
        at: START,
        call: 'c1',
        data: { box: 'campaign', durationMs: 1000 },
      },
    ]);
  });

  test('hears of feedback, without the free text', async () => {
    const { database, events } = openStore();
    const campaigns = new CampaignStore(database, events);
    await campaigns.save(campaign);
    let told = 0;
    events.onAppended(() => {
      told += 1;
    });
    await campaigns.addFeedback({ ...feedback, callId: 'c1', customerId: 'cu1', note: 'call 13800138000' });
    expect(told).toBe(1);
    const [event] = (await events.read(0, 10)).events;
    expect(event).toEqual({
      seq: 1,
      type: 'FeedbackRecorded',
      version: 1,
      at: START,
      call: 'c1',
      data: { campaign: 'm1', customer: 'cu1', interest: 'interested', by: '2001' },
    });
  });

  test('hears of changes that somebody made, and of none that was refused', async () => {
    const { database, events } = openStore();
    const customers = new CustomerStore(database, events);
    const campaigns = new CampaignStore(database, events);
    const made = { by: 'desk', at: START + 1 };
    await customers.save(customer, made);
    await campaigns.save(campaign, made);
    await expect(customers.save({ ...customer, id: 'cu2' }, made)).rejects.toThrow();
    await expect(campaigns.save({ ...campaign, id: 'm2' }, made)).rejects.toThrow();
    expect((await events.read(0, 10)).events).toMatchObject([
      { type: 'CustomerChanged', version: 1, at: START + 1, data: { customer: 'cu1', by: 'desk' } },
      { type: 'CampaignChanged', version: 1, at: START + 1, data: { campaign: 'm1', by: 'desk' } },
    ]);
  });

  test('and what it tells of are written together or not at all', async () => {
    const { database, events } = openStore();
    const calls = new CallStore(database, events);
    const campaigns = new CampaignStore(database, events);
    const customers = new CustomerStore(database, events);
    await campaigns.save(campaign);
    database.script('drop table event');
    await expect(calls.keepVoicemail({ ...message, durationMs: 1000 })).rejects.toThrow();
    await expect(campaigns.addFeedback(feedback)).rejects.toThrow();
    await expect(customers.save(customer, { by: 'desk', at: START })).rejects.toThrow();
    expect(await calls.voicemail('v1')).toBeUndefined();
    expect(await campaigns.feedback({ limit: 10 })).toEqual([]);
    expect(await customers.byId('cu1')).toBeUndefined();
  });
});

describe('scores that nobody can reckon with stop the load with the name of the row', () => {
  const bad = ['null', '[]', '5', '"service"', '{"service":null}', '{"service":"8"}', '{"service":1e999}'];

  test.each(bad)('the skills of an agent: %s', async (skills) => {
    const { database, store } = openStore();
    const state = JSON.stringify({ at: 'logged-out', since: START });
    database
      .prepare(
        "insert into agent (id, name, home_extension, skills, state) values ('1001', '张伟', '1001', ?, ?)",
      )
      .run(skills, state);
    await expect(store.load()).rejects.toMatchObject({
      id: 'bad-agent',
      message: expect.stringContaining('agent 1001'),
    });
  });

  test.each(['null', '[]', '5', '"x"'])('the attributes of an agent: %s', async (attributes) => {
    const { database, store } = openStore();
    await store.commit(theChanges({ agents: [anAgent()] }));
    database.prepare('update agent set attributes = ?').run(attributes);
    await expect(store.load()).rejects.toMatchObject({ id: 'bad-agent' });
  });

  test('an agent without skills and attributes is in order', async () => {
    const { store } = openStore();
    await store.commit(theChanges({ agents: [anAgent({ skills: {} })] }));
    expect(await store.load()).toMatchObject({ agents: [{ skills: {}, attributes: {} }] });
  });
});

describe('tokens', () => {
  const owner = { id: 't1', name: 'desk', role: 'supervisor', branch: '', createdAt: START } as const;

  test('are known by their text until they are revoked; the text is not stored', async () => {
    const { database } = openStore();
    const tokens = new TokenStore(database);
    const token = await tokens.issue(owner);
    expect(await tokens.identify(token)).toMatchObject({ id: 't1', role: 'supervisor' });
    expect(await tokens.identify(`${token}x`)).toBeUndefined();
    expect(JSON.stringify(database.prepare('select * from api_token').all())).not.toContain(token);
    await tokens.revoke('t1', START);
    expect(await tokens.identify(token)).toBeUndefined();
    await expect(tokens.revoke('t1', START)).rejects.toMatchObject({ id: 'token-unknown' });
  });

  test("the first admin's stays revoked, and a new one in the secrets is the way back", async () => {
    const tokens = new TokenStore(openStore().database);
    await tokens.ensureAdmin('first-secret-of-all', START);
    await expect(tokens.revoke('admin', START)).rejects.toMatchObject({ id: 'last-admin' });
    await tokens.issue({ ...owner, role: 'admin' });
    await tokens.revoke('admin', START);
    await tokens.ensureAdmin('first-secret-of-all', START);
    expect(await tokens.identify('first-secret-of-all')).toBeUndefined();
    await tokens.ensureAdmin('second-secret-of-all', START);
    expect(await tokens.identify('second-secret-of-all')).toMatchObject({ role: 'admin' });
  });
});
