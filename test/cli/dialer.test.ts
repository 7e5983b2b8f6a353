import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exampleCampaign, readCampaign } from '../../src/cli/dialer-file.ts';
import { EXAMPLE_LIST, importText, refusedText } from '../../src/cli/dialer-import.ts';
import { topLines } from '../../src/cli/dialer-top-view.ts';
import { figuresOf } from '../../src/dialer/figures.ts';
import type { DialerStatusView, ProgressView } from '../../src/http/outbound-figures.ts';
import { CsvReader } from '../../src/list/csv.ts';
import { readHeadings } from '../../src/list/headings.ts';
import { NO_SHORT_CODES } from '../../src/list/phone-number-short.ts';
import { readRow } from '../../src/list/row.ts';
import { ensureDataFolder } from '../../src/setup/data-folder.ts';
import { ensureSecrets } from '../../src/setup/secrets.ts';
import { aCampaign, anEndedAttempt } from '../dialer/examples.ts';
import { type ApiLab, openApi } from '../http/api-lab.ts';
import { NO_COUNTS } from '../http/fake-dialer.ts';
import { START } from '../store/examples.ts';
import { Place } from './carillon.ts';

/** The API of a centre that calls people, as `carillon` in this place finds it. */
async function daemonFor(place: Place): Promise<{ api: ApiLab; env: Record<string, string> }> {
  ensureDataFolder(place.data);
  const api = await openApi();
  await api.tokens.ensureAdmin(ensureSecrets(place.data).adminToken, START);
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.app.server.address() as AddressInfo;
  return { api, env: { CARILLON_HTTP_PORT: String(port) } };
}

const WINTER = `id: winter
name: Winter savings
queue: general
flow: hotline
caller: "02112345678"
from: 2026-03-01
until: 2026-03-31
pacing: { mode: ratio, ratio: 1.5, max-abandonment: 2.5% }
ring: 30s
retry: { busy: { after: 15m, tries: 3 } }
`;

test('a campaign goes from a file over a list to figures', async () => {
  const place = new Place();
  const { api, env } = await daemonFor(place);
  const file = join(place.folder, 'winter.yaml');
  writeFileSync(file, WINTER);
  writeFileSync(join(place.folder, 'vip.csv'), 'phone\n13900000001\n');
  expect(await place.run(['dialer', 'add', file], env)).toMatchObject({ code: 0 });
  expect(await api.dialer.campaigns.byId('winter')).toMatchObject({
    status: 'stopped',
    callerNumber: '02112345678',
    // The first of March in Shanghai, to the end of the last.
    validFrom: Date.UTC(2026, 1, 28, 16),
    validUntil: Date.UTC(2026, 2, 31, 16),
    pacing: { mode: 'ratio', ratio: 1.5, maxAbandonment: 0.025, minRingMs: 15_000 },
    ringMs: 30_000,
    retry: { busy: { afterMs: 900_000, tries: 3, nextNumber: false } },
  });
  const importing = place.run(
    ['dialer', 'import', 'vip.csv', '--campaign', 'winter', '--column', 'phone=phone'],
    env,
  );
  await expect.poll(() => api.dialer.lists.progress.size, { timeout: 10_000 }).toBe(1);
  api.dialer.lists.progress.set('i1', {
    ...api.dialer.lists.progress.get('i1')!,
    status: 'finished',
    rows: 1,
    added: 1,
  });
  expect(await importing).toMatchObject({
    code: 0,
    out: 'Imported into list winter: 1 row: 1 added, 0 changed, 0 as they were, 0 refused.\n',
  });
  const [began] = api.dialer.lists.began;
  expect(readFileSync(began!.path, 'utf8')).toBe('phone\n13900000001\n');
  expect(began?.options).toMatchObject({ columns: { phone: 'phone' }, fileName: 'vip.csv' });
  expect((await place.run(['dialer', 'start', 'winter'], env)).out).toBe(
    'winter dials from now on: npx carillon dialer top.\n',
  );
  expect((await api.dialer.campaigns.byId('winter'))?.status).toBe('running');
  api.dialer.write(anEndedAttempt({ campaign: 'winter' }));
  const [shown, listed, top] = await Promise.all([
    place.run(['dialer', 'show', 'winter'], env),
    place.run(['dialer', 'list'], env),
    place.run(['dialer', 'top', '--once'], env),
  ]);
  expect(shown.out).toMatch(/2026-03-02 +1 +1 +100\.0% +0\.00% +40\.0s/);
  expect(listed.out).toMatch(/winter +running +ratio +general/);
  expect(top).toMatchObject({ code: 0, out: expect.stringContaining('1 of 1 campaigns running') });
});

