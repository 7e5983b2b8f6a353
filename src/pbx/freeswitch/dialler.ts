import { cleanNumber, cleanText } from '../../base/text.ts';
import {
  checkAutoAnswer,
  checkEndpoint,
  checkId,
  type Endpoint,
  type OriginateRequest,
  PbxError,
} from '../pbx.ts';
import type { Commander } from './answers.ts';
import { CAUSE_NAMES } from './causes.ts';
import type { EslEvent } from './esl-codec.ts';
import { encodeFor, encodeOriginate } from './esl-encoder.ts';
import type { Legs } from './legs.ts';
import { until } from './until.ts';

export interface DiallerOptions {
  /** SIP profile and domain that phones register at, and the gateway to the outside. */
  readonly phoneProfile: string;
  readonly domain: string;
  readonly trunk: string;
  readonly commander: Commander;
  readonly legs: Legs;
  /** The leg rings for too long. */
  readonly ranOut: (leg: string) => void;
}

/** A leg that is being made. */
interface Beginning extends PromiseWithResolvers<void> {
  readonly ringTimeoutMs: number;
}

/** FreeSWITCH counts whole seconds and from the last full one; ours runs out first, this one is for when we are not there. */
const RING_GRACE_S = 2;
const LIFETIME_GRACE_S = 10;
/** How long FreeSWITCH may take to make a leg or to say that it cannot, ms. */
const BEGIN_MS = 3_000;
const LOOK_EVERY_MS = 5;
const LOOKS_MS = 500;

/**
 * Headers with which desk phones let themselves be asked to answer, where they are set to allow it; the same for every PBX.
 */
const AUTO_ANSWER = {
  'sip_h_Call-Info': '<sip:carillon.invalid>;answer-after=0',
  'sip_h_Alert-Info': '<http://carillon.invalid>;info=alert-autoanswer;delay=0',
} as const;

/** Why FreeSWITCH makes no leg at all. */
const UNREACHABLE = /USER_NOT_REGISTERED|SUBSCRIBER_ABSENT|INVALID_GATEWAY|GATEWAY_DOWN|CHAN_NOT_IMPLEMENTED/;

