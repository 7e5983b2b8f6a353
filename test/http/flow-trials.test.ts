import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Answer, openApi } from './api-lab.ts';
import { CARDS, type EditingLab, HOTLINE, openEditing } from './editing-lab.ts';

const said = ({ body }: Answer): string[] =>
  body.entries
    .filter((one: { kind: string }) => one.kind === 'says')
    .map((one: { text: string }) => one.text);

const begin = (api: EditingLab, more: object = {}) =>
  api.send('admin', 'POST', '/api/flow-trials', { target: '95533', caller: '13912345678', ...more });

const act = (api: EditingLab, id: string, action: object) =>
  api.send('admin', 'POST', `/api/flow-trials/${id}`, action);

describe('a simulated call', () => {
  test('goes to where the caller is asked for something, and says that it is one', async () => {
    const api = await openEditing();
    const answer = await begin(api);
    expect(said(answer)).toEqual(['Welcome to the bank.', 'For cards, press 1.']);
    expect(answer.body).toMatchObject({
      simulated: true,
      flow: 'hotline',
      world: 'hotline.test.yaml',
      standing: {
        step: 'main',
        phase: 'flow',
        keys: [{ key: '1', to: 'cards' }, { key: '2' }, { key: '3' }],
      },
    });
  });

  test('follows the keys into other flows, to the end', async () => {
    const api = await openEditing();
    const { body } = await begin(api);
    const answer = await act(api, body.id, { do: 'press', keys: '1' });
    expect(said(answer).at(-1)).toBe('Your card is blocked.');
    expect(answer.body.standing).toMatchObject({ flow: 'cards', step: 'end', phase: 'ended' });
    const after = await act(api, body.id, { do: 'press', keys: '1' });
    expect(after.body.entries).toHaveLength(answer.body.entries.length);
  });

  test('waits in a queue, talks with an agent of the tests, and the agent hangs up', async () => {
    const api = await openEditing();
    const { body } = await begin(api);
    const waits = await act(api, body.id, { do: 'press', keys: '3' });
    expect(waits.body.standing).toMatchObject({
      phase: expect.stringMatching(/queued|offered/),
      queue: 'general',
    });
    const talks = await act(api, body.id, { do: 'wait', seconds: 5 });
    expect(talks.body.standing.phase).toBe('connected');
    const over = await act(api, body.id, { do: 'other-side-hangs-up' });
    expect(said(over).at(-1)).toBe('Goodbye.');
  });

  test('with nobody there goes the way of those whom nobody takes', async () => {
    const api = await openEditing();
    const { body } = await begin(api, { agents: 'away' });
    await act(api, body.id, { do: 'press', keys: '3' });
    const answer = await act(api, body.id, { do: 'wait', seconds: 600 });
    expect(said(answer).at(-1)).toBe('Goodbye.');
  });

  test('never shows the digits of a secret, nor sends them to a service', async () => {
    const api = await openEditing();
    const { body } = await begin(api);
    await act(api, body.id, { do: 'press', keys: '2' });
    const asks = await api.send('admin', 'GET', `/api/flow-trials/${body.id}`);
    expect(asks.body.standing.secret).toBe(true);
    const answer = await act(api, body.id, { do: 'press', keys: '4711' });
    expect(answer.text).not.toContain('4711');
    expect(answer.text).toContain('core/balance asked');
  });

  test('goes through texts that nobody saved, and nothing of them goes live', async () => {
    const api = await openEditing();
    const answer = await begin(api, {
      drafts: { 'hotline.yaml': HOTLINE.replace('Welcome to the bank.', 'Good day.') },
    });
    expect(said(answer)[0]).toBe('Good day.');
    expect((await begin(api)).body.entries.map((one: { text: string }) => one.text)).toContain(
      'Welcome to the bank.',
    );
  });

  test('of a text with a mistake is refused with the mistake', async () => {
    const api = await openEditing();
    const { status, body } = await begin(api, {
      drafts: { 'hotline.yaml': HOTLINE.replace('then: main', 'then: mian') },
    });
    expect([status, body.error.id]).toEqual([409, 'flow-problems']);
    expect(body.error.message).toContain('mian');
  });

  test('touches neither the calls nor the log of the real centre', async () => {
    const api = await openEditing();
    const { next } = await api.events.read(0, 1000);
    const { body } = await begin(api);
    await act(api, body.id, { do: 'press', keys: '3' });
    await act(api, body.id, { do: 'wait', seconds: 5 });
    await act(api, body.id, { do: 'hang-up' });
    expect((await api.events.read(0, 1000)).next).toBe(next);
    expect(await api.send('admin', 'GET', '/api/calls')).toMatchObject({ body: { items: [] } });
  });

  test('of a flow that goes round without end comes back', async () => {
    const loop = CARDS.replace('flow: cards', 'flow: round').replace(
      'then: end }',
      'then: again }\n  again: { choose: [{ when: caller.number == "1", then: end }], otherwise: lost }',
    );
    const api = await openEditing({ 'round.yaml': loop });
    const { status, body } = await begin(api, { target: 'round' });
    expect(status).toBe(200);
    expect((await act(api, body.id, { do: 'hang-up' })).body.standing.phase).toBe('ended');
  });
});

