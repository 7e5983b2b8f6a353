import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Refused } from '../base/errors.ts';

/** Largest file, bytes. */
export const LARGEST_UPLOAD = 10 * 2 ** 30;
/** So much of the disk is left to the rest of the centre, bytes. */
const KEPT_FREE = 2 ** 30;
/** The disk is looked at again after so many bytes. */
const LOOK_EVERY = 64 * 2 ** 20;
/** What a daemon before this one did not finish is removed when it is older than that, ms. */
const FORGOTTEN_MS = 24 * 3_600_000;

const UNFINISHED = '.part';

/** What the sender says of a file. */
export interface Expected {
  readonly bytes?: number;
  /** Hexadecimal. */
  readonly sha256?: string;
}

export interface Uploaded {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes what comes into a file of `folder`, piece by piece, and checks it. What is refused leaves no file behind.
 * @param name the file's name, without a path
 * @throws Refused `bad-upload` when it is empty, cut off or not what the sender has, `upload-too-large`, `disk-full`
 */
export async function receiveUpload(
  coming: Readable,
  { folder, name, expected }: { readonly folder: string; readonly name: string; readonly expected: Expected },
): Promise<Uploaded> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await checkRoom(folder, expected.bytes ?? 0);
  const path = join(folder, name);
  const unfinished = `${path}${UNFINISHED}`;
  const meter = new Meter(folder);
  try {
    await pipeline(coming, meter, createWriteStream(unfinished, { flags: 'wx', mode: 0o600 }));
    const got = { path, bytes: meter.bytes, sha256: meter.digest() };
    checkWhole(got, expected);
    await rename(unfinished, path);
    return got;
  } catch (thrown) {
    await rm(unfinished, { force: true });
    throw refusalFor(thrown);
  }
}

/** Removes what was never finished. @param now UTC ms */
export async function forgetUnfinished(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(UNFINISHED))) {
    const path = join(folder, name);
    const file = await stat(path).catch(() => undefined);
    if (file && now - file.mtimeMs > FORGOTTEN_MS) await rm(path, { force: true });
  }
}

/** Counts and digests what passes, and looks at the disk from time to time. */
class Meter extends Transform {
  bytes = 0;
  readonly #folder: string;
  readonly #hash = createHash('sha256');
  #lookAt = LOOK_EVERY;

  constructor(folder: string) {
    super();
    this.#folder = folder;
  }

  digest(): string {
    return this.#hash.digest('hex');
  }

  override _transform(
    piece: Buffer,
    _encoding: unknown,
    done: (error?: Error, piece?: Buffer) => void,
  ): void {
    this.bytes += piece.length;
    this.#hash.update(piece);
    if (this.bytes > LARGEST_UPLOAD) return done(tooLarge());
    if (this.bytes < this.#lookAt) return done(undefined, piece);
    this.#lookAt = this.bytes + LOOK_EVERY;
    checkRoom(this.#folder, 0).then(
      () => done(undefined, piece),
      (thrown: Error) => done(thrown),
    );
  }
}

async function checkRoom(folder: string, bytes: number): Promise<void> {
  if (bytes > LARGEST_UPLOAD) throw tooLarge();
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize - bytes < KEPT_FREE) throw new Refused('disk-full', full(folder));
}

function checkWhole({ bytes, sha256 }: Uploaded, expected: Expected): void {
  if (bytes === 0) throw new Refused('bad-upload', 'The file is empty');
  if (expected.bytes !== undefined && expected.bytes !== bytes)
    throw new Refused(
      'bad-upload',
      `${bytes} bytes came of ${expected.bytes}: the file was cut off. Send it again`,
      { bytes },
    );
  if (expected.sha256 !== undefined && expected.sha256.toLowerCase() !== sha256)
    throw new Refused('bad-upload', 'What came is not what was sent: its SHA-256 is another. Send it again', {
      sha256,
    });
}

function tooLarge(): Refused {
  return new Refused('upload-too-large', 'A list may have 10 GB: split the file');
}

const full = (folder: string): string =>
  `The disk of ${folder} is nearly full: a list needs its size and 1 GB on top. Free some space`;

/** The sender may go away in the middle, and the disk may be full. */
function refusalFor(thrown: unknown): unknown {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'ENOSPC')
    return new Refused('disk-full', 'The disk is full: free some space, then send it again');
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET')
    return new Refused('bad-upload', 'The file was cut off: send it again');
  return thrown;
}