/** Dials legs. One that is answered while no daemon is there stays up, parked. */
export class Dialler {
  readonly #options: DiallerOptions;
  /** Legs that are being made, by id; jobs have the same names. */
  readonly #beginning = new Map<string, Beginning>();
  /** Legs that did not begin in time, and may still. */
  readonly #givenUp = new Set<string>();

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  /** Resolves when the leg is being dialled; when it rejects (`PbxError`), the leg does not live and no event tells of it. */
  async originate(request: OriginateRequest): Promise<void> {
    const { legs, commander } = this.#options;
    const { leg: id, ringTimeoutMs, originator = '', to } = request;
    checkId(id);
    if (!legs.isOurs(id)) throw new PbxError('refused', 'this is not how ids of legs begin');
    // One that nobody here knows is refused by FreeSWITCH.
    if (legs.get(id)) throw new PbxError('refused', `leg ${id} exists already`);
    const codec = legs.get(originator)?.codec ?? '';
    const command = encodeOriginate(id, originateVariables(request, codec), this.#address(to));
    const begun = Promise.withResolvers<void>();
    // It may fail before anybody waits for it.
    begun.promise.catch(() => undefined);
    this.#beginning.set(id, { ...begun, ringTimeoutMs });
    const late = setTimeout(() => {
      this.#givenUp.add(id);
      legs.disown(id);
      // Not 'timeout', which means that it may ring: it is ended as soon as it begins.
      begun.reject(new PbxError('refused', `leg ${id} did not begin`));
    }, BEGIN_MS);
    try {
      const [reply] = await Promise.all([commander.ask(command), begun.promise]);
      if (!reply.startsWith('+OK')) throw new PbxError('refused', `leg ${id}: ${reply.slice(0, 100)}`);
      // For some milliseconds it is told of, and commands do not find it.
      await until(async () => !legs.get(id) || (await commander.isThere(id)), LOOK_EVERY_MS, LOOKS_MS);
    } finally {
      clearTimeout(late);
      this.#beginning.delete(id);
    }
  }

  /** True while `originate` is at work on the leg. */
  isBeginning(leg: string): boolean {
    return this.#beginning.has(leg);
  }

  /** Takes the events that tell whether a leg is made. */
  take(event: EslEvent): void {
    switch (event('Event-Name')) {
      case 'CHANNEL_OUTGOING':
        return this.#begun(event('Unique-ID'));
      case 'BACKGROUND_JOB':
        this.#givenUp.delete(event('Job-UUID'));
        return this.#beginning.get(event('Job-UUID'))?.reject(refusalIn(event('_body')));
    }
  }

  /** The link dropped. */
  forget(): void {
    this.#givenUp.clear();
    for (const { reject } of this.#beginning.values())
      reject(new PbxError('link-down', 'the link to FreeSWITCH dropped'));
  }

  /** Ends a leg that nobody wants any more as soon as commands find it. */
  async #end(id: string): Promise<void> {
    const kill = encodeFor('uuid_kill', id, CAUSE_NAMES.cancelled);
    const isKilled = async () => (await this.#options.commander.ask(kill)).startsWith('+OK');
    await until(isKilled, LOOK_EVERY_MS, LOOKS_MS);
  }

  /** From now on the leg's life is told in events. */
  #begun(id: string): void {
    const { commander, legs, ranOut } = this.#options;
    if (this.#givenUp.delete(id)) return commander.attempt(this.#end(id));
    const begun = this.#beginning.get(id);
    if (!begun) return;
    const leg = legs.note(id);
    // Here, because its answer may be told before `originate` goes on.
    leg.ringTimer = setTimeout(() => !leg.isUp && ranOut(id), begun.ringTimeoutMs);
    begun.resolve();
  }

  #address(to: Endpoint): string {
    checkEndpoint(to);
    const { phoneProfile, domain, trunk } = this.#options;
    return to.kind === 'phone'
      ? `sofia/${phoneProfile}/${to.extension}%${domain}`
      : `sofia/gateway/${trunk}/${to.number}`;
  }
}

/**
 * Channel variables of a new leg. Throws `PbxError` 'refused' for an outside number that is asked to answer by itself.
 * @param codec of the leg on whose behalf we dial, '' when there is none
 */
export function originateVariables(request: OriginateRequest, codec: string): Record<string, string> {
  checkAutoAnswer(request);
  const { leg, to, call, autoAnswer, ringTimeoutMs, maxTalkMs, callerNumber, callerName } = request;
  if (call !== undefined) checkId(call);
  const ringS = Math.ceil(ringTimeoutMs / 1_000);
  const isTold = call !== undefined && to.kind === 'phone';
  return {
    origination_uuid: leg,
    origination_caller_id_number: cleanNumber(callerNumber),
    // Brackets would end the name.
    origination_caller_id_name: cleanText(callerName).replace(/[<>]/g, ''),
    originate_timeout: String(ringS + RING_GRACE_S),
    // Else the originate is over with the first sound from the network, before anybody answered.
    ignore_early_media: 'true',
    // Else it is taken up after a crash with an old Via, whose answer not every phone sends back as it stands, and with its old source
    // of sound, whose packets are numbered anew: half of the phones would take them for late ones, and play nothing.
    execute_on_answer_anew: 'multiunset sip_recover_via rtp_use_ssrc',
    ...(maxTalkMs !== undefined && {
      execute_on_answer: `sched_hangup +${Math.ceil(maxTalkMs / 1_000) + LIFETIME_GRACE_S} normal_clearing`,
    }),
    // Offered first, and all the others behind it: nothing has to be translated where both sides speak it.
    ...(codec !== '' && { originator_codec: codec, media_mix_inbound_outbound_codecs: 'true' }),
    ...(autoAnswer && AUTO_ANSWER),
    ...(isTold && { 'sip_h_X-Carillon-Call': call }),
  };
}

/** `-ERR USER_NOT_REGISTERED`: the answer to an originate of which no leg came. */
function refusalIn(body: string): PbxError {
  const unreachable = UNREACHABLE.test(body);
  const words = cleanText(body.replace(/^-ERR /, ''), 60);
  return unreachable
    ? new PbxError('unreachable', `nobody can be reached there: ${words}`)
    : new PbxError('refused', `FreeSWITCH makes no leg now: ${words}`);
}
