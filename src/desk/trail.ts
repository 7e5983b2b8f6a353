import type { LogEvent } from '../engine/changes.ts';
import { type Flow, wordsOf } from '../ivr/flow.ts';

/** A step of a flow that a caller has been through. */
export interface TrailStep {
  readonly flow: string;
  readonly step: string;
  /** The verb of the step; '' when the flow runs no longer as he went through it. */
  readonly verb: string;
  /** The key that he pressed there, '' for none that can be told. */
  readonly key: string;
  /** What he was asked there, by language; empty where nothing was asked. */
  readonly asked: Readonly<Record<string, string>>;
}

/** More steps than these are not told: the last ones say what he wants. */
const MOST_STEPS = 30;
const KEY = /^[0-9*#]$/;

/**
 * The way of a caller through the flows, from the events of his call. Which key he pressed follows from where it led: where two keys
 * lead to the same step, neither is told.
 */
export function trailOf(
  events: readonly LogEvent[],
  flowOf: (name: string) => Flow | undefined,
): readonly TrailStep[] {
  const entered = events.filter(({ type }) => type === 'StepEntered').map(({ data }) => placeIn(data));
  const steps = entered.map((place, index) => stepAt(place, entered[index + 1], flowOf));
  return steps.slice(-MOST_STEPS);
}

interface Place {
  readonly flow: string;
  readonly version: string;
  readonly step: string;
}

function stepAt(
  { flow: name, version, step }: Place,
  next: Place | undefined,
  flowOf: (name: string) => Flow | undefined,
): TrailStep {
  const told = { flow: name, step, verb: '', key: '', asked: {} };
  const flow = flowOf(name);
  const found = flow?.version === version ? flow.steps.get(step) : undefined;
  if (!flow || !found) return told;
  const { kind, args, targets } = found;
  // While he waits for somebody he is told things, and asked nothing.
  const asks = kind.waiting === 'waits' && kind.whileWaiting === undefined;
  if (!asks) return { ...told, verb: kind.verb };
  const keys = Object.keys(targets).filter((exit) => KEY.test(exit) && targets[exit] === next?.step);
  const [prompt] = kind.prompts?.(args) ?? [];
  return {
    ...told,
    verb: kind.verb,
    key: next?.flow === name && keys.length === 1 ? keys[0]! : '',
    asked: prompt ? { ...wordsOf(flow, prompt).texts } : {},
  };
}

function placeIn(data: LogEvent['data']): Place {
  return { flow: String(data.flow), version: String(data.version), step: String(data.step) };
}
