/** Gives ids that sort by time and never repeat: `<prefix><time base 36>-<counter><random>`. */
export interface IdSource {
  next(prefix: string): string;
}

/**
 * @param now UTC ms; @param random a source of [0,1): the machine's in the daemon, a seeded one in the lab.
 */
export function idSource(now: () => number, random: () => number): IdSource {
  let counter = Math.floor(random() * 0xffff);
  return {
    next(prefix) {
      counter = (counter + 1) % 0x10000;
      const noise = Math.floor(random() * 36 ** 4);
      return `${prefix}${now().toString(36)}-${counter.toString(36).padStart(4, '0')}${noise.toString(36).padStart(4, '0')}`;
    },
  };
}
