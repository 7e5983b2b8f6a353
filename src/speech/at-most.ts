/** Starts a job when its turn has come, and gives its result. */
export type InTurn = <Result>(job: () => Promise<Result>) => Promise<Result>;

/** Runs jobs, `count` at once at the most; the others wait in order. */
export function atMost(count: number): InTurn {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (job) => {
    if (running >= count) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
