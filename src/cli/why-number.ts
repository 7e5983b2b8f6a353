import { cleanNumber } from '../base/text.ts';
import { storeFile } from '../setup/prepare.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { readDatabase } from '../store/read-only.ts';
import { attemptText, pacingText, ruleText, untilText, wishText } from '../why/number.ts';
import type { NumberWhyView } from '../why/number-http.ts';
import { type HeldBack, heldBack } from '../why/number-store.ts';
import { askAsAdmin } from './daemon.ts';
import { coloured, harmless, print } from './terminal.ts';

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
  const view = (await askAsAdmin(settings, path, ANSWER_MS)) as NumberWhyView | undefined;
  const isTold = view?.known || (options.unknownToo && (view?.verdicts.length ?? 0) > 0);
  if (!view || !isTold) return false;
  const held = await lastHeldBack(settings, view);
  if (options.json) print(JSON.stringify({ ...view, heldBack: held }, null, 2));
  else for (const line of storyLines(wanted, view, held)) print(line);
  return true;
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
  const { verdicts, wishes, leads, attempts } = view;
  return [
    coloured('bold', harmless(wanted)),
    ...(view.known ? [] : ['is on no list, was never called, and wished nothing']),
    ...section('may he be called now?  现在可否致电', verdicts.flatMap(verdictLines)),
    ...section(
      'what he wishes  意愿',
      wishes.map((wish) => `${timeText(wish.at)}  ${wishText(wish, timeText)}`),
    ),
    ...section('where he is listed  所在名单', leads.map(leadLine)),
    ...section('when he was called  拨打记录', attempts.flatMap(attemptLines)),
    ...section('when he was held back  未拨原因', held.map(heldLine)),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : ['', coloured('bold', title), ...lines.map((line) => `  ${harmless(line)}`)];
}

function verdictLines(verdict: NumberWhyView['verdicts'][number]): string[] {
  const { campaign, name, status, number, policy, regulator, allowed, refusals, nextAt } = verdict;
  const rules = policy === null ? '' : `, policy ${policy} (${regulator})`;
  const answer = allowed ? 'yes' : nextAt === null ? 'no, for good' : `no, not before ${timeText(nextAt)}`;
  return [
    `${name} (${campaign}, ${status}${rules}), ${number}: ${answer}`,
    ...refusals.map(
      ({ rule, retryAt, detail }) =>
        `  ${rule}: ${ruleText(rule, detail, timeText)}; ${untilText(retryAt, timeText)}`,
    ),
  ];
}

function leadLine(lead: NumberWhyView['leads'][number]): string {
  const { id, campaign, list, name, standing, doneReason, dueAt, attempts } = lead;
  const due = dueAt > 0 ? ` since ${timeText(dueAt)}` : '';
  const state =
    standing === 'done' ? `done: ${doneReason ?? 'no reason is known'}` : `${standing}, due${due}`;
  return `${campaign}, list ${list}, lead ${id}${name === '' ? '' : ` (${name})`}: ${state}; dialled ${attempts} times`;
}

function attemptLines(attempt: NumberWhyView['attempts'][number]): string[] {
  const { id, at, campaign, number, mode, outcome, agent, next, why } = attempt;
  const with_ = agent === null ? '' : ` (${agent})`;
  const after =
    next === null
      ? ''
      : next.dueAt === null
        ? `; done: ${next.reason ?? ''}`
        : `; again from ${timeText(next.dueAt)}`;
  const pacing = pacingText(why);
  return [
    `${timeText(at)}  ${number} for ${campaign}, ${mode}: ${attemptText(outcome)}${with_}${after}`,
    ...(pacing === '' ? [] : [`  ${pacing}`]),
    `  npx carillon why call-${id}`,
  ];
}

function heldLine({ at, campaign, rule, detail, retryAt }: HeldBack): string {
  return `${timeText(at)}  ${campaign}: ${rule}: ${ruleText(rule, detail, timeText)}; ${untilText(retryAt, timeText)}`;
}

/** In the time zone of this machine. @param at UTC ms */
const timeText = (at: number): string => new Date(at).toLocaleString('sv-SE', { timeZoneName: 'short' });
