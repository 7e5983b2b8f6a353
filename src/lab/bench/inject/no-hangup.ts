/** A negative control, loaded into a daemon with `--import`: it hangs up nobody. */
import { replaceSource } from './replace-source.ts';

const COMMAND = 'return pbx.hangup(effect.channel, effect.cause);';

replaceSource('src/engine/effects.ts', (source) => {
  if (!source.includes(COMMAND)) throw new Error(`there is no ${COMMAND} any more`);
  return source.replace(COMMAND, 'return;');
});
