import { appendFileSync } from 'node:fs';
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
      const end = await untilOver(daemon, spare, signal);
      if (signal.aborted) return;
      deaths += 1;
      if (end === EXIT_REPLACED) await whileReplaced(settings, signal, say);
      else {
        const words = wordsOf(end);
        say(`${words}; starting it again. Its log: ${daemonLog(settings.data)}`);
        noteDeath(settings.data, { words, pid: daemon.pid, livedMs: Math.round(performance.now() - began) });
      }
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

/** How a daemon ended: its exit code, undefined for a signal. */
type End = number | undefined | 'hung';

/** Resolves when the daemon has ended, or has been killed because it hangs. Keeps a spare meanwhile. */
async function untilOver(daemon: DaemonProcess, spare: SpareDaemon, signal: AbortSignal): Promise<End> {
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
    if (over || signal.aborted) break;
    spare.keep(daemon.pulse(), now, awakeSince);
    if (!isHung(daemon.pulse(), now, awakeSince)) continue;
    daemon.kill();
    await Promise.race([ended, sleep(GONE_WITHIN_MS, undefined, { ref: false })]);
    return 'hung';
  }
  return over?.code;
}

function wordsOf(end: End): string {
  if (end === 'hung') return 'The daemon did not answer any more and was killed';
  if (end === 0) return 'The daemon was told to end';
  return end === undefined
    ? 'The daemon was killed by a signal'
    : `The daemon ended unexpectedly (exit code ${end})`;
}

/** In the daemon's own log, which is where people look, and doctor too. A full disk is no reason to stop. */
function noteDeath(data: string, death: { words: string; pid: number; livedMs: number }): void {
  const { words: msg, ...fields } = death;
  const line = { level: 50, time: new Date().toISOString(), part: 'watchdog', ...fields, msg };
  try {
    appendFileSync(daemonLog(data), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  } catch (error) {
    process.emitWarning(messageOf(error));
  }
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
