import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CARDS, type EditingLab, HOTLINE, openEditing, SHARED } from './editing-lab.ts';

const BROKEN = HOTLINE.replace('1: cards,', '1: crads,');
const MENDED = HOTLINE.replace('Welcome to the bank.', 'Good day.');

async function versionOf(api: EditingLab, name: string): Promise<string> {
  return (await api.send('admin', 'GET', `/api/flow-files/${name}`)).body.version;
}

async function save(api: EditingLab, text: string, more: object = {}, name = 'hotline.yaml') {
  const basedOn = await versionOf(api, name);
  return api.send('admin', 'PUT', `/api/flow-files/${name}`, { text, basedOn, ...more });
}

const events = async (api: EditingLab, type: string) =>
  (await api.events.since(0, [type])).map(({ data }) => data);

describe('what a file says', () => {
  test('is told with its version, its flow and what is wrong with it', async () => {
    const api = await openEditing({ 'cards.yaml': CARDS.replace('then: end', 'then: ende') });
    const { body } = await api.send('supervisor', 'GET', '/api/flow-files');
    expect(body.items.map((one: { name: string; kind: string }) => [one.name, one.kind])).toEqual([
      ['cards.yaml', 'flow'],
      ['hotline.test.yaml', 'test'],
      ['hotline.yaml', 'flow'],
      ['shared.yaml', 'shared'],
    ]);
    const cards = await api.send('supervisor', 'GET', '/api/flow-files/cards.yaml');
    expect(cards.body).toMatchObject({ kind: 'flow', flow: null, isRunning: false, goesLive: false });
    expect(cards.body.problems).toContainEqual(
      expect.objectContaining({
        line: 5,
        column: 53,
        endColumn: 57,
        severity: 'error',
        message: 'step "lost" leads to "ende", which does not exist',
        hint: 'did you mean "end"?',
      }),
    );
  });

  test.each(['viewer', 'agent', 'campaign'] as const)('is not for a %s', async (role) => {
    const api = await openEditing();
    expect((await api.send(role, 'GET', '/api/flow-files/hotline.yaml')).status).toBe(403);
  });

  test.each(['supervisor', 'auditor'] as const)('is read, not written, by a %s', async (role) => {
    const api = await openEditing();
    expect((await api.send(role, 'GET', '/api/flow-files/hotline.yaml')).status).toBe(200);
    const saved = await api.send(role, 'PUT', '/api/flow-files/hotline.yaml', { text: MENDED, basedOn: '' });
    expect(saved.status).toBe(403);
  });
});

describe('while others have their flows checked', () => {
  test.each([
    ['hotline.yaml', true],
    ['hotline.test.yaml', false],
  ])('%s is opened all the same, and says that it was not checked', async (name, isRunning) => {
    const api = await openEditing();
    api.places = 0;
    const { status, body } = await api.send('admin', 'GET', `/api/flow-files/${name}`);
    expect([status, body.text, body.isRunning]).toEqual([
      200,
      readFileSync(join(api.folder, name), 'utf8'),
      isRunning,
    ]);
    expect(body.problems).toEqual([
      expect.objectContaining({ severity: 'warning', message: 'this text could not be checked now' }),
    ]);
  });

  test('the files are listed with one question, or with none', async () => {
    const api = await openEditing({
      'a.test.yaml': 'dials: "1"\ntests: { a: { script: [{ hears: x }] } }',
      'b.test.yaml': 'tests: [',
    });
    const running = async () =>
      (await api.send('admin', 'GET', '/api/flow-files')).body.items
        .filter((one: { isRunning: boolean }) => one.isRunning)
        .map((one: { name: string }) => one.name);
    const flows = ['cards.yaml', 'hotline.yaml', 'shared.yaml'];
    expect(await running()).toEqual(['a.test.yaml', 'cards.yaml', 'hotline.test.yaml', ...flows.slice(1)]);
    expect(api.asked).toEqual(['checkTests']);
    api.places = 0;
    expect(await running()).toEqual(flows);
  });

  test('what was written is never refused', async () => {
    const api = await openEditing();
    const text = 'dials: "1"\ntests: { a: { script: [{ hears: x }] } }';
    api.places = 1;
    const { status, body } = await api.send('admin', 'PUT', '/api/flow-files/new.test.yaml', {
      text,
      basedOn: '',
    });
    expect([status, body.isRunning, body.goesLive]).toEqual([200, true, true]);
  });
});

