import { resolve } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { spanText } from '../base/span.ts';
import type { Cap, ContactPolicy, Hours } from '../contact/data.ts';
import { readPolicies } from '../contact/policy-file.ts';
import { policyTexts } from '../contact/policy-watch.ts';
import type { Span } from '../ivr/calendar.ts';
import { readSettings } from '../setup/settings.ts';
import { problemLines } from './flow-check.ts';
import { shownPath } from './flow-folder.ts';
import { badUsage, coloured, counted, print, table } from './terminal.ts';

export interface PolicyCheckOptions {
  readonly json?: boolean;
  /** Warnings count like errors. */
  readonly strict?: boolean;
}

/**
 * `carillon dialer policy check`: what is wrong with the policies of contact, and what each of them permits. Returns the exit code: 1 with an
 * error. @throws Refused `bad-usage`
 */
export async function checkPolicies(path: string | undefined, options: PolicyCheckOptions): Promise<number> {
  const full = path === undefined ? readSettings(process.env).contactPolicy : resolve(path);
  const file = shownPath(full);
  const texts = await policyTexts(full, shownPath).catch((thrown: unknown) => {
    throw badUsage(
      `${file} or its folder regulators cannot be read (${messageOf(thrown)}). Give the file, or name it in CARILLON_CONTACT_POLICY.`,
    );
  });
  const { policies, problems } = readPolicies(texts, Date.now());
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const all = [...(policies?.byName.values() ?? [])];
  if (options.json) print(JSON.stringify({ file, policies: all, problems, errors, warnings }, null, 2));
  else {
    for (const problem of problems) print(problemLines(problem));
    if (policies) print(table([HEAD, ...all.map((one) => rowOf(one, one.name === policies.usual))]));
    const found = [
      ...(errors > 0 ? [coloured('red', counted(errors, 'error'))] : []),
      ...(warnings > 0 ? [coloured('yellow', counted(warnings, 'warning'))] : []),
    ];
    print(`${file}: ${found.length > 0 ? found.join(', ') : coloured('green', 'no problems')}`);
  }
  return errors > 0 || (options.strict && warnings > 0) ? 1 : 0;
}

const HEAD = ['policy 策略', 'regulator 监管', 'hours 时段', 'consent 同意', 'gap 间隔', 'caps 上限'];

function rowOf(policy: ContactPolicy, isUsual: boolean): string[] {
  const { name, regulator, hours, consentNeeded, gaps, caps } = policy;
  const gap = Math.max(gaps.numberMs, gaps.personMs);
  return [
    isUsual ? `${name} (usual)` : name,
    regulator,
    hoursText(hours),
    consentNeeded ? 'needed' : '—',
    gap === 0 ? '—' : spanText(gap),
    caps.length === 0 ? '—' : caps.map(capText).join(', '),
  ];
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The hours of a week, days that are alike together, such as `Mon-Fri 09:00-20:00, Sat 10:00-18:00`. */
export function hoursText({ week, holidayHours }: Pick<Hours, 'week' | 'holidayHours'>): string {
  const days = week.map((spans) => spans.map(spanOfDay).join(' ') || 'closed');
  const parts: string[] = [];
  for (let from = 0; from < days.length; ) {
    const end = days.findIndex((one, at) => at > from && one !== days[from]);
    const to = (end < 0 ? days.length : end) - 1;
    parts.push(`${DAYS[from]}${to > from ? `-${DAYS[to]}` : ''} ${days[from]}`);
    from = to + 1;
  }
  return [...parts, `holiday ${holidayHours.map(spanOfDay).join(' ') || 'closed'}`].join(', ');
}

function spanOfDay({ from, to }: Span): string {
  const clock = (minutes: number): string =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return `${clock(from)}-${clock(to)}`;
}

function capText({ most, within, counts }: Cap): string {
  const window = within === 'day' ? 'day' : daysText(within);
  return `${most}${counts === 'connected' ? ' answered' : ''}/${window}`;
}

const daysText = (ms: number): string => (ms % 86_400_000 === 0 ? `${ms / 86_400_000}d` : spanText(ms));
