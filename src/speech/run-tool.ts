import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Tool } from './speech.ts';

const run = promisify(execFile);

/** More than any of them prints. */
const OUTPUT_BYTES = 4_000_000;

/** Runs a program, without a shell, with `input` on its stdin. @throws Error with the reason in one line */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  timeoutMs: number,
  input = '',
): Promise<void> {
  const running = run(tool.command, [...tool.args, ...args], {
    env: tool.env,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_BYTES,
  });
  // A program that does not read its text closes the pipe; whether that was right, its exit code says.
  running.child.stdin?.on('error', () => undefined).end(input);
  try {
    await running;
  } catch (thrown) {
    throw new Error(reasonOf(thrown, tool.command, timeoutMs));
  }
}

function reasonOf(thrown: unknown, command: string, timeoutMs: number): string {
  const { code, killed, stderr, message } = thrown as NodeJS.ErrnoException & {
    killed?: boolean;
    stderr?: string;
  };
  if (code === 'ENOENT') return `there is no program ${command}`;
  if (killed) return `${command} did not end within ${timeoutMs} ms`;
  return (stderr || message).trim().split('\n').at(-1) ?? '';
}
