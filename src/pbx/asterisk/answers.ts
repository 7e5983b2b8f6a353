import { isRecord, text } from '../json.ts';
import { PbxError } from '../pbx.ts';
import type { AriResponse } from './ari-codec.ts';

/** Throws `PbxError` unless the command was taken. 409 says that the channel is not ours any more. */
export function check(answer: AriResponse, what: string): void {
  if (answer.status < 300) return;
  const message = isRecord(answer.body) ? (text(answer.body, 'message') ?? '') : '';
  const gone = answer.status === 404 || answer.status === 409 || /not found/i.test(message);
  throw new PbxError(gone ? 'not-found' : 'refused', `${what}: ${answer.status} ${message}`);
}

/** Like `check`, for commands that want something to be gone. */
export function checkGone(answer: AriResponse, what: string): void {
  if (answer.status !== 404 && answer.status !== 409) check(answer, what);
}

/** Like `check`, for the creation of a leg. */
export function checkCreated(answer: AriResponse, leg: string): void {
  if (answer.status === 409) throw new PbxError('refused', `leg ${leg} exists already`);
  if (answer.status === 500) throw new PbxError('unreachable', `leg ${leg}: nobody is registered there`);
  check(answer, `create ${leg}`);
}
