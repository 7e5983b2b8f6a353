import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { aBusyCall, aCall, anEvent, START, theChanges } from '../store/examples.ts';
import { type ApiLab, openApi } from './api-lab.ts';

const CAMPAIGN = {
  name: '夏季理财',
  code: '8100',
  validFrom: START,
  validUntil: START + 1000,
  reception: { kind: 'phone', extension: '2001' },
};

/** The API with a live call of the VIP, an ended one, and their events. */
async function openWithCalls(): Promise<ApiLab> {
  const api = await openApi();
  const live = aBusyCall();
  const ended = aCall({ id: 'c0', startedAt: START - 1000, phase: { at: 'ended' }, endedAt: START - 500 });
  await api.store.commit(
    theChanges({
      calls: [live, ended],
      events: [anEvent(), anEvent({ type: 'AgentAnswered', agent: '1002' })],
    }),
  );
  api.centre.calls = [live];
  return api;
}

const idsOf = (answer: { body: { items: { id: string }[] } }) => answer.body.items.map((item) => item.id);

describe('calls', () => {
  test('are listed, filtered and paged', async () => {
    const api = await openWithCalls();
    expect(idsOf(await api.send('viewer', 'GET', '/api/calls'))).toEqual(['c1', 'c0']);
    expect(idsOf(await api.send('agent', 'GET', '/api/calls?ani=%2B8613800138000&campaign=m1'))).toEqual([
      'c1',
    ]);
    expect(idsOf(await api.send('agent', 'GET', `/api/calls?to=${START}`))).toEqual(['c0']);
    const first = await api.send('agent', 'GET', '/api/calls?limit=1');
    expect(idsOf(first)).toEqual(['c1']);
    const second = await api.send('agent', 'GET', `/api/calls?limit=1&cursor=${first.body.next}`);
    expect(idsOf(second)).toEqual(['c0']);
    const third = await api.send('agent', 'GET', `/api/calls?limit=1&cursor=${second.body.next}`);
    expect(third.body).toEqual({ items: [], next: null });
  });

  test.each([
    "ani=1' or '1'='1",
    'campaign=m1;drop table call',
    'limit=0',
    'limit=201',
    'from=yesterday',
    'cursor=zzz',
    'cursor=9_../..',
    'order=id',
    'queue=',
    'ani=1009&ani=1010',
  ])('the filter %s is refused', async (query) => {
    const api = await openWithCalls();
    const answer = await api.send('agent', 'GET', `/api/calls?${query.replaceAll(' ', '%20')}`);
    expect([answer.status, answer.body.error.id]).toEqual([400, 'bad-input']);
  });

  test('text that means something in SQL is only text', async () => {
    const api = await openWithCalls();
    const answer = await api.send('agent', 'GET', `/api/calls?queue=${encodeURIComponent("vip' or 1=1 --")}`);
    expect(answer.body.items).toEqual([]);
    expect(idsOf(await api.send('agent', 'GET', '/api/calls?queue=vip'))).toEqual(['c1']);
  });

  test('one is shown with its legs and events', async () => {
    const api = await openWithCalls();
    const { body } = await api.send('supervisor', 'GET', '/api/calls/c1');
    expect(body).toMatchObject({ id: 'c1', source: 'phone:1010', step: 'agent', agentId: '1002' });
    expect(body.legs.map((leg: { outcome: string }) => leg.outcome)).toEqual(['no-answer', null]);
    expect(body.events.map((event: { type: string }) => event.type)).toEqual([
      'CallArrived',
      'AgentAnswered',
    ]);
  });

  test('live ones say where they are', async () => {
    const api = await openWithCalls();
    const { body } = await api.send('viewer', 'GET', '/api/calls/live');
    expect(body.items).toMatchObject([{ id: 'c1', phase: 'connected', phaseSince: START + 18_000 }]);
  });

  test('a viewer sees no number in full, wherever it stands, and cannot search for one', async () => {
    const api = await openWithCalls();
    for (const url of ['/api/calls', '/api/calls/live', '/api/calls/c1', '/api/events', '/api/customers']) {
      const { text, status } = await api.send('viewer', 'GET', url);
      expect(status).toBe(200);
      expect(text).not.toMatch(/13800138000|02787654321/);
      expect((await api.send('agent', 'GET', url)).text).toContain('13800138000');
    }
    expect((await api.send('viewer', 'GET', '/api/calls/c1')).body.ani).toBe('138****8000');
    for (const url of ['/api/calls?ani=13800138000', '/api/customers?number=13800138000'])
      expect((await api.send('viewer', 'GET', url)).status).toBe(403);
  });

  test('a viewer sees no number in a note about a customer or in what one said', async () => {
    const api = await openApi();
    const note = 'mobile of his wife: 13512345678';
    await api.send('supervisor', 'PATCH', '/api/customers/demo-vip', { note });
    const said = { campaignId: 'demo-deposit', customerId: 'demo-vip', interest: 'interested', note };
    await api.send('agent', 'POST', '/api/feedback', said);
    for (const url of ['/api/customers', '/api/customers/demo-vip', '/api/feedback']) {
      expect((await api.send('agent', 'GET', url)).text).toContain('13512345678');
      const { text } = await api.send('viewer', 'GET', url);
      expect(text).not.toContain('13512345678');
      expect(text).toContain('mobile of his wife: 135****5678');
    }
  });

  test('a supervisor ends a live one; an ended one and a strange one are told apart', async () => {
    const api = await openWithCalls();
    expect((await api.send('supervisor', 'POST', '/api/calls/c1/hangup')).body).toEqual({ hungUp: true });
    const again = await api.send('supervisor', 'POST', '/api/calls/c1/hangup');
    expect([again.status, again.body.error.id]).toEqual([409, 'call-not-live']);
    const strange = await api.send('supervisor', 'POST', '/api/calls/c9/hangup');
    expect([strange.status, strange.body.error.id]).toEqual([404, 'call-unknown']);
  });
});

