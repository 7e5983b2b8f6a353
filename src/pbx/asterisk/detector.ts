import { checkDetection, type DetectionLimits, PbxError } from '../pbx.ts';
import { check } from './answers.ts';
import { type AriRequest, parseChannel, path } from './ari-codec.ts';
import type { AriLink } from './ari-link.ts';
import type { Calls } from './calls.ts';
import { LISTENING, limitsVariable } from './detection.ts';

/**
 * Sends answered legs into the dialplan, where AMD listens, and leaves it to the dialplan to bring them back, also to a daemon that
 * was not there when they went.
 */
export class Detector {
  readonly #link: AriLink;
  readonly #calls: Calls;
  readonly #idPrefix: string;

  /** @param idPrefix how the ids of our legs begin */
  constructor(link: AriLink, calls: Calls, idPrefix: string) {
    this.#link = link;
    this.#calls = calls;
    this.#idPrefix = idPrefix;
  }

  /** Resolves when the leg is listened to; rejects with `PbxError`, and then nothing became of it. */
  async listen(leg: string, limits: DetectionLimits): Promise<void> {
    checkDetection(limits);
    // Only of these we are told that they end while the dialplan has them.
    if (!leg.startsWith(this.#idPrefix)) throw new PbxError('refused', `${leg} is no leg that we dialled`);
    // On its way to the dialplan a channel still says that it is with us, and takes no orders any more.
    if (this.#calls.isDetecting(leg) || (await this.#isListening(leg))) return;
    const body = limitsVariable(limits);
    const set: AriRequest = { method: 'POST', path: path('channels', leg, 'variable'), body };
    check(await this.#link.request(set), `limits for ${leg}`);
    await this.#send(leg);
  }

  async #isListening(leg: string): Promise<boolean> {
    const answer = await this.#link.request({ method: 'GET', path: path('channels', leg) });
    check(answer, `look at ${leg}`);
    const channel = parseChannel(answer.body);
    if (channel?.state !== 'Up') throw new PbxError('refused', `leg ${leg} was not answered`);
    return channel.context === LISTENING && channel.appName !== 'Stasis';
  }

  async #send(leg: string): Promise<void> {
    this.#calls.detectionAsked(leg);
    const body = { context: LISTENING, extension: 's', priority: 1 };
    try {
      const request: AriRequest = { method: 'POST', path: path('channels', leg, 'continue'), body };
      check(await this.#link.requestSlow(request), `listen to ${leg}`);
    } catch (error) {
      const mayListen = error instanceof PbxError && error.code === 'timeout';
      if (!mayListen) this.#calls.detectionRefused(leg);
      throw error;
    }
  }
}
