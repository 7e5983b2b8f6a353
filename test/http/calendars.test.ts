import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type EditingLab, openEditing, SHARED } from './editing-lab.ts';

const FORM = { zone: '', open: { 'mon-fri': ['08:00-12:00', '13:00-18:00'] }, specialDays: {} };

const draft = async (api: EditingLab, change: object, text = SHARED) =>
  api.send('admin', 'POST', '/api/calendars/draft', { text, change });

describe('calendars', () => {
  test('are told with their next days, why each has its hours, and who uses them', async () => {
    const api = await openEditing({
      'hotline.yaml': `flow: hotline
numbers: ["95533"]
languages: [en]
start: hours
steps:
  hours: { hours: branch-hours, then: { open: end }, otherwise: end }
  end: { hangup: {} }
`,
    });
    const { body } = await api.send('auditor', 'GET', '/api/calendars');
    expect(body).toMatchObject({
      zone: 'Asia/Shanghai',
      text: SHARED,
      holidays: { '2026': [{ days: '10-01..10-07', note: 'National Day' }] },
    });
    const [branch] = body.items;
    expect(branch).toMatchObject({
      name: 'branch-hours',
      form: { zone: '', open: { 'mon-fri': ['09:00-17:00'] }, specialDays: {} },
      usedBy: ['flow hotline'],
      isForAgents: false,
    });
    expect(branch.days).toHaveLength(21);
    for (const { date, kind, hours } of branch.days) {
      const isWeekend = [0, 6].includes(new Date(`${date}T00:00Z`).getUTCDay());
      if (kind === 'weekday') expect(hours).toEqual(isWeekend ? [] : ['09:00-17:00']);
    }
  });

  test('of a broken file are those in force', async () => {
    const api = await openEditing();
    writeFileSync(join(api.folder, 'shared.yaml'), 'zone: Nowhere/Land\n');
    const { body } = await api.send('admin', 'GET', '/api/calendars');
    expect(body.zone).toBe('Asia/Shanghai');
    expect(body.items[0]).toMatchObject({ name: 'branch-hours', form: null });
  });
});

describe('a change', () => {
  test('is written into the text, the rest stays to the letter, and nothing is saved', async () => {
    const api = await openEditing();
    const { body } = await draft(api, { calendar: 'branch-hours', form: FORM });
    expect(body.text).toBe(
      SHARED.replace('{ mon-fri: 09:00-17:00 }', '{ mon-fri: [08:00-12:00, 13:00-18:00] }'),
    );
    expect(body).toMatchObject({ goesLive: true, problems: [] });
    expect(readFileSync(join(api.folder, 'shared.yaml'), 'utf8')).toBe(SHARED);
  });

  test.each<[what: string, change: object, text: string]>([
    [
      'a new calendar',
      {
        calendar: 'night',
        form: { ...FORM, zone: 'Europe/Berlin', open: { 'mon-sun': ['22:00-06:00'], holiday: [] } },
      },
      `${SHARED}  night:\n    zone: Europe/Berlin\n    open: { mon-sun: 22:00-06:00, holiday: closed }\n`,
    ],
    [
      'a special day',
      {
        calendar: 'branch-hours',
        form: {
          zone: '',
          open: { 'mon-fri': ['09:00-17:00'] },
          specialDays: { '2026': { '12-31': ['09:00-12:00'] } },
        },
      },
      `${SHARED}    special-days:\n      2026: { 12-31: 09:00-12:00 }\n`,
    ],
    [
      'holidays of another year',
      { list: 'holidays', year: '2027', days: [{ days: '01-01', note: 'New Year' }] },
      SHARED.replace('# National Day\n', '# National Day\n  2027:\n    - 01-01 # New Year\n'),
    ],
    [
      'holidays with their notes',
      {
        list: 'holidays',
        year: '2026',
        days: [
          { days: '05-01', note: '' },
          { days: '10-01..10-07', note: 'National Day' },
        ],
      },
      SHARED.replace('    - 10-01', '    - 05-01\n    - 10-01'),
    ],
    [
      'days that are worked instead, where there were none',
      { list: 'workdays', year: '2026', days: [{ days: '09-20', note: '' }] },
      SHARED.replace('zone: Asia/Shanghai\n', 'zone: Asia/Shanghai\n\nworkdays:\n  2026: [09-20]\n'),
    ],
    ['a calendar that goes', { calendar: 'branch-hours' }, SHARED.replace(/ {2}branch-hours:\n.*\n/, '')],
  ])('of %s reads as an admin would write it', async (_what, change, text) => {
    const api = await openEditing();
    expect((await draft(api, change)).body.text).toBe(text);
  });

  test('that makes no sense is told with its place and does not go live', async () => {
    const api = await openEditing();
    const { body } = await draft(api, {
      calendar: 'branch-hours',
      form: { ...FORM, open: { 'mon-fri': ['09:00-12:00', '11:00-13:00'] } },
    });
    expect(body.goesLive).toBe(false);
    expect(body.problems[0]).toMatchObject({
      line: 11,
      message: expect.stringContaining('before the hours in front'),
    });
  });

  test('in a file of a form of its own is left to people', async () => {
    const api = await openEditing();
    const text = 'zone: Asia/Shanghai\ncalendars: { branch-hours: { open: { mon: 09:00-17:00 } } }\n';
    const { status, body } = await draft(api, { calendar: 'branch-hours', form: FORM }, text);
    expect([status, body.error.id]).toEqual([409, 'calendar-as-text']);
  });

  test.each<object>([
    { calendar: 'a: b', form: FORM },
    { calendar: 'x', form: { ...FORM, zone: 'x\nevil: 1' } },
    { calendar: 'x', form: { ...FORM, open: { 'mon: {': [] } } },
    { calendar: 'x', form: { ...FORM, open: { mon: ['09:00-17:00 } #'] } } },
    { list: 'holidays', year: '2026', days: [{ days: '01-01', note: 'a\nevil: 1' }] },
    { list: 'holidays', year: '__proto__', days: [] },
  ])('cannot write anything else into the file: %j', async (change) => {
    const api = await openEditing();
    expect((await draft(api, change)).status).toBe(400);
  });

  test.each(['supervisor', 'auditor'] as const)('is not for a %s', async (role) => {
    const api = await openEditing();
    const { status } = await api.send(role, 'POST', '/api/calendars/draft', {
      text: SHARED,
      change: { calendar: 'x' },
    });
    expect(status).toBe(403);
  });
});
