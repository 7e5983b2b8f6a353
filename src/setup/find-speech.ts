import { messageOf, Refused } from '../base/errors.ts';
import type { Tool } from '../speech/speech.ts';
import { isUnpacked, onPath, programIn, unpackPrivateRoot } from './private-root.ts';
import { plainProgram } from './run-program.ts';
import type { Settings } from './settings.ts';

/** The programs that make prompts. */
export interface SpeechTools {
  readonly espeak: Tool;
  readonly sox: Tool;
}

/**
 * Finds espeak-ng and sox: in the private root when there is one (its Mandarin is the newer), else on the PATH.
 * Undefined when there are none.
 */
export function findSpeech(settings: Settings): SpeechTools | undefined {
  const { pbxRoot } = settings;
  if (isUnpacked(pbxRoot)) {
    return { espeak: programIn(pbxRoot, 'usr/bin/espeak-ng'), sox: programIn(pbxRoot, 'usr/bin/sox') };
  }
  const espeak = onPath('espeak-ng');
  const sox = onPath('sox');
  return espeak && sox ? { espeak: plainProgram(espeak), sox: plainProgram(sox) } : undefined;
}

/** The same, with the private root unpacked when neither is there. @throws Refused with a sentence for the operator */
export async function ensureSpeech(
  settings: Settings,
  onProgress: (line: string) => void,
): Promise<SpeechTools> {
  const found = findSpeech(settings);
  if (found) return found;
  try {
    await unpackPrivateRoot(settings.pbxRoot, onProgress);
  } catch (thrown) {
    throw new Refused(
      'no-speech',
      `espeak-ng and sox, which make the prompts, are missing. Run: sudo apt-get install espeak-ng sox (${messageOf(thrown)})`,
    );
  }
  return ensureSpeech(settings, onProgress);
}