test('a file of another name goes into the list that its campaign has, unless another one is named', async () => {
  const place = new Place();
  const { api, env } = await daemonFor(place);
  await api.dialer.campaigns.save(aCampaign({ queue: 'general', flow: 'hotline', policy: '' }));
  const refused = join(place.folder, 'refused-rows');
  writeFileSync(
    refused,
    '\ufeffline,what,reason,explanation,row\r\n3,row,too-short,is too short,"李四,12"\r\n',
  );
  api.dialer.lists.refused = { path: refused, bytes: readFileSync(refused).length };
  const into = async (file: string, status: 'finished' | 'refused', ...more: string[]) => {
    writeFileSync(join(place.folder, file), 'phone\n13900000001\n');
    const { progress, began } = api.dialer.lists;
    const id = `i${began.length + 1}`;
    const running = place.run(['dialer', 'import', file, '--campaign', 'o1', ...more], env);
    await expect.poll(() => progress.has(id), { timeout: 15_000 }).toBe(true);
    progress.set(id, { ...progress.get(id)!, status, rows: 2, added: 1, refused: 1 });
    const { out } = await running;
    return { list: began.at(-1)!.list, out };
  };
  const first = await into('a.csv', 'finished');
  expect(first.out).toContain('line 3  row  is too short');
  expect((await into('b.csv', 'finished')).list).toBe(first.list);
  expect((await into('c.csv', 'finished', '--list', 'vip')).list).not.toBe(first.list);
  expect((await into('d.csv', 'refused', '--list', 'typo')).out).toContain('The import is refused');
  expect((await into('d.csv', 'refused', '--list', 'vip')).out).toContain('The import is refused');
  expect(api.dialer.lists.kept.map(({ name }) => name)).toEqual(['o1', 'vip']);
});

test('of refused rows the first are shown, and how many more there are', () => {
  expect(refusedText([['3', 'row', 'too-short', 'is too short', '李四,12']], 3)).toBe(
    'line 3  row  is too short\nand 2 more',
  );
});

test('pacing changes what is named, in words for people', async () => {
  const place = new Place();
  const { api, env } = await daemonFor(place);
  await api.dialer.campaigns.save(aCampaign({ queue: 'general', flow: 'hotline', policy: '' }));
  const pacing = ['dialer', 'pacing', 'o1'];
  const [changed, nothing, wrong, tooMuch, farTooMuch, lines] = await Promise.all([
    place.run(
      [...pacing, '--mode', 'progressive', '--max-abandonment', '2.5%', '--rolling-window', 'off'],
      env,
    ),
    place.run(pacing, env),
    place.run([...pacing, '--max-abandonment', '0.03'], env),
    place.run(['dialer', 'pacing', 'o1', '--max-abandonment', '4%'], env),
    place.run([...pacing, '--max-abandonment', '30%'], env),
    place.run([...pacing, '--ratio', '11'], env),
  ]);
  expect(changed).toMatchObject({
    code: 0,
    out: expect.stringMatching(/mode +progressive\nmax-abandonment +2\.50%/),
  });
  expect(nothing).toMatchObject({ code: 2, err: expect.stringContaining('Say what to change') });
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('Write a share such as 3%.') });
  expect(farTooMuch).toMatchObject({ code: 2, err: expect.stringContaining('At most 20%') });
  expect(lines).toMatchObject({ code: 2, err: expect.stringContaining('1 to 10 lines per idle agent') });
  expect(tooMuch).toMatchObject({
    code: 1,
    err: expect.stringContaining('pacing.maxAbandonment: is more than its policy permits, 0.03'),
  });
  expect((await api.dialer.campaigns.byId('o1'))?.pacing).toMatchObject({
    mode: 'progressive',
    maxAbandonment: 0.025,
    rollingWindow: false,
    cancels: false,
  });
});

test('what is not there or cannot be is said in a sentence', async () => {
  const place = new Place();
  const { env } = await daemonFor(place);
  const [unknown, noFile, noDaemon] = await Promise.all([
    place.run(['dialer', 'start', 'o9'], env),
    place.run(['dialer', 'import', 'gone.csv', '--campaign', 'o1'], env),
    place.run(['dialer', 'list'], { CARILLON_HTTP_PORT: '1' }),
  ]);
  expect(unknown).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no outbound campaign o9'),
  });
  expect(noFile).toMatchObject({ code: 2, err: expect.stringContaining('There is no file gone.csv.') });
  expect(noDaemon).toMatchObject({ code: 1, err: expect.stringContaining('The daemon does not answer') });
});

