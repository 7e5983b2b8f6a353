import { z } from 'zod';
import type { Api, ApiParts } from '../http/api.ts';
import type { EditingParts } from '../http/editing-parts.ts';
import { line } from '../http/fields.ts';
import { ADMINS, SUPERVISING_READERS } from '../http/roles.ts';
import { plannedDays, stateAt } from './calendar.ts';
import { calendarFile } from './calendar-file.ts';
import { opensQueues } from './calendar-use.ts';
import { notesIn, writeCalendar } from './calendar-writing.ts';
import { fileText, spannedProblem } from './editing-http.ts';
import { SHARED_FILE } from './flow-set.ts';
import { name } from './grammar.ts';
import { readShared, type Shared, sharedFile } from './shared.ts';
import { readYaml } from './yaml.ts';

/** So many days are told ahead. */
const DAYS_AHEAD = 21;

const SPAN = /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
const spans = z.array(z.string().regex(SPAN, 'hours such as 09:00-17:00')).max(24);
const year = z.string().regex(/^2\d{3}$/, 'a year such as 2026');
const days = z
  .string()
  .regex(/^\d\d-\d\d(\.\.\d\d-\d\d)?$/, 'a day such as 05-01, or days such as 05-01..05-05');
const dayKey = z.string().regex(/^[a-z]{3,8}(-[a-z]{3})?$/, 'a day such as mon, mon-fri, holiday or workday');

const form = z.strictObject({
  zone: z
    .string()
    .regex(/^[A-Za-z0-9_+/-]{0,64}$/, 'is not a time zone')
    .describe('Empty: that of the centre'),
  open: z.record(dayKey, spans).describe('Hours by mon, mon-fri, holiday …; none: closed'),
  specialDays: z.record(year, z.record(days, spans)),
});
const noted = z.strictObject({ days, note: line(80) });
const lists = z.record(year, z.array(noted).max(366));

const plannedDay = z.object({
  date: z.string(),
  kind: z.enum(['special', 'holiday', 'workday', 'weekday']).describe('Why it has these hours'),
  hours: z.array(z.string()).describe('None: closed'),
});

const calendarsView = z
  .object({
    version: z.string().describe('Of shared.yaml: send it as `basedOn` when you save what you changed'),
    text: z.string().describe('shared.yaml as it is'),
    zone: z.string(),
    holidays: lists,
    workdays: lists,
    items: z.array(
      z.object({
        name: z.string(),
        zone: z.string(),
        state: z.enum(['open', 'closed', 'holiday']),
        days: z.array(plannedDay),
        form: form.nullable().describe('Null where the file has an error'),
        usedBy: z.array(z.string()),
        isForAgents: z
          .boolean()
          .describe('Outside these hours callers cannot wait for agents, of one flow or queue at least'),
      }),
    ),
  })
  .meta({ id: 'Calendars' });
export type CalendarsView = z.output<typeof calendarsView>;

const draftView = z
  .object({
    text: z.string().describe('Save it with PUT /api/flow-files/shared.yaml'),
    problems: z.array(spannedProblem),
    goesLive: z.boolean(),
    calendars: calendarsView,
  })
  .meta({ id: 'CalendarDraft' });
export type CalendarDraftView = z.output<typeof draftView>;

const change = z.union([
  z.strictObject({ calendar: name, form: form.optional().describe('Without it the calendar goes') }),
  z.strictObject({ list: z.enum(['holidays', 'workdays']), year, days: z.array(noted).max(366) }),
]);

