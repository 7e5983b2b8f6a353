import { setTimeout as sleep } from 'node:timers/promises';
import { checkId } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { BRIDGE } from './describe.ts';
import { encodeFor } from './esl-encoder.ts';
import type { Leg, Legs, Place } from './legs.ts';

/** A channel joins or leaves at the next tick of its audio; what has not happened by then did not. */
const MOVE_PATIENCE_MS = 500;
const SETTLING_MS = 60;
const LOOK_EVERY_MS = 20;
const LOOKS = MOVE_PATIENCE_MS / LOOK_EVERY_MS;

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
    await Promise.all(channels.map((channel) => this.#commander.check(channel)));
    for (const channel of channels) {
      const leg = this.#legs.note(channel);
      leg.bridge = bridge;
      await this.#commander.set(channel, BRIDGE, bridge);
    }
    const members = this.#members(bridge);
    const conference = members.find(({ place }) => place.at === 'conference' && place.name === bridge);
    if (conference || members.length > 2) await this.#confer(bridge, members);
    else if (members.length === 2) await this.#pair(members);
    else for (const leg of members) await this.park(leg);
  }

  /** Takes everybody out; the channels stay up. */
  async disconnect(bridge: string): Promise<void> {
    checkId(bridge);
    for (const leg of this.#members(bridge)) {
      await this.leave(leg);
      await this.park(leg);
    }
  }

  /** The leg belongs to no bridge any more. */
  async leave(leg: Leg): Promise<void> {
    leg.bridge = '';
    await this.#commander.sayGone(leg.id, encodeFor('uuid_setvar', leg.id, BRIDGE));
  }

  /** Takes a leg out of whatever it is in; with it whoever is alone with it. */
  async park(leg: Leg): Promise<void> {
    if (leg.place.at === 'park') return;
    const parked = this.#arrives(leg, ({ at }) => at === 'park');
    await this.#commander.sayGone(leg.id, encodeFor('uuid_transfer', leg.id, 'park:', 'inline'));
    await parked;
  }

  #members(bridge: string): Leg[] {
    return this.#legs.all().filter((leg) => leg.bridge === bridge);
  }

  async #pair(members: readonly Leg[]): Promise<void> {
    const [one, other] = members;
    if (!one || !other || isWith(one, other)) return;
    for (const leg of members) await this.park(leg);
    const together = this.#arrives(one, () => isWith(one, other));
    await this.#commander.say(one.id, encodeFor('uuid_bridge', one.id, other.id));
    await together;
    // It says so before the other side is there; who is taken out again meanwhile may be lost.
    await sleep(SETTLING_MS);
  }

  async #confer(bridge: string, members: readonly Leg[]): Promise<void> {
    for (const leg of members) {
      if (leg.place.at === 'conference' && leg.place.name === bridge) continue;
      // Its peer too, which would be parked in the middle of its own way there.
      if (leg.place.at === 'pair') await this.#parkPair(leg, leg.place.peer);
      await this.#commander.say(
        leg.id,
        encodeFor('uuid_transfer', leg.id, `conference:${bridge}@carillon`, 'inline'),
      );
      this.#legs.move(leg, { at: 'conference', name: bridge });
      await this.#confers(leg);
    }
  }

  /** No event tells that somebody joined: resolves when he has, or does not in time. */
  async #confers({ id }: Leg): Promise<void> {
    const app = encodeFor('uuid_getvar', id, 'current_application');
    for (let left = LOOKS; left > 0 && (await this.#commander.ask(app)) !== 'conference'; left -= 1)
      await sleep(LOOK_EVERY_MS);
  }

  async #parkPair(leg: Leg, peer: string): Promise<void> {
    const other = this.#legs.get(peer);
    const parked = other && this.#arrives(other, ({ at }) => at === 'park');
    await this.park(leg);
    await parked;
  }

  /** Resolves when the leg is there, has ended, or does not get there in time. */
  #arrives(leg: Leg, isThere: (place: Place) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        leg.moved.delete(look);
        resolve();
      };
      const look = () => {
        if (this.#legs.get(leg.id) !== leg || isThere(leg.place)) settle();
      };
      const timer = setTimeout(settle, MOVE_PATIENCE_MS);
      leg.moved.add(look);
    });
  }
}

function isWith(leg: Leg, other: Leg): boolean {
  return leg.place.at === 'pair' && leg.place.peer === other.id;
}