test('the example is a file without a mistake, and says what the API takes for granted', async () => {
  const { body, problems } = readCampaign(exampleCampaign(START), 'winter.yaml', 'Asia/Shanghai');
  expect(problems).toEqual([]);
  const api = await openApi();
  const add = (sent: object) =>
    api.send('admin', 'POST', '/api/outbound', { ...sent, queue: 'general', flow: 'hotline' });
  const {
    id: _id,
    pacing: _pacing,
    retry: _retry,
    ringMs: _ring,
    weight: _weight,
    policy: _policy,
    ...bare
  } = body!;
  const [written, usual] = [(await add(body!)).body, (await add(bare)).body];
  expect(written).toEqual({ ...usual, id: 'winter' });
});

test('the example of a list is taken row by row, with nothing left out', () => {
  const reader = new CsvReader(',');
  const rows = [...reader.push(EXAMPLE_LIST), ...reader.end()].map((row) =>
    'cells' in row ? row.cells : [],
  );
  const columns = readHeadings(rows[0]!);
  expect(columns.roles).toEqual(['person', 'name', 'phone', 'phone', 'zone', 'priority', 'field']);
  const rules = { country: 'CN', shortCodes: NO_SHORT_CODES, homeZones: ['Asia/Shanghai'] } as const;
  const read = rows.slice(1).map((cells) => readRow(cells, columns, rules));
  expect(read).toMatchObject([
    { draft: { person: 'C-1001', name: '王小明', priority: 10, numbers: [{}, {}] }, left: [] },
    { draft: { numbers: [{ number: '+8613900000003' }], fields: { product: 'credit card' } }, left: [] },
    { draft: { numbers: [{ number: '+442079460123' }] }, left: [] },
  ]);
});

test.each([
  ['the example', ['--example'], 0, 'out', /^customer number,name,mobile/],
  ['no file', ['--campaign', 'o1'], 2, 'err', /Name a file, and the campaign/],
  ['no campaign', ['vip.csv'], 2, 'err', /Name a file, and the campaign/],
] as const)(
  'import of %s needs no daemon',
  async (_what, args, code, where, says) => {
    const ran = await new Place().run(['dialer', 'import', ...args]);
    expect([ran.code, ran[where]]).toEqual([code, expect.stringMatching(says)]);
  },
  60_000,
);

test.each([
  ['a key that is none', 'ratio: 2', /winter\.yaml:11:1 .*ratio/],
  ['a share without its sign', 'pacing: { max-abandonment: 3 }', /winter\.yaml:11:\d+ .*a share such as 3%/],
  ['a day that no month has', 'until: 2026-02-30', /a day such as 2026-12-01/],
  ['a time without its unit', 'ring: 25', /a length of time such as 25s/],
])('%s is found in a file, by line', (_what, line, message) => {
  const key = line.split(':')[0]!;
  const rest = WINTER.split('\n').filter((one) => one !== '' && !one.startsWith(`${key}:`));
  const above = [...rest, ...Array.from({ length: 10 - rest.length }, () => '')];
  const { body, problems } = readCampaign([...above, line].join('\n'), 'winter.yaml', 'Asia/Shanghai');
  expect(body).toBeUndefined();
  expect(
    problems.map((one) => `${one.file}:${one.line}:${one.column} ${one.message} ${one.hint}`).join(),
  ).toMatch(message);
});

const NOTHING = { answered: 0, abandoned: 0, share: 0 };

function progress(changes: Partial<ProgressView['live']> = {}): ProgressView {
  const share = (abandoned: number) => ({ answered: 1000, abandoned, share: abandoned / 1000 });
  return {
    campaign: { ...aCampaign({ status: 'running' }), branch: '' },
    leads: { ...NO_COUNTS, total: 90_000, fresh: 70_000, again: 11_220 },
    today: figuresOf([]),
    live: {
      dialling: 12,
      ringing: 9,
      waiting: 1,
      talking: 28,
      atHand: 80,
      whyNot: '',
      whyNotText: '',
      reason: { idle: 3, busy: 33, waiting: 1, ringing: 9, risk: 0.012, allowed: 0.015, answerRate: 0.31 },
      trunkRestsUntil: null,
      abandonment: {
        last30Min: share(31),
        last60Min: share(24),
        day: share(23),
        thirtyDays: NOTHING,
        life: NOTHING,
      },
      ...changes,
    },
  };
}

const status = (...campaigns: ProgressView[]): DialerStatusView => ({
  at: START,
  zone: 'Asia/Shanghai',
  campaigns,
  pools: [
    {
      queue: 'sales',
      idle: 3,
      reserved: 1,
      talking: 28,
      wrapUp: 5,
      away: 2,
      talkShare: 0.757,
      lastHour: { agentMs: 1, talkShare: 0.83, occupancy: 0.92 },
    },
  ],
});

