import type { DialerStatusView, ProgressView } from '../http/outbound-figures.ts';
import type { PoolView } from '../http/outbound-live.ts';
import { columnsOf, cutToColumns, harmless } from './terminal.ts';

export type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold';
export type Paint = (colour: Colour, text: string) => string;

/** A cell: its text, and how it is painted. Numbers stand to the right. */
interface Cell {
  readonly text: string;
  readonly colour?: Colour;
  readonly right?: boolean;
}

/** Columns that names get, and that the figures beside them take. */
const LEAST_NAME = 10;
const MOST_NAME = 28;
const FIGURES = 86;

/** From this part of the cap on, a share is a warning. */
const NEAR = 0.8;

/**
 * What `carillon dialer top` shows, a line each.
 * @param columns width of the terminal; lines are cut to it
 */
export function topLines(status: DialerStatusView, columns: number, paint: Paint): string[] {
  const running = status.campaigns.filter(({ campaign }) => campaign.status === 'running').length;
  const title = `carillon dialer 外呼  ${clockIn(status.at, status.zone)}  ${running} of ${status.campaigns.length} campaigns running`;
  return [
    paint('bold', cutToColumns(title, columns)),
    '',
    ...grid([...POOL_HEADINGS, ...status.pools.map(poolRow)], columns, paint),
    ...(status.pools.length === 0 ? ['no campaign is at work, so no agents are counted', ''] : ['']),
    ...campaignLines(status.campaigns, columns, paint),
    ...(status.campaigns.length === 0 ? ['no campaign yet: npx carillon dialer --help'] : []),
  ];
}

const headings = (left: number, ...texts: string[]): Cell[] =>
  texts.map((text, at) => ({ text, colour: 'dim', right: at >= left }));

const POOL_HEADINGS = [
  headings(1, 'agents of', 'idle', 'coming', 'talk', 'wrap', 'away', 'talk now', 'talk 60m', 'busy 60m'),
  headings(1, '座席组', '空闲', '待接', '通话', '话后', '离席', '现通话率', '60分通话', '60分占用'),
];

function poolRow(pool: PoolView): Cell[] {
  return [
    { text: harmless(pool.queue) },
    number(pool.idle),
    number(pool.reserved),
    number(pool.talking),
    number(pool.wrapUp),
    number(pool.away),
    right(percent(pool.talkShare, 0)),
    right(percent(pool.lastHour.talkShare, 0)),
    right(percent(pool.lastHour.occupancy, 0)),
  ];
}

const CAMPAIGN_HEADINGS = [
  [
    ...headings(3, 'campaign', 'state', 'mode', 'ring', 'wait', 'talk', 'dialled', 'hits'),
    ...headings(0, '30m', '60m', 'day', '30d', 'left'),
  ],
  [
    ...headings(3, '外呼活动', '状态', '模式', '振铃', '等待', '通话', '已拨', '接通'),
    ...headings(0, '30分', '60分', '当日', '30天', '剩余'),
  ],
];

/** A line of figures for each, and below it why nothing is dialled, or what the last decision was made by. */
function campaignLines(campaigns: readonly ProgressView[], columns: number, paint: Paint): string[] {
  const nameColumns = Math.max(LEAST_NAME, Math.min(MOST_NAME, columns - FIGURES));
  const rows = campaigns.map((one) => campaignRow(one, nameColumns));
  const all = grid([...CAMPAIGN_HEADINGS, ...rows], columns, paint);
  const lines = all.slice(CAMPAIGN_HEADINGS.length);
  return [
    ...all.slice(0, CAMPAIGN_HEADINGS.length),
    ...lines.flatMap((line, at) => [line, ...whyLine(campaigns[at]!, columns, paint)]),
  ];
}

function whyLine(progress: ProgressView, columns: number, paint: Paint): string[] {
  const { text, colour = 'dim' } = whyOf(progress);
  return text === '' ? [] : [paint(colour, cutToColumns(`  ${text}`, columns))];
}

