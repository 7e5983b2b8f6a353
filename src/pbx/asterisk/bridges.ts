import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { isRecord } from '../json.ts';
import { checkId, type PbxSnapshot } from '../pbx.ts';
import { check, checkGone } from './answers.ts';
import { type AriRequest, path } from './ari-codec.ts';
import type { AriLink } from './ari-link.ts';

/** Rooms in which channels hear each other. */
export class Bridges {
  readonly #link: AriLink;
  readonly #log: Log;
  /** The bridge in which each channel is, as far as we were told; '' for one that has left its bridge. */
  readonly #where = new Map<string, string>();

  constructor(link: AriLink, log: Log) {
    this.#link = link;
    this.#log = log;
  }

  /** Puts the channels into the bridge, which is made if need be. Rejects with `PbxError`. */
  async connect(bridge: string, channels: readonly string[]): Promise<void> {
    checkId(bridge);
    // Two plain SIP legs in a bridge of type "mixing" alone exchange digits past us.
    const body = { type: 'mixing,dtmf_events', name: bridge };
    const made = await this.#link.request({ method: 'POST', path: path('bridges', bridge), body });
    // 409: it is there already, which is what was wanted.
    if (made.status !== 409) check(made, `bridge ${bridge}`);
    await this.#takeOut(bridge, channels);
    try {
      const add: AriRequest = {
        method: 'POST',
        path: path('bridges', bridge, 'addChannel'),
        body: { channel: channels },
      };
      check(await this.#link.requestSlow(add), `connect ${channels.join(' and ')}`);
      for (const channel of channels) this.#where.set(channel, bridge);
    } catch (error) {
      await this.#removeIfEmpty(bridge);
      throw error;
    }
  }

  /**
   * Takes an answered leg out of the bridge in which Asterisk has dialled it, which ARI does not show. A thread of that bridge reads the
   * leg, and an order to end music is lost when it comes while that thread makes a packet of it; elsewhere one thread does both.
   * Rejects with `PbxError`.
   */
  async release(leg: string): Promise<void> {
    if (this.#where.has(leg)) return;
    const bridge = `${leg}.release`;
    await this.connect(bridge, [leg]);
    await this.#remove(bridge, leg);
    await this.disconnect(bridge);
  }

  /** Removes the bridge; the channels stay up. */
  async disconnect(bridge: string): Promise<void> {
    const answer = await this.#link.request({ method: 'DELETE', path: path('bridges', bridge) });
    checkGone(answer, `disconnect ${bridge}`);
    for (const [channel, where] of this.#where) if (where === bridge) this.#where.set(channel, '');
  }

  /** What a snapshot has shown. */
  seen(bridges: PbxSnapshot['bridges']): void {
    for (const { bridge, channels } of bridges)
      for (const channel of channels) this.#where.set(channel, bridge);
  }

  channelEnded(channel: string): void {
    this.#where.delete(channel);
  }

  forget(): void {
    this.#where.clear();
  }

  /**
   * Nobody goes straight from one bridge to another: while he is in the second one, Asterisk 22 keeps the first one's name for him, and
   * a bridge that is made again under it is neither new nor there.
   */
  async #takeOut(bridge: string, channels: readonly string[]): Promise<void> {
    for (const channel of channels) {
      const from = this.#where.get(channel);
      if (!from || from === bridge) continue;
      await this.#remove(from, channel);
    }
  }

  /** He may have left it, or it may be gone. */
  async #remove(bridge: string, channel: string): Promise<void> {
    await this.#link.request({
      method: 'POST',
      path: path('bridges', bridge, 'removeChannel'),
      body: { channel: [channel] },
    });
    this.#where.set(channel, '');
  }

  /** A bridge that nobody could join would stay for ever. */
  async #removeIfEmpty(bridge: string): Promise<void> {
    try {
      const { body } = await this.#link.request({ method: 'GET', path: path('bridges', bridge) });
      const isEmpty = isRecord(body) && Array.isArray(body.channels) && body.channels.length === 0;
      if (isEmpty) await this.disconnect(bridge);
    } catch (error) {
      this.#log.debug({ bridge, error: messageOf(error) }, 'an unused bridge may be left');
    }
  }
}
