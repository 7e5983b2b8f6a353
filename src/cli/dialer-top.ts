import { setTimeout as sleep } from 'node:timers/promises';
import type { DialerStatusView } from '../http/outbound-figures.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { addressOfApi, askAsAdmin, askDaemon, notReadyText, tellDaemon } from './daemon.ts';
import { topLines } from './dialer-top-view.ts';
import { coloured, print } from './terminal.ts';

export interface TopOptions {
  readonly once?: boolean;
  readonly json?: boolean;
}

const ROUTE = '/api/outbound/status';
const EVERY_MS = 1000;
const PATIENCE_MS = 3000;
/** Where nobody says how wide the output is. */
const USUAL_COLUMNS = 160;

/** To a screen of its own and back, and what is drawn over what was there. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

/** `carillon dialer top`. Returns the exit code. @throws Refused `daemon-silent` when it is to be shown once */
export async function showTop({ once, json }: TopOptions): Promise<number> {
  const settings = readSettings(process.env);
  if (once || json || !process.stdout.isTTY) {
    const status = (await tellDaemon(settings, 'GET', ROUTE)) as DialerStatusView;
    print(json ? JSON.stringify(status, null, 2) : (await linesOf(status, settings)).join('\n'));
    return 0;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort());
  process.stdout.write(ENTER);
  try {
    while (!stopping.signal.aborted) {
      const status = (await askAsAdmin(settings, ROUTE, PATIENCE_MS)) as DialerStatusView | undefined;
      draw(
        status
          ? await linesOf(status, settings)
          : [`The daemon does not answer on ${addressOfApi(settings)}.`],
      );
      await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  } finally {
    process.stdout.write(LEAVE);
  }
  return 0;
}

/** Where there is nothing to see, perhaps because the centre starts, it is asked how it is. */
async function linesOf(status: DialerStatusView, settings: Settings): Promise<string[]> {
  const lines = topLines(status, process.stdout.columns ?? USUAL_COLUMNS, coloured);
  if (status.campaigns.length > 0) return lines;
  const health = await askDaemon(settings, PATIENCE_MS);
  return health && !health.ready ? [...lines, notReadyText(health.problems)] : lines;
}

function draw(lines: readonly string[]): void {
  const shown = lines.slice(0, Math.max(1, (process.stdout.rows ?? lines.length + 1) - 1));
  const text = shown.map((line) => `${line}${REST_OF_LINE}\n`).join('');
  process.stdout.write(`${HOME}${text}${REST_OF_SCREEN}`);
}
