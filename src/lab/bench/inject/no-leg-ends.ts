/** A negative control, loaded into a daemon with `--import`: it does not hear that somebody hung up whom it had called. */
import { replaceSource } from './replace-source.ts';

const PLACE = "switch (event.type) {\n      case 'ChannelArrived':";

replaceSource('src/engine/pbx-listener.ts', (source) => {
  if (!source.includes(PLACE)) throw new Error(`there is no ${PLACE} any more`);
  return source.replace(
    PLACE,
    `if (event.type === 'ChannelEnded' && event.channel.startsWith('leg-')) return;\n${PLACE}`,
  );
});
