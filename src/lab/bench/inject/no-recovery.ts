/** A negative control, loaded into a daemon with `--import`: a FreeSWITCH that died is not told to take its calls up again. */
import { replaceSource } from './replace-source.ts';

const COMMAND = "encodeApi('sofia', 'recover')";

replaceSource('src/pbx/freeswitch/recovery.ts', (source) => {
  if (!source.includes(COMMAND)) throw new Error(`there is no ${COMMAND} any more`);
  return source.replace(COMMAND, "encodeApi('sofia', 'recover', 'flush')");
});
