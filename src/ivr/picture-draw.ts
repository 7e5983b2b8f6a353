import { type Flow, wordsOf } from './flow.ts';
import { pillWidth, type Row, SIZE } from './picture-card.ts';
import type { Card } from './picture-layout.ts';
import { FAINT, INK, iconOf, LINE, STYLES } from './picture-style.ts';
import { element, icon, idOf, linkTo, round, text, tooltip } from './picture-svg.ts';
import { cutTo, widthOf } from './picture-text.ts';
import { exitText, type OtherFlow } from './picture-ways.ts';
import type { PictureWords } from './picture-words.ts';

/** How many callers came into a step, and how many of them hung up in it. */
export interface StepCount {
  readonly entered: number;
  readonly dropped: number;
  /** How many left it, by exit. */
  readonly byExit?: Readonly<Record<string, number>>;
}

/** How a card is drawn. */
export interface CardOptions {
  /** In which words are shown. */
  readonly language: string;
  readonly words: PictureWords;
  /** How many callers came there, if that is to be shown. */
  readonly count?: StepCount | undefined;
}

const { card: WIDTH, padding: PADDING, header: HEADER } = SIZE;

/** Draws one step. */
export function drawCard(flow: Flow, card: Card, { language, words: labels, count }: CardOptions): string {
  const { step, look, words, flows, rows } = card;
  const wordsTop = HEADER + 7;
  const flowsTop = HEADER + (words.length > 0 ? 7 + words.length * SIZE.line : 0);
  const content = [
    tooltip(cardTooltip(flow, card, language)),
    drawFrame(card),
    drawHeading(card),
    ...words.map((line, at) => text(PADDING, wordsTop + (at + 0.75) * SIZE.line, line)),
    ...flows.map((other, at) => drawFlowPill(other, flowsTop + (at + 0.5) * SIZE.row + 2)),
    ...rows.map((row) => drawRow(card, row, labels, countOf(row.exits, count))),
    count === undefined ? '' : drawCount(count, labels),
  ];
  const place = { id: idOf(step.name), transform: `translate(${card.x} ${card.y})`, 'data-look': look };
  return element('g', place, content.filter((part) => part !== '').join('\n'));
}

/** Every look has a frame of its own: plain, double, dashed or filled. */
function drawFrame({ look, height }: Card): string {
  const { frame, heading } = STYLES[look];
  const rx = look === 'ends' ? 15 : 7;
  const box = { width: WIDTH, height, rx, stroke: frame, 'stroke-width': 1.5 };
  if (look === 'ends' && height === HEADER) return element('rect', { ...box, fill: heading });
  const dashes: Record<string, string> = look === 'other-flow' ? { 'stroke-dasharray': '6 3' } : {};
  const double = {
    x: -3.5,
    y: -3.5,
    width: WIDTH + 7,
    height: height + 7,
    rx: rx + 3.5,
    fill: 'none',
    stroke: frame,
  };
  const top = `M0 ${HEADER}V${rx}a${rx} ${rx} 0 0 1 ${rx} ${-rx}H${WIDTH - rx}a${rx} ${rx} 0 0 1 ${rx} ${rx}V${HEADER}z`;
  return [
    look === 'hands-over' ? element('rect', double) : '',
    element('rect', { ...box, fill: '#ffffff', stroke: 'none' }),
    height === HEADER
      ? element('rect', { ...box, fill: heading, stroke: 'none' })
      : element('path', { d: top, fill: heading }),
    element('rect', { ...box, fill: 'none', ...dashes }),
  ].join('');
}

function drawHeading({ step, look, heading, verb }: Card): string {
  const { frame, text: ink } = STYLES[look];
  const ended = look === 'ends';
  return [
    icon(iconOf(look, step.kind.verb), PADDING - 2, 7, ended ? ink : frame),
    text(PADDING + 22, 20, heading, { fill: ink, 'font-size': SIZE.heading, 'font-weight': 700 }),
    text(WIDTH - PADDING, 20, verb, {
      fill: ended ? ink : frame,
      'font-size': SIZE.small,
      'text-anchor': 'end',
    }),
  ].join('');
}

/** A way out: its key or its exits, and a dotted line to the pill with its target, or to the edge where a line leads on. */
function drawRow({ step }: Card, row: Row, labels: PictureWords, went: number): string {
  const { y, key, shown, pill, target, exits } = row;
  const words = exits.map((exit) => exitText(step, exit)).join(', ');
  const left = PADDING + (key === undefined ? 0 : SIZE.key + 8);
  const parts = [
    tooltip(`${words} → ${target ?? '?'}${went === 0 ? '' : `\n${labels.went(numberText(went))}`}`),
    key === undefined ? '' : drawKey(key, y),
    text(left, y + 4, shown, { 'font-size': SIZE.small }),
    key === undefined && shown === '' ? '' : drawDots(left + widthOf(shown, SIZE.small) + 6, row, went),
    pill === '' ? '' : linkTo(target!, drawPill(WIDTH - PADDING - row.pillWidth, y, pill)),
    pill === '' && target !== undefined ? element('circle', { cx: WIDTH, cy: y, r: 3.5, fill: LINE }) : '',
  ];
  return element('g', { 'data-exits': exits.join(' '), 'data-to': target ?? '' }, parts.join(''));
}

