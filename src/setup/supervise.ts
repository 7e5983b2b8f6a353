import { messageOf } from '../base/errors.ts';
import { asteriskConsole, asteriskLog, type RunningAsterisk } from './asterisk-process.ts';
import { backOff, pause } from './back-off.ts';
import { keepLogsBounded } from './bounded-log.ts';
import { daemonLog } from './daemon-process.ts';
import { keepDaemon } from './keep-daemon.ts';
import type { Settings } from './settings.ts';

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
  const daemon = keepDaemon(settings, say);

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

  const keeping = keepAsterisk();
  const logs = [daemonLog(settings.data), asteriskLog(settings.data), asteriskConsole(settings.data)];
  const unbound = keepLogsBounded(logs, (error) => say(messageOf(error)));
  return {
    daemonDeaths: daemon.deaths,
    async stop() {
      stopping.abort();
      unbound();
      await daemon.stop();
      await asterisk.stop();
      await keeping;
      // One that was being started meanwhile.
      await asterisk.stop();
    },
  };
}
