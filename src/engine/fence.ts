import { Refused } from '../base/errors.ts';
import { type Pbx, PbxError } from '../pbx/pbx.ts';

/** Keeps a daemon that has been replaced from doing harm, such as one that was frozen and thaws. */
export interface Fence {
  /** Asks now whether this daemon may act. */
  holds(): boolean;
  /** True for good once another daemon has taken over, as far as this one has heard. */
  readonly isReplaced: boolean;
}

/** Another daemon runs the centre: whatever this one was about to write is not its business any more. */
export class Replaced extends Refused {
  constructor() {
    super('replaced', 'Another daemon has taken over this centre; ask again, it answers in a moment.');
  }
}

/** The same PBX behind a fence: a daemon that may not act sends it no command, and hears nothing from it. */
export function fenced(pbx: Pbx, fence: Fence): Pbx {
  const asking =
    <Args extends unknown[], Result>(command: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      fence.holds()
        ? command.apply(pbx, args)
        : Promise.reject(new PbxError('link-down', 'this daemon may not act: another may have taken over'));
  return {
    start: (listener) =>
      pbx.start((event) => {
        if (!fence.isReplaced) listener(event);
      }),
    stop: () => pbx.stop(),
    snapshot: asking(pbx.snapshot),
    phones: asking(pbx.phones),
    answer: asking(pbx.answer),
    ring: asking(pbx.ring),
    hangup: asking(pbx.hangup),
    play: asking(pbx.play),
    stopPlayback: asking(pbx.stopPlayback),
    startMusic: asking(pbx.startMusic),
    stopMusic: asking(pbx.stopMusic),
    record: asking(pbx.record),
    stopRecording: asking(pbx.stopRecording),
    sendDigits: asking(pbx.sendDigits),
    originate: asking(pbx.originate),
    connect: asking(pbx.connect),
    disconnect: asking(pbx.disconnect),
    detectMachine: asking(pbx.detectMachine),
    overhear: asking(pbx.overhear),
    stopOverhearing: asking(pbx.stopOverhearing),
  };
}