describe('messages', () => {
  async function withMessage(file: (api: ApiLab) => string): Promise<ApiLab> {
    const api = await openApi();
    const path = file(api);
    const message = { callId: 'c1', box: 'campaign', ani: '1009', durationMs: 1000, at: START };
    await api.calls.keepVoicemail({ id: 'v1', file: path, ...message });
    return api;
  }

  test('are listed and can be heard', async () => {
    const api = await withMessage(({ recordings }) => {
      writeFileSync(join(recordings, 'v1.wav'), 'RIFF-sound');
      return join(recordings, 'v1.wav');
    });
    const audio = await api.send('agent', 'GET', '/api/voicemails/v1/audio');
    expect([audio.status, audio.text]).toEqual([200, 'RIFF-sound']);
    expect(audio.headers).toMatchObject({ 'content-type': 'audio/wav', 'content-length': '10' });
    const { body } = await api.send('agent', 'GET', '/api/voicemails?box=campaign');
    expect(body.items).toMatchObject([{ id: 'v1', heardBy: '1001' }]);
    expect(JSON.stringify(body)).not.toContain(api.recordings);
  });

  test.each([
    ['a file elsewhere', () => '/etc/passwd'],
    ['a way out by dots', (api: ApiLab) => `${api.recordings}/../secrets.json`],
    ['a neighbour with the same beginning', (api: ApiLab) => `${api.recordings}-old/v1.wav`],
    ['a link to elsewhere', (api: ApiLab) => `${api.recordings}/link.wav`],
    ['a folder', (api: ApiLab) => `${api.recordings}/folder`],
    ['the folder itself', (api: ApiLab) => api.recordings],
    ['what is not there', (api: ApiLab) => `${api.recordings}/gone.wav`],
    ['a zero byte', (api: ApiLab) => `${api.recordings}/v1.wav\0.txt`],
  ])('%s is never given out', async (_what, file) => {
    const api = await withMessage((lab) => {
      writeFileSync(join(lab.recordings, '../secrets.json'), 'secret');
      mkdirSync(`${lab.recordings}-old`);
      writeFileSync(`${lab.recordings}-old/v1.wav`, 'secret');
      symlinkSync('/etc/passwd', `${lab.recordings}/link.wav`);
      mkdirSync(`${lab.recordings}/folder`);
      return file(lab);
    });
    const answer = await api.send('admin', 'GET', '/api/voicemails/v1/audio');
    expect([answer.status, answer.body.error.id]).toEqual([404, 'audio-unknown']);
    expect(answer.text).not.toMatch(/root:|secret/);
  });

  test.each(['..%2f..%2fetc%2fpasswd', '%2e%2e', 'v9'])('a message %s is not there', async (id) => {
    const api = await openApi();
    const answer = await api.send('admin', 'GET', `/api/voicemails/${id}/audio`);
    expect([400, 404]).toContain(answer.status);
  });
});