describe('an unsaved text', () => {
  test('is checked among the files around it, and nothing is written', async () => {
    const api = await openEditing();
    const { body } = await api.send('admin', 'POST', '/api/flow-files/check', {
      name: 'hotline.yaml',
      text: BROKEN,
    });
    expect(body.goesLive).toBe(false);
    expect(body.problems[0]).toMatchObject({ line: 8, message: expect.stringContaining('crads') });
    expect(readFileSync(join(api.folder, 'hotline.yaml'), 'utf8')).toBe(HOTLINE);
    expect(api.library.problems()).toEqual([]);
  });

  test('that would break another flow is told of it', async () => {
    const api = await openEditing();
    const text = CARDS.replace('flow: cards', 'flow: kards');
    const { body } = await api.send('admin', 'POST', '/api/flow-files/check', { name: 'cards.yaml', text });
    expect(body.goesLive).toBe(false);
    expect(body.problems.map((one: { message: string }) => one.message).join()).toContain('cards');
  });

  test('that takes words away which another flow says is told of it, though it would run itself', async () => {
    const shared = `${SHARED}prompts:\n  blocked: { en: It is blocked. }\n`;
    const api = await openEditing({
      'shared.yaml': shared,
      'cards.yaml': CARDS.replace('{ en: Your card is blocked. }', 'blocked'),
    });
    const { body } = await api.send('admin', 'POST', '/api/flow-files/check', {
      name: 'shared.yaml',
      text: SHARED,
    });
    expect(body.goesLive).toBe(false);
    expect(body.problems).toEqual([
      expect.objectContaining({ file: 'flows/cards.yaml', severity: 'error', line: 5 }),
    ]);
  });

  test('of a flow test is checked as one', async () => {
    const api = await openEditing();
    const check = async (text: string) =>
      (await api.send('admin', 'POST', '/api/flow-files/check', { name: 'cards.test.yaml', text })).body;
    expect((await check('tests: { a: { script: [{ heers: x }] } }')).problems[0].hint).toContain('hears');
    expect(await check('dials: "1"\ntests: { a: { script: [{ hears: x }] } }')).toEqual({
      goesLive: true,
      problems: [],
    });
  });

  test('leaves nothing in memory that was only tried', async () => {
    const api = await openEditing();
    for (let round = 0; round < 3; round += 1)
      await api.send('admin', 'POST', '/api/flow-files/check', {
        name: 'hotline.yaml',
        text: MENDED.replace('Good day.', `Good day ${round}.`),
      });
    expect(api.library.byName('hotline')?.version).toBe(api.library.list()[1]?.version);
    const { body } = await save(api, MENDED);
    expect(body).toMatchObject({ isRunning: true, goesLive: true });
  });
});

