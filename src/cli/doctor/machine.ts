import { type Finding, ok, problem, warning } from './finding.ts';

/** What the machine is, and what it allows. */
export interface MachineFacts {
  readonly node: string;
  /** Node-API version, which the database driver needs. */
  readonly napi: number;
  /** Packages that are not there, or in another version than the one that is wanted. */
  readonly wrongPackages: readonly string[];
  /** UTC ms. */
  readonly now: number;
  /** When something was last written down here, UTC ms; 0 for never. */
  readonly lastEventAt: number;
  /** Whether local times can be reckoned: the time zones of the world are known. */
  readonly knowsZones: boolean;
  /** Files that one process may have open, by who: `this shell`, `Asterisk`, `the daemon`. */
  readonly openFiles: Readonly<Record<string, number>>;
  /** Channels that the audio ports allow. */
  readonly channels: number;
}

const OLDEST_NODE: readonly [number, number] = [22, 14];
const NEEDED_NAPI = 10;
/** A clock before this was never set, UTC ms. */
const BUILT_AFTER = Date.UTC(2026, 0, 1);
/** Events are written at once, so only a clock that was set back is behind the last one, ms. */
const SET_BACK_MS = 60_000;
/** Sockets for audio and its reports, a timer, an alert pipe, a prompt and a recording, and some to spare. */
const FILES_PER_CHANNEL = 10;
/** Modules, logs, sockets of phones. */
const FILES_AT_REST = 250;

/** Checks the ground that everything stands on. */
export function checkMachine(facts: MachineFacts): Finding[] {
  return [checkNode(facts), checkPackages(facts), ...checkTime(facts), ...checkOpenFiles(facts)];
}

function checkNode({ node, napi }: MachineFacts): Finding {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const [wanted, least] = OLDEST_NODE;
  const old = major < wanted || (major === wanted && minor < least) || napi < NEEDED_NAPI;
  return old
    ? problem('node', `Node.js ${node} is too old`, 'Start with npx carillon, which brings its own Node.js.')
    : ok('node', `Node.js ${node}`);
}

function checkPackages({ wrongPackages }: MachineFacts): Finding {
  return wrongPackages.length === 0
    ? ok('packages', 'all Node packages are there')
    : problem(
        'packages',
        `these Node packages are missing or of another version: ${wrongPackages.join(', ')}`,
        'Run: npm ci',
      );
}

function checkTime({ now, lastEventAt, knowsZones }: MachineFacts): Finding[] {
  const shown = new Date(now).toISOString().slice(0, 16);
  const zones = knowsZones
    ? []
    : [
        problem(
          'time-zones',
          'this Node.js knows no time zones, so opening hours would be wrong',
          'Use a Node.js with full ICU, such as the one that npx carillon brings.',
        ),
      ];
  if (now < BUILT_AFTER)
    return [problem('clock', `the clock says ${shown} UTC`, 'Set it, best by NTP.'), ...zones];
  if (lastEventAt > now + SET_BACK_MS)
    return [
      warning(
        'clock',
        `the clock says ${shown} UTC, and something was written down at ${new Date(lastEventAt).toISOString().slice(0, 16)}: it was set back`,
        'Set it right, best by NTP; times of calls in between cannot be relied on.',
      ),
      ...zones,
    ];
  return [ok('clock', `${shown} UTC`), ...zones];
}

function checkOpenFiles({ openFiles, channels }: MachineFacts): Finding[] {
  const needed = channels * FILES_PER_CHANNEL + FILES_AT_REST;
  const short = Object.entries(openFiles).filter(([, limit]) => limit < needed);
  if (short.length === 0)
    return [
      ok('open-files', `at least ${Math.min(...Object.values(openFiles))} files may be open, ${needed} do`),
    ];
  return short.map(([who, limit]) =>
    warning(
      'open-files',
      `${who} may have ${limit} files open, and ${channels} channels take up to ${needed}`,
      `Raise the limit where Carillon is started: ulimit -n ${needed}, or LimitNOFILE=${needed} in its unit.`,
    ),
  );
}