const named = (colour: string, text: string) => (colour === 'dim' ? text : `<${colour}>${text}</${colour}>`);

test('top shows agents, dials, and abandonment against its cap', () => {
  expect(topLines(status(progress()), 200, named)).toEqual([
    '<bold>carillon dialer 外呼  09:00:00  1 of 1 campaigns running</bold>',
    '',
    'agents of  idle  coming  talk  wrap  away  talk now  talk 60m  busy 60m',
    '座席组     空闲    待接  通话  话后  离席  现通话率  60分通话  60分占用',
    'sales         3       1    28     5     2       76%       83%       92%',
    '',
    'campaign   state    mode        ring  wait  talk  dialled  hits   30m   60m   day   30d    left',
    '外呼活动   状态     模式        振铃  等待  通话     已拨  接通  30分  60分  当日  30天    剩余',
    'o1 Winter  <green>running</green>  predictive     9     <yellow>1</yellow>    28       41    0%  <red>3.1%</red>  <yellow>2.4%</yellow>  <green>2.3%</green>     –  81,220',
    '  3 idle, 33 busy, risk 1.2% of 1.5%',
  ]);
});

test('top says why nothing is dialled, and fits any terminal', () => {
  const late = progress({ whyNot: 'trunk-fails', whyNotText: 'Too many dials failed.' });
  expect(topLines(status(late), 200, named).at(-1)).toContain(
    '<yellow>  trunk-fails: Too many dials failed.</yellow>',
  );
  const plain = (_colour: string, text: string) => text;
  for (const columns of [10, 40, 80])
    expect(
      Math.max(...topLines(status(late), columns, plain).map((line) => line.length)),
    ).toBeLessThanOrEqual(columns);
  expect(topLines(status(), 80, plain).at(-1)).toBe('no campaign yet: npx carillon dialer --help');
});

test.each([
  ['predictive', 8, '3 idle, 4 busy, answers 31%, progressive, because 7 of 8 agents'],
  ['predictive', 7, '3 idle, 4 busy, answers 31%, risk 1.2% of 1.5%'],
  ['progressive', 8, '3 idle, 4 busy, answers 31%, one line per idle agent'],
  ['ratio', 8, '3 idle, 4 busy, answers 31%, 1.5 lines per idle agent'],
] as const)('top says by what mode %s dials with 7 agents of at least %i', (mode, minAgents, says) => {
  const one = progress({
    reason: { idle: 3, busy: 4, waiting: 0, ringing: 1, risk: 0.012, allowed: 0.015, answerRate: 0.31 },
  });
  const campaign = { ...one.campaign, pacing: { ...one.campaign.pacing, mode, minAgents, ratio: 1.5 } };
  const today = { ...one.today, attempts: 5 };
  const lines = topLines(status({ ...one, campaign, today }), 200, (_colour, text) => text);
  expect(lines.at(-1)).toBe(`  ${says}`);
});

test('a name from outside cannot command the terminal', () => {
  const evil = { ...progress(), campaign: { ...aCampaign({ name: 'x\u001b[2Jy' }), branch: '' } };
  expect(topLines(status(evil), 200, (_colour, text) => text).join()).not.toContain('\u001b');
});

test('an import tells what became of its rows, and where those are that were refused', () => {
  const none = {
    id: 'i7',
    list: 'l1',
    fileName: 'a.csv',
    bytes: 9,
    bytesRead: 9,
    share: 1,
    encoding: 'utf-8',
  };
  const ended = { startedAt: START, endedAt: START, problem: '' };
  const counts = { rows: 10, added: 5, changed: 2, unchanged: 1, refused: 2, numbersRefused: 1 };
  expect(importText({ ...none, ...ended, ...counts, status: 'finished' }, 'winter')).toBe(
    'Imported into list winter: 10 rows: 5 added, 2 changed, 1 as they were, 2 refused. 1 number of rows that were taken left out.\n' +
      'Every refused row with line and reason: --refused FILE, or GET /api/outbound/imports/i7/refused',
  );
  const broken = { ...counts, rows: 0, added: 0, changed: 0, unchanged: 0, refused: 0, numbersRefused: 0 };
  const problem = 'No column has telephone numbers.';
  expect(importText({ ...none, ...ended, ...broken, status: 'refused', problem }, 'winter')).toBe(
    `The import is refused: 0 rows: 0 added, 0 changed, 0 as they were, 0 refused.\n${problem}`,
  );
});