describe('agents', () => {
  test('move themselves through a shift', async () => {
    const api = await openApi();
    const move = async (to: string, body?: unknown) =>
      (await api.send('agent', 'POST', `/api/agents/1001/${to}`, body)).body;
    expect(await move('log-in')).toMatchObject({ state: 'not-ready', extension: '1001' });
    expect(await move('ready')).toMatchObject({ state: 'ready', since: START });
    expect(await move('not-ready', { reason: 'break' })).toMatchObject({
      state: 'not-ready',
      reason: 'break',
    });
    expect(await move('log-out')).toMatchObject({ state: 'logged-out', extension: null });
    expect(await move('log-in', { extension: '1007' })).toMatchObject({ extension: '1007' });
  });

  test('an empty body under the JSON header is no body', async () => {
    const api = await openApi();
    const headers = { authorization: `Bearer ${api.tokenOf.agent}`, 'content-type': 'application/json' };
    const answer = await api.inject({ method: 'POST', url: '/api/agents/1001/log-in', headers });
    expect([answer.status, answer.body.state]).toEqual([200, 'not-ready']);
  });

  test('an agent moves nobody else, a supervisor everybody', async () => {
    const api = await openApi();
    for (const to of ['log-in', 'log-out', 'ready']) {
      const answer = await api.send('agent', 'POST', `/api/agents/1002/${to}`);
      expect([answer.status, answer.body.error.id]).toEqual([403, 'forbidden']);
    }
    expect((await api.send('agent', 'POST', '/api/agents/nobody/log-in')).status).toBe(403);
    expect((await api.send('supervisor', 'POST', '/api/agents/1002/log-in')).body.state).toBe('not-ready');
  });

  test.each([
    ['ready', undefined, 409, 'agent-logged-out'],
    ['log-in', { extension: '9999' }, 404, 'phone-unknown'],
    ['log-in', { extension: '../1' }, 400, 'bad-input'],
    ['not-ready', {}, 400, 'bad-input'],
    ['not-ready', undefined, 400, 'bad-input'],
    ['not-ready', { reason: 'a\r\nb' }, 400, 'bad-input'],
    ['not-ready', { reason: 'x'.repeat(81) }, 400, 'bad-input'],
  ])('%s with %j is refused', async (to, body, status, id) => {
    const api = await openApi();
    const answer = await api.send('agent', 'POST', `/api/agents/1001/${to}`, body);
    expect([answer.status, answer.body.error.id]).toEqual([status, id]);
  });

  test('are listed with their skills; a strange one is not there', async () => {
    const api = await openApi();
    const { body } = await api.send('viewer', 'GET', '/api/agents');
    expect(body.items).toHaveLength(10);
    expect(body.items[0]).toMatchObject({ id: '1001', name: '张伟', state: 'logged-out', call: null });
    expect((await api.send('viewer', 'GET', '/api/agents/4711')).body.error.id).toBe('agent-unknown');
  });

  test('phones are listed without passwords, and their places only for supervisors', async () => {
    const api = await openApi();
    api.centre.registered = [{ extension: '1001', registered: true, contact: '10.0.0.5:5060' }];
    const passwords = (await api.agents.phones()).map((phone) => phone.password);
    const { body, text } = await api.send('supervisor', 'GET', '/api/phones');
    expect(body.items.slice(0, 2)).toMatchObject([
      { extension: '1001', registered: true, contact: '10.0.0.5:5060' },
      { extension: '1002', registered: false, contact: null },
    ]);
    for (const password of passwords) expect(text).not.toContain(password);
    expect((await api.send('agent', 'GET', '/api/phones')).text).not.toContain('10.0.0.5');
  });
});

