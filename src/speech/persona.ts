/** How a speech program is set for a voice. */
export interface VoiceStyle {
  /** The program's own name of a voice, such as `cmn-latn-pinyin+f3`. */
  readonly voice?: string;
  /** As the program counts it; espeak-ng: words per minute, 80 to 450. */
  readonly speed?: number;
  /** As the program counts it; espeak-ng: 0 to 99. */
  readonly pitch?: number;
}

/** A voice by language. */
export type Voices = Readonly<Record<string, VoiceStyle>>;

/** Who a line sounds like: its recordings, its music, its voices. */
export interface Persona {
  /** Name of the folder of its recordings, beside those of the languages. */
  readonly prompts?: string;
  /** Music class for those who wait. */
  readonly music?: string;
  readonly voices?: Voices;
}