describe('saving', () => {
  test('lets the next caller enter what was saved, and says who did it', async () => {
    const api = await openEditing();
    const before = api.library.byName('hotline')?.version;
    const { status, body } = await save(api, MENDED);
    expect([status, body.isRunning, body.flow]).toEqual([200, true, 'hotline']);
    expect(api.library.byName('hotline')?.version).not.toBe(before);
    expect(readFileSync(join(api.folder, 'hotline.yaml'), 'utf8')).toBe(MENDED);
    expect(api.asked.at(-1)).toBe('tryOutToSave');
    expect((await api.history.releases('hotline'))[0]?.by).toBe('admin');
    expect(await events(api, 'FlowFileSaved')).toEqual([
      expect.objectContaining({ file: 'hotline.yaml', isRunning: true, by: 'admin' }),
    ]);
  });

  test('a text with a mistake is refused with its place and how to mend it; callers go on as before', async () => {
    const api = await openEditing();
    const { status, body } = await save(api, BROKEN);
    expect([status, body.error.id]).toEqual([409, 'flow-problems']);
    expect(body.error.details.diagnostics[0]).toMatchObject({
      line: 8,
      hint: expect.stringContaining('cards'),
    });
    expect(readFileSync(join(api.folder, 'hotline.yaml'), 'utf8')).toBe(HOTLINE);
  });

  test('it is written all the same when that is wanted, and the last good version goes on', async () => {
    const api = await openEditing();
    const before = api.library.byName('hotline')?.version;
    const { status, body } = await save(api, BROKEN, { evenWithErrors: true });
    expect([status, body.isRunning, body.goesLive]).toEqual([200, false, false]);
    expect(api.library.byName('hotline')?.version).toBe(before);
    expect(readFileSync(join(api.folder, 'hotline.yaml'), 'utf8')).toBe(BROKEN);
    // Mended: the broken text, which somebody saw and replaced, leaves no litter.
    expect((await save(api, MENDED)).body.isRunning).toBe(true);
    expect(readdirSync(api.folder).filter((name) => name.endsWith('.kept'))).toEqual([]);
  });

  test('over what somebody else changed is refused, here and on disk', async () => {
    const api = await openEditing();
    const basedOn = await versionOf(api, 'hotline.yaml');
    writeFileSync(join(api.folder, 'hotline.yaml'), MENDED);
    const { status, body } = await api.send('admin', 'PUT', '/api/flow-files/hotline.yaml', {
      text: HOTLINE.replace('Goodbye.', 'Bye.'),
      basedOn,
    });
    expect([status, body.error.id]).toEqual([409, 'changed-meanwhile']);
    expect(body.error.details.version).toBe(await versionOf(api, 'hotline.yaml'));
    expect(readFileSync(join(api.folder, 'hotline.yaml'), 'utf8')).toBe(MENDED);
  });

  test('of many at once from the same version, exactly one is taken', async () => {
    const api = await openEditing();
    const basedOn = await versionOf(api, 'hotline.yaml');
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((n) =>
        api.send('admin', 'PUT', '/api/flow-files/hotline.yaml', {
          text: HOTLINE.replace('Goodbye.', `Goodbye ${n}.`),
          basedOn,
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    const taken = answers.findIndex(({ status }) => status === 200) + 1;
    expect(readFileSync(join(api.folder, 'hotline.yaml'), 'utf8')).toContain(`Goodbye ${taken}.`);
  });

  test('a new flow is made by a file that was not there', async () => {
    const api = await openEditing();
    const text = CARDS.replace('flow: cards', 'flow: loans');
    const { status, body } = await api.send('admin', 'PUT', '/api/flow-files/loans.yaml', {
      text,
      basedOn: '',
    });
    expect([status, body.flow]).toEqual([200, 'loans']);
    const again = await api.send('admin', 'PUT', '/api/flow-files/loans.yaml', { text, basedOn: '' });
    expect(again.body.error.id).toBe('changed-meanwhile');
  });

  test('a hidden or half file never lies in the folder for long', async () => {
    const api = await openEditing();
    await save(api, MENDED);
    expect(readdirSync(api.folder).sort()).toEqual([
      'cards.yaml',
      'hotline.test.yaml',
      'hotline.yaml',
      'shared.yaml',
    ]);
  });
});

describe('taking a file away', () => {
  test.each([
    ['hotline.yaml', 'number 95533'],
    ['cards.yaml', 'flow hotline goes to it'],
    ['shared.yaml', 'All flows need'],
  ])('%s is refused while it is needed', async (name, why) => {
    const api = await openEditing();
    const basedOn = await versionOf(api, name);
    const { status, body } = await api.send('admin', 'DELETE', `/api/flow-files/${name}?basedOn=${basedOn}`);
    expect([status, body.error.id]).toEqual([409, 'flow-in-use']);
    expect(body.error.message).toContain(why);
    expect(existsSync(join(api.folder, name))).toBe(true);
  });

  test('a flow that nobody needs goes, and its versions stay', async () => {
    const api = await openEditing({ 'loans.yaml': CARDS.replace('flow: cards', 'flow: loans') });
    const basedOn = await versionOf(api, 'loans.yaml');
    const { status } = await api.send('admin', 'DELETE', `/api/flow-files/loans.yaml?basedOn=${basedOn}`);
    expect([status, existsSync(join(api.folder, 'loans.yaml'))]).toEqual([200, false]);
    expect(api.library.byName('loans')).toBeUndefined();
    expect((await api.history.releases('loans')).map(({ version }) => version === '')).toEqual([true, false]);
    expect(await events(api, 'FlowFileRemoved')).toEqual([{ file: 'loans.yaml', by: 'admin' }]);
  });

  test('a text that never ran is kept beside it', async () => {
    const api = await openEditing({ 'loans.yaml': 'flow: loans\n' });
    const basedOn = await versionOf(api, 'loans.yaml');
    await api.send('admin', 'DELETE', `/api/flow-files/loans.yaml?basedOn=${basedOn}`);
    expect(readdirSync(api.folder).filter((name) => /^loans\.yaml\..*\.kept$/.test(name))).toHaveLength(1);
  });
});

describe('hostile requests', () => {
  test.each([
    '..%2Fsecret.yaml',
    '%2e%2e%2fsecret.yaml',
    '..%5Csecret.yaml',
    '%2Fetc%2Fpasswd',
    '.hidden.yaml',
    'notes.txt',
    'hotline.yaml%00.yaml',
    'sub%2Fhotline.yaml',
  ])('a name such as %s leads nowhere', async (name) => {
    const api = await openEditing();
    writeFileSync(join(api.folder, '..', 'secret.yaml'), 'flow: secret\n');
    const read = await api.send('admin', 'GET', `/api/flow-files/${name}`);
    expect([400, 404]).toContain(read.status);
    const written = await api.send('admin', 'PUT', `/api/flow-files/${name}`, { text: CARDS, basedOn: '' });
    expect([400, 404]).toContain(written.status);
    expect(readFileSync(join(api.folder, '..', 'secret.yaml'), 'utf8')).toBe('flow: secret\n');
  });

  test('a link out of the folder is neither read nor written, nor is a folder', async () => {
    const api = await openEditing();
    const outside = join(api.folder, '..', 'secret.yaml');
    writeFileSync(outside, 'flow: secret\n');
    symlinkSync(outside, join(api.folder, 'link.yaml'));
    symlinkSync(join(api.folder, '..', 'nothing.yaml'), join(api.folder, 'dead.yaml'));
    mkdirSync(join(api.folder, 'deep.yaml'));
    for (const name of ['link.yaml', 'dead.yaml', 'deep.yaml']) {
      const read = await api.send('admin', 'GET', `/api/flow-files/${name}`);
      expect([read.status, read.body.error.id]).toEqual([409, 'flow-file-elsewhere']);
      const written = await api.send('admin', 'PUT', `/api/flow-files/${name}`, { text: CARDS, basedOn: '' });
      expect(written.body.error.id).toBe('flow-file-elsewhere');
    }
    expect(readFileSync(outside, 'utf8')).toBe('flow: secret\n');
    expect(existsSync(join(api.folder, '..', 'nothing.yaml'))).toBe(false);
  });

  test.each([
    ['a megabyte', 260_000, 413],
    ['more than a flow ever has', 26_000, 400],
  ])('a text of %s is refused before it is read', async (_what, lines, refused) => {
    const api = await openEditing();
    const text = `flow: big\n${'# x\n'.repeat(lines)}`;
    const { status } = await api.send('admin', 'POST', '/api/flow-files/check', { name: 'big.yaml', text });
    expect(status).toBe(refused);
  });

  test.each([
    ['a bomb of aliases', `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`, 'anchor'],
    ['a well of brackets', '['.repeat(5000), 'levels'],
    ['a tag', 'flow: !!js/function "x"\n', 'tag'],
    ['a name of the machine', '__proto__: { polluted: true }\n', '__proto__'],
    ['no text at all', '\u0000\u0001', 'UTF-8'],
  ])('%s is a mistake with words, and nothing else', async (_what, text, word) => {
    const api = await openEditing();
    const { status, body } = await api.send('admin', 'POST', '/api/flow-files/check', {
      name: 'x.yaml',
      text,
    });
    expect(status).toBe(200);
    expect(body.goesLive).toBe(false);
    expect(JSON.stringify(body.problems)).toContain(word);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a script in a step and its words is text in the picture', async () => {
    const api = await openEditing();
    const text = CARDS.replace(
      'Your card is blocked.',
      '"<script>alert(1)</script><a href=\\"javascript:1\\">x</a>"',
    );
    const {
      status,
      text: svg,
      headers,
    } = await api.send('admin', 'POST', '/api/flow-files/picture', {
      name: 'cards.yaml',
      text,
    });
    expect([status, headers['content-type']]).toEqual([200, 'image/svg+xml; charset=utf-8']);
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toMatch(/<script|<a [^>]*javascript|<foreignObject|\son\w+=/i);
  });
});

describe('versions', () => {
  test('are told apart in words and line by line', async () => {
    const api = await openEditing();
    const before = api.library.byName('hotline')?.version;
    await save(api, MENDED);
    const after = api.library.byName('hotline')?.version;
    const { body } = await api.send('auditor', 'GET', `/api/flows/hotline/versions/${before}/diff/${after}`);
    expect(body.changes).toEqual([
      {
        severity: 'words',
        said: expect.objectContaining({ values: expect.any(Array) }),
        text: expect.stringContaining('callers hear in en: "Good day." instead of'),
      },
    ]);
    const changed = body.lines.filter((line: { is: string }) => line.is !== 'same');
    expect(changed.map((line: { is: string }) => line.is)).toEqual(['removed', 'added']);
    expect(changed[1]).toMatchObject({ before: null, after: 6, text: expect.stringContaining('Good day.') });
  });

  test('of which one never was are not found', async () => {
    const api = await openEditing();
    const { version } = api.library.byName('hotline')!;
    const { status, body } = await api.send(
      'admin',
      'GET',
      `/api/flows/hotline/versions/${version}/diff/abc`,
    );
    expect([status, body.error.id]).toEqual([404, 'flow-version-unknown']);
  });
});
