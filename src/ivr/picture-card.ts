import { type Flow, type Step, wordsOf } from './flow.ts';
import { cutTo, widthOf, wrapTo } from './picture-text.ts';
import { flowsOf, type Look, lookOf, type OtherFlow, type Way, waysOf } from './picture-ways.ts';
import { isExpression } from './values.ts';

/** Measures of the picture, px. */
export const SIZE = {
  card: 292,
  padding: 12,
  header: 30,
  line: 17,
  row: 24,
  heading: 13,
  text: 12,
  small: 11,
  key: 20,
} as const;

const INSIDE = SIZE.card - 2 * SIZE.padding;
/** Arrow and round ends of a pill. */
const PILL_ENDS = 32;
const GAP = 10;

/** A row of a card: a way out with the pill that names its target, or with a line to the next card. */
export interface Row extends Way {
  /** Cut to what fits beside the pill. */
  readonly shown: string;
  /** '' where a line leads on. */
  readonly pill: string;
  readonly pillWidth: number;
  /** Middle of the row below the top of the card, px. */
  readonly y: number;
}

/** What stands on a card, and how high it is. */
export interface Face {
  readonly step: Step;
  readonly look: Look;
  /** Name and verb, cut to what fits. */
  readonly heading: string;
  readonly verb: string;
  readonly words: readonly string[];
  /** Flows that the step goes to. */
  readonly flows: readonly OtherFlow[];
  readonly rows: readonly Row[];
  /** px */
  readonly height: number;
}

/** What the step says first, in `language` or else in any; what it works on where it says nothing. */
function wordsOfStep(flow: Flow, step: Step, language: string): string {
  const { kind, args } = step;
  const [first] = kind.prompts?.(args) ?? [];
  if (first) {
    const { texts, name } = wordsOf(flow, first);
    return texts[language] ?? Object.values(texts)[0] ?? `(${name ?? ''})`;
  }
  const mentioned = (kind.mentions?.(args) ?? []).filter((one) => one.kind !== 'flow');
  const results = kind.ends?.(args) ?? [];
  if (results.length > 0) return `result: ${results.join(', ')}`;
  if (mentioned.length > 0) return mentioned.map((one) => `${one.kind} ${one.name}`).join(', ');
  if (flowsOf(step).length > 0) return '';
  return Array.isArray(args) ? '' : plainText(args);
}

/** Names and expressions among the arguments; numbers would need their units. */
function plainText(args: unknown): string {
  if (typeof args === 'string') return args;
  return Object.entries(Object(args) as object)
    .flatMap(([key, value]) =>
      isExpression(value)
        ? `${key} = ${value.expression}`
        : typeof value === 'string'
          ? `${key} ${value}`
          : [],
    )
    .join(', ');
}

/** Lays out one card. @param leading which of its ways are drawn as a line to the next card */
export function faceOf(flow: Flow, step: Step, language: string, leading: ReadonlySet<number>): Face {
  const words = wrapTo(wordsOfStep(flow, step, language), INSIDE, SIZE.text, 2);
  const flows = flowsOf(step);
  const ways = waysOf(step);
  const head = SIZE.header + (words.length > 0 ? 7 + words.length * SIZE.line : 0) + flows.length * SIZE.row;
  // A step with one way on needs no row for it: the line leaves from its heading.
  const isPlain = ways.length === 1 && ways[0]!.key === undefined && leading.has(0);
  const rowsTop = isPlain ? head : head + 3;
  const rows = ways.map((way, at) =>
    rowOf(way, leading.has(at), isPlain ? SIZE.header / 2 : rowsTop + (at + 0.5) * SIZE.row),
  );
  const height = isPlain || rows.length === 0 ? head : rowsTop + rows.length * SIZE.row;
  return {
    step,
    look: lookOf(step),
    ...headingOf(step),
    words,
    flows,
    rows,
    height: height > SIZE.header ? height + 6 : height,
  };
}

/** The name comes first; the verb has what is left, which is never less than a third. */
function headingOf({ name, kind }: Step): Pick<Face, 'heading' | 'verb'> {
  const room = INSIDE - 32;
  const heading = cutTo(
    name,
    Math.max(room - widthOf(kind.verb, SIZE.small), (room * 2) / 3),
    SIZE.heading,
    true,
  );
  return { heading, verb: cutTo(kind.verb, room - widthOf(heading, SIZE.heading, true), SIZE.small) };
}

function rowOf(way: Way, leadsOn: boolean, y: number): Row {
  const room = INSIDE - (way.key === undefined ? 0 : SIZE.key + 8);
  const own = widthOf(way.label, SIZE.small) + GAP;
  const pill =
    leadsOn || way.target === undefined
      ? ''
      : cutTo(way.target, Math.max(room - own, room / 2) - PILL_ENDS, SIZE.small);
  const taken = pill === '' ? 0 : pillWidth(pill);
  return { ...way, shown: cutTo(way.label, room - taken - GAP, SIZE.small), pill, pillWidth: taken, y };
}

/** Width of the pill for a name that was cut to fit, px. */
export function pillWidth(name: string): number {
  return Math.ceil(widthOf(name, SIZE.small)) + PILL_ENDS;
}
