import { text } from '../json.ts';
import type { ArrivedChannel, PbxSnapshot } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { type Seen, seenIn } from './describe.ts';
import { parseEvent, parseRows } from './esl-codec.ts';
import { encodeApi, encodeFor } from './esl-encoder.ts';
import { musicId } from './items.ts';
import type { Leg, Legs } from './legs.ts';
import type { Overhearer } from './overhearer.ts';

/** So many channels are asked about at a time: other commands come between. */
const AT_ONCE = 16;

/**
 * What is true in FreeSWITCH now. Of a channel that was seen once, events tell everything else, up to its end; so only those are asked
 * about that nobody saw yet. The list of channels is up to 0.4 s old: none is taken for gone because the list lacks it.
 */
export class Census {
  readonly #commander: Commander;
  readonly #legs: Legs;
  readonly #overhearer: Overhearer;

  constructor(commander: Commander, legs: Legs, overhearer: Overhearer) {
    this.#commander = commander;
    this.#legs = legs;
    this.#overhearer = overhearer;
  }

  /** Takes in all channels that are ours to command; resolves with those that came and that nobody knew. */
  async take(): Promise<readonly ArrivedChannel[]> {
    const rows = parseRows(await this.#commander.ask(encodeApi('show', 'channels', 'as', 'json')));
    const ids = new Set([
      ...rows.map((row) => text(row, 'uuid') ?? ''),
      ...this.#legs.all().map(({ id }) => id),
    ]);
    const news = [...ids].filter((id) => id !== '' && !this.#legs.isSeen(id));
    const found: ArrivedChannel[] = [];
    for (const seen of await this.#look(news)) {
      const adopted = this.#legs.adopt(seen);
      if (!adopted?.isNew) continue;
      this.#place(adopted.leg, seen);
      if (adopted.leg.ours) continue;
      if (!wasAnswered(seen)) this.#legs.claim(adopted.leg);
      found.push(seen.arrived);
    }
    return found;
  }

  /** What is known now. */
  snapshot(): PbxSnapshot {
    const legs = this.#legs.all();
    const bridges = Map.groupBy(
      legs.filter(({ bridge }) => bridge !== ''),
      ({ bridge }) => bridge,
    );
    return {
      channels: legs.flatMap(channelOf),
      bridges: Array.from(bridges, ([bridge, members]) => ({
        bridge,
        channels: members.map(({ id }) => id),
      })),
      overhearings: this.#overhearer.ids(),
    };
  }

  async #look(ids: readonly string[]): Promise<Seen[]> {
    const found: Seen[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE).map((id) => this.#dump(id));
      found.push(...(await Promise.all(some)).filter((one) => one !== undefined));
    }
    return found;
  }

  async #dump(id: string): Promise<Seen | undefined> {
    const dump = parseEvent(await this.#commander.ask(encodeFor('uuid_dump', id, 'json')));
    return dump && dump('Answer-State') !== 'hangup' ? seenIn(dump) : undefined;
  }

  /** Where a channel of an earlier daemon is, and what it still plays. */
  #place(leg: Leg, { bridge, peer, app, argument, overhears }: Seen): void {
    leg.bridge = bridge;
    if (overhears) this.#overhearer.adopt(overhears);
    if (overhears) this.#legs.move(leg, { at: 'overhearing' });
    else if (bridge !== '' && app === 'conference') this.#legs.move(leg, { at: 'conference', name: bridge });
    else if (bridge !== '' && peer !== '') this.#legs.move(leg, { at: 'pair', peer });
    else if (app === 'playback' || app === 'record')
      leg.line.adopt({ id: idIn(leg.id, argument), app, argument, ended: () => undefined });
  }
}

/**
 * True for a call that a daemon before us answered, and so had claimed: the dialplan counts a round for each that it looked after, or
 * answered, itself.
 */
function wasAnswered({ state, round }: Seen): boolean {
  return state === 'up' && round === '0';
}

function channelOf({ arrived, ours, isUp, told }: Leg): PbxSnapshot['channels'] {
  if (!arrived) return [];
  const isRinging = !ours || told === 'ringing';
  return [
    { ...arrived, ...(ours && { dnis: '' }), state: isUp ? 'up' : isRinging ? 'ringing' : 'down', ours },
  ];
}

/** Of `{id=car-1}/path.wav`, of the path of a recording, or of music. */
function idIn(leg: string, argument: string): string {
  if (argument.startsWith('local_stream://')) return musicId(leg);
  return /^\{id=([\w.-]+)\}/.exec(argument)?.[1] ?? /([\w.-]+)\.wav\b/.exec(argument)?.[1] ?? 'unknown';
}
