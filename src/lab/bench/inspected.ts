/** Looks into a running daemon through Node's inspector: its memory after a garbage collection, and where its time goes. */
import type { Profiler } from 'node:inspector';

export interface Inspected {
  /** Bytes in use after a full garbage collection: objects and buffers; and all that the system has given it. */
  memory(): Promise<{ readonly used: number; readonly rss: number }>;
  /** Samples its main thread until `stopProfile`. */
  startProfile(): Promise<void>;
  stopProfile(): Promise<Profiler.Profile>;
  close(): void;
}

/** Connects to a process that runs with `--inspect=127.0.0.1:<port>`. */
export async function inspect(port: number): Promise<Inspected> {
  const list = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(list[0]!.webSocketDebuggerUrl);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`no inspector on port ${port}`));
  });
  const waiting = new Map<number, (result: unknown) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: unknown };
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  let last = 0;
  const ask = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return {
    async memory() {
      await ask('HeapProfiler.collectGarbage');
      const answer = await ask('Runtime.evaluate', {
        expression: 'process.memoryUsage()',
        returnByValue: true,
      });
      const { heapUsed, external, rss } = (answer as { result: { value: NodeJS.MemoryUsage } }).result.value;
      return { used: heapUsed + external, rss };
    },
    async startProfile() {
      await ask('Profiler.enable');
      await ask('Profiler.setSamplingInterval', { interval: 500 });
      await ask('Profiler.start');
    },
    stopProfile: async () => ((await ask('Profiler.stop')) as { profile: Profiler.Profile }).profile,
    close: () => socket.close(),
  };
}
