import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../base/log.ts';

const TRY_EVERY_MS = 100;
/** It is said again after so many tries. */
const TRIES_PER_LINE = 300;

/**
 * Lets the app listen as soon as its port is free: a daemon that is being replaced may hold it yet. Calls do not wait for
 * this. Rejects when the port cannot be had for another reason.
 */
export async function listenPatiently(
  app: FastifyInstance,
  where: { readonly host: string; readonly port: number },
  log: Log,
): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await app.listen(where);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (tries % TRIES_PER_LINE === 0)
        log.warn(where, 'another process holds the port of the API; calls are served without it');
      await sleep(TRY_EVERY_MS);
    }
  }
}
