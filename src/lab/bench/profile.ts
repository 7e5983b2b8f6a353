/** Reads a CPU profile of V8: which code takes the time. */
import type { Profiler } from 'node:inspector';

const LINES = 40;
/** Not work of the program: it waits, or the time is nobody's. */
const NO_WORK = new Set(['(idle)', '(root)', '(program)']);

interface Frame {
  /** `src/engine/turn.ts`, the name of a package, `node:net`, or `native`. */
  readonly place: string;
  readonly text: string;
  readonly isOurs: boolean;
  readonly parent?: Frame;
}

/**
 * Where the time goes, µs per call: by functions with their own time, and by functions of the project with what they call outside of it.
 * Samples are taken by the clock on the wall, also while another program has the processor, so only their shares count.
 * @param cpuUs processor time of a call, µs
 */
export function costliest(profile: Profiler.Profile, cpuUs: number): string {
  const frames = framesOf(profile);
  const [places, functions, causes] = [new Sums(), new Sums(), new Sums()];
  profile.samples?.forEach((id, at) => {
    const frame = frames.get(id);
    if (!frame) return;
    const us = profile.timeDeltas?.[at] ?? 0;
    places.add(frame.place.replace(/\/[^/]*\.ts$/, ''), us);
    functions.add(frame.text, us);
    causes.add(causeOf(frame).text, us);
  });
  return [
    places.list('by place', cpuUs),
    functions.list('by function, its own time', cpuUs),
    causes.list('by function of ours, with what it calls in libraries, Node and the system', cpuUs),
  ].join('\n');
}

/** By node; none for what is no work. */
function framesOf(profile: Profiler.Profile): Map<number, Frame> {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const frames = new Map<number, Frame>();
  const visit = (id: number, parent?: Frame): void => {
    const node = byId.get(id);
    if (!node) return;
    const { functionName, url, lineNumber } = node.callFrame;
    const place = placeOf(url);
    const text = `${functionName || '(anonymous)'}  ${place}:${lineNumber + 1}`;
    const frame = { place, text, isOurs: place.startsWith('src/'), ...(parent && { parent }) };
    if (!NO_WORK.has(functionName)) frames.set(id, frame);
    for (const child of node.children ?? []) visit(child, frame);
  };
  if (profile.nodes[0]) visit(profile.nodes[0].id);
  return frames;
}

/** The innermost function of ours that this happens for; the outermost one where there is none. */
function causeOf(frame: Frame): Frame {
  if (frame.isOurs || !frame.parent?.parent) return frame;
  return causeOf(frame.parent);
}

function placeOf(url: string): string {
  if (url === '') return 'native';
  const packaged = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return packaged ?? url.replace(/^.*\/src\//, 'src/');
}

class Sums {
  readonly #sums = new Map<string, number>();
  #all = 0;

  add(key: string, us: number): void {
    this.#sums.set(key, (this.#sums.get(key) ?? 0) + us);
    this.#all += us;
  }

  /** The largest, scaled so that all together are `total`. */
  list(title: string, total: number): string {
    const largest = [...this.#sums].sort(([, a], [, b]) => b - a).slice(0, LINES);
    const lines = largest.map(
      ([key, us]) => `${((us / this.#all) * total).toFixed(1).padStart(8)}  ${key}\n`,
    );
    return `${title}, µs per call\n${lines.join('')}`;
  }
}
