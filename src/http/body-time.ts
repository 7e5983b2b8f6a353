import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.ts';

/** Time that a client has to send its request, ms; whoever sends it byte by byte holds a connection no longer. */
export const BODY_TIME_MS = 30_000;
/** The same for a file, ms. */
export const FILE_TIME_MS = 2 * 3_600_000;

const waiting = new WeakMap<FastifyRequest, () => void>();

/** Ends connections on which a request does not come to its end in time. */
export function limitBodyTime(app: FastifyInstance, clock: Clock): void {
  app.addHook('onRequest', async (request) => {
    const { headers, raw } = request;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
    const cancel = clock.at(clock.now() + BODY_TIME_MS, () => {
      if (!raw.complete) raw.destroy();
    });
    raw.once('close', cancel);
    waiting.set(request, cancel);
  });
}

/** Gives this request the time of a file: whoever sends it may. */
export function allowFile(request: FastifyRequest): void {
  waiting.get(request)?.();
}
