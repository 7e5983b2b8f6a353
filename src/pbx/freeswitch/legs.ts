import { type ArrivedChannel, type HangupCause, PbxError, type PbxEvent, Q850 } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { causeIn } from './causes.ts';
import { HANDED_OVER, type Seen, seenIn } from './describe.ts';
import type { EslEvent } from './esl-codec.ts';
import { encodeFor } from './esl-encoder.ts';
import { lineCommands } from './items.ts';
import { Line } from './line.ts';

/** Where a channel is. `overhearing`: it runs nothing else until it is parked. */
export type Place =
  | { readonly at: 'park' }
  | { readonly at: 'pair'; readonly peer: string }
  | { readonly at: 'conference'; readonly name: string }
  | { readonly at: 'overhearing' };

/** A channel that is ours to command, from its arrival or first ringing until its end. */
export interface Leg {
  readonly id: string;
  readonly ours: boolean;
  readonly line: Line;
  /** What FreeSWITCH told of it; undefined before it told anything, or while it is only known that it is there. */
  arrived: ArrivedChannel | undefined;
  isUp: boolean;
  /** The round in which it was claimed last, so that the dialplan does not look after it itself; undefined before the first. */
  claimed: string | undefined;
  /** What was told of a leg that we dialled. */
  told: 'nothing' | 'ringing' | 'answered';
  place: Place;
  /** Who waits for the next change of place. */
  readonly moved: Set<() => void>;
  /** Name of the bridge that it is in, which FreeSWITCH does not know. */
  bridge: string;
  /** Why we hang it up. */
  killedBy: HangupCause | undefined;
  ringTimer: NodeJS.Timeout | undefined;
  /** Name of what it speaks with the other end, '' before that is agreed. */
  codec: string;
}

const PARK: Place = { at: 'park' };
/** How many ended channels are remembered so that no end is told twice. */
const ENDED_KEPT = 2_000;

/** The channels that live, and what FreeSWITCH's events mean for them. */
export class Legs {
  readonly #commander: Commander;
  readonly #idPrefix: string;
  readonly #emit: (event: PbxEvent) => void;
  readonly #legs = new Map<string, Leg>();
  readonly #ended = new Set<string>();

  /** @param idPrefix how the ids of our legs begin */
  constructor(commander: Commander, idPrefix: string, emit: (event: PbxEvent) => void) {
    this.#commander = commander;
    this.#idPrefix = idPrefix;
    this.#emit = emit;
  }

  get(id: string): Leg | undefined {
    return this.#legs.get(id);
  }

