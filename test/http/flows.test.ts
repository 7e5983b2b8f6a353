import { describe, expect, test } from 'vitest';
import type { FlowVersion } from '../../src/ivr/history.ts';
import { aCall, aStepLeft, START, theChanges } from '../store/examples.ts';
import { type ApiLab, MISSING_STEP, openApi } from './api-lab.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const WARNING = {
  ...MISSING_STEP,
  severity: 'warning',
  message: 'nothing says the prompt "x"',
  hint: '',
} as const;

function aVersion(version: string, changes: Partial<FlowVersion> = {}): FlowVersion {
  const prompts = { goodbye: { en: 'Goodbye.' } };
  return {
    name: 'hotline',
    version,
    file: 'ivr-flows/hotline.yaml',
    text: `# ${version}`,
    prompts,
    ...changes,
  };
}

describe('flow files', () => {
  test('are listed with what is wrong in them, in words and in parts', async () => {
    const api = await openApi();
    expect((await api.send('viewer', 'GET', '/api/flows')).body).toEqual({
      items: [{ name: 'hotline', version: 'v1', numbers: ['95533'], file: 'ivr-flows/hotline.yaml' }],
      problems: [],
      diagnostics: [],
    });
    api.flows.wrong = [MISSING_STEP, WARNING];
    api.flows.wrongPrompts = ['the prompt "goodbye" could not be made'];
    expect((await api.send('viewer', 'GET', '/api/flows')).body).toMatchObject({
      problems: [
        'ivr-flows/hotline.yaml:3:1 there is no step "mian": did you mean "main"?',
        'ivr-flows/hotline.yaml:3:1 warning: nothing says the prompt "x"',
        'the prompt "goodbye" could not be made',
      ],
      diagnostics: [MISSING_STEP, WARNING],
    });
  });

  test('are read again by an admin; an error is an answer of its own', async () => {
    const api = await openApi();
    api.flows.found = [WARNING, MISSING_STEP];
    const { status, body } = await api.send('admin', 'POST', '/api/flows/reload');
    expect(status).toBe(409);
    expect(body.error).toMatchObject({
      id: 'flow-problems',
      message: expect.stringContaining('hotline.yaml:3:1 there is no step "mian"'),
      details: { problems: [expect.stringContaining('warning'), expect.stringContaining('mian')] },
    });
    expect(body.error.details.diagnostics).toEqual([WARNING, MISSING_STEP]);
    expect(api.flows.asked).toEqual(['reload by admin']);
  });

  test('with warnings only are taken', async () => {
    const api = await openApi();
    api.flows.found = [WARNING];
    const { status, body } = await api.send('admin', 'POST', '/api/flows/reload');
    expect([status, body.diagnostics]).toEqual([200, [WARNING]]);
  });
});

describe('versions of a flow', () => {
  test('are told the latest first, with the one that runs; their text is for supervisors', async () => {
    const api = await openApi();
    await api.history.release(aVersion('v0'), START, 'start');
    await api.history.release(aVersion('v1'), START + 5, 'file');
    expect((await api.send('viewer', 'GET', '/api/flows/hotline/versions')).body).toEqual({
      running: 'v1',
      items: [
        { version: 'v1', at: START + 5, by: 'file' },
        { version: 'v0', at: START, by: 'start' },
      ],
    });
    const { body } = await api.send('supervisor', 'GET', '/api/flows/hotline/versions/v0');
    expect(body).toEqual(aVersion('v0'));
  });

  test('are there of a flow whose file is gone, and of no other', async () => {
    const api = await openApi();
    await api.history.release(aVersion('v1', { name: '节日' }), START, 'start');
    const gone = await api.send('viewer', 'GET', `/api/flows/${encodeURIComponent('节日')}/versions`);
    expect(gone.body).toMatchObject({ running: null, items: [{ version: 'v1' }] });
    const strange = await api.send('viewer', 'GET', '/api/flows/nothing/versions');
    expect([strange.status, strange.body.error.id]).toEqual([404, 'flow-unknown']);
    const version = await api.send('admin', 'GET', '/api/flows/hotline/versions/v9');
    expect([version.status, version.body.error.id]).toEqual([404, 'flow-version-unknown']);
  });

  test('a flow with the longest name is found', async () => {
    const api = await openApi();
    const name = '热'.repeat(64);
    await api.history.release(aVersion('v1', { name }), START, 'start');
    const { status } = await api.send('viewer', 'GET', `/api/flows/${encodeURIComponent(name)}/versions`);
    expect(status).toBe(200);
  });

  test.each(['..%2f..%2fetc', '%2e%2e', 'a%00b', '_x', 'x'.repeat(65)])(
    'the name %s is none',
    async (name) => {
      const api = await openApi();
      for (const url of [`/api/flows/${name}/versions`, `/api/flows/hotline/versions/${name}`])
        expect([400, 404]).toContain((await api.send('admin', 'GET', url)).status);
      const answer = await api.send('admin', 'POST', `/api/flows/${name}/rollback`, { version: 'v1' });
      expect([400, 404]).toContain(answer.status);
      expect(api.flows.asked).toEqual([]);
    },
  );
});

