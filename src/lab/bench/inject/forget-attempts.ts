/** A negative control, loaded into a daemon with `--import`: it knows nothing of the attempts and calls of the daemon before it. */
import { replaceSource } from './replace-source.ts';

const PLACE = 'const { calls, agents, callbacks, attempts, endedChannels } = await this.#parts.store.load();';

replaceSource('src/engine/engine.ts', (source) => {
  if (!source.includes(PLACE)) throw new Error(`there is no ${PLACE} any more`);
  return source.replace(
    PLACE,
    'const { agents, callbacks, endedChannels } = await this.#parts.store.load(); const calls = [], attempts = [];',
  );
});
// Nor does the gate.
replaceSource('src/contact/history.ts', (source) =>
  source.replace('other && refuse(', 'false && other && refuse('),
);
