import { spawn } from 'node:child_process';

/** A program with everything that must stand before its own arguments. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variables that it needs on top of ours. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Ran {
  /** Exit code; undefined when a signal ended it or when it could not be started. */
  readonly code: number | undefined;
  /** The last 20,000 characters of what it printed, both streams. */
  readonly output: string;
}

const KEPT_CHARACTERS = 20_000;

/**
 * Runs a program to its end and keeps the tail of its output. Never rejects: a program that cannot be started gives
 * `code` undefined and the reason as output. After `timeoutMs` it is killed.
 */
export function runProgram(
  program: Program,
  args: readonly string[],
  timeoutMs: number,
  onLine?: (line: string) => void,
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program.command, [...program.args, ...args], {
      env: { ...process.env, ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    let output = '';
    const take = (piece: string) => {
      output = (output + piece).slice(-KEPT_CHARACTERS);
      for (const line of piece.split('\n')) if (line.trim()) onLine?.(line.trim());
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (error) => resolve({ code: undefined, output: error.message }));
    child.on('close', (code) => {
      process.off('exit', endWithUs);
      resolve({ code: code ?? undefined, output });
    });
  });
}

/** A program by its name or path, as the shell would start it. */
export function plainProgram(command: string): Program {
  return { command, args: [], env: {} };
}

/** The last lines of an output, on one line, for a sentence. */
export function lastLines(output: string, count = 2): string {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line)
    .slice(-count)
    .join(' / ');
}
