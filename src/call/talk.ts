import type { Endpoint } from '../pbx/pbx.ts';
import type { Place } from './call.ts';

/** What a caller and a leg have to say to each other, whether or not he hears it just now. */
export interface Talk {
  readonly leg: string;
  /** When it began. */
  readonly since: number;
  /** The place in the queue that the caller came from. */
  readonly place?: Place;
  /** When the talk has to be over. */
  readonly until?: number;
  /** The leg whose bridge they are in, when it is another one's: of a conference that one left. */
  readonly bridgeOf?: string;
  /** They have been connected before, and were apart since. */
  readonly again?: true;
}

/** A third one in a talk. */
export interface Party {
  readonly leg: string;
  /** The leg whose bridge they are in, when it is that of another one: of the same agent, whose page was loaded anew. */
  readonly bridgeOf?: string;
  /** When his talk has to be over. */
  readonly until?: number;
}

/** Somebody whom the agent asks while the caller waits. */
export interface Consult {
  readonly leg: string;
  /** See `Party`. */
  readonly bridgeOf?: string;
  /** Until then he may ring; undefined: he has answered. */
  readonly ringUntil?: number;
  /** When his talk has to be over. */
  readonly until?: number;
  readonly maxTalkMs?: number;
}

/** What an agent wants of his talk. Refused where it does not fit. */
export type TalkInput =
  | { readonly type: 'Hold'; readonly music: string }
  | { readonly type: 'Resume' }
  | ({ readonly type: 'Transfer'; readonly music: string } & NewLeg)
  | {
      readonly type: 'TransferToQueue';
      readonly queue: string;
      readonly maxWaitMs: number;
      readonly music: string;
    }
  | ({ readonly type: 'Consult'; readonly music: string } & NewLeg)
  /** The agent leaves the caller to the one whom he asked. */
  | { readonly type: 'Complete' }
  /** The one whom he asked is let go. */
  | { readonly type: 'Cancel' }
  | { readonly type: 'Confer' };

/** A leg that is to be dialled. `agent`: who sits there. `writtenBy`: see `Leg`. */
export interface NewLeg {
  readonly leg: string;
  readonly to: Endpoint;
  readonly agent?: string;
  readonly writtenBy?: string;
  readonly ringMs: number;
  readonly maxTalkMs?: number;
}
