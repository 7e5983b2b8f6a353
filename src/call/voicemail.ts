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
