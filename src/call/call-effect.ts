import type { HangupCause, OverhearRequest } from '../pbx/pbx.ts';
import type { Leg } from './leg.ts';

/** What the rules of a call want done. */
export type CallEffect =
  /** The step's hand-over is over: the flow goes on by this exit. */
  | { readonly do: 'takeExit'; readonly exit: string }
  | { readonly do: 'stopFlow' }
  /** He has answered: he enters the flow of his campaign. */
  | { readonly do: 'enterFlow'; readonly flow: string }
  | { readonly do: 'originate'; readonly leg: Leg; readonly ringMs: number }
  | { readonly do: 'hangup'; readonly channel: string; readonly cause: HangupCause }
  | { readonly do: 'music'; readonly class: string }
  | { readonly do: 'stopMusic' }
  /** The leg hears ringing from far away, as `playback`. */
  | { readonly do: 'ringback'; readonly leg: string; readonly playback: string }
  /** The leg is asked, as `playback`, whether it takes the call. */
  | { readonly do: 'ask'; readonly leg: string; readonly playback: string; readonly language: string }
  | { readonly do: 'quiet'; readonly playbacks: readonly string[] }
  | { readonly do: 'record'; readonly recording: string; readonly maxMs: number }
  | { readonly do: 'stopRecording'; readonly recording: string }
  /** `leg`: the one whose fault it is when that fails. */
  | {
      readonly do: 'connect';
      readonly leg: string;
      readonly bridge: string;
      readonly channels: readonly string[];
    }
  | { readonly do: 'disconnect'; readonly bridge: string }
  /** A supervisor listens; see `OverhearRequest`. */
  | ({ readonly do: 'overhear' } & OverhearRequest)
  | { readonly do: 'stopOverhearing'; readonly overhearing: string }
  /** Whoever sits at the leg is told how his talk goes. */
  | { readonly do: 'tell'; readonly leg: Leg; readonly what: 'Ring' | 'Answer' | 'Hold' | 'Resume' }
  /** Whoever sat at the leg `from` has this one from now on. */
  | { readonly do: 'reseat'; readonly leg: Leg; readonly from: string }
  /** A leg ended: whoever sat there is told. `talked`: it had been answered and connected. `gone`: its phone is lost. */
  | { readonly do: 'release'; readonly leg: Leg; readonly talked: boolean; readonly gone?: true };
