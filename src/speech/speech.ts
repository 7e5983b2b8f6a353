import type { Voices } from './persona.ts';

/** A program with the arguments and the environment that it always needs; it gets nothing of ours. */
export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How a text is to be spoken. */
export interface Delivery {
  /** The voices of a persona; the program's own where it names none. */
  readonly voices?: Voices;
  /** Without the silence before and after, so that it can be joined to other words. */
  readonly trimmed?: boolean;
  /** Given up after so many ms, for each stretch of one language; 20,000 when not said. */
  readonly timeoutMs?: number;
}

/** Makes sound files that any PBX plays: WAV, 8 kHz, mono, 16 bit. */
export interface Speech {
  /** Names the program and its ordinary voice, so that a change of voice makes new files. */
  readonly voice: string;
  /** Speaks `text` into `file`. @throws Refused `speech-failed` */
  speak(text: string, language: string, file: string, delivery?: Delivery): Promise<void>;
  /** Converts a recording of any common format into `file`. @throws Refused `recording-unreadable` */
  convert(recording: string, file: string): Promise<void>;
}
