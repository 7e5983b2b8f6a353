import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../base/errors.ts';
import { ownerOf } from '../store/ownership.ts';
import { readDatabase } from '../store/read-only.ts';
import { backOff, pause } from './back-off.ts';
import { type DaemonProcess, daemonLog, forgetDaemon, isDaemon, launchDaemon } from './daemon-process.ts';
import { EXIT_REPLACED } from './lifeline.ts';
import { storeFile } from './prepare.ts';
import { isHung } from './pulse.ts';
import type { Settings } from './settings.ts';
import { SpareDaemon } from './spare-daemon.ts';

/** How often the daemon's pulse is felt, ms. */
const FEEL_EVERY_MS = 100;
/** A tick that is so late shows that we did not run ourselves, ms. */
const OVERSLEPT_MS = 300;
/** A killed process that is not gone after this, ms, sits in the kernel; what it wrote last, the database refuses. */
const GONE_WITHIN_MS = 300;
const OWNER_ASKED_EVERY_MS = 500;

/** Keeps one daemon running. */
export interface DaemonKeeper {
  /** How often the daemon has ended without being told to. */
  deaths(): number;
  stop(): Promise<void>;
}

/**
 * Starts the daemon, and whenever it ends or hangs puts the spare in its place: at once after a good while, with growing delays
 * when it keeps dying, for ever. Where somebody else's daemon has taken over, it waits until that one is gone.
 */
export function keepDaemon(settings: Settings, say: (line: string) => void): DaemonKeeper {
  const stopping = new AbortController();
  const { signal } = stopping;
  const spare = new SpareDaemon(settings, say);
  let daemon = launchDaemon(settings, 'daemon');
  let deaths = 0;

  async function keep(): Promise<void> {
    const delays = backOff();
    while (!signal.aborted) {
      const began = performance.now();
      const code = await untilOver(daemon, spare, signal, say);
      if (signal.aborted) return;
      deaths += 1;
      if (code === EXIT_REPLACED) await whileReplaced(settings, signal, say);
      else say(`The daemon ended unexpectedly; starting it again. Its log: ${daemonLog(settings.data)}`);
      await pause(delays.next(performance.now() - began), signal);
      while (!signal.aborted) {
        try {
          daemon = spare.promote() ?? launchDaemon(settings, 'daemon');
          break;
        } catch (error) {
          // Such as a full disk: it may have room again later.
          say(messageOf(error));
          await pause(delays.next(0), signal);
        }
      }
    }
  }

  const keeping = keep();
  return {
    deaths: () => deaths,
    async stop() {
      stopping.abort();
      spare.stop();
      await daemon.stop();
      await keeping;
      forgetDaemon(settings.data);
    },
  };
}

/** Resolves when the daemon has ended, with its exit code, or has been killed because it hangs. Keeps a spare meanwhile. */
async function untilOver(
  daemon: DaemonProcess,
  spare: SpareDaemon,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<number | undefined> {
  let over: { readonly code: number | undefined } | undefined;
  const ended = daemon.ended.then((code) => {
    over = { code };
  });
  let awakeSince = performance.now();
  for (let last = awakeSince; !over && !signal.aborted; ) {
    await Promise.race([ended, sleep(FEEL_EVERY_MS, undefined, { ref: false })]);
    const now = performance.now();
    // What the daemon said meanwhile is read after this; it has all its time again.
    if (now - last > FEEL_EVERY_MS + OVERSLEPT_MS) awakeSince = now;
    last = now;
    spare.keep(daemon.pulse(), now);
    if (over || signal.aborted || !isHung(daemon.pulse(), now, awakeSince)) continue;
    say('The daemon does not answer any more; replacing it.');
    daemon.kill();
    await Promise.race([ended, sleep(GONE_WITHIN_MS, undefined, { ref: false })]);
    break;
  }
  return over?.code;
}

/** Taking over from the one that took over would go on for ever: waits until it is gone. */
async function whileReplaced(
  settings: Settings,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  let told = false;
  while (!signal.aborted) {
    const owner = await readDatabase(storeFile(settings.data), async (database) => ownerOf(database)).catch(
      () => undefined,
    );
    if (!owner || owner.host !== hostname() || !isDaemon(owner.pid, settings.data)) return;
    if (!told)
      say(
        `Another daemon (process ${owner.pid}) has taken over this centre. Stop it to have ours back; until then ours waits.`,
      );
    told = true;
    await pause(OWNER_ASKED_EVERY_MS, signal);
  }
}
