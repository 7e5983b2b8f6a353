import type { LogEvent } from '../engine/changes.ts';

/** What a caller does for a while: listens to the flow, waits, waits while a phone rings, talks, is held. */
export type Doing = 'flow' | 'wait' | 'ring' | 'talk' | 'hold';

/** A part of a call. UTC ms. */
export interface Stretch {
  readonly doing: Doing;
  readonly from: number;
  readonly to: number;
}

/** What he does after an event of this type; `back`: what he did before it rang. */
const AFTER: Readonly<Record<string, Doing | 'back' | 'end'>> = {
  CallArrived: 'flow',
  CallQueued: 'wait',
  CallRequeued: 'wait',
  CallOffered: 'ring',
  CallDialled: 'ring',
  LegFailed: 'back',
  CallConnected: 'talk',
  CallHeld: 'hold',
  ConsultStarted: 'hold',
  CallResumed: 'talk',
  ConferenceBegan: 'talk',
  CallDisconnected: 'flow',
  CallLeftQueue: 'flow',
  CallEnded: 'end',
};

/** The parts of a call, in order. @param now where one that goes on is cut off, UTC ms */
export function stretchesOf(events: readonly LogEvent[], now: number): Stretch[] {
  const stretches: Stretch[] = [];
  let present: { readonly doing: Doing; readonly from: number } | undefined;
  let before: Doing = 'flow';
  const end = (to: number): void => {
    if (present && to > present.from) stretches.push({ ...present, to });
    present = undefined;
  };
  for (const { type, at } of events) {
    const next = AFTER[type];
    if (!next) continue;
    if (next === 'ring' && present && present.doing !== 'ring') before = present.doing;
    const doing = next === 'back' ? before : next;
    if (doing === present?.doing) continue;
    end(at);
    if (doing === 'end') return stretches;
    present = { doing, from: at };
  }
  end(now);
  return stretches;
}