test('queues say who waits', async () => {
  const api = await openWithCalls();
  const [first] = api.centre.queueStatuses;
  api.centre.queueStatuses = [
    {
      ...first!,
      loggedIn: 2,
      working: 1,
      waiting: [{ call: 'c1', since: START, rank: 2 }],
      estimatedWaitMs: 95_000,
      accuracy: { estimates: 4, near: 3, errorMs: -8000, absoluteErrorMs: 40_000 },
    },
  ];
  const { body } = await api.send('viewer', 'GET', '/api/queues');
  expect(body.items).toMatchObject([
    {
      loggedIn: 2,
      working: 1,
      ready: 0,
      estimatedWaitMs: 95_000,
      estimates: { count: 4, nearShare: 0.75, meanErrorMs: -2000, meanAbsoluteErrorMs: 10_000 },
      ringMs: 15_000,
      waiting: [{ call: 'c1', rank: 2, ani: '138****8000', tier: 'vip', customerId: 'demo-vip' }],
    },
  ]);
});

describe('campaigns', () => {
  test('are made, changed and found by code', async () => {
    const api = await openApi();
    const made = await api.send('campaign', 'POST', '/api/campaigns', CAMPAIGN);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ code: '8100', validity: 'valid', fallback: { kind: 'none' } });
    expect(await api.campaigns.codes()).toContain('8100');
    const url = `/api/campaigns/${made.body.id}`;
    expect(made.body.persona).toBe('');
    const changes = { code: '810', validUntil: START + 5, persona: 'private' };
    const changed = await api.send('campaign', 'PATCH', url, changes);
    expect(changed.body).toMatchObject({ ...changes, name: CAMPAIGN.name });
    expect((await api.send('viewer', 'GET', url)).body).toEqual(changed.body);
    await api.clock.advance(10);
    expect((await api.send('viewer', 'GET', url)).body.validity).toBe('expired');
  });

  test('may have a code that begins another, but not the same', async () => {
    const api = await openApi();
    expect((await api.send('campaign', 'POST', '/api/campaigns', { ...CAMPAIGN, code: '800' })).status).toBe(
      201,
    );
    const twin = await api.send('campaign', 'POST', '/api/campaigns', { ...CAMPAIGN, code: '8001' });
    expect([twin.status, twin.body.error.id]).toEqual([409, 'campaign-code-taken']);
  });

  test.each([
    [{ code: '12' }, 'body/code'],
    [{ code: '1234567890123' }, 'body/code'],
    [{ code: '80a1' }, 'body/code'],
    [{ code: '８００１' }, 'body/code'],
    [{ code: 8100 }, 'body/code'],
    [{ code: '8105', checkDigit: true }, 'code'],
    [{ fallback: { kind: 'voicemail', box: '../etc' } }, 'body/fallback/box'],
    [{ fallback: { kind: 'voicemail', box: '营销' } }, 'body/fallback/box'],
    [{ validUntil: START }, 'validUntil'],
    [{ validUntil: 1e300 }, 'body/validUntil'],
    [{ reception: { kind: 'phone', extension: '9999' } }, 'reception'],
    [{ reception: { kind: 'outside', number: 'sip:x@y' } }, 'body/reception/number'],
    [{ reception: { kind: 'pigeon' } }, 'body/reception/kind'],
    [{ fallback: { kind: 'queue', queue: 'nowhere' } }, 'fallback.queue'],
    [{ fallback: { kind: 'target', to: { kind: 'phone', extension: '9999' } } }, 'fallback.to'],
    [{ fallback: { kind: 'voicemail', box: '' } }, 'body/fallback/box'],
    [{ receptionRingMs: 0 }, 'body/receptionRingMs'],
    [{ name: 'a\u202eb' }, 'body/name'],
    [{ material: 'x'.repeat(20_001) }, 'body/material'],
    [{ persona: 'nobody' }, 'persona'],
    [{ persona: '../x' }, 'body/persona'],
    [{ id: 'mine' }, 'body'],
  ])('%j is refused at %s', async (changes, at) => {
    const api = await openApi();
    const answer = await api.send('campaign', 'POST', '/api/campaigns', { ...CAMPAIGN, ...changes });
    expect(answer.status).toBe(400);
    expect(answer.body.error.details.issues[0].at).toBe(at);
  });

  test('a change is checked with what is there already', async () => {
    const api = await openApi();
    const answer = await api.send('campaign', 'PATCH', '/api/campaigns/demo-fund', { code: '820265' });
    expect([answer.status, answer.body.error.id]).toEqual([400, 'bad-campaign']);
    expect(answer.body.error.message).toContain('82026 is followed by 6');
    expect((await api.send('campaign', 'PATCH', '/api/campaigns/none', {})).status).toBe(404);
  });
});

