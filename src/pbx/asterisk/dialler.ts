import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { checkId, type OriginateRequest, PbxError, Q850 } from '../pbx.ts';
import { check, checkCreated } from './answers.ts';
import { type AriRequest, path } from './ari-codec.ts';
import type { AriLink } from './ari-link.ts';
import type { Calls } from './calls.ts';
import { answerVariables, callerVariables, callVariable, dialString, lifetimeVariable } from './dial.ts';

/** How long a created leg may take to come to our application, ms. */
const READY_MS = 3000;

export interface DiallerOptions {
  readonly app: string;
  readonly trunk: string;
  readonly idPrefix: string;
  readonly log: Log;
}

/**
 * Dials legs: create, wait until the channel is ours, then dial. Not ARI's originate, which hangs up on the customer who
 * answers while no daemon is there.
 */
export class Dialler {
  readonly #options: DiallerOptions;
  readonly #link: AriLink;
  readonly #calls: Calls;
  readonly #isDraining: () => Promise<boolean>;

  /** @param isDraining asks whether Asterisk makes no new channels now */
  constructor(options: DiallerOptions, link: AriLink, calls: Calls, isDraining: () => Promise<boolean>) {
    this.#isDraining = isDraining;
    this.#options = options;
    this.#link = link;
    this.#calls = calls;
  }

  /** Resolves when the leg is being dialled; when it rejects (`PbxError`), the leg does not live and no event tells of it. */
  async originate(request: OriginateRequest): Promise<void> {
    const { leg } = request;
    checkId(leg);
    if (!leg.startsWith(this.#options.idPrefix)) {
      throw new PbxError('refused', `ids of legs begin with "${this.#options.idPrefix}"`);
    }
    const create = this.#creation(request);
    const ready = this.#calls.expectLeg(leg);
    let created = false;
    try {
      const answer = await this.#link.request(create);
      // It words both in the same way: nobody is registered there, and no new channels at all.
      if (answer.status === 500 && (await this.#isDraining()))
        throw new PbxError('refused', `leg ${leg}: Asterisk takes no new calls now`);
      checkCreated(answer, leg);
      created = true;
      // Dialling a channel that is not in our application yet is refused.
      await inTime(ready, leg);
      this.#calls.legDialled(leg);
      const timeout = Math.max(1, Math.ceil(request.ringTimeoutMs / 1_000));
      const dial: AriRequest = { method: 'POST', path: path('channels', leg, 'dial'), body: { timeout } };
      check(await this.#link.request(dial), `dial ${leg}`);
    } catch (error) {
      const mayLive = created || (error instanceof PbxError && error.code === 'timeout');
      this.#calls.dropLeg(leg, mayLive);
      if (mayLive) this.#remove(leg);
      throw error;
    }
  }

  #creation(request: OriginateRequest): AriRequest {
    const { app, trunk } = this.#options;
    const body = {
      endpoint: dialString(request.to, trunk),
      app,
      appArgs: 'ours',
      channelId: request.leg,
      ...(request.originator && { originator: request.originator }),
      variables: {
        ...callerVariables(request),
        ...lifetimeVariable(request),
        ...answerVariables(request),
        ...callVariable(request),
      },
    };
    return { method: 'POST', path: 'channels/create', body };
  }

  #remove(leg: string): void {
    const query = { reason_code: Q850.normal };
    this.#link
      .request({ method: 'DELETE', path: path('channels', leg), query })
      .catch((error) => this.#options.log.warn({ leg, error: messageOf(error) }, 'a leg may be left over'));
  }
}

/** Rejects when a created leg does not come to us: the frame that says so was lost. */
async function inTime(ready: Promise<void>, leg: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new PbxError('timeout', `leg ${leg} did not come in ${READY_MS} ms`)),
      READY_MS,
    );
  });
  try {
    await Promise.race([ready, late]);
  } finally {
    clearTimeout(timer);
  }
}
