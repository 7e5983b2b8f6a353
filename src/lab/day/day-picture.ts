import { occupancy, timeText } from './day-report.ts';
import { type DayFigures, type Interval, serviceLevel } from './statistics.ts';

const WIDTH = 960;
const LEFT = 64;
const RIGHT = 24;
const FONTS =
  "'Segoe UI', Arial, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'DejaVu Sans', sans-serif";
const INK = '#1b2026';
const FAINT = '#59636e';

/** A panel of the picture, by its place from above. */
interface Panel {
  readonly top: number;
  readonly height: number;
}

const CALLS: Panel = { top: 84, height: 200 };
const LEVELS: Panel = { top: 336, height: 120 };
const STAFF: Panel = { top: 508, height: 120 };
const HEIGHT = 676;

/** A day as a picture (SVG): calls and what became of them, shares within target and busy, agents at work. @param zone IANA name */
export function dayPicture(title: string, figures: DayFigures, zone: string): string {
  const { intervals } = figures;
  const mostCalls = roundUp(Math.max(...intervals.map(({ offered }) => offered), 1));
  const agentsOf = ({ loggedInMs }: Interval): number => loggedInMs / figures.intervalMs;
  const mostAgents = roundUp(Math.max(...intervals.map(agentsOf), 1));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="${FONTS}" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 30, title, 'font-size="18" font-weight="600"'),
    ...legend(),
    ...frame(CALLS, 'calls 来电', mostCalls, String),
    ...intervals.flatMap((interval, at) => stack(interval, at, intervals.length, mostCalls)),
    ...frame(LEVELS, 'in target 达标, busy 占用率', 1, (share) => `${share * 100}%`),
    line(intervals.map(serviceLevel), LEVELS, 1, '#0b665c', ''),
    line(intervals.map(occupancy), LEVELS, 1, '#a3430f', '6 4'),
    ...frame(STAFF, 'agents 座席', mostAgents, String),
    line(intervals.map(agentsOf), STAFF, mostAgents, '#1f5aa6', ''),
    ...hours(intervals, zone),
    '</svg>',
    '',
  ].join('\n');
}

/** What became of callers, from below. They differ in brightness too, so that the picture can be read in black and white. */
const PARTS = [
  ['answered', 'answered 接通', '#7fb3e6'],
  ['abandoned', 'gave up 放弃', '#b3261e'],
  ['sentAway', 'sent away 转出', '#2b323a'],
] as const;

function stack(interval: Interval, at: number, count: number, most: number): string[] {
  const width = (WIDTH - LEFT - RIGHT) / count;
  let base = CALLS.top + CALLS.height;
  return PARTS.flatMap(([part, , colour]) => {
    const height = (interval[part] / most) * CALLS.height;
    base -= height;
    if (height === 0) return [];
    const [x, y] = [rounded(LEFT + at * width + width * 0.1), rounded(base)];
    return [
      `<rect x="${x}" y="${y}" width="${rounded(width * 0.8)}" height="${rounded(height)}" fill="${colour}"/>`,
    ];
  });
}

/** A line through the middles of the intervals; where there is nothing to show it has a gap. @param dash '' for none */
function line(
  values: readonly (number | undefined)[],
  { top, height }: Panel,
  most: number,
  colour: string,
  dash: string,
): string {
  const width = (WIDTH - LEFT - RIGHT) / values.length;
  let pen = 'M';
  const path = values.map((value, at) => {
    if (value === undefined) {
      pen = 'M';
      return '';
    }
    const point = `${pen}${rounded(LEFT + (at + 0.5) * width)} ${rounded(top + height * (1 - Math.min(1, value / most)))}`;
    pen = 'L';
    return point;
  });
  const dashed = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="2"${dashed}/>`;
}

function frame(
  { top, height }: Panel,
  title: string,
  most: number,
  label: (value: number) => string,
): string[] {
  const lines = [0, 0.5, 1].flatMap((share) => {
    const y = top + height * (1 - share);
    return [
      `<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="#d7dce1"/>`,
      text(LEFT - 8, y + 4, label(most * share), `text-anchor="end" fill="${FAINT}"`),
    ];
  });
  return [text(LEFT, top - 12, title, `fill="${INK}" font-weight="600"`), ...lines];
}

function legend(): string[] {
  return PARTS.flatMap(([, words, colour], at) => [
    `<rect x="${LEFT + 180 + at * 150}" y="62" width="12" height="12" fill="${colour}"/>`,
    text(LEFT + 198 + at * 150, 72, words, `fill="${INK}"`),
  ]).concat([
    `<path d="M${LEFT + 300} 322h24" stroke="#0b665c" stroke-width="2"/>`,
    text(LEFT + 330, 326, 'in target 达标', `fill="${INK}"`),
    `<path d="M${LEFT + 450} 322h24" stroke="#a3430f" stroke-width="2" stroke-dasharray="6 4"/>`,
    text(LEFT + 480, 326, 'busy 占用率', `fill="${INK}"`),
  ]);
}

/** Times below, as many as there is room for. */
function hours(intervals: readonly Interval[], zone: string): string[] {
  const every = Math.max(1, Math.ceil(intervals.length / 14));
  const width = (WIDTH - LEFT - RIGHT) / Math.max(1, intervals.length);
  return intervals.flatMap(({ at }, index) =>
    index % every === 0
      ? [text(LEFT + index * width, HEIGHT - 24, timeText(at, zone), `fill="${FAINT}"`)]
      : [],
  );
}

function text(x: number, y: number, words: string, attributes: string): string {
  return `<text x="${rounded(x)}" y="${rounded(y)}" ${attributes}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Up to a number that can be halved and read. */
function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / unit / 2) * unit * 2;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