  all(): readonly Leg[] {
    return [...this.#legs.values()];
  }

  /** Where this item plays or waits. After a takeover thousands of items are looked for that may be there. */
  lineWith(item: string): Line | undefined {
    for (const { line } of this.#legs.values()) if (line.has(item)) return line;
    return undefined;
  }

  isOurs(id: string): boolean {
    return id.startsWith(this.#idPrefix);
  }

  /** The leg under this id, noted now if it is new. Throws `PbxError` 'not-found' for one that has ended. */
  note(id: string): Leg {
    const known = this.#legs.get(id);
    if (known) return known;
    if (this.#ended.has(id)) throw new PbxError('not-found', `channel ${id} has ended`);
    const leg: Leg = {
      id,
      ours: this.isOurs(id),
      line: new Line(lineCommands(this.#commander, () => leg)),
      arrived: undefined,
      isUp: false,
      claimed: undefined,
      told: 'nothing',
      place: PARK,
      moved: new Set(),
      bridge: '',
      killedBy: undefined,
      ringTimer: undefined,
      codec: '',
    };
    this.#legs.set(id, leg);
    return leg;
  }

  /** True for a channel of which all is known, up to its end. */
  isSeen(id: string): boolean {
    return this.#ended.has(id) || this.#legs.get(id)?.arrived !== undefined;
  }

  /** Takes in a channel that was found in a list, if it is one of ours to command; undefined for all others, also those that ended. */
  adopt(seen: Seen): { readonly leg: Leg; readonly isNew: boolean } | undefined {
    const { channel } = seen.arrived;
    if (this.#ended.has(channel) || !(seen.isHandedOver || this.isOurs(channel))) return undefined;
    const known = this.#legs.get(channel);
    const leg = known ?? this.note(channel);
    // A command may have noted it before.
    const isNew = leg.arrived === undefined;
    leg.arrived = seen.arrived;
    leg.isUp ||= seen.state === 'up';
    leg.codec = seen.codec;
    if (!known && leg.ours && seen.state !== 'down') leg.told = seen.state === 'up' ? 'answered' : 'ringing';
    return { leg, isNew };
  }

  /** Nothing is told of this leg, whatever becomes of it. */
  disown(id: string): void {
    this.#ended.add(id);
  }

  /** Puts a leg where it is now. */
  move(leg: Leg, place: Place): void {
    leg.place = place;
    leg.line.setPlace(place.at);
    for (const tell of [...leg.moved]) tell();
  }

  /** Puts two legs into a bridge of their own. */
  pair(one: string, other: string): void {
    for (const [id, peer] of [
      [one, other],
      [other, one],
    ] as const) {
      const leg = this.#legs.get(id);
      if (leg) this.move(leg, { at: 'pair', peer });
    }
  }

  /** The link dropped: what happens now is not seen, so nothing is remembered. */
  forget(): void {
    for (const leg of this.#legs.values()) clearTimeout(leg.ringTimer);
    this.#legs.clear();
    this.#ended.clear();
  }

  /** Takes one event of a channel. */
  take(event: EslEvent): void {
    const id = event('Unique-ID');
    if (this.#ended.has(id)) return;
    switch (event('Event-Name')) {
      case 'CHANNEL_PROGRESS':
      case 'CHANNEL_PROGRESS_MEDIA':
        return this.#ringing(id);
      case 'CHANNEL_ANSWER':
        return this.#answered(id, seenIn(event).codec);
      case 'CHANNEL_PARK':
        return this.#parked(id, event);
      case 'CHANNEL_BRIDGE':
        return this.pair(event('Bridge-A-Unique-ID'), event('Bridge-B-Unique-ID'));
      case 'CHANNEL_EXECUTE_COMPLETE':
        return this.#completed(id, event);
      case 'DTMF':
        if (this.#legs.has(id)) this.#digit(id, event('DTMF-Digit'));
        return;
      case 'CHANNEL_HANGUP_COMPLETE':
        return this.#end(id, event);
    }
  }

  /**
   * A channel came: the dialplan need not look after it itself any more. Where there is nothing left to call off, the daemon before had
   * done so, or the dialplan has taken it back: then it is none of ours until it is handed over anew.
   * @param round in which it was handed over, where that is known: each has to be claimed
   */
  claim(leg: Leg, round?: string): void {
    this.#commander.attempt(this.#claim(leg, round));
  }

  async #claim(leg: Leg, round: string | undefined): Promise<void> {
    const reply = await this.#commander.ask(encodeFor('sched_del', leg.id));
    if (!/Deleted: 0/.test(reply) || (await this.#isHandedOver(leg.id))) {
      leg.claimed = round;
      return;
    }
    if (this.get(leg.id) !== leg) return;
    this.#legs.delete(leg.id);
    this.#leave(leg);
    this.#emit({ type: 'ChannelEnded', channel: leg.id, cause: 'failure', q850: Q850.failure });
  }

  async #isHandedOver(channel: string): Promise<boolean> {
    return (await this.#commander.ask(encodeFor('uuid_getvar', channel, HANDED_OVER))) === 'true';
  }

  #ringing(id: string): void {
    if (!this.isOurs(id)) return;
    const leg = this.note(id);
    if (leg.told !== 'nothing') return;
    leg.told = 'ringing';
    this.#emit({ type: 'LegRinging', channel: id });
  }

  #answered(id: string, codec: string): void {
    const leg = this.isOurs(id) ? this.note(id) : this.#legs.get(id);
    if (!leg) return;
    leg.isUp = true;
    leg.codec = codec;
    clearTimeout(leg.ringTimer);
  }

  /** It waits for commands: it is new, or it left what it was in. */
  #parked(id: string, event: EslEvent): void {
    const seen = seenIn(event);
    const adopted = this.adopt(seen);
    if (!adopted) return;
    const { leg, isNew } = adopted;
    this.move(leg, PARK);
    if (isNew && !leg.ours) this.#emit({ type: 'ChannelArrived', ...seen.arrived });
    // One that FreeSWITCH took up after a crash was listed before it came through the dialplan once more.
    if (!leg.ours && leg.claimed !== seen.round) this.claim(leg, seen.round);
    if (!leg.ours || !leg.isUp || leg.killedBy || (leg.told === 'answered' && !isNew)) return;
    leg.told = 'answered';
    this.#emit({ type: 'LegAnswered', channel: id });
  }

  #completed(id: string, event: EslEvent): void {
    // What ends because its channel does is told with the channel's end; a recording was made all the same.
    if (event('Answer-State') === 'hangup' && event('Application') !== 'record') return;
    const failed = /^(?:FILE NOT FOUND|PLAYBACK ERROR)/.test(event('Application-Response'));
    this.#legs.get(id)?.line.completed(event('Application-UUID'), failed ? 'failed' : 'done', event);
  }

  #digit(channel: string, digit: string): void {
    if (/^[0-9A-D*#]$/.test(digit)) this.#emit({ type: 'DigitPressed', channel, digit });
  }

  #end(id: string, event: EslEvent): void {
    const leg = this.#legs.get(id);
    this.#legs.delete(id);
    this.#ended.add(id);
    if (this.#ended.size > ENDED_KEPT) this.#ended.delete(this.#ended.values().next().value ?? '');
    if (!leg) return;
    this.#leave(leg);
    this.#emit({ type: 'ChannelEnded', channel: id, ...causeIn(event, leg.killedBy) });
  }

  /** Nobody waits any longer for what the leg does. */
  #leave(leg: Leg): void {
    clearTimeout(leg.ringTimer);
    leg.line.end();
    for (const tell of [...leg.moved]) tell();
  }
}