describe('reception', () => {
  test('sees material, customer and history by code and caller', async () => {
    const api = await openWithCalls();
    const note = { campaignId: 'demo-deposit', callId: 'c1', interest: 'interested', note: '想了解利率' };
    const noted = await api.send('agent', 'POST', '/api/feedback', note);
    expect(noted.status).toBe(201);
    expect(noted.body).toMatchObject({ customerId: 'demo-vip', ani: '13800138000', by: '1001', at: START });
    const { body } = await api.send('agent', 'GET', '/api/reception?code=8001&caller=%2B8613800138000');
    expect(body.campaign).toMatchObject({ name: '春季大额存单', validity: 'valid' });
    expect(body.campaign.material).toContain('三年期');
    expect(body.customer).toMatchObject({ id: 'demo-vip', tier: 'vip' });
    expect(body.contacts.calls.map((call: { id: string }) => call.id)).toEqual(['c1', 'c0']);
    expect(body.contacts.feedback).toMatchObject([{ note: '想了解利率', interest: 'interested' }]);
  });

  test('sees the history of a number that nobody knows, and nothing of a hidden one', async () => {
    const api = await openApi();
    await api.store.commit(
      theChanges({
        calls: [aCall({ ani: '13512345678' }), aCall({ id: 'c2', ani: '' })],
      }),
    );
    const stranger = await api.send('agent', 'GET', '/api/reception?code=8003&caller=13512345678');
    expect(stranger.body).toMatchObject({
      campaign: { validity: 'expired' },
      customer: null,
      contacts: { calls: [{ id: 'c1' }], feedback: [] },
    });
    for (const url of ['/api/reception?code=8001', '/api/reception?code=8001&caller='])
      expect((await api.send('agent', 'GET', url)).body.contacts).toEqual({ calls: [], feedback: [] });
    expect((await api.send('agent', 'GET', '/api/reception?code=9999')).status).toBe(404);
  });

  test('feedback is listed by campaign; what it names has to be there', async () => {
    const api = await openApi();
    const note = { campaignId: 'demo-deposit', ani: '138 0013 8000', interest: 'complaint' };
    await api.send('supervisor', 'POST', '/api/feedback', note);
    const list = await api.send('viewer', 'GET', '/api/feedback?campaign=demo-deposit');
    expect(list.body.items).toMatchObject([{ ani: '138****8000', customerId: 'demo-vip', by: 'supervisor' }]);
    for (const wrong of [{ campaignId: 'none' }, { callId: 'none' }, { customerId: 'none' }])
      expect((await api.send('agent', 'POST', '/api/feedback', { ...note, ...wrong })).status).toBe(404);
    const bad = await api.send('agent', 'POST', '/api/feedback', { ...note, note: 'x'.repeat(2001) });
    expect(bad.status).toBe(400);
  });
});

