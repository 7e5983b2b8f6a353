import { PbxError } from '../pbx.ts';
import { EslSocket, type EslSocketOptions } from './esl-socket-link.ts';

/** Says a command, whole as encoded. Resolves with the reply as it came; rejects with `PbxError`. */
export type Say = (command: string) => Promise<string>;

/** Says one command over a connection of its own, for whoever has one to say now and then. As `Say`. */
export function sayOnce(options: EslSocketOptions, command: string): Promise<string> {
  return talkOnce(options, (say) => say(command));
}

/** The same for several commands, which leave in their order. Rejects as `work` does, and with `PbxError` without a connection. */
export async function talkOnce<T>(options: EslSocketOptions, work: (say: Say) => Promise<T>): Promise<T> {
  const ready = Promise.withResolvers<void>();
  const socket = new EslSocket(options, {
    ready: ready.resolve,
    event: () => undefined,
    closed: (reason, hopeless) => ready.reject(new PbxError(hopeless ? 'refused' : 'link-down', reason)),
  });
  try {
    await ready.promise;
    return await work((command) => socket.send(command));
  } finally {
    socket.close('done');
  }
}
