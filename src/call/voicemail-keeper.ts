import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CallStore } from './store.ts';
import { holdsMessage, messageIn } from './voicemail.ts';

export interface VoicemailKeeperParts {
  readonly calls: Pick<CallStore, 'byId' | 'keepVoicemail'>;
  /** Absolute folder of the recordings. */
  readonly recordings: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A finished recording, as the PBX tells of it. */
interface Finished {
  readonly recording: string;
  readonly file: string;
  readonly durationMs: number;
}

/** A file that has not grown for this long is finished, ms. */
const FINISHED_MS = 30_000;

/** 8 kHz, 16 bit, one channel. */
const BYTES_PER_MS = 16;
const WAV_HEADER_BYTES = 44;

/** Keeps messages by the id of their recording alone: whether the caller hung up, the step was aborted or the daemon died. */
export class VoicemailKeeper {
  readonly #parts: VoicemailKeeperParts;

  constructor(parts: VoicemailKeeperParts) {
    this.#parts = parts;
  }

  /** Keeps the message in a recording, if it is one. Keeping it again changes nothing. */
  async keep({ recording, file, durationMs }: Finished): Promise<void> {
    const { calls, clock, log } = this.#parts;
    const message = messageIn(recording);
    if (!message || !holdsMessage({ durationMs })) return;
    try {
      const ani = (await calls.byId(message.callId))?.ani ?? '';
      await calls.keepVoicemail({ id: recording, ...message, ani, file, durationMs, at: clock.now() });
    } catch (thrown) {
      // The file stays: the next sweep finds it.
      log.error({ recording, reason: messageOf(thrown) }, 'a message could not be kept yet');
    }
  }

  /** Finds messages whose end nobody heard of, because the daemon was not there or the store took no writes. */
  async sweep(): Promise<void> {
    const { recordings, clock, log } = this.#parts;
    try {
      for (const name of await readdir(recordings)) {
        if (!name.endsWith('.wav')) continue;
        const file = join(recordings, name);
        const { mtimeMs, size } = await stat(file);
        if (clock.now() - mtimeMs < FINISHED_MS) continue;
        const durationMs = Math.max(0, (size - WAV_HEADER_BYTES) / BYTES_PER_MS);
        await this.keep({ recording: basename(name, '.wav'), file, durationMs });
      }
    } catch (thrown) {
      log.error({ reason: messageOf(thrown) }, 'the recordings could not be looked through');
    }
  }
}