describe('the sound of what was said', () => {
  const wav = (samples: number[]): Buffer => {
    const data = Buffer.from(Int16Array.from(samples).buffer);
    const head = Buffer.from(
      'RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data',
      'latin1',
    );
    const size = Buffer.alloc(4);
    size.writeUInt32LE(data.length);
    return Buffer.concat([head, size, data]);
  };

  test('is that of its pieces in a row', async () => {
    const api = await openEditing();
    for (const [name, samples] of [
      ['one', [1, 2]],
      ['two', [3]],
    ] as const)
      writeFileSync(join(api.folder, '..', `${name}.wav`), wav([...samples]));
    api.sound = ['one', 'two'].map((name) => ({ file: join(api.folder, '..', name) }));
    const { body } = await begin(api);
    const at = body.entries.findIndex((one: { kind: string }) => one.kind === 'says');
    expect(body.entries[at].hasSound).toBe(true);
    const sound = await api.app.inject({
      url: `/api/flow-trials/${body.id}/entries/${at}/audio`,
      headers: { authorization: `Bearer ${api.tokenOf.admin}` },
    });
    expect([sound.statusCode, sound.headers['content-type']]).toEqual([200, 'audio/wav']);
    expect([...new Int16Array(new Uint8Array(sound.rawPayload.subarray(44)).buffer)]).toEqual([1, 2, 3]);
  });

  test('that was not made yet is not there', async () => {
    const api = await openEditing();
    api.sound = [{ tone: 'beep' }];
    const { body } = await begin(api);
    const { status } = await api.send('admin', 'GET', `/api/flow-trials/${body.id}/entries/1/audio`);
    expect(status).toBe(404);
  });
});

describe('trials', () => {
  test('of somebody else are not there', async () => {
    const api = await openEditing();
    const { body } = await begin(api);
    for (const [method, more] of [
      ['GET', undefined],
      ['POST', { do: 'hang-up' }],
      ['DELETE', undefined],
    ] as const) {
      const { status } = await api.send('supervisor', method, `/api/flow-trials/${body.id}`, more);
      expect(status).toBe(404);
    }
  });

  test('are few: a fourth of one user ends his first', async () => {
    const api = await openEditing();
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      ids.push((await begin(api)).body.id);
      await api.clock.advance(1);
    }
    const states = await Promise.all(
      ids.map(async (id) => (await api.send('admin', 'GET', `/api/flow-trials/${id}`)).status),
    );
    expect(states).toEqual([404, 200, 200, 200]);
  });

  test('that nobody touches are over after ten minutes', async () => {
    const api = await openEditing();
    const { body } = await begin(api);
    await api.clock.advance(11 * 60_000);
    expect((await api.send('admin', 'GET', `/api/flow-trials/${body.id}`)).body.error).toMatchObject({
      id: 'flow-trial-unknown',
      message: 'This trial is over: begin it again.',
    });
  });

  test('are not for agents, and not there in a centre without files', async () => {
    const api = await openEditing();
    expect((await api.send('agent', 'POST', '/api/flow-trials', { target: '95533' })).status).toBe(403);
    const without = await openApi();
    expect((await without.send('admin', 'POST', '/api/flow-trials', { target: '95533' })).status).toBe(404);
  });

  test.each([
    { target: '' },
    { target: '95533', caller: '<script>' },
    { target: '95533', at: -1 },
    { target: '95533', drafts: { 'x.yaml': 1 } },
  ])('begin only with what is understood: %j', async (wish) => {
    const api = await openEditing();
    expect((await api.send('admin', 'POST', '/api/flow-trials', wish)).status).toBe(400);
  });

  test('take only keys of a telephone', async () => {
    const api = await openEditing();
    const { body } = await begin(api);
    expect((await act(api, body.id, { do: 'press', keys: '1a' })).status).toBe(400);
    expect((await act(api, body.id, { do: 'press', keys: '1'.repeat(65) })).status).toBe(400);
  });
});
