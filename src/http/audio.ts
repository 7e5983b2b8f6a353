import { type FileHandle, open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Refused } from '../base/errors.ts';

/** What the file system says of a path that leads nowhere. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']);

/** Part of a file: from its first byte to its last one. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** A recording that is open, or a part of one. */
export interface Audio {
  readonly stream: Readable;
  /** Of the whole recording. */
  readonly bytes: number;
  readonly part?: Part;
}

/**
 * Opens a recording for reading. Where the path leads in the end has to lie inside `folder`, links followed.
 * @param range the header of that name: a player that seeks asks for a part
 * @throws Refused `audio-unknown` when it does not, or is not there; `bad-range` for a part that it does not have
 */
export async function openAudio(folder: string, file: string, range?: string): Promise<Audio> {
  const handle = await openInside(folder, file);
  if (!handle) throw gone();
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw gone();
    const part = partIn(range, stat.size);
    if (part === 'none') throw new Refused('bad-range', `The recording has ${stat.size} bytes`);
    return { stream: handle.createReadStream(part), bytes: stat.size, ...(part && { part }) };
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

/** Answers with it. */
export function sendAudio(reply: FastifyReply, { stream, bytes, part }: Audio): FastifyReply {
  reply.header('accept-ranges', 'bytes').type('audio/wav');
  if (!part) return reply.header('content-length', bytes).send(stream);
  const { start, end } = part;
  reply.status(206).header('content-range', `bytes ${start}-${end}/${bytes}`);
  return reply.header('content-length', end - start + 1).send(stream);
}

/** The part that a Range header asks for; undefined for the whole, also where it asks for several, or for what nobody understands. */
export function partIn(range: string | undefined, bytes: number): Part | 'none' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range?.trim() ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '')
    return Number(to) === 0 ? 'none' : within(Math.max(0, bytes - Number(to)), bytes - 1, bytes);
  const end = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== '' && Number(to) < Number(from)) return undefined;
  return within(Number(from), end, bytes);
}

function within(start: number, end: number, bytes: number): Part | 'none' {
  return start < bytes ? { start, end } : 'none';
}

function gone(): Refused {
  return new Refused('audio-unknown', 'This recording is not there any more');
}

async function openInside(folder: string, file: string): Promise<FileHandle | undefined> {
  try {
    const inside = `${await realpath(folder)}${sep}`;
    const path = await realpath(file);
    return path.startsWith(inside) ? await open(path, 'r') : undefined;
  } catch (error) {
    if (GONE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
