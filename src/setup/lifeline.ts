import { flushCompileCache } from 'node:module';
import { messageOf } from '../base/errors.ts';

/** Argument of a daemon that has only loaded its code, and waits. */
export const SPARE = '--spare';
/** What the supervisor says to a spare. */
export const TAKE_OVER = 'take-over';
/** What a daemon says to its supervisor: that it lives, and that it has taken up all calls. */
export type FromDaemon = 'alive' | 'up';

/** Exit code of a daemon that found another one in its place. */
export const EXIT_REPLACED = 75;

/** A daemon, spare or not, says that it lives this often, ms. */
export const ALIVE_EVERY_MS = 200;

const supervised = process.connected;

/**
 * From now on the supervisor hears that this process lives, from its event loop: one that hangs falls silent. Resolves at once
 * in a daemon, and in a spare when it is told to take over. A spare ends with its supervisor; it has nothing open.
 * @param rehearse what a spare does meanwhile, once, so that it is quicker then
 */
export async function untilWanted(rehearse: () => Promise<void>): Promise<void> {
  sayAlive();
  if (!process.argv.includes(SPARE)) return;
  const end = (): void => process.exit(0);
  whenSupervisorGoes(end);
  const wanted = new Promise<void>((resolve) => {
    process.on('message', (message) => {
      if (message === TAKE_OVER) resolve();
    });
  });
  await rehearse().catch((error: unknown) => {
    process.stderr.write(`The spare daemon could not rehearse: ${messageOf(error)}\n`);
  });
  flushCompileCache?.();
  await wanted;
  process.removeAllListeners('message');
  process.off('disconnect', end);
}

/** Calls `act` when the supervisor goes, or has gone already. */
export function whenSupervisorGoes(act: () => void): void {
  process.once('disconnect', act);
  if (supervised && !process.connected) act();
}

/** Tells the supervisor that all calls are taken up. */
export function sayUp(): void {
  say('up', () => undefined);
}

function sayAlive(): void {
  let waiting = false;
  const beat = (): void => {
    // A supervisor that is stopped reads nothing: what was said to it must not pile up here.
    if (waiting) return;
    waiting = true;
    say('alive', () => {
      waiting = false;
    });
  };
  beat();
  setInterval(beat, ALIVE_EVERY_MS).unref();
}

/** `said` is told also when nobody is there to hear it. */
function say(what: FromDaemon, said: () => void): void {
  if (process.send && process.connected) process.send(what, undefined, undefined, said);
  else said();
}
