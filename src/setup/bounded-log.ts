import { copyFileSync, existsSync, statSync, truncateSync } from 'node:fs';

/** Bytes at which a log file is moved aside. Two of them are kept, so a log takes at most twice this. */
const LIMIT = 10 * 2 ** 20;
const CHECK_EVERY_MS = 60_000;

/**
 * Moves the content of `file` to `<file>.1` when it has grown beyond the limit. The file itself stays, because the
 * program that writes to it has it open for appending.
 */
export function boundLog(file: string, limit = LIMIT): void {
  if (!existsSync(file) || statSync(file).size <= limit) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file, 0);
}

/** Does so every minute until the returned function is called. */
export function keepLogsBounded(files: readonly string[], onError: (error: unknown) => void): () => void {
  const timer = setInterval(() => {
    try {
      for (const file of files) boundLog(file);
    } catch (error) {
      onError(error);
    }
  }, CHECK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
