/** A thread that plays shifts, one after the other, as it is told to. */
import { parentPort } from 'node:worker_threads';
import { playJob, type ShiftJob } from './job.ts';

parentPort!.on('message', ({ index, job }: { index: number; job: ShiftJob }) => {
  parentPort!.postMessage({ index, figures: playJob(job) });
});
