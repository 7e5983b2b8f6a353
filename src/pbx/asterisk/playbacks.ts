import type { PbxEvent } from '../pbx.ts';

/** Which playbacks run or wait on which channel, so that each ends exactly once and none is in the way of a bridge. */
export class Playbacks {
  readonly #emit: (event: PbxEvent) => void;
  /** By channel, in the order of play: the first one runs, the others wait. */
  readonly #lines = new Map<string, string[]>();
  readonly #channels = new Map<string, string>();
  /** Nobody is told when these end: they are our own, or were stopped while they waited and their end is told already. */
  readonly #hidden = new Set<string>();

  constructor(emit: (event: PbxEvent) => void) {
    this.#emit = emit;
  }

  /** Notes a playback that Asterisk is asked for. */
  add(channel: string, playback: string): void {
    const line = this.#lines.get(channel);
    if (line) line.push(playback);
    else this.#lines.set(channel, [playback]);
    this.#channels.set(playback, channel);
  }

  /** Notes a playback that nobody above asked for. */
  hide(playback: string): void {
    this.#hidden.add(playback);
  }

  /** Asterisk refused it. */
  refused(playback: string): void {
    this.#remove(playback);
  }

  /** Playbacks of a channel, those that wait first: stopped in this order, none starts in between. */
  of(channel: string): readonly string[] {
    return (this.#lines.get(channel) ?? []).toReversed();
  }

  /** Asterisk was told to stop it. One that waits ends now; Asterisk would say so only when its turn comes. */
  stopped(playback: string): void {
    const channel = this.#channels.get(playback);
    if (channel === undefined || this.#lines.get(channel)?.[0] === playback) return;
    this.#remove(playback);
    this.#hidden.add(playback);
    this.#emit({ type: 'PlaybackEnded', playback, channel, outcome: 'done' });
  }

  /** Asterisk says that it ended. `target` is `channel:<id>`. */
  finished(playback: string, target: string, state: string): void {
    if (this.#hidden.delete(playback)) return;
    const channel = this.#channels.get(playback) ?? target.replace(/^channel:/, '');
    this.#remove(playback);
    this.#emit({ type: 'PlaybackEnded', playback, channel, outcome: state === 'done' ? 'done' : 'failed' });
  }

  /** Its channel is gone: what Asterisk did not end is ended here. */
  channelEnded(channel: string): void {
    for (const playback of this.#lines.get(channel) ?? []) {
      this.#channels.delete(playback);
      this.#emit({ type: 'PlaybackEnded', playback, channel, outcome: 'failed' });
    }
    this.#lines.delete(channel);
  }

  forget(): void {
    this.#lines.clear();
    this.#channels.clear();
    this.#hidden.clear();
  }

  #remove(playback: string): void {
    const channel = this.#channels.get(playback);
    if (channel === undefined) return;
    this.#channels.delete(playback);
    const left = (this.#lines.get(channel) ?? []).filter((other) => other !== playback);
    if (left.length > 0) this.#lines.set(channel, left);
    else this.#lines.delete(channel);
  }
}