/** Routes of opening hours and holidays. */
export function calendarRoutes(api: Api, parts: ApiParts, editing: EditingParts): void {
  const { files, library } = editing;
  api.get(
    '/api/calendars',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'Opening hours of the next days, by calendar, and the holidays',
        response: { 200: calendarsView },
      },
    },
    async () => {
      const isThere = (await files.list()).some((one) => one.name === SHARED_FILE);
      const { text, version } = isThere ? await files.read(SHARED_FILE) : { text: '', version: '' };
      return showCalendars(parts, text, version, library.shared());
    },
  );
  api.post(
    '/api/calendars/draft',
    {
      config: { allowed: ADMINS, scope: 'head-office', audit: 'changes-nothing' },
      schema: {
        tags: ['flows'],
        summary: 'Writes a change of hours or holidays into a text of shared.yaml; nothing is saved',
        body: z.strictObject({ text: fileText, change }),
        response: { 200: draftView },
      },
    },
    async (request) => {
      const text = writeCalendar(request.body.text, request.body.change);
      const { problems, goesLive } = await files.check(SHARED_FILE, text);
      const calendars = showCalendars(parts, text, '', library.shared());
      return { text, problems: [...problems], goesLive, calendars };
    },
  );
}

/** @param running what is in force, for a text that has errors */
function showCalendars(parts: ApiParts, text: string, version: string, running: Shared): CalendarsView {
  const now = parts.clock.now();
  const { shared = running } = readShared(text, SHARED_FILE);
  const file = sharedFile.safeParse(readYaml(text, SHARED_FILE).content);
  return {
    version,
    text,
    zone: shared.zone,
    holidays: file.success ? notedLists(text, 'holidays', file.data.holidays) : {},
    workdays: file.success ? notedLists(text, 'workdays', file.data.workdays) : {},
    items: Object.entries(shared.calendars).map(([calendar, one]) => ({
      name: calendar,
      zone: one.zone,
      state: stateAt(one, now),
      days: plannedDays(one, now, DAYS_AHEAD).map((day) => ({ ...day, hours: [...day.hours] })),
      form: formOf(readYaml(text, SHARED_FILE).content, calendar),
      usedBy: usersOf(parts, calendar),
      isForAgents: isForAgents(parts, calendar),
    })),
  };
}

function usersOf({ routing, flows }: ApiParts, calendar: string): string[] {
  const queues = [...routing.current().queues.values()].filter(({ hours }) => hours === calendar);
  const named = flows
    .list()
    .filter(({ name: flow }) =>
      flows.byName(flow)?.mentions.some((one) => one.kind === 'calendar' && one.name === calendar),
    );
  return [...queues.map((queue) => `queue ${queue.name}`), ...named.map((flow) => `flow ${flow.name}`)];
}

function isForAgents({ routing, flows }: ApiParts, calendar: string): boolean {
  if ([...routing.current().queues.values()].some(({ hours }) => hours === calendar)) return true;
  return flows.list().some(({ name: named }) => {
    const flow = flows.byName(named);
    return flow !== undefined && opensQueues(flow, calendar);
  });
}

function notedLists(
  text: string,
  list: 'holidays' | 'workdays',
  written: Readonly<Record<string, readonly string[]>> | undefined,
): CalendarsView['holidays'] {
  const notes = notesIn(text, list);
  return Object.fromEntries(
    Object.entries(written ?? {}).map(([of, all]) => [
      of,
      all.map((one) => ({ days: one, note: notes.get(`${of} ${one}`) ?? '' })),
    ]),
  );
}

type Written = string | readonly string[];

/** What a calendar says as it is written. Null for one with holidays of its own: that is for people who edit text. */
function formOf(content: unknown, calendar: string): CalendarsView['items'][number]['form'] {
  const all = (content as { calendars?: Record<string, unknown> } | undefined)?.calendars;
  const written = all && Object.hasOwn(all, calendar) ? all[calendar] : undefined;
  if (!calendarFile.safeParse(written).success) return null;
  const {
    zone = '',
    open,
    'special-days': special = {},
    ...others
  } = written as {
    zone?: string;
    open: Record<string, Written>;
    'special-days'?: Record<string, Record<string, Written>>;
  };
  if (Object.keys(others).length > 0) return null;
  const plain = (hours: Record<string, Written>): Record<string, string[]> =>
    Object.fromEntries(
      Object.entries(hours).map(([key, one]) => [
        key,
        one === 'closed' ? [] : typeof one === 'string' ? [one] : [...one],
      ]),
    );
  const specialDays = Object.entries(special).map(([of, one]) => [of, plain(one)]);
  return { zone, open: plain(open), specialDays: Object.fromEntries(specialDays) };
}