function drawKey(key: string, y: number): string {
  const box = { x: PADDING, y: y - 9, width: SIZE.key, height: 18, rx: 4, fill: '#ffffff', stroke: INK };
  const middle = PADDING + SIZE.key / 2;
  const style = { 'text-anchor': 'middle', 'font-weight': 700 };
  // The star sits above the middle of its line.
  return element('rect', box) + text(middle, y + (key === '*' ? 7 : 4.5), key, style);
}

/** Dots from the words of a row to where it leads, with the number of those who went there before their end. */
function drawDots(from: number, { y, pillWidth: taken }: Row, went: number): string {
  const end = taken === 0 ? WIDTH - 6 : WIDTH - PADDING - taken - 6;
  const shown = went === 0 ? '' : numberText(went);
  const width = shown === '' ? 0 : widthOf(shown, SIZE.small, true) + 6;
  const hasRoom = from + width <= end;
  const to = hasRoom ? end - width : end;
  const stroke = { stroke: FAINT, 'stroke-width': 1, 'stroke-dasharray': '0.1 5', 'stroke-linecap': 'round' };
  const dots = from + 8 > to ? '' : element('path', { d: `M${round(from)} ${y}H${round(to)}`, ...stroke });
  const style = { 'font-size': SIZE.small, 'font-weight': 700, 'text-anchor': 'end' };
  return dots + (hasRoom ? text(end - 2, y + 4, shown, style) : '');
}

/** How many left a step by these exits, 0 where nobody counts. */
export function countOf(exits: readonly string[], count: StepCount | undefined): number {
  return exits.reduce((sum, exit) => sum + (count?.byExit?.[exit] ?? 0), 0);
}

/** @param y middle of it, px */
export function drawPill(x: number, y: number, name: string): string {
  const box = {
    x: round(x),
    y: y - 9,
    width: pillWidth(name),
    height: 18,
    rx: 9,
    fill: '#f3f5f7',
    stroke: FAINT,
  };
  const arrow = {
    d: `M${round(x + 8)} ${y}h9m-3.5 -3.5l3.5 3.5l-3.5 3.5`,
    fill: 'none',
    stroke: FAINT,
    'stroke-width': 1.4,
  };
  return (
    element('rect', box) +
    element('path', arrow) +
    text(x + 7 + pillWidth(name) / 2, y + 4, name, { 'font-size': SIZE.small, 'text-anchor': 'middle' })
  );
}

/** Another flow, at the left; at the right, under its condition, where there is a choice of flows. */
function drawFlowPill({ name, when }: OtherFlow, y: number): string {
  const { frame, heading } = STYLES['other-flow'];
  const room = WIDTH - 2 * PADDING;
  const shown = cutTo(name, (when === '' ? room : room / 2) - 36, SIZE.small, true);
  const width = Math.ceil(widthOf(shown, SIZE.small, true)) + 36;
  const x = when === '' ? PADDING : WIDTH - PADDING - width;
  const box = { x, y: y - 9, width, height: 18, rx: 9, fill: heading, stroke: frame };
  return element(
    'g',
    { 'data-flow': name },
    [
      tooltip(`${when === '' ? '' : `${when} → `}flow ${name}`),
      text(PADDING, y + 4, when === '' ? '' : cutTo(when, room - width - 10, SIZE.small), {
        'font-size': SIZE.small,
      }),
      element('rect', box),
      icon(iconOf('other-flow'), x + 7, y - 8, frame),
      text(x + 26, y + 4, shown, { 'font-size': SIZE.small, 'font-weight': 700, fill: frame }),
    ].join(''),
  );
}

/** Counts on the upper edge of the card; those who hung up are set off by a mark as well as by their colour. */
function drawCount({ entered, dropped }: StepCount, labels: PictureWords): string {
  const style = { 'font-size': 10.5, 'font-weight': 700 };
  const came = numberText(entered);
  const went = dropped === 0 ? '' : `▼ ${numberText(dropped)}`;
  const wentWidth = went === '' ? 0 : widthOf(went, 10.5, true) + 4;
  const width = round(widthOf(came, 10.5, true) + wentWidth + 14);
  const x = WIDTH - PADDING - width;
  const box = { x: round(x), y: -13, width, height: 17, rx: 8.5, fill: '#ffffff', stroke: INK };
  return element(
    'g',
    {},
    [
      tooltip(labels.counts(came, numberText(dropped))),
      element('rect', box),
      text(x + 7, -0.5, came, style),
      text(WIDTH - PADDING - 7, -0.5, went, { ...style, fill: '#b3261e', 'text-anchor': 'end' }),
    ].join(''),
  );
}

/** 12345 → 12,345 */
function numberText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Everything that the card has no room for. */
function cardTooltip(flow: Flow, { step }: Card, language: string): string {
  const said = (step.kind.prompts?.(step.args) ?? []).flatMap((prompt) => {
    const { name, texts } = wordsOf(flow, prompt);
    const words = texts[language] ?? Object.values(texts)[0];
    return words === undefined ? [] : [`${name === undefined ? '' : `${name}: `}${words}`];
  });
  return [`${step.name} (${step.kind.verb})`, step.kind.summary, ...said].join('\n');
}
