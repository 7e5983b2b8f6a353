import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { Refused } from '../base/errors.ts';
import { separatorOf } from './csv.ts';
import { encodingOf } from './encoding.ts';
import type { Encoding, ImportOptions, Separator } from './list.ts';

/** What is looked at to find out how a file is written, bytes. */
const SAMPLE = 1 << 20;
/** What is read at a time, bytes: some milliseconds of work. */
const PIECE = 1 << 16;

export interface FileForm {
  readonly bytes: number;
  readonly encoding: Encoding;
  readonly separator: Separator;
}

/**
 * How a file is written, as told or as it looks.
 * @throws Refused `file-gone`, `empty-file`, `not-text`, `upload-cut`
 */
export async function formOf(path: string, options: ImportOptions): Promise<FileForm> {
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
  if (bytes === undefined)
    throw new Refused('file-gone', 'The file is gone, so it cannot be read: send it again.');
  if (options.expected?.bytes !== undefined && options.expected.bytes !== bytes)
    throw new Refused(
      'upload-cut',
      `The file should have ${options.expected.bytes} bytes and has ${bytes}: only a part of it came. Send it again; nothing was imported.`,
    );
  if (bytes === 0) throw new Refused('empty-file', 'The file is empty.');
  const beginning = await firstBytes(path);
  const found = encodingOf(beginning);
  if ('container' in found) throw new Refused('not-text', `The file is no text, but ${found.container}.`);
  const encoding = options.encoding ?? found.encoding;
  const [firstLine = ''] = new TextDecoder(encoding).decode(beginning, { stream: true }).split(/[\r\n]/, 1);
  return { bytes, encoding, separator: options.separator ?? separatorOf(firstLine) };
}

/**
 * Looks whether the whole file came as it was sent. @param turn lets others work in between
 * @throws Refused `upload-cut`
 */
export async function checkDigest(path: string, sha256: string, turn: () => Promise<void>): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(path)) {
    hash.update(piece);
    await turn();
  }
  if (hash.digest('hex') !== sha256.toLowerCase())
    throw new Refused(
      'upload-cut',
      'The file is not the one that was sent (its SHA-256 differs): send it again; nothing was imported.',
    );
}

/** The bytes of a file, piece by piece. A piece is only good until the next one. */
export async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(SAMPLE), 0, SAMPLE, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
