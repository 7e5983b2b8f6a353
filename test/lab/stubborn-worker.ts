/** A thread that never comes back from some questions. */
import { parentPort } from 'node:worker_threads';
import type { BenchAnswer, BenchRequest } from '../../src/lab/flow-talk.ts';

const port = parentPort!;
port.on('message', ({ verb, words }: BenchRequest) => {
  if (verb === 'picture') {
    const [began] = words as [Int32Array];
    Atomics.store(began, 0, 1);
    for (;;);
  }
  if (verb === 'checkTests') for (const hoard: unknown[] = []; ; ) hoard.push({ like: [hoard.length] });
  port.postMessage({ answer: verb } satisfies BenchAnswer);
});
