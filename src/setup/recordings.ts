import { join } from 'node:path';

/**
 * Absolute folder of the recordings, whichever PBX makes them: messages stay playable when CARILLON_PBX changes. Asterisk can write
 * nowhere else, and has written here in centres that were before there was a choice.
 */
export function recordingsFolder(data: string): string {
  return join(data, 'asterisk/spool/recording');
}
