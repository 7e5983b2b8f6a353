/** `npm run bench:console [-- --json | --help]`: how soon agents see their callers, and what that costs. See `HELP`. */
import { messageOf } from '../../base/errors.ts';
import { ensureConsole } from '../../setup/console-build.ts';
import { firstLoad, pops, withBrowser } from './console/browser.ts';
import { startConsoleCentre } from './console/centre.ts';
import { pushing } from './console/pushing.ts';

const HELP = `npm run bench:console [-- --json]   how soon agents see their callers, and what that costs; one line of JSON with --json

Everything is real: Asterisk, the daemon with its database, SIP callers and phones, Chromium with a phone in the page.
popP50Ms, popP95Ms     from a caller's INVITE until his number is in a frame of the agent's page, 100 offers one after the other; the call
              is answered, the customer looked up and queued in between (goal: p95 at most 300 ms)
storyP50Ms, storyP95Ms the same until the customer's name is there
pushShare     of one core: processor time of the daemon with 300 agents' pages, less that without, at 20 calls a second; three windows of
              15 s each, in turns, in one run (goal: at most 0.2); the pages are sockets in a process of their own
worstLagMs    from the sending of any message to its hearing (goal: at most 1,000 ms)
firstLoadKilobytes     all that an empty browser loads until the desk stands there, as sent (goal: at most 300 kB)
usableMs      from the address to the agent's seat on the screen, median of 5 (goal: at most 2,000 ms)
machine       share of the machine that everything used during the windows: near 1 the figures say little
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (process.argv.includes('--help')) process.stdout.write(HELP);
else
  await main().catch((thrown: unknown) => {
    say(messageOf(thrown));
    process.exitCode = 1;
  });

async function main(): Promise<void> {
  await ensureConsole(say);
  const rig = await startConsoleCentre(say);
  try {
    const daemon = await rig.startDaemon();
    const inBrowser = await withBrowser(rig, async (open) => ({
      ...(await firstLoad(open)),
      ...(await pops(rig, await open(), say)),
    }));
    const figures = { ...inBrowser, ...(await pushing(rig, daemon, say)) };
    process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(figures)}\n` : tableOf(figures));
  } finally {
    await rig.stop();
  }
}

function tableOf(figures: Readonly<Record<string, number>>): string {
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  return Object.entries(figures)
    .map(([name, value]) => `${name.padEnd(width)}  ${value}\n`)
    .join('');
}
