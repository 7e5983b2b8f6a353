import { existsSync } from 'node:fs';
import { spanText } from '../base/span.ts';
import { cleanNumber, maskNumber } from '../base/text.ts';
import { EventLog, type LoggedEvent } from '../engine/store.ts';
import { storeFile } from '../setup/prepare.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { readDatabase } from '../store/read-only.ts';
import type { WhyView } from '../why/http.ts';
import { findCalls, withCallbacks } from '../why/store.ts';
import { type Moment, storyOf } from '../why/story.ts';
import { type Doing, type Stretch, stretchesOf } from '../why/stretches.ts';
import { askAsAdmin } from './daemon.ts';
import { badUsage, coloured, columnsOf, harmless, print, remark } from './terminal.ts';

export interface WhyOptions {
  readonly json?: boolean;
}

/** What the daemon may take to say where somebody stands, ms. */
const ANSWER_MS = 3000;
const COLUMNS = 80;
const AT_WIDTH = 9;
/** Agents who are named of those who could serve somebody. */
const NAMED = 8;

type Standing = NonNullable<WhyView['standing']>;

/** `carillon why CALL`: why a call went where it went; of one that waits, where it stands. @throws Refused `bad-usage` */
export async function explainCall(wanted: string, { json }: WhyOptions): Promise<void> {
  const settings = readSettings(process.env);
  const { id, events } = await callMeant(settings, wanted);
  const isOver = events.some(({ type }) => type === 'CallEnded');
  const live = isOver
    ? undefined
    : ((await askAsAdmin(settings, `/api/calls/${id}/why`, ANSWER_MS)) as WhyView);
  const moments = storyOf(events, maskNumber);
  const stretches = stretchesOf(events, Date.now());
  const standing = live?.standing ?? null;
  if (json) return print(JSON.stringify({ id, moments, stretches, standing }, null, 2));
  print(coloured('bold', `${id}  ${clockText(events[0]?.at)}`));
  for (const line of pictureLines(stretches)) print(line);
  for (const line of momentLines(moments)) print(line);
  if (standing) for (const line of standingLines(standing)) print(line);
  else if (!isOver && live === undefined)
    remark('The daemon does not answer, so it is not known where this call stands now. npx carillon status');
}

async function callMeant(
  settings: Settings,
  wanted: string,
): Promise<{ id: string; events: readonly LoggedEvent[] }> {
  const file = storeFile(settings.data);
  if (!existsSync(file)) throw badUsage(`There is no ${file}: nothing has run with this data folder yet.`);
  const found = await readDatabase(file, async (database) => {
    const number = cleanNumber(wanted);
    const ids = findCalls(database, number === '' ? wanted : number);
    const [id, ...others] = ids;
    const events = id === undefined ? [] : withCallbacks(database, await new EventLog(database).ofCall(id));
    return { id, others, events };
  });
  const { id, others = [], events = [] } = found ?? {};
  if (id === undefined) throw badUsage(unknownText(wanted));
  if (others.length > 0)
    throw badUsage(`Several calls begin so: ${[id, ...others].join(', ')}. Write more of one, or \`last\`.`);
  if (events.length === 0) throw badUsage(`The event log has nothing of ${id} any more.`);
  return { id, events };
}

const unknownText = (wanted: string): string =>
  wanted === 'last'
    ? 'Nobody has called yet.'
    : `There is no call ${harmless(wanted)}, and nobody called from such a number. Write the id of a call or its beginning, a caller's number, or \`last\`; npx carillon status names the live ones.`;

// ── the picture ──────────────────────────────────────────────────────────────────────────────────────────────────────

const SIGNS: Readonly<Record<Doing, string>> = { flow: '·', wait: '░', ring: '▒', hold: '▓', talk: '█' };
/** What must be seen however short it was, the first before the others. */
const SEEN: readonly Doing[] = ['ring', 'wait', 'hold', 'talk', 'flow'];