function campaignRow({ campaign, leads, today, live }: ProgressView, nameColumns: number): Cell[] {
  const { name, id, status, pacing } = campaign;
  const windows = live.abandonment;
  return [
    { text: cutToColumns(harmless(`${id} ${name}`), nameColumns) },
    { text: status, ...colourOf(status) },
    { text: pacing.mode },
    number(live.ringing),
    { ...number(live.waiting), ...(live.waiting > 0 && { colour: 'yellow' }) },
    number(live.talking),
    number(today.attempts + live.dialling + live.waiting + live.talking),
    right(percent(today.hitRate, 0)),
    ...[windows?.last30Min, windows?.last60Min, windows?.day, windows?.thirtyDays].map((one) =>
      abandoned(one, pacing.maxAbandonment),
    ),
    number(leads.fresh + leads.again),
  ];
}

function colourOf(status: string): { colour?: Colour } {
  if (status === 'running') return { colour: 'green' };
  return status === 'stopped' ? { colour: 'dim' } : { colour: 'yellow' };
}

/** A share of abandoned callers against its cap. */
function abandoned(window: { answered: number; share: number } | undefined, cap: number): Cell {
  if (!window || window.answered === 0) return { text: '–', colour: 'dim', right: true };
  const colour = window.share > cap ? 'red' : window.share >= cap * NEAR ? 'yellow' : 'green';
  return { text: percent(window.share, 1), colour, right: true };
}

/** Why nothing is dialled, else what the last decision was made by. */
function whyOf({ campaign, today, live }: ProgressView): Cell {
  const { whyNot, whyNotText, reason } = live;
  if (whyNot !== '')
    return { text: `${whyNot}: ${harmless(whyNotText)}`, colour: quiet(whyNot) ? 'dim' : 'yellow' };
  if (!reason) return { text: '' };
  const { idle, busy, answerRate } = reason;
  // Before a dial has ended, nobody knows how many are answered.
  const answers = today.attempts > 0 ? `, answers ${percent(answerRate, 0)}` : '';
  return { text: `${idle} idle, ${busy} busy${answers}, ${ruleOf(campaign, reason)}`, colour: 'dim' };
}

type Reason = NonNullable<ProgressView['live']['reason']>;

/** By what it is reckoned how many are dialled. */
function ruleOf({ pacing }: ProgressView['campaign'], { idle, busy, risk, allowed }: Reason): string {
  const { mode, ratio, minAgents } = pacing;
  if (mode === 'preview') return 'agents dial themselves';
  if (mode === 'progressive') return 'one line per idle agent';
  if (mode === 'ratio') return `${ratio} lines per idle agent`;
  const working = idle + busy;
  return working < minAgents
    ? `progressive, because ${working} of ${minAgents} agents`
    : `risk ${percent(risk, 1)} of ${percent(allowed, 1)}`;
}

/** What somebody wanted is nothing to look at. */
const quiet = (whyNot: string): boolean =>
  ['stopped', 'paused', 'draining', 'not-yet-valid'].includes(whyNot);

const right = (text: string): Cell => ({ text, right: true });
const number = (value: number): Cell => right(value.toLocaleString('en'));

export function percent(share: number, digits: number): string {
  return `${(share * 100).toFixed(digits)}%`;
}

/** Rows in columns, cut to the terminal before they are painted. */
function grid(rows: readonly (readonly Cell[])[], columns: number, paint: Paint): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, { text }] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, columnsOf(text));
  return rows.map((row) => {
    let used = 0;
    let line = '';
    for (const [at, { text, colour, right: toRight }] of row.entries()) {
      const gap = at === 0 ? 0 : 2;
      const room = columns - used - gap;
      if (room <= 0) break;
      const shown = cutToColumns(text, room);
      const fill = ' '.repeat(Math.max(0, Math.min(widths[at] ?? 0, room) - columnsOf(shown)));
      const painted = colour ? paint(colour, shown) : shown;
      line += `${' '.repeat(gap)}${toRight ? fill + painted : painted + fill}`;
      used += gap + columnsOf(shown) + fill.length;
    }
    return line.trimEnd();
  });
}

function clockIn(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(at);
}
