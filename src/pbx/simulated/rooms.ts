import type { PbxSnapshot } from '../pbx.ts';
import type { Channel, Witness } from './party.ts';

/** Who can hear whom. */
export class Rooms {
  readonly #witness: Witness;
  readonly #rooms = new Map<string, Set<Channel>>();

  constructor(witness: Witness) {
    this.#witness = witness;
  }

  /** Everybody leaves wherever he is and comes together here. Whoever is here stays. */
  bring(bridge: string, channels: readonly Channel[]): void {
    const room = this.#rooms.get(bridge) ?? new Set();
    this.#rooms.set(bridge, room);
    for (const channel of channels) {
      if (channel.bridge === bridge) continue;
      this.leave(channel);
      channel.bridge = bridge;
      room.add(channel);
    }
    if (room.size < 2) return;
    for (const channel of room) {
      if (channel.isTalking) continue;
      channel.isTalking = true;
      this.#witness.joined?.(channel);
    }
  }

  leave(channel: Channel): void {
    if (channel.bridge === undefined) return;
    const room = this.#rooms.get(channel.bridge);
    room?.delete(channel);
    channel.bridge = undefined;
    this.#fallSilent(channel);
    if (room?.size === 1) for (const alone of room) this.#fallSilent(alone);
  }

  /** Everybody leaves it, and it is gone. */
  close(bridge: string): void {
    for (const channel of [...(this.#rooms.get(bridge) ?? [])]) this.leave(channel);
    this.#rooms.delete(bridge);
  }

  clear(): void {
    this.#rooms.clear();
  }

  membersOf(bridge: string | undefined): string[] {
    return Array.from((bridge !== undefined && this.#rooms.get(bridge)) || [], ({ channel }) => channel);
  }

  list(): PbxSnapshot['bridges'] {
    return Array.from(this.#rooms.keys(), (bridge) => ({ bridge, channels: this.membersOf(bridge) }));
  }

  #fallSilent(channel: Channel): void {
    if (!channel.isTalking) return;
    channel.isTalking = false;
    this.#witness.left?.(channel);
  }
}
