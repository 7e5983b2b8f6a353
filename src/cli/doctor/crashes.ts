/** How a daemon died. */
export interface Crash {
  /** Time of the last line before it, '' when there was none. */
  readonly at: string;
  readonly words: string;
}

/** Node.js prints the place in the source, then the error, then where it came from. */
const ERROR = /^(?:Uncaught )?(?:\w*Error|Refused|Broken)(?: \[\w+\])?: .*/;

/** What the watchdog notes of a daemon that was not told to end. */
const DEATH = /"part":"watchdog".*"msg":"(The daemon (?:did not answer|was killed|ended unexpectedly)[^"]*)"/;

/** The crash reports between the lines of a daemon's log. */
export function crashesIn(log: string): Crash[] {
  const lines = log.split('\n');
  const crashes: Crash[] = [];
  let at = '';
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('{')) at = /"time":"([^"]+)"/.exec(line)?.[1] ?? at;
    const death = DEATH.exec(line)?.[1];
    if (death !== undefined) crashes.push({ at, words: death });
    if (ERROR.test(line) && /^\s+at /.test(lines[index + 1] ?? '')) crashes.push({ at, words: line.trim() });
  }
  return crashes;
}
