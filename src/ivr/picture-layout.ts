import type { Flow, Step } from './flow.ts';
import { type Face, faceOf, SIZE } from './picture-card.ts';
import { waysOf } from './picture-ways.ts';

/** A card and where it stands, px. */
export interface Card extends Face {
  readonly x: number;
  readonly y: number;
}

/** A line from a row of one card to the next card, px. */
export interface Line {
  readonly from: string;
  readonly to: string;
  /** Ways out of `from` that it stands for. */
  readonly exits: readonly string[];
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Where a tree begins. */
export interface Root {
  readonly label: 'start' | 'on error' | 'not reached';
  readonly step: string;
  /** Its step is drawn in another tree. */
  readonly elsewhere: boolean;
  /** Left, and the middle of it, px. */
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly cards: readonly Card[];
  readonly lines: readonly Line[];
  readonly roots: readonly Root[];
  /** Right and lower end, px. */
  readonly width: number;
  readonly height: number;
}

/** Room for the name of a tree before its first card, px. */
export const ROOT_WIDTH = 96;
const BETWEEN_COLUMNS = 76;
const BETWEEN_SIBLINGS = 20;
const BETWEEN_COUSINS = 36;
const BETWEEN_TREES = 56;
/** How far a card stands below its first child: so a large tree still begins near its upper left corner. */
const DOWN_AT_MOST = 150;

/** A step in its tree, before it has its place. */
interface Node {
  readonly step: Step;
  readonly depth: number;
  readonly face: Face;
  readonly children: Node[];
  /** Row of the parent's card from which the line comes. */
  readonly row: number;
  /** Top of the card, px: relative to its parent's, in the end from the top of the picture. */
  y: number;
}

/**
 * Places every step of a flow once, in trees from left to right: that of the start, that of `on-error` where it is
 * another one, and those that no way leads to. A step stands where the shortest way reaches it.
 * @param language in which words are shown; @param top where the first tree begins, px
 */
export function layOut(flow: Flow, language: string, top = 0): Layout {
  const cards: Card[] = [];
  const lines: Line[] = [];
  const roots: Root[] = [];
  const seen = new Set<string>();
  let y = top;
  const begin = (label: Root['label'], name: string): void => {
    const step = flow.steps.get(name);
    if (!step) return;
    const elsewhere = seen.has(name);
    if (elsewhere) {
      roots.push({ label, step: name, elsewhere, x: 0, y: y + SIZE.header / 2 });
      y += SIZE.header + BETWEEN_TREES;
      return;
    }
    const nodes = treeOf(flow, step, language, seen);
    y = place(nodes, y) + BETWEEN_TREES;
    for (const node of nodes) {
      cards.push({ ...node.face, x: columnOf(node), y: node.y });
      for (const child of node.children) lines.push(lineTo(node, child));
    }
    roots.push({ label, step: name, elsewhere, x: 0, y: nodes[0]!.y + SIZE.header / 2 });
  };
  begin('start', flow.start);
  if (flow.onError !== undefined) begin('on error', flow.onError);
  for (const name of flow.steps.keys()) if (!seen.has(name)) begin('not reached', name);
  return {
    cards,
    lines,
    roots,
    width: Math.max(...cards.map((card) => card.x)) + SIZE.card,
    height: y - BETWEEN_TREES,
  };
}

function columnOf(node: Node): number {
  return ROOT_WIDTH + node.depth * (SIZE.card + BETWEEN_COLUMNS);
}

function lineTo(node: Node, child: Node): Line {
  return {
    from: node.step.name,
    to: child.step.name,
    exits: node.face.rows[child.row]!.exits,
    x1: columnOf(node) + SIZE.card,
    y1: node.y + node.face.rows[child.row]!.y,
    x2: columnOf(child),
    y2: child.y + SIZE.header / 2,
  };
}

/** The steps that are first reached from `root`, breadth first: so each stands where its shortest way ends. */
function treeOf(flow: Flow, root: Step, language: string, seen: Set<string>): Node[] {
  const nodes: Node[] = [];
  const waiting: { readonly step: Step; readonly row: number; readonly parent?: Node }[] = [
    { step: root, row: 0 },
  ];
  seen.add(root.name);
  for (const { step, row, parent } of waiting) {
    const found: { readonly step: Step; readonly row: number }[] = [];
    for (const [at, { target }] of waysOf(step).entries()) {
      const next = target === undefined ? undefined : flow.steps.get(target);
      if (!next || seen.has(next.name)) continue;
      seen.add(next.name);
      found.push({ step: next, row: at });
    }
    const face = faceOf(flow, step, language, new Set(found.map((one) => one.row)));
    const node: Node = { step, face, row, depth: parent ? parent.depth + 1 : 0, children: [], y: 0 };
    parent?.children.push(node);
    nodes.push(node);
    waiting.push(...found.map((one) => ({ ...one, parent: node })));
  }
  return nodes;
}

/** How far a subtree reaches up and down in each of its columns, px from the top of its first card. */
type Outline = { top: number; bottom: number }[];

/**
 * Gives every card its `y`, parents before children in `nodes`. Subtrees move together until their outlines touch, and a
 * parent stands in the middle of its children as long as they are few (Reingold and Tilford 1981, with cards of any height).
 * @param top of the tree, px
 * @returns the lower end of the tree, px
 */
function place(nodes: readonly Node[], top: number): number {
  const outlines = new Map<Node, Outline>();
  for (const node of nodes.toReversed()) {
    const below: Outline = [];
    for (const child of node.children) child.y = append(below, outlines.get(child)!);
    const middle = Math.min(
      meanOf(node.children.map((child) => child.y + SIZE.header / 2 - node.face.rows[child.row]!.y)),
      DOWN_AT_MOST,
    );
    for (const child of node.children) child.y -= middle;
    const own = { top: 0, bottom: node.face.height };
    outlines.set(node, [
      own,
      ...below.map((one) => ({ top: one.top - middle, bottom: one.bottom - middle })),
    ]);
    for (const child of node.children) outlines.delete(child);
  }
  const whole = outlines.get(nodes[0]!)!;
  nodes[0]!.y = top - Math.min(...whole.map((one) => one.top));
  for (const node of nodes) for (const child of node.children) child.y += node.y;
  return nodes[0]!.y + Math.max(...whole.map((one) => one.bottom));
}

/** Puts a subtree below those that are already in `outline`. @returns where its first card begins */
function append(outline: Outline, subtree: Outline): number {
  let y = outline.length === 0 ? 0 : Number.NEGATIVE_INFINITY;
  for (const [depth, { top }] of subtree.entries()) {
    const above = outline[depth];
    if (above) y = Math.max(y, above.bottom + (depth === 0 ? BETWEEN_SIBLINGS : BETWEEN_COUSINS) - top);
  }
  for (const [depth, { top, bottom }] of subtree.entries())
    outline[depth] = { top: outline[depth]?.top ?? top + y, bottom: bottom + y };
  return y;
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}
