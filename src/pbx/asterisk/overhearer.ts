import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { checkId, type OverhearRequest, PbxError, Q850 } from '../pbx.ts';
import { check, checkGone } from './answers.ts';
import { type AriEvent, path } from './ari-codec.ts';
import type { AriLink } from './ari-link.ts';
import type { Bridges } from './bridges.ts';
import { overhearingOf, roomName, SPY_MODES, spyName } from './overhearing.ts';

/** How long a snoop channel may take to come to our application, ms. */
const READY_MS = 3000;

export interface OverhearerOptions {
  readonly app: string;
  readonly idPrefix: string;
  readonly log: Log;
}

/**
 * Listening in: a snoop channel on the target, in a bridge with whoever listens. Asterisk fixes with its creation who hears
 * it, so each mode has a channel of its own, and the new one is there before the old one goes.
 */
export class Overhearer {
  readonly #options: OverhearerOptions;
  readonly #link: AriLink;
  readonly #bridges: Bridges;
  /** Snoop channels that are on their way to us. */
  readonly #awaited = new Map<string, () => void>();

  constructor(options: OverhearerOptions, link: AriLink, bridges: Bridges) {
    this.#options = options;
    this.#link = link;
    this.#bridges = bridges;
  }

  /** True for an event of a snoop channel, of which nobody above knows. */
  takes(event: AriEvent): boolean {
    if (!('channel' in event) || overhearingOf(event.channel.id, this.#options.idPrefix) === undefined)
      return false;
    if (event.type === 'StasisStart') this.#awaited.get(event.channel.id)?.();
    return true;
  }

  /** Rejects with `PbxError`; what had been made for it is taken down then. */
  async begin(request: OverhearRequest): Promise<void> {
    const { overhearing, leg, mode } = request;
    checkId(overhearing);
    if (!overhearing.startsWith(this.#options.idPrefix))
      throw new PbxError('refused', `ids of overhearings begin with "${this.#options.idPrefix}"`);
    try {
      await this.#spy(request);
      await this.#bridges.connect(roomName(overhearing), [spyName(overhearing, mode), leg]);
      for (const other of SPY_MODES) if (other !== mode) await this.#remove(spyName(overhearing, other));
    } catch (error) {
      // Its outcome is not known, or the link is gone: asked again, it is made up for.
      const isOver = error instanceof PbxError && (error.code === 'not-found' || error.code === 'refused');
      if (isOver) await this.end(overhearing).catch((again) => this.#leftOver(overhearing, again));
      throw error;
    }
  }

  async end(overhearing: string): Promise<void> {
    checkId(overhearing);
    await this.#bridges.disconnect(roomName(overhearing));
    await Promise.all(SPY_MODES.map((mode) => this.#remove(spyName(overhearing, mode))));
  }

  /** Resolves when the snoop channel is there and ours. */
  async #spy({ overhearing, target, mode }: OverhearRequest): Promise<void> {
    const { app } = this.#options;
    const spy = spyName(overhearing, mode);
    const ready = Promise.withResolvers<void>();
    this.#awaited.set(spy, ready.resolve);
    const timer = setTimeout(
      () => ready.reject(new PbxError('timeout', `${spy} did not come in ${READY_MS} ms`)),
      READY_MS,
    );
    try {
      if (await this.#isThere(spy)) return;
      const body = { app, appArgs: 'ours', spy: 'both', whisper: mode === 'whisper' ? 'out' : 'none' };
      const made = await this.#link.request({
        method: 'POST',
        path: path('channels', target, 'snoop', spy),
        body,
      });
      check(made, `overhear ${target}`);
      await ready.promise;
    } finally {
      clearTimeout(timer);
      // Nobody may be waiting for it.
      ready.promise.catch(() => undefined);
      this.#awaited.delete(spy);
    }
  }

  async #isThere(spy: string): Promise<boolean> {
    const answer = await this.#link.request({ method: 'GET', path: path('channels', spy) });
    return answer.status < 300;
  }

  async #remove(spy: string): Promise<void> {
    const query = { reason_code: Q850.normal };
    checkGone(
      await this.#link.request({ method: 'DELETE', path: path('channels', spy), query }),
      `end ${spy}`,
    );
  }

  #leftOver(overhearing: string, error: unknown): void {
    this.#options.log.warn({ overhearing, error: messageOf(error) }, 'an overhearing may be left over');
  }
}
