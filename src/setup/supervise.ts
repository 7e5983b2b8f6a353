import { messageOf } from '../base/errors.ts';
import { backOff, pause } from './back-off.ts';
import { keepLogsBounded } from './bounded-log.ts';
import { daemonLog } from './daemon-process.ts';
import { keepDaemon } from './keep-daemon.ts';
import type { PbxInstallation, RunningPbx } from './pbx-installation.ts';
import type { Settings } from './settings.ts';

/** Keeps the PBX and the daemon alive. */
export interface Supervision {
  /** How often the daemon has ended without being told to. */
  daemonDeaths(): number;
  /** Stops the daemon, then the PBX. */
  stop(): Promise<void>;
}

/**
 * Runs the daemon beside a PBX that is up, and starts each again whenever it ends: at once after a good while,
 * with growing delays when it keeps dying, for ever.
 */
export function supervise(
  settings: Settings,
  pbx: PbxInstallation,
  firstRunning: RunningPbx,
  say: (line: string) => void,
): Supervision {
  const stopping = new AbortController();
  let running = firstRunning;
  const daemon = keepDaemon(settings, say);

  async function keepPbx(): Promise<void> {
    const delays = backOff();
    while (!stopping.signal.aborted) {
      const started = Date.now();
      await running.ended;
      while (!stopping.signal.aborted) {
        say(`${pbx.name} ended unexpectedly; starting it again. Its log: ${pbx.logs[0]}`);
        await pause(delays.next(Date.now() - started), stopping.signal);
        if (stopping.signal.aborted) return;
        try {
          running = await pbx.start();
          break;
        } catch (error) {
          say(messageOf(error));
        }
      }
    }
  }

  const keeping = keepPbx();
  const logs = [daemonLog(settings.data), ...pbx.logs];
  const unbound = keepLogsBounded(logs, (error) => say(messageOf(error)));
  return {
    daemonDeaths: daemon.deaths,
    async stop() {
      stopping.abort();
      unbound();
      await daemon.stop();
      await running.stop();
      await keeping;
      // One that was being started meanwhile.
      await running.stop();
    },
  };
}
