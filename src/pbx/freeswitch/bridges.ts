import { checkId, PbxError } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { BRIDGE } from './describe.ts';
import { parseEvent } from './esl-codec.ts';
import { encodeFor } from './esl-encoder.ts';
import type { Leg, Legs } from './legs.ts';
import { until } from './until.ts';

/** A channel joins or leaves at the next tick of its audio; what has not happened by then is asked for. */
const MOVE_PATIENCE_MS = 1_000;
const LOOK_EVERY_MS = 20;
const TRIES = 2;
/** FreeSWITCH ends a channel that was moved so often, so the count begins anew. */
export const MOST_MOVES = '70';

/**
 * Rooms in which channels hear each other. FreeSWITCH knows pairs and conferences only, so a room is a name that its members carry: one
 * alone is parked, two are a pair, more are in a conference, and stay in it when there are two of them again.
 */
export class Bridges {
  readonly #commander: Commander;
  readonly #legs: Legs;

  constructor(commander: Commander, legs: Legs) {
    this.#commander = commander;
    this.#legs = legs;
  }

  /** Brings the channels, which are silent, into the bridge. Rejects with `PbxError`, and then nothing was done where one is missing. */
  async connect(bridge: string, channels: readonly string[]): Promise<void> {
    checkId(bridge);
    await this.#name(bridge, channels);
    const members = this.#members(bridge);
    const [one, other] = members;
    const isConference = members.some(({ place }) => place.at === 'conference' && place.name === bridge);
    if (isConference || members.length > 2) for (const leg of members) await this.#confer(bridge, leg);
    else if (one && other) await this.#pair(one, other);
    else if (one) await this.park(one);
  }

  /** Takes everybody out; the channels stay up. */
  async disconnect(bridge: string): Promise<void> {
    checkId(bridge);
    const members = this.#members(bridge);
    // To say so where the link is down.
    if (members.length === 0) await this.#commander.checkOurs();
    for (const leg of members) leg.bridge = '';
    await Promise.all(members.map(({ id }) => this.#commander.unset(id, BRIDGE)));
    for (const leg of members) await this.park(leg);
  }

  /** Ids of the channels that are in it. */
  channelsOf(bridge: string): readonly string[] {
    return this.#members(bridge).map(({ id }) => id);
  }

  /** Takes a leg out of whatever it is in; with it whoever is alone with it. Rejects with `PbxError`. */
  async park(leg: Leg): Promise<void> {
    if (isParked(leg) || !this.#isThere(leg)) return;
    const peer = leg.place.at === 'pair' ? this.#legs.get(leg.place.peer) : undefined;
    // Both: who is taken out in the middle of his own way there may be lost.
    const legs = peer ? [leg, peer] : [leg];
    const leave = encodeFor('uuid_transfer', leg.id, 'park:', 'inline');
    const isOut = () => legs.every((one) => isParked(one) || !this.#isThere(one));
    if (await this.#move(legs, isOut, () => this.#commander.sayGone(leg.id, leave))) return;
    throw new PbxError('timeout', `channel ${leg.id} does not leave what it is in`);
  }

  /** All channels carry the name of the bridge, or none of them does and it rejects. */
  async #name(bridge: string, channels: readonly string[]): Promise<void> {
    const named = await Promise.allSettled(
      channels.map(async (channel) => {
        await this.#commander.set(channel, { [BRIDGE]: bridge, max_forwards: MOST_MOVES });
        return this.#legs.note(channel);
      }),
    );
    const failed = named.find((one) => one.status === 'rejected');
    if (failed) {
      const before = (channel: string) => ({ [BRIDGE]: this.#legs.get(channel)?.bridge ?? '' });
      await Promise.allSettled(channels.map((channel) => this.#commander.set(channel, before(channel))));
      throw failed.reason;
    }
    for (const one of named) if (one.status === 'fulfilled') one.value.bridge = bridge;
  }

  #members(bridge: string): Leg[] {
    return this.#legs.all().filter((leg) => leg.bridge === bridge);
  }

  async #pair(one: Leg, other: Leg): Promise<void> {
    if (isWith(one, other)) return;
    await this.park(one);
    await this.park(other);
    const bridge = encodeFor('uuid_bridge', one.id, other.id);
    const peer = encodeFor('uuid_getvar', one.id, 'bridge_to');
    const legs = [one, other];
    const isSettled = () => isWith(one, other) || !legs.every((leg) => this.#isThere(leg));
    for (let tries = TRIES; tries > 0; tries -= 1) {
      await this.#move(legs, isSettled, () => this.#commander.say(one.id, bridge));
      // Perhaps only the word of it is late.
      const isTogether = isWith(one, other) || (await this.#commander.ask(peer)) === other.id;
      this.#check(legs);
      if (isTogether) this.#legs.pair(one.id, other.id);
      if (isTogether && (await this.#isWhole(one, other))) return this.#check(legs);
    }
    throw new PbxError('timeout', `channels ${one.id} and ${other.id} do not come together`);
  }

  async #confer(bridge: string, leg: Leg): Promise<void> {
    if (leg.place.at === 'conference' && leg.place.name === bridge) return;
    if (leg.place.at === 'pair') await this.park(leg);
    const { id } = leg;
    await this.#commander.say(id, encodeFor('uuid_transfer', id, `conference:${bridge}@carillon`, 'inline'));
    this.#legs.move(leg, { at: 'conference', name: bridge });
    // No event tells that somebody joined.
    const app = encodeFor('uuid_getvar', id, 'current_application');
    const isIn = async () => (await this.#commander.say(id, app)) === 'conference';
    if (await until(isIn, LOOK_EVERY_MS, MOVE_PATIENCE_MS)) return;
    throw new PbxError('timeout', `channel ${id} does not come into its conference`);
  }

  /** Says a command that moves the legs, and waits until that is settled; false when it is not in time. */
  async #move(legs: readonly Leg[], isSettled: () => boolean, say: () => Promise<unknown>): Promise<boolean> {
    const moved = Promise.withResolvers<boolean>();
    const look = () => {
      if (isSettled()) moved.resolve(true);
    };
    const timer = setTimeout(() => moved.resolve(false), MOVE_PATIENCE_MS);
    for (const leg of legs) leg.moved.add(look);
    try {
      await say();
      return await moved.promise;
    } finally {
      clearTimeout(timer);
      for (const leg of legs) leg.moved.delete(look);
    }
  }

  /** FreeSWITCH tells of a bridge before its other side is there, and would hang that up if this one was taken out first. */
  #isWhole(one: Leg, other: Leg): Promise<boolean> {
    const isBridged = async ({ id }: Leg) => {
      const dump = parseEvent(await this.#commander.ask(encodeFor('uuid_dump', id, 'json')));
      return dump?.('Channel-State') === 'CS_EXCHANGE_MEDIA';
    };
    const isSettled = async () => !isWith(one, other) || (await isBridged(other)) || isBridged(one);
    return until(isSettled, LOOK_EVERY_MS, MOVE_PATIENCE_MS);
  }

  /** Throws when one of them has ended. */
  #check(legs: readonly Leg[]): void {
    const gone = legs.find((leg) => !this.#isThere(leg));
    if (gone) throw new PbxError('not-found', `channel ${gone.id} has ended`);
  }

  #isThere(leg: Leg): boolean {
    return this.#legs.get(leg.id) === leg;
  }
}

function isParked(leg: Leg): boolean {
  return leg.place.at === 'park';
}

function isWith(leg: Leg, other: Leg): boolean {
  return leg.place.at === 'pair' && leg.place.peer === other.id;
}
