/** Stops a process (SIGSTOP); it does not outlive this one. Returns what lets it run on, if it is still there. */
export function freeze(pid: number): () => void {
  const endWithUs = (): void => send(pid, 'SIGKILL');
  process.once('exit', endWithUs);
  send(pid, 'SIGSTOP');
  return () => {
    process.off('exit', endWithUs);
    send(pid, 'SIGCONT');
  };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