describe('rollback', () => {
  const roll = (api: ApiLab, body: unknown) => api.send('admin', 'POST', '/api/flows/hotline/rollback', body);

  test('puts a version back in the name of who asked', async () => {
    const api = await openApi();
    const { status, body } = await roll(api, { version: 'v1' });
    expect([status, body.items[0].name]).toEqual([200, 'hotline']);
    expect(api.flows.asked).toEqual(['hotline back to v1', 'reload by admin']);
    expect(api.logged.join()).toContain('a flow was put back');
  });

  test('to a version that does not go with the rest any more says so; errors elsewhere do not count', async () => {
    const api = await openApi();
    api.flows.found = [{ ...MISSING_STEP, file: 'ivr-flows/other.yaml' }];
    expect((await roll(api, { version: 'v1' })).status).toBe(200);
    api.flows.found = [MISSING_STEP];
    const { status, body } = await roll(api, { version: 'v1' });
    expect([status, body.error.id]).toEqual([409, 'flow-problems']);
  });

  test.each([
    [{ version: 'v0' }, 404, 'flow-version-unknown'],
    [{ version: '../v1' }, 400, 'bad-input'],
    [{ version: '' }, 400, 'bad-input'],
    [{ version: 'v1', file: '/etc/passwd' }, 400, 'bad-input'],
    [{}, 400, 'bad-input'],
  ])('%j is refused with %i %s', async (body, status, id) => {
    const answer = await roll(await openApi(), body);
    expect([answer.status, answer.body.error.id]).toEqual([status, id]);
  });
});

/** Yesterday ten callers chose in the menu, today one, one hung up, and two are in it. */
async function withCallers(): Promise<ApiLab> {
  const api = await openApi();
  const yesterday = Array.from({ length: 10 }, () => aStepLeft({ at: START - DAY - HOUR }));
  await api.store.commit(
    theChanges({
      stepsLeft: [
        ...yesterday,
        aStepLeft({ at: START - HOUR, step: 'gone' }),
        aStepLeft({ at: START - HOUR, step: 'cards', exit: 'ended', version: 'v0' }),
        aStepLeft({ at: START - HOUR, ms: 3000 }),
        aStepLeft({ at: START - HOUR, exit: 'hung-up', ms: 1000 }),
      ],
    }),
  );
  const cursor = { flow: 'hotline', version: 'v1', step: 'main', run: 2, entry: 2, since: START };
  api.centre.calls = [aCall({ cursor }), aCall({ id: 'c2', cursor }), aCall({ id: 'c3' })];
  return api;
}

const NOW_IN_MAIN = {
  step: 'main',
  entered: 4,
  live: 2,
  byExit: { '1': 1, 'hung-up': 1 },
  hungUp: 1,
  dropOff: 0.5,
  meanMs: 2000,
};

describe('steps', () => {
  test('say what became of callers in the last day, in the order of the file', async () => {
    const api = await withCallers();
    const { body } = await api.send('viewer', 'GET', '/api/flows/hotline/steps');
    expect([body.from, body.to]).toEqual([START - DAY, START]);
    expect(body.items.map((item: { step: string }) => item.step)).toEqual(['main', 'cards', 'gone']);
    expect(body.items[0]).toEqual(NOW_IN_MAIN);
  });

  test('count a span that is over without those who are there now', async () => {
    const api = await withCallers();
    const { body } = await api.send('viewer', 'GET', `/api/flows/hotline/steps?to=${START - DAY}`);
    expect(body.items).toMatchObject([{ step: 'main', entered: 10, live: 0, hungUp: 0 }]);
  });

  test('can be asked for one version', async () => {
    const api = await withCallers();
    const { body } = await api.send('viewer', 'GET', '/api/flows/hotline/steps?version=v0');
    expect(body.items).toEqual([
      { step: 'cards', entered: 1, live: 0, byExit: { ended: 1 }, hungUp: 0, dropOff: 0, meanMs: 1000 },
    ]);
  });

  test('say that somebody is in one that nobody has left', async () => {
    const api = await withCallers();
    api.centre.calls = [
      aCall({ cursor: { flow: 'hotline', version: 'v1', step: 'welcome', run: 1, entry: 1, since: START } }),
    ];
    const { body } = await api.send('viewer', 'GET', '/api/flows/hotline/steps');
    expect(body.items[0]).toMatchObject({ step: 'welcome', entered: 1, live: 1, meanMs: null });
  });

  test.each([
    ['hotline/steps?from=yesterday', 400, 'bad-input'],
    [`hotline/steps?from=${START}&to=${START - 1}`, 400, 'bad-span'],
    ['hotline/steps?from=0', 400, 'bad-span'],
    ["hotline/steps?version=v1'--", 400, 'bad-input'],
    ['nothing/steps', 404, 'flow-unknown'],
  ])('%s is refused', async (what, status, id) => {
    const answer = await (await openApi()).send('viewer', 'GET', `/api/flows/${what}`);
    expect([answer.status, answer.body.error.id]).toEqual([status, id]);
  });
});

describe('the picture of a flow', () => {
  test('is an SVG that nothing active can hide in', async () => {
    const api = await openApi();
    const { status, headers, text } = await api.send('agent', 'GET', '/api/flows/hotline/picture');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-security-policy': expect.stringMatching(/^default-src 'none';.*sandbox$/),
      'x-content-type-options': 'nosniff',
    });
    expect(text).toMatch(/^<svg.*Welcome\..*<\/svg>\s*$/s);
  });

  test('shows how many callers came where when it is asked for a span', async () => {
    const api = await withCallers();
    const plain = await api.send('agent', 'GET', '/api/flows/hotline/picture');
    const counted = await api.send('agent', 'GET', `/api/flows/hotline/picture?from=${START - DAY}`);
    expect(counted.status).toBe(200);
    expect(counted.text).not.toBe(plain.text);
  });

  test.each([
    ['nothing/picture', 404],
    ['hotline/picture?language=xx', 400],
    [`hotline/picture?from=0&to=${START}`, 400],
  ])('%s is refused with %i', async (what, status) => {
    expect((await (await openApi()).send('agent', 'GET', `/api/flows/${what}`)).status).toBe(status);
  });
});
