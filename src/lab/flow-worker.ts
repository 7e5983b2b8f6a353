/** The thread of the flow bench: calls never wait for what somebody tries out. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import { FlowBench } from './flow-bench.ts';
import type { BenchAnswer, BenchRequest } from './flow-talk.ts';

const port = parentPort!;
const bench = new FlowBench({
  folder: (workerData as { readonly folder: string }).folder,
  clock: systemClock,
});
port.on('message', (request: BenchRequest) => {
  void answer(request).then((said) => port.postMessage(said));
});

async function answer({ verb, words }: BenchRequest): Promise<BenchAnswer> {
  try {
    const of = bench[verb] as (...words: readonly unknown[]) => unknown;
    return { answer: await of.apply(bench, [...words]) };
  } catch (thrown) {
    if (!(thrown instanceof Refused)) return { broken: messageOf(thrown) };
    const { id, message, details } = thrown;
    return { refused: { id, message, details } };
  }
}
