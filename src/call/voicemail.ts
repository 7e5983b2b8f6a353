/** A message that a caller left. */
export interface Voicemail {
  readonly id: string;
  readonly callId: string;
  readonly box: string;
  readonly ani: string;
  /** Absolute path of the WAV file. */
  readonly file: string;
  readonly durationMs: number;
  /** UTC ms. */
  readonly at: number;
  readonly heardBy?: string;
}

/** A recording shorter than this holds no message, ms. */
const MIN_MESSAGE_MS = 2000;

/** False for a recording in which nobody left a message. */
export function holdsMessage(recording: { readonly durationMs: number }): boolean {
  return recording.durationMs >= MIN_MESSAGE_MS;
}

/** Id of the recording of a message: whoever finds it knows whose it is and where it belongs. */
export function recordingOf(call: string, run: number, box: string): string {
  return `vm-${call}-${run}-${box}`;
}

/** Reads such an id; undefined when it is none. */
export function messageIn(recording: string): { readonly callId: string; readonly box: string } | undefined {
  const parts = /^vm-(call-[0-9a-z]+-[0-9a-z]+)-\d+-([A-Za-z0-9_-]+)$/.exec(recording);
  return parts?.[1] !== undefined && parts[2] !== undefined ? { callId: parts[1], box: parts[2] } : undefined;
}

/** Id of a recording of what a caller said, which belongs to no box. */
export function statementOf(call: string, run: number): string {
  return `rec-${call}-${run}`;
}

/** True for the recording of a statement that was made in this call. */
export function isStatement(recording: string, call: string): boolean {
  return recording.startsWith(`rec-${call}-`) && /^\d+$/.test(recording.slice(`rec-${call}-`.length));
}

/** The call in which a recording of ours was made; undefined for one that is not ours. */
export function callOfRecording(recording: string): string | undefined {
  return messageIn(recording)?.callId ?? /^rec-(call-[0-9a-z]+-[0-9a-z]+)-\d+$/.exec(recording)?.[1];
}
