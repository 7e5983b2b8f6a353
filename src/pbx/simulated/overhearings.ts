import type { OverhearRequest } from '../pbx.ts';
import type { Channel } from './party.ts';

interface Overhearing {
  readonly leg: Channel;
  readonly target: Channel;
  readonly mode: OverhearRequest['mode'];
}

/** Who listens to whom, past the bridges. */
export class Overhearings {
  readonly #all = new Map<string, Overhearing>();

  begin(id: string, overhearing: Overhearing): void {
    this.#all.set(id, overhearing);
  }

  end(id: string): void {
    this.#all.delete(id);
  }

  clear(): void {
    this.#all.clear();
  }

  ids(): string[] {
    return [...this.#all.keys()];
  }

  /** The channels that this one hears beside those in its bridge. @param together the members of a bridge */
  heardBy(channel: Channel, together: (bridge: string | undefined) => readonly string[]): string[] {
    return [...this.#all.values()].flatMap(({ leg, target, mode }) => {
      // Who was taken into a bridge meanwhile hears that one.
      if (leg.ended || target.ended || leg.bridge !== undefined) return [];
      if (channel === leg) return [...new Set([target.channel, ...together(target.bridge)])];
      return channel === target && mode === 'whisper' ? [leg.channel] : [];
    });
  }
}
