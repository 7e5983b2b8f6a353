import { asteriskItself } from './asterisk-itself.ts';
import { freeswitchItself } from './freeswitch-itself.ts';
import { PBX_UNDER_TEST } from './pbx-under-test.ts';

/** What tests ask of the PBX past the product. */
export interface PbxItself {
  /** Every channel that there is now. */
  channels(): Promise<readonly PbxChannel[]>;
  /** How many rooms there are in which channels meet. */
  rooms(): Promise<number>;
  /** Ends a channel, whoever it belongs to. */
  end(channel: string): Promise<void>;
  /** Rings this phone, and puts it where callers wait when no daemon comes back. */
  holdInSafetyNet(extension: string): Promise<void>;
  /** Listens to the keys of all callers from now on. */
  witnessKeys(): Promise<KeyWitness>;
}

export interface PbxChannel {
  readonly id: string;
  /** Its technology and its other end. */
  readonly name: string;
}

/** Sees beside the product what the PBX makes of the keys. */
export interface KeyWitness {
  /** Every key of the caller with this number, in their order. */
  keysOf(number: string): string;
  close(): void;
}

/** The PBX of this data folder; it was set up. */
export function pbxItself(data: string): PbxItself {
  return PBX_UNDER_TEST === 'asterisk' ? asteriskItself(data) : freeswitchItself(data);
}
