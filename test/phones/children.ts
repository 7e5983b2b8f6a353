import type { ChildProcess } from 'node:child_process';

const alive = new Set<ChildProcess>();

function killAll(): void {
  for (const child of alive) child.kill('SIGKILL');
}

process.once('exit', killAll);
// A test runner ends its workers with a signal, which knows no 'exit'.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killAll();
    process.kill(process.pid, signal);
  });
}

/** Makes sure that `child` does not outlive this process. */
export function adopt(child: ChildProcess): void {
  alive.add(child);
  child.once('exit', () => alive.delete(child));
}

/** Ends `child` and waits until it is gone: politely for `politeMs`, then not; with 0 it gets no time to say goodbye. */
export async function end(child: ChildProcess, politeMs = 500): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(politeMs === 0 ? 'SIGKILL' : 'SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), politeMs);
  await gone;
  clearTimeout(insist);
}
