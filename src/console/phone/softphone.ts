import type { DeviceKind } from './microphone.ts';

/**
 * - `no-microphone`: there is none, or the page may not use it
 * - `taken-over`: another page is the phone of this agent
 * - `lost`: the server is away; the phone comes back by itself
 * - `refused`: the PBX does not take the phone; it tries again by itself
 */
export type PhoneState =
  | 'off'
  | 'connecting'
  | 'registered'
  | 'ringing'
  | 'talking'
  | 'no-microphone'
  | 'taken-over'
  | 'lost'
  | 'refused';

/** The telephone in the page. Hold, transfer and conference are the server's. */
export interface Softphone {
  readonly state: PhoneState;
  readonly muted: boolean;
  /** False while the server is away; a talk goes on. */
  readonly connected: boolean;
  /** Id of the call that rings or talks, '' for none. */
  readonly call: string;
  /** Calls are answered without a click. */
  readonly answersItself: boolean;
  /** The microphone is gone and the talk goes on without: nobody hears him until there is another. */
  readonly silent: boolean;
  /** Becomes the phone, unless another page is; tries at once what it would try later. @throws RefusedByApi */
  start(): Promise<void>;
  /** Becomes the phone in any case; a talk goes on here. @throws RefusedByApi */
  takeOver(): Promise<void>;
  /** Is no phone any more; a talk is hung up. */
  stop(): void;
  answer(): void;
  /** Declines what rings. */
  hangUp(): void;
  mute(on: boolean): void;
  /** @param digit 0 to 9, * or # */
  sendDigit(digit: string): void;
  answerItself(on: boolean): void;
  /** @param id '' for the device of the system */
  choose(kind: DeviceKind, id: string): Promise<void>;
  /** Returns what ends it. */
  onChange(listener: () => void): () => void;
}