describe('customers', () => {
  test('are added, changed, found by name and number, and shown with their contacts', async () => {
    const api = await openWithCalls();
    const made = await api.send('supervisor', 'POST', '/api/customers', {
      name: '孙悟空',
      numbers: ['+86 (27) 8765-0000'],
      note: 'first line\nsecond line',
    });
    expect(made.body).toMatchObject({ tier: 'standard', numbers: ['+862787650000'] });
    const url = `/api/customers/${made.body.id}`;
    expect(made.body.flow).toBe('');
    expect((await api.send('campaign', 'PATCH', url, { tier: 'gold', flow: 'hotline' })).body).toMatchObject({
      tier: 'gold',
      flow: 'hotline',
    });
    expect(idsOf(await api.send('agent', 'GET', '/api/customers?number=02787650000'))).toEqual([
      made.body.id,
    ]);
    const first = await api.send('agent', 'GET', `/api/customers?name=${encodeURIComponent('孙')}&limit=1`);
    const rest = await api.send(
      'agent',
      'GET',
      `/api/customers?name=${encodeURIComponent('孙')}&cursor=${first.body.next}`,
    );
    expect([...idsOf(first), ...idsOf(rest)].sort()).toEqual([made.body.id, 'demo-vip'].sort());
    const { body } = await api.send('agent', 'GET', '/api/customers/demo-vip');
    expect(body.contacts.calls.map((call: { id: string }) => call.id)).toEqual(['c1', 'c0']);
  });

  test.each([
    [{ numbers: ['13800138000'] }, 409],
    [{ numbers: ['+8613800138000'] }, 409],
    [{ numbers: ['anonymous'] }, 400],
    [{ numbers: Array.from({ length: 21 }, (_, index) => String(5000 + index)) }, 400],
    [{ tier: 'emperor' }, 400],
    [{ name: '   ' }, 400],
    [{ note: 'bell\u0007' }, 400],
    [{ flow: 'no-such-flow' }, 400],
    [{ flow: '../hotline' }, 400],
  ])('%j is refused with %i', async (changes, status) => {
    const api = await openApi();
    expect((await api.send('admin', 'POST', '/api/customers', { name: 'x', ...changes })).status).toBe(
      status,
    );
  });
});

