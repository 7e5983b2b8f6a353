/** A negative control, loaded into a daemon with `--import`: it takes every caller, however many come. */
import { replaceSource } from './replace-source.ts';

const QUESTION = 'refusalFor(tokens, limits, load);';

replaceSource('src/engine/admission.ts', (source) => {
  if (!source.includes(QUESTION)) throw new Error(`there is no ${QUESTION} any more`);
  return source.replace(QUESTION, 'undefined;');
});
