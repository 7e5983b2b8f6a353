import type { Flow } from './flow.ts';
import { pillWidth, SIZE } from './picture-card.ts';
import { countOf, drawCard, drawPill, type StepCount } from './picture-draw.ts';
import { type Layout, type Line, layOut, ROOT_WIDTH, type Root } from './picture-layout.ts';
import { FAINT, FONTS, INK, iconOf, LINE, STYLES } from './picture-style.ts';
import { element, icon, linkTo, round, text, tooltip } from './picture-svg.ts';
import { cutTo, widthOf } from './picture-text.ts';
import { LOOKS, type Look } from './picture-ways.ts';
import { PICTURE_WORDS, type PictureWords } from './picture-words.ts';

export interface PictureOptions {
  /** In which words are shown; the flow's first language if unset. */
  readonly language?: string | undefined;
  /** Of the words that are not the flow's own; English if unset. */
  readonly labels?: 'en' | 'zh-CN' | undefined;
  /** The flow's name if unset. */
  readonly title?: string;
  /** By step: shown on its card, and by the thickness of the line that leads there. */
  readonly stats?: ReadonlyMap<string, StepCount> | undefined;
}

const MARGIN = 28;
const HEAD = 118;
/** As wide as the legend, px. */
const LEAST_WIDTH = 1020;
const THIN = 1.5;

/**
 * Draws a flow as a standalone SVG, a tree from left to right. Each step is one card, with the id `step-<name>`; a way to a
 * card that stands elsewhere ends in a pill with its name, which links there. The same flow gives the same text.
 */
export function drawFlow(flow: Flow, options: PictureOptions = {}): string {
  const { language = flow.languages[0] ?? '', title = flow.name } = options;
  const layout = layOut(flow, language, HEAD);
  const width = Math.max(LEAST_WIDTH, layout.width + 2 * MARGIN);
  const height = layout.height + MARGIN;
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const font = { 'font-family': FONTS, 'font-size': SIZE.text, fill: INK };
  const content = [
    tooltip(title),
    element('rect', { width, height, fill: '#ffffff' }),
    element(
      'g',
      { transform: `translate(${MARGIN} 0)` },
      drawInside(flow, layout, language, options, width - 2 * MARGIN),
    ),
  ];
  return `${element('svg', { xmlns: 'http://www.w3.org/2000/svg', ...size, ...font, role: 'img' }, lines(content))}\n`;
}

function drawInside(
  flow: Flow,
  layout: Layout,
  language: string,
  options: PictureOptions,
  width: number,
): string {
  const { title = flow.name, stats, labels = 'en' } = options;
  const words = PICTURE_WORDS[labels];
  const most = Math.max(1, ...[...(stats?.values() ?? [])].map((count) => count.entered));
  const thickness = (callers: number): number =>
    stats === undefined ? THIN : THIN + (6 * Math.min(callers, most)) / most;
  const wentAlong = ({ from, to, exits }: Line): number => {
    const left = stats?.get(from);
    return left?.byExit ? countOf(exits, left) : (stats?.get(to)?.entered ?? 0);
  };
  return lines([
    ...drawHead(flow, title, width, words),
    ...layout.lines.map((line) => drawLine(line, thickness(wentAlong(line)))),
    ...layout.roots.map((root) => drawRoot(root, thickness(stats?.get(root.step)?.entered ?? 0), words)),
    ...layout.cards.map((card) =>
      drawCard(flow, card, { language, words, count: stats?.get(card.step.name) }),
    ),
  ]);
}

function drawHead(flow: Flow, title: string, width: number, words: PictureWords): string[] {
  const about = [flow.numbers.join(', '), flow.description].filter((part) => part !== '').join(' · ');
  return [
    text(0, 34, cutTo(title, width, 20, true), { 'font-size': 20, 'font-weight': 700 }),
    text(0, 54, about === '' ? '' : cutTo(about, width, SIZE.text), { fill: FAINT }),
    ...drawLegend(words),
  ];
}

function drawLegend({ looks, elsewhere }: PictureWords): string[] {
  const y = 66;
  const small = { 'font-size': SIZE.small, fill: FAINT };
  let x = 0;
  const marks = LOOKS.flatMap((look) => {
    const at = x;
    x += 32 + widthOf(looks[look], SIZE.small) + 16;
    return [drawMark(look, at, y), text(at + 32, y + 13, looks[look], small)];
  });
  return [...marks, drawPill(x, y + 9, 'name'), text(x + pillWidth('name') + 6, y + 13, elsewhere, small)];
}

function drawMark(look: Look, x: number, y: number): string {
  const { frame, heading, text: ink } = STYLES[look];
  const box = {
    x: round(x),
    y,
    width: 26,
    height: 19,
    rx: look === 'ends' ? 9.5 : 4,
    fill: heading,
    stroke: frame,
  };
  return element('rect', box) + icon(iconOf(look), x + 5, y + 1.5, look === 'ends' ? ink : frame);
}

/** A curve that leaves and arrives level, so that lines between the same two columns never cross. */
function drawLine({ from, to, x1, y1, x2, y2 }: Line, thickness: number): string {
  const middle = (x1 + x2) / 2;
  const end = x2 - 7;
  const d = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${end} ${y2}`;
  const stroke = { fill: 'none', stroke: LINE, 'stroke-width': round(thickness) };
  return element('path', { d, ...stroke, 'data-from': from, 'data-to': to }) + arrowHead(x2, y2, thickness);
}

function arrowHead(x: number, y: number, thickness: number): string {
  const half = round(4 + thickness / 2);
  return element('path', { d: `M${x - 1} ${y}l-8 ${-half}v${2 * half}z`, fill: LINE });
}

/** The beginning of a tree: its name, and a line to its first card or a pill with the name of it. */
function drawRoot({ label, step, elsewhere, x, y }: Root, thickness: number, words: PictureWords): string {
  const width = ROOT_WIDTH - 22;
  const box = { x, y: y - 11, width, height: 22, rx: 11, fill: INK };
  const name = text(x + width / 2, y + 4, words.roots[label], {
    fill: '#ffffff',
    'font-size': SIZE.small,
    'text-anchor': 'middle',
  });
  const stroke = { stroke: LINE, 'stroke-width': round(thickness) };
  const line = element('path', { d: `M${x + width} ${y}H${x + ROOT_WIDTH - 7}`, ...stroke });
  const target = elsewhere
    ? linkTo(step, drawPill(x + ROOT_WIDTH, y, cutTo(step, SIZE.card, SIZE.small)))
    : '';
  return element('rect', box) + name + line + arrowHead(x + ROOT_WIDTH, y, thickness) + target;
}

function lines(parts: readonly string[]): string {
  return `\n${parts.filter((part) => part !== '').join('\n')}\n`;
}
