import type { Stats } from 'node:fs';
import { lstat, open, readdir, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { mendedSizes, WAV_HEAD_BYTES } from '../speech/wav.ts';
import type { CallStore } from './store.ts';
import { callOfRecording, holdsMessage, messageIn } from './voicemail.ts';

export interface VoicemailKeeperParts {
  readonly calls: Pick<CallStore, 'byId' | 'keepVoicemail' | 'voicemail'>;
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
/** A recording of nothing goes after this: none lasts so long, so it is certainly over, ms. */
const SILENCE_KEPT_MS = 60 * 60_000;
/** The record of a call that is not there by now will never come, ms. */
const ORPHAN_MS = 60 * 60_000;

/** 8 kHz, 16 bit, one channel. */
const BYTES_PER_MS = 16;
const WAV_HEADER_BYTES = 44;
/** Sound comes in pieces of so many ms; less is the torn end of a file. */
const PACKET_MS = 20;
const RIFF_SIZE_AT = 4;

/** Keeps messages by the id of their recording alone: whether the caller hung up, the step was aborted or the daemon died. */
export class VoicemailKeeper {
  readonly #parts: VoicemailKeeperParts;

  constructor(parts: VoicemailKeeperParts) {
    this.#parts = parts;
  }

  /** Keeps the message in a recording, if it is one. Keeping it again changes nothing. @param isOrphan its call has no record */
  async keep({ recording, file, durationMs }: Finished, isOrphan = false): Promise<void> {
    const { calls, clock, log } = this.#parts;
    const message = messageIn(recording);
    if (!message || !holdsMessage({ durationMs })) return;
    try {
      const call = await calls.byId(message.callId);
      // Its record may still be on the way to the store: the next sweep finds both.
      if (!call && !isOrphan) return;
      const ani = call?.ani ?? '';
      await calls.keepVoicemail({ id: recording, ...message, ani, file, durationMs, at: clock.now() });
    } catch (thrown) {
      // The file stays: the next sweep finds it.
      log.error(
        { call: message.callId, recording, reason: messageOf(thrown) },
        'a message could not be kept yet',
      );
    }
  }

  /**
   * Finds messages whose end nobody heard of, because the daemon was not there or the store took no writes. Recordings that the PBX left
   * unfinished when it died are finished first, those of no message too.
   */
  async sweep(): Promise<void> {
    const { recordings, clock, log } = this.#parts;
    try {
      for (const name of await readdir(recordings)) {
        if (!name.endsWith('.wav')) continue;
        const file = join(recordings, name);
        const recording = basename(name, '.wav');
        const found = await lstat(file);
        if (!found.isFile() || callOfRecording(recording) === undefined) continue;
        if (clock.now() - found.mtimeMs < FINISHED_MS) continue;
        const isSound = await this.#finish(file, found);
        const soundMs = Math.max(0, (found.size - WAV_HEADER_BYTES) / BYTES_PER_MS);
        // As the PBX counts, whose word the caller had: a second that has begun is a whole one.
        const durationMs = Math.ceil((soundMs - (soundMs % PACKET_MS)) / 1000) * 1000;
        const ageMs = clock.now() - found.mtimeMs;
        const isMessage = messageIn(recording) !== undefined;
        if (isMessage && holdsMessage({ durationMs }))
          await this.keep({ recording, file, durationMs }, ageMs > ORPHAN_MS);
        else if (isMessage && isSound && ageMs > SILENCE_KEPT_MS) await this.#discard(recording, file);
      }
    } catch (thrown) {
      log.error({ reason: messageOf(thrown) }, 'the recordings could not be looked through');
    }
  }

  /** Nobody said anything, and the caller was told so. The PBX counts in whole seconds: what it called a message stays. */
  async #discard(recording: string, file: string): Promise<void> {
    if (await this.#parts.calls.voicemail(recording)) return;
    await unlink(file);
  }

  /** Mends the header of a recording that was never finished. False for what is no recording, which is kept as it is. */
  async #finish(file: string, { size, atime, mtime }: Stats): Promise<boolean> {
    const { log } = this.#parts;
    try {
      const handle = await open(file, 'r+');
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(WAV_HEAD_BYTES), 0, WAV_HEAD_BYTES, 0);
        const sizes = mendedSizes(buffer.subarray(0, bytesRead), size);
        if (!sizes) return buffer.toString('latin1', 0, 4) === 'RIFF';
        await handle.truncate(sizes.fileBytes);
        await handle.write(fourBytes(sizes.data), 0, 4, sizes.at);
        await handle.write(fourBytes(sizes.riff), 0, 4, RIFF_SIZE_AT);
        // When it was said, not when it was mended.
        await handle.utimes(atime, mtime);
        log.warn({ file, bytes: sizes.data }, 'a recording that the PBX left unfinished is mended');
        return true;
      } finally {
        await handle.close();
      }
    } catch (thrown) {
      log.error({ file, reason: messageOf(thrown) }, 'a recording could not be mended');
      return false;
    }
  }
}

function fourBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
