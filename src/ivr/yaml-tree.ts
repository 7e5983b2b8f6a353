import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { type Said, said } from '../base/said.ts';

/** A piece of a YAML text with the place where it begins, in characters. */
export type YamlNode =
  | { readonly kind: 'scalar'; readonly start: number; readonly value: Scalar }
  | { readonly kind: 'list'; readonly start: number; readonly items: readonly YamlNode[] }
  | { readonly kind: 'map'; readonly start: number; readonly entries: ReadonlyMap<string, YamlEntry> };

export interface YamlEntry {
  /** Where its name begins. */
  readonly start: number;
  readonly node: YamlNode;
}

type Scalar = string | number | boolean | null;

/** Told what is wrong, and where, in characters. */
export type Complaint = (start: number, message: string | Said, hint: string) => void;

/** Nothing that people write goes deeper. */
const MAX_DEPTH = 30;

/** Names that mean something to the machine and nothing to people. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a YAML text as maps, lists and plain values: no anchors, no tags, no second document, no name twice.
 * @throws YAMLException of js-yaml where it is no YAML
 */
export function readTree(text: string, complain: Complaint): YamlNode | undefined {
  return new TreeReader(text, complain).read();
}

class TreeReader {
  readonly #text: string;
  readonly #complain: Complaint;
  readonly #events: readonly Event[];
  #next = 0;

  constructor(text: string, complain: Complaint) {
    this.#text = text;
    this.#complain = complain;
    this.#events = parseEvents(text, { maxDepth: MAX_DEPTH });
  }

  read(): YamlNode | undefined {
    if (this.#events[this.#next]?.type !== EVENT_ID.DOCUMENT) return undefined;
    this.#next += 1;
    const tree = this.#node(0);
    this.#next += 1;
    if (this.#events.length > this.#next) {
      const second = this.#text.indexOf('\n---') + 1;
      this.#complain(second, 'a second document begins here', 'make it a file of its own');
    }
    return tree;
  }

  /** @param above where the thing begins that this one belongs to: for what is empty */
  #node(above: number): YamlNode {
    const event = this.#events[this.#next++]!;
    switch (event.type) {
      case EVENT_ID.SCALAR:
        this.#refuseMarks(event);
        return { kind: 'scalar', start: startOf(event, above), value: this.#valueOf(event) };
      case EVENT_ID.SEQUENCE: {
        this.#refuseMarks(event);
        const items: YamlNode[] = [];
        while (!this.#takeEnd()) items.push(this.#node(event.start));
        return { kind: 'list', start: event.start, items };
      }
      case EVENT_ID.MAPPING: {
        this.#refuseMarks(event);
        const entries = new Map<string, YamlEntry>();
        while (!this.#takeEnd()) this.#entry(entries, event.start);
        return { kind: 'map', start: event.start, entries };
      }
      default: {
        const start = 'anchorStart' in event ? event.anchorStart - 1 : above;
        this.#complain(
          start,
          'an alias (*) cannot be used here',
          'write it out, or put the text into quotes',
        );
        return { kind: 'scalar', start, value: null };
      }
    }
  }

  #entry(entries: Map<string, YamlEntry>, above: number): void {
    const key = this.#node(above);
    const { start } = key;
    const node = this.#node(start);
    if (key.kind !== 'scalar')
      return this.#complain(start, 'a name has to be plain text', 'put text with {, [ or " into quotes');
    const name = String(key.value);
    if (FORBIDDEN.has(name)) this.#complain(start, said`"${name}" cannot be a name`, 'choose another');
    // `1` and `"1"` are two names for YAML and one for everybody else.
    if (entries.has(name)) this.#complain(start, said`"${name}" is there twice`, 'take one of them out');
    else entries.set(name, { start, node });
  }

  #takeEnd(): boolean {
    if (this.#events[this.#next]?.type !== EVENT_ID.POP) return false;
    this.#next += 1;
    return true;
  }

  #refuseMarks({ anchorStart, tagStart }: { readonly anchorStart: number; readonly tagStart: number }): void {
    if (anchorStart >= 0)
      this.#complain(
        anchorStart - 1,
        'an anchor (&) cannot be used here',
        'write it out, or put the text into quotes',
      );
    if (tagStart >= 0) this.#complain(tagStart, 'a tag (!) cannot be used here', 'put the text into quotes');
  }

  #valueOf(event: ScalarEvent): Scalar {
    if (event.valueStart < 0) return null;
    const value = getScalarValue(this.#text, event);
    return event.style === SCALAR_STYLE.PLAIN ? plainValue(value) : value;
  }
}

function startOf({ valueStart, style }: ScalarEvent, above: number): number {
  if (valueStart < 0) return above;
  // The quote is part of what people see.
  return style === SCALAR_STYLE.DOUBLE_QUOTED || style === SCALAR_STYLE.SINGLE_QUOTED
    ? valueStart - 1
    : valueStart;
}

/** What is not in quotes, by the core schema (YAML 1.2.2, 10.3.2), without the numbers that are none. */
function plainValue(text: string): Scalar {
  if (/^(~|null|Null|NULL|)$/.test(text)) return null;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  return text;
}

/** The tree as plain data. */
export function plainData(node: YamlNode | undefined): unknown {
  switch (node?.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainData);
    case 'map':
      return Object.fromEntries([...node.entries].map(([name, entry]) => [name, plainData(entry.node)]));
    default:
      return undefined;
  }
}
