import { isWebPhone } from '../agent/web-phone.ts';
import type { Log } from '../base/log.ts';
import type { FlowRunner } from '../ivr/run.ts';
import type { PbxEvent } from '../pbx/pbx.ts';
import type { Gate } from './gate.ts';
import type { EngineInput } from './input.ts';
import type { PbxHealth } from './pbx-health.ts';
import type { Snapshots } from './snapshots.ts';
import type { CentreState } from './state.ts';

export interface PbxListenerParts {
  readonly state: CentreState;
  readonly gate: Gate;
  readonly runner: FlowRunner;
  readonly health: PbxHealth;
  readonly snapshots: Snapshots;
  readonly log: Log;
  /** False for what is thrown away, because too much waits. @param must is never thrown away */
  readonly post: (input: EngineInput, must?: boolean) => boolean;
  /** A recording has ended, whether or not anybody waits for it. */
  readonly recorded: (recording: Extract<PbxEvent, { type: 'RecordingEnded' }>) => void;
  /** Another daemon has taken over: this one must end. */
  readonly replaced: () => void;
}

/** Passes on what the PBX says: to the mailbox, to the step that waits for it, or to who looks after the PBX itself. */
export class PbxListener {
  readonly #parts: PbxListenerParts;

  constructor(parts: PbxListenerParts) {
    this.#parts = parts;
  }

  hear(event: PbxEvent): void {
    const { state, gate, runner, health, snapshots, log, post, recorded, replaced } = this.#parts;
    switch (event.type) {
      case 'ChannelArrived':
        if (gate.admits(event) && !post(event)) gate.entered(event.channel);
        return;
      case 'LegRinging':
      case 'LegAnswered':
      case 'ChannelEnded':
        return void post(event);
      case 'DigitPressed':
        // Whom we called ourselves is a leg and the caller.
        if (state.callOfLeg(event.channel) && !state.callOfChannel(event.channel)) return void post(event);
        return runner.feed(event);
      case 'RecordingEnded':
        recorded(event);
        return void post(event);
      case 'LinkUp':
        health.hear(event);
        return snapshots.linked(event.restarted);
      case 'LinkDown':
        state.isBlind = true;
        return health.hear(event);
      case 'PbxTrouble':
        health.hear(event);
        return this.#heardOfPhones(event);
      case 'Replaced':
        log.error({}, 'another daemon has taken over this PBX; this one ends');
        return replaced();
      case 'PhoneStatusChanged': {
        const { extension, registered } = event;
        log.debug({ extension, registered }, 'phone');
        if (isWebPhone(extension)) post({ type: 'PageChanged', extension, registered }, true);
        return;
      }
      default:
        return runner.feed(event);
    }
  }

  /** What is told of single phones is in the mailbox already when all are known again. */
  #heardOfPhones({ trouble, sentence }: PbxEvent & { type: 'PbxTrouble' }): void {
    if (trouble !== 'phones-unknown') return;
    if (sentence === '') this.#parts.post({ type: 'PhonesKnown' }, true);
    else this.#parts.state.arePhonesUnknown = true;
  }
}
