import { Refused } from '../base/errors.ts';
import { cleanNumber } from '../base/text.ts';
import { storeFile } from '../setup/prepare.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { readDatabase } from '../store/read-only.ts';
import { attemptText, pacingText, ruleText, type ShowTime, untilText, wishText } from '../why/number.ts';
import type { NumberWhyView } from '../why/number-http.ts';
import { type HeldBack, heldBack } from '../why/number-store.ts';
import { askAsAdmin, tellDaemon } from './daemon.ts';
import { coloured, counted, harmless, print } from './terminal.ts';

/** What the daemon may take to answer, ms. */
const ANSWER_MS = 5000;
/** Times at which he was held back that are told. */
const MOST_HELD_BACK = 10;

export interface WhyNumberOptions {
  readonly json?: boolean;
  /** Also of a number that nobody ever dialled or listed: what campaigns may do with it. */
  readonly unknownToo?: boolean;
}

/**
 * `carillon why NUMBER`: why somebody was or was not called, and when he may be.
 * @param wanted a number, or whom a list's key names
 * @returns false where nobody is called, or nothing is known of him: then it may be a call that is meant
 */
export async function explainNumber(wanted: string, options: WhyNumberOptions): Promise<boolean> {
  if (wanted === 'last' || wanted.startsWith('call-')) return false;
  const settings = readSettings(process.env);
  const by = cleanNumber(wanted) === '' ? 'person' : 'number';
  const path = `/api/outbound/why?${by}=${encodeURIComponent(wanted)}`;
  const isStranger = options.unknownToo === true && by === 'number';
  // The daemon says why something is no number; what it does not say is no matter, for it may be a call that is meant.
  const view = (await (isStranger
    ? tellDaemon(settings, 'GET', path).catch(sayWhyNoNumber(wanted))
    : askAsAdmin(settings, path, ANSWER_MS))) as NumberWhyView | undefined;
  if (!view || !(view.known || isStranger)) return false;
  const held = await lastHeldBack(settings, view);
  if (options.json) print(JSON.stringify({ ...view, heldBack: held }, null, 2));
  else for (const line of storyLines(wanted, view, held)) print(line);
  return true;
}

function sayWhyNoNumber(wanted: string): (thrown: unknown) => undefined {
  return (thrown) => {
    if (!(thrown instanceof Refused) || thrown.id !== 'daemon-refused') return undefined;
    const called = `No call ${harmless(wanted)} is known, and none from it.`;
    throw new Refused('not-found', `${called} As a number to be called: ${thrown.message}.`);
  };
}

async function lastHeldBack(settings: Settings, { leads }: NumberWhyView): Promise<readonly HeldBack[]> {
  const ids = [...new Set(leads.map(({ id }) => id))];
  const found = await readDatabase(storeFile(settings.data), async (database) =>
    heldBack(database, ids, MOST_HELD_BACK),
  );
  return found ?? [];
}

/** The whole story, a line each. */
export function storyLines(wanted: string, view: NumberWhyView, held: readonly HeldBack[]): string[] {
  const show = timeIn(view.zone);
  const { verdicts, wishes, leads, attempts } = view;
  return [
    coloured('bold', harmless(wanted)),
    ...(view.known
      ? []
      : ['is on no list, in no attempt of a campaign and in no wish, and no call came from this number']),
    `times are those of ${harmless(view.zone)}  时间以此时区为准`,
    ...section(
      'may he be called now?  现在可否致电',
      verdicts.flatMap((verdict) => verdictLines(verdict, view.zone)),
    ),
    ...section(
      'what he wishes  意愿',
      wishes.map((wish) => `${show(wish.at)}  ${wishText(wish, show)}`),
    ),
    ...section(
      'where he is listed  所在名单',
      leads.map((lead) => leadLine(lead, view.at, show)),
    ),
    ...section(
      'when he was called  拨打记录',
      attempts.flatMap((attempt) => attemptLines(attempt, show)),
    ),
    ...section(
      'when he was held back  未拨原因',
      held.map((one) => heldLine(one, show)),
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : ['', coloured('bold', title), ...lines.map((line) => `  ${harmless(line)}`)];
}

function verdictLines(verdict: NumberWhyView['verdicts'][number], home: string): string[] {
  const { campaign, name, status, number, policy, regulator, allowed, refusals, nextAt, zones } = verdict;
  const there = zones.find((zone) => zone !== home);
  // Hours are those of whoever is called.
  const show = (at: number): string =>
    there === undefined ? timeIn(home)(at) : `${timeIn(home)(at)} (${timeIn(there)(at)} in ${there})`;
  const rules = policy === null ? '' : `, policy ${policy} (${regulator})`;
  const answer = allowed ? 'yes' : nextAt === null ? never(refusals) : `no, not before ${show(nextAt)}`;
  return [
    `${name} (${campaign}, ${status}${rules}), ${number}: ${answer}`,
    ...refusals.map(
      ({ rule, retryAt, detail }) =>
        `  ${rule}: ${ruleText(rule, detail, show)}; ${rule === 'class-of-service' ? 'until its rules change' : untilText(retryAt, show)}`,
    ),
  ];
}

/** Rules may change; of wishes and zones there is nothing to wait for. */
const never = (refusals: NumberWhyView['verdicts'][number]['refusals']): string =>
  refusals.every(({ rule, retryAt }) => rule === 'class-of-service' || retryAt !== null)
    ? 'no, not while class of service is as it is'
    : 'no, for good';

function leadLine(lead: NumberWhyView['leads'][number], now: number, show: ShowTime): string {
  const { id, campaign, list, name, standing, doneReason, dueAt, attempts } = lead;
  const due = dueAt === 0 ? '' : ` ${dueAt > now ? 'from' : 'since'} ${show(dueAt)}`;
  const state =
    standing === 'done' ? `done: ${doneReason ?? 'no reason is known'}` : `${standing}, due${due}`;
  return `${campaign}, list ${list}, lead ${id}${name === '' ? '' : ` (${name})`}: ${state}; dialled ${counted(attempts, 'time')}`;
}

function attemptLines(attempt: NumberWhyView['attempts'][number], show: ShowTime): string[] {
  const { id, at, campaign, number, mode, outcome, agent, next, why } = attempt;
  const with_ = agent === null ? '' : ` (${agent})`;
  const after =
    next === null
      ? ''
      : next.dueAt === null
        ? `; done: ${next.reason ?? ''}`
        : `; again from ${show(next.dueAt)}`;
  const pacing = pacingText(why);
  return [
    `${show(at)}  ${number} for ${campaign}, ${mode}: ${attemptText(outcome)}${with_}${after}`,
    ...(pacing === '' ? [] : [`  ${pacing}`]),
    `  npx carillon why call-${id}`,
  ];
}

function heldLine({ at, campaign, rule, detail, retryAt }: HeldBack, show: ShowTime): string {
  return `${show(at)}  ${campaign}: ${rule}: ${ruleText(rule, detail, show)}; ${untilText(retryAt, show)}`;
}

/** How times are shown in a zone, such as `2026-11-22 09:05:00`. @param zone IANA name */
function timeIn(zone: string): ShowTime {
  // As Swedes write it, a date is year, month and day.
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return (at) => shown.format(at);
}
