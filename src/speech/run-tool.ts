import { spawn } from 'node:child_process';
import type { Tool } from './speech.ts';

/** As much of what a program complains about is kept. */
const KEPT_CHARACTERS = 4_000;

/**
 * Runs a program, without a shell, with `input` on its stdin and nothing of our environment, which holds secrets. One that does not
 * end in time is killed with all that it started.
 * @throws Error with the reason in one line
 */
export function runTool(tool: Tool, args: readonly string[], timeoutMs: number, input = ''): Promise<void> {
  const { command, env } = tool;
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...tool.args, ...args], {
      env: { ...env },
      stdio: ['pipe', 'ignore', 'pipe'],
      // It leads a group of processes: a script is of no use without what it waits for.
      detached: true,
    });
    let complaint = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killGroup(child.pid);
      child.stderr.destroy();
    }, timeoutMs);
    // A program that does not read its text closes the pipe; whether that was right, its exit code says.
    child.stdin.on('error', () => undefined).end(input);
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      complaint = (complaint + piece).slice(-KEPT_CHARACTERS);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(error.code === 'ENOENT' ? new Error(`there is no program ${command}`) : error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const last = complaint.trim().split('\n').at(-1) || `${command} ended with ${code ?? signal}`;
      if (isLate) reject(new Error(`${command} did not end within ${timeoutMs} ms`));
      else if (code === 0) resolve();
      else reject(new Error(last));
    });
  });
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (thrown) {
    // It may have ended at this very moment.
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown;
  }
}