describe('events', () => {
  test('go on by a cursor, by types', async () => {
    const api = await openWithCalls();
    const first = await api.send('admin', 'GET', '/api/events?limit=1');
    expect(first.body).toMatchObject({ events: [{ seq: 1, data: { ani: '13800138000' } }], next: 1 });
    const rest = await api.send('admin', 'GET', '/api/events?after=1&types=AgentAnswered,CallEnded');
    expect(rest.body).toMatchObject({ events: [{ seq: 2, agent: '1002' }], next: 2 });
    expect((await api.send('admin', 'GET', '/api/events?after=2')).body).toEqual({ events: [], next: 2 });
  });

  test.each(['after=-1', 'after=x', 'limit=1001', 'types=a;b', 'wait=31'])('%s is refused', async (query) => {
    const api = await openApi();
    expect((await api.send('admin', 'GET', `/api/events?${query}`)).status).toBe(400);
  });

  test('a waiting reader gets the next one that he asked for at once', async () => {
    const api = await openWithCalls();
    const waiting = api.send('admin', 'GET', '/api/events?after=2&types=Rare&wait=30');
    await api.clock.advance(1000);
    await api.store.commit(theChanges({ events: [anEvent()] }));
    await api.clock.advance(1000);
    await api.store.commit(theChanges({ events: [anEvent({ type: 'Rare' })] }));
    await api.clock.advance(0);
    expect((await waiting).body).toMatchObject({ events: [{ seq: 4 }], next: 4 });
  });

  test('readers who wait ask the database five times a second at most, and miss nothing', async () => {
    const api = await openWithCalls();
    const asked = vi.spyOn(api.events, 'read');
    const waiting = api.send('admin', 'GET', '/api/events?after=2&types=Rare&wait=30');
    await api.clock.advance(1000);
    asked.mockClear();
    for (let commits = 0; commits < 100; commits += 1) {
      await api.store.commit(theChanges({ events: [anEvent()] }));
      await api.clock.advance(10);
    }
    // At 0, 200, … 1000 ms: a look each, and another to see that nothing came meanwhile.
    expect(asked.mock.calls.length).toBeGreaterThanOrEqual(6);
    expect(asked.mock.calls.length).toBeLessThanOrEqual(12);
    await api.store.commit(theChanges({ events: [anEvent({ type: 'Rare' })] }));
    await api.clock.advance(200);
    expect((await waiting).body).toMatchObject({ events: [{ seq: 103 }], next: 103 });
  });

  test('a waiting reader gets feedback and changes made through the API', async () => {
    const api = await openApi();
    const next = async (after: number, change: () => Promise<unknown>) => {
      const waiting = api.send('viewer', 'GET', `/api/events?after=${after}&wait=30`);
      await api.clock.advance(1000);
      await change();
      await api.clock.advance(0);
      return (await waiting).body.events;
    };
    const note = { campaignId: 'demo-deposit', ani: '13800138000', interest: 'complaint', note: 'too dear' };
    expect(await next(0, () => api.send('agent', 'POST', '/api/feedback', note))).toMatchObject([
      {
        type: 'FeedbackRecorded',
        data: { campaign: 'demo-deposit', customer: 'demo-vip', interest: 'complaint', by: '1001' },
      },
    ]);
    const url = '/api/campaigns/demo-deposit';
    expect(await next(1, () => api.send('campaign', 'PATCH', url, { name: 'new' }))).toMatchObject([
      { type: 'CampaignChanged', data: { campaign: 'demo-deposit', by: 'campaign' } },
    ]);
    const about = '/api/customers/demo-vip';
    expect(await next(2, () => api.send('supervisor', 'PATCH', about, { tier: 'gold' }))).toMatchObject([
      { type: 'CustomerChanged', data: { customer: 'demo-vip', by: 'supervisor' } },
    ]);
    const campaign = await api.send('campaign', 'POST', '/api/campaigns', CAMPAIGN);
    const customer = await api.send('admin', 'POST', '/api/customers', { name: 'x' });
    expect((await api.send('admin', 'GET', '/api/events?after=3')).body.events).toMatchObject([
      { type: 'CampaignChanged', data: { campaign: campaign.body.id } },
      { type: 'CustomerChanged', data: { customer: customer.body.id, by: 'admin' } },
    ]);
  });

  test('a waiting reader gets nothing when his time is over, or the daemon stops', async () => {
    const api = await openWithCalls();
    const patient = api.send('admin', 'GET', '/api/events?after=2&wait=30');
    await api.clock.advance(29_000);
    const impatient = api.send('admin', 'GET', '/api/events?after=2&wait=1');
    await api.clock.advance(1000);
    expect((await impatient).body).toEqual({ events: [], next: 2 });
    expect((await patient).body).toEqual({ events: [], next: 2 });
    const last = api.send('admin', 'GET', '/api/events?after=2&wait=30');
    await api.clock.advance(1000);
    await api.app.close();
    expect((await last).status).toBe(200);
  });
});
