import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../base/errors.ts';
import { asteriskConsole, asteriskLog, type RunningAsterisk } from './asterisk-process.ts';
import { keepLogsBounded } from './bounded-log.ts';
import { askHealth, type DaemonProcess, daemonLog, launchDaemon } from './daemon-process.ts';
import type { Settings } from './settings.ts';

/** A process that lived this long was well, and is started again at once. */
const WELL_AFTER_MS = 10_000;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** A daemon that does not answer for this long hangs, and callers wait in silence until it is replaced. */
const HANGS_AFTER_MS = 5000;
const CHECK_EVERY_MS = 500;

/** Keeps Asterisk and the daemon alive. */
export interface Supervision {
  /** How often the daemon has ended without being told to. */
  daemonDeaths(): number;
  /** Stops the daemon, then Asterisk. */
  stop(): Promise<void>;
}

/**
 * Runs the daemon beside an Asterisk that is up, and starts each again whenever it ends: at once after a good while,
 * with growing delays when it keeps dying, for ever.
 */
export function supervise(
  settings: Settings,
  firstAsterisk: RunningAsterisk,
  restartAsterisk: () => Promise<RunningAsterisk>,
  say: (line: string) => void,
): Supervision {
  const stopping = new AbortController();
  let asterisk = firstAsterisk;
  let daemon = launchDaemon(settings);
  let deaths = 0;

  async function keepDaemon(): Promise<void> {
    const delays = backOff();
    while (!stopping.signal.aborted) {
      const started = Date.now();
      const watched = new AbortController();
      watchForHang(settings, daemon, watched.signal, say);
      await daemon.ended;
      watched.abort();
      if (stopping.signal.aborted) return;
      deaths += 1;
      say(`The daemon ended unexpectedly; starting it again. Its log: ${daemonLog(settings.data)}`);
      await pause(delays.next(Date.now() - started), stopping.signal);
      while (!stopping.signal.aborted) {
        try {
          daemon = launchDaemon(settings);
          break;
        } catch (error) {
          // Such as a full disk: it may have room again later.
          say(messageOf(error));
          await pause(delays.next(0), stopping.signal);
        }
      }
    }
  }

  async function keepAsterisk(): Promise<void> {
    const delays = backOff();
    while (!stopping.signal.aborted) {
      const started = Date.now();
      await asterisk.ended;
      while (!stopping.signal.aborted) {
        say(`Asterisk ended unexpectedly; starting it again. Its log: ${asteriskLog(settings.data)}`);
        await pause(delays.next(Date.now() - started), stopping.signal);
        if (stopping.signal.aborted) return;
        try {
          asterisk = await restartAsterisk();
          break;
        } catch (error) {
          say(messageOf(error));
        }
      }
    }
  }

  const keepers = [keepDaemon(), keepAsterisk()];
  const logs = [daemonLog(settings.data), asteriskLog(settings.data), asteriskConsole(settings.data)];
  const unbound = keepLogsBounded(logs, (error) => say(messageOf(error)));
  return {
    daemonDeaths: () => deaths,
    async stop() {
      stopping.abort();
      unbound();
      await daemon.stop();
      await asterisk.stop();
      await Promise.all(keepers);
      // One that was being started meanwhile.
      await asterisk.stop();
    },
  };
}

/** Delays between starts, in milliseconds: none after a good life, else doubling up to a limit. */
export function backOff(): { next(livedMs: number): number } {
  let delay = 0;
  return {
    next(livedMs) {
      if (livedMs >= WELL_AFTER_MS) delay = 0;
      const now = delay;
      delay = Math.min(LONGEST_DELAY_MS, Math.max(FIRST_DELAY_MS, delay * 2));
      return now;
    },
  };
}

/** Kills a daemon that once answered and then does not any more, such as one that was suspended. */
async function watchForHang(
  settings: Settings,
  daemon: DaemonProcess,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  let lastAnswer: number | undefined;
  while (!signal.aborted) {
    const asked = Date.now();
    const health = await askHealth(settings, 2000);
    const now = Date.now();
    if (health.state !== 'silent') lastAnswer = now;
    // When we were suspended ourselves, the gap says nothing about the daemon.
    if (now - asked > 3000) lastAnswer = undefined;
    if (!signal.aborted && lastAnswer !== undefined && now - lastAnswer > HANGS_AFTER_MS) {
      say('The daemon does not answer any more; replacing it.');
      daemon.kill();
      return;
    }
    await pause(CHECK_EVERY_MS, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
