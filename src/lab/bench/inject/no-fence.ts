/** A negative control, loaded into a daemon with `--import`: it does not notice that another one has taken over. */
import { replaceSource } from './replace-source.ts';

const QUESTION = 'newest.epoch <= this.epoch';
const REPLACED = "case 'Replaced':";
const OWNED = '=== this.#name';

replaceSource('src/store/ownership.ts', (source) => {
  if (!source.includes(QUESTION)) throw new Error(`there is no ${QUESTION} any more`);
  return source.replace(QUESTION, 'true');
});
// Asterisk tells it, too, when the event has its turn.
replaceSource('src/engine/pbx-listener.ts', (source) => {
  if (!source.includes(REPLACED)) throw new Error(`there is no ${REPLACED} any more`);
  return source.replace(REPLACED, `${REPLACED} return;`);
});
// A FreeSWITCH tells nobody: the adapter asks whose it is.
replaceSource('src/pbx/freeswitch/ownership.ts', (source) => {
  if (!source.includes(OWNED)) throw new Error(`there is no ${OWNED} any more`);
  return source.replace(OWNED, "!== ''");
});