/** A bar of what the caller did when, and how long each took. */
function pictureLines(stretches: readonly Stretch[]): string[] {
  const from = stretches[0]?.from ?? 0;
  const to = stretches.at(-1)?.to ?? 0;
  if (to <= from) return [];
  const width = COLUMNS - 2;
  const bar = Array.from({ length: width }, (_, column) => {
    const [begin, end] = [column, column + 1].map((edge) => from + ((to - from) * edge) / width) as [
      number,
      number,
    ];
    const here = stretches.filter((one) => one.from < end && one.to > begin).map(({ doing }) => doing);
    return SIGNS[SEEN.find((doing) => here.includes(doing)) ?? 'flow'];
  });
  const legend = (Object.keys(SIGNS) as Doing[]).flatMap((doing) => {
    const ms = stretches
      .filter((one) => one.doing === doing)
      .reduce((sum, one) => sum + one.to - one.from, 0);
    return ms > 0 ? [`${SIGNS[doing]} ${WORDS[doing]} ${spanText(ms)}`] : [];
  });
  return [`  ${bar.join('')}`, `  ${coloured('dim', legend.join('   '))}`, ''];
}

const WORDS: Readonly<Record<Doing, string>> = {
  flow: 'flow',
  wait: 'waited',
  ring: 'rang',
  hold: 'on hold',
  talk: 'talked',
};

// ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function momentLines(moments: readonly Moment[]): string[] {
  const begin = moments[0]?.at ?? 0;
  return moments.flatMap(({ at, says, because }) => [
    ...folded(`+${spanText(at - begin)}`.padStart(AT_WIDTH), says, (text) => text),
    ...because.flatMap((sentence) =>
      folded(' '.repeat(AT_WIDTH + 2), sentence, (text) => coloured('dim', text)),
    ),
  ]);
}

function standingLines(standing: Standing): string[] {
  const { queue, position, ringsAt, waitedMs, targetMs, step, steps, nextStepInMs, able, ableCount, unable } =
    standing;
  const share = targetMs === 0 ? '' : ` (${Math.round((waitedMs / targetMs) * 100)}%)`;
  const place = ringsAt === null ? `number ${position ?? '?'} in line` : `rings at ${harmless(ringsAt)}`;
  const isKnown = able.some(({ knowsHim }) => knowsHim);
  const before = isKnown ? 'only those who know him are asked' : 'no step has begun';
  const relaxed = step < 0 ? before : `step ${step + 1} of ${steps}`;
  const next = nextStepInMs === null ? '' : `, the next one begins in ${spanText(nextStepInMs)}`;
  return [
    '',
    coloured('bold', `waits now in ${harmless(queue)}: ${place}`),
    ...folded(
      '  ',
      `${spanText(waitedMs)} of his ${spanText(targetMs)} are gone${share}; ${relaxed}${next}`,
      same,
    ),
    ...folded(
      '  ',
      `${ableCount === 0 ? 'nobody' : ableCount} of those who are logged in could serve him`,
      same,
    ),
    ...able.slice(0, NAMED).flatMap((one) => folded('    ', ableText(one, step), same)),
    ...(ableCount > NAMED ? [`    and ${ableCount - NAMED} more`] : []),
    ...unable.flatMap(({ by, agents }) => folded('    ', `${agents} never could: ${harmless(by)}`, same)),
  ];
}

function ableText(
  { agent, step, score, knowsHim, state, forMs }: Standing['able'][number],
  begun: number,
): string {
  const from = step > begun ? `, from step ${step + 1} on` : '';
  const worth = score === 0 || score === null ? '' : `, score ${score}`;
  return `${harmless(agent)}: ${harmless(state)} for ${spanText(forMs)}${from}${worth}${knowsHim ? ', knows him' : ''}`;
}

const same = (text: string): string => text;

/** A sentence folded to the width of the terminal, what follows under its first word. */
function folded(head: string, sentence: string, shown: (text: string) => string): string[] {
  const width = COLUMNS - columnsOf(head) - 2;
  const lines: string[] = [''];
  for (const word of harmless(sentence).split(' ')) {
    const last = lines.at(-1)!;
    const longer = last === '' ? word : `${last} ${word}`;
    if (last === '' || columnsOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const indent = ' '.repeat(columnsOf(head));
  return lines.map((line, index) => `${index === 0 ? head : indent}  ${shown(line)}`);
}

/** In the time zone of this machine. @param at UTC ms */
function clockText(at: number | undefined): string {
  return at === undefined ? '' : new Date(at).toLocaleString('sv-SE', { timeZoneName: 'short' });
}
