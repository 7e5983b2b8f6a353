import { escapeXml } from './picture-text.ts';

type Attributes = Readonly<Record<string, string | number>>;

/** One SVG element. Attribute values are escaped here; `content` is SVG already. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  return content === ''
    ? `<${name}${written.join('')}/>`
    : `<${name}${written.join('')}>${content}</${name}>`;
}

/** @param y of the base line, px */
export function text(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return words === '' ? '' : element('text', { x: round(x), y: round(y), ...attributes }, escapeXml(words));
}

/** Words that show while the pointer rests on what they stand in. */
export function tooltip(words: string): string {
  return element('title', {}, escapeXml(words));
}

/** A line drawing of 16 by 16 px whose upper left corner is at x, y. */
export function icon(path: string, x: number, y: number, colour: string): string {
  return element('path', {
    transform: `translate(${round(x)} ${round(y)})`,
    d: path,
    fill: 'none',
    stroke: colour,
    'stroke-width': 1.5,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  });
}

/** A reference to a step's card in the same picture. */
export function linkTo(step: string, content: string): string {
  return element('a', { href: `#${encodeURIComponent(idOf(step))}` }, content);
}

/** The id of a step's card. */
export function idOf(step: string): string {
  return `step-${step.toWellFormed()}`;
}

/** To hundredths of a pixel: the same on every machine. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
