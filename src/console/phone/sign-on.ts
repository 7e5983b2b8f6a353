import type { WebPhoneView } from '../../http/page-phone.ts';
import type { CLOSED } from '../../http/sitting.ts';
import { get, lookWhoIsSignedIn, RefusedByApi } from '../api.ts';
import { TryAgain } from '../try-again.ts';
import type { Microphone } from './microphone.ts';
import { type Incoming, SipLine } from './sip-line.ts';
import { TabLock } from './tab-lock.ts';

/** Codes with which the server says that this page is not the phone any more. */
const SIGNED_OUT: typeof CLOSED.signedOut = 4401;
const TAKEN_OVER: typeof CLOSED.takenOver = 4409;
/** It may be, but perhaps for another seat: his session changed, or this was not his phone. */
const OTHER_SEAT: typeof CLOSED.comeAgain = 4410;
const COME_AGAIN: ReadonlySet<number> = new Set([OTHER_SEAT, 1008]);
/** Waits before the next try, ms. */
const TRY_AGAIN_MS = [1_000, 1_500, 3_000, 6_000, 15_000];
/** The PBX knows another password, or none. */
const NOT_KNOWN: ReadonlySet<number> = new Set([401, 403]);

/** Why a page is no phone. */
export type Ending = 'off' | 'no-microphone' | 'taken-over';

export interface SignOnListener {
  /** The PBX knows where we are. `anew`: for the first time on this connection, or after it refused us. */
  registered(anew: boolean): void;
  /** Nothing comes from the PBX for the time being. It is tried again. */
  away(why: 'lost' | 'refused'): void;
  /** This page is to be no phone. */
  over(why: Ending): void;
  comesIn(call: Incoming): void;
}

/** The way of a page to be the phone of its agent at the PBX, and to stay it. */
export class SignOn {
  readonly #microphone: Microphone;
  readonly #listener: SignOnListener;
  readonly #lock = new TabLock(() => this.#listener.over('taken-over'));
  readonly #tries = new TryAgain(TRY_AGAIN_MS, () => void this.#tryAgain());
  #line: SipLine | undefined;
  /** Of the account that the line is for. */
  #uri = '';
  /** Counts begins and ends: what belongs to an earlier one is late. */
  #life = 0;
  /** Whether it takes the place of another page. */
  #force = false;
  /** Whether its password may be another by now. */
  #isOutdated = false;
  /** Whether it may be the phone of another seat by now, or of none. */
  #isInDoubt = false;
  /** Whether the connection is gone and has not come back. */
  #isLost = false;

  constructor(microphone: Microphone, listener: SignOnListener) {
    this.#microphone = microphone;
    this.#listener = listener;
  }

  /** Another number after each begin and end. */
  get life(): number {
    return this.#life;
  }

  get hasLine(): boolean {
    return this.#line !== undefined;
  }

  /** What takes its time goes on at once; the PBX rings only a phone that has a microphone. @throws RefusedByApi */
  async begin(force: boolean): Promise<void> {
    this.#line?.abandon();
    this.#line = undefined;
    this.#tries.stop();
    this.#force = force;
    this.#isInDoubt = false;
    this.#isLost = false;
    this.#life += 1;
    const life = this.#life;
    const isOurs = this.#lock.take(force);
    const microphone = settled(this.#microphone.open());
    const account = settled(this.#account());
    if (!(await isOurs)) return this.#over('taken-over', life);
    const asked = await account;
    if (asked.status === 'rejected') return this.#notBegun(asked.reason, life);
    const line = await this.#open(asked.value, life);
    const isThere = (await microphone).status === 'fulfilled';
    if (life !== this.#life) return;
    if (isThere) line.register();
    else this.#over('no-microphone', life);
  }

  /** @param how `close` signs off; `abandon` goes without a word, so that the call can go on in another page */
  end(how: 'close' | 'abandon'): void {
    this.#life += 1;
    this.#tries.worked();
    this.#line?.[how]();
    this.#line = undefined;
    this.#lock.letGo();
  }

  async #account(): Promise<WebPhoneView> {
    const [account] = await Promise.all([get<WebPhoneView>('/api/desk/phone'), SipLine.prepare()]);
    return account;
  }

  async #open(account: WebPhoneView, life: number): Promise<SipLine> {
    const isOurs = (): boolean => life === this.#life;
    const line = await SipLine.open(account, {
      registered: (anew) => isOurs() && this.#registered(anew),
      disconnected: (code) => isOurs() && this.#disconnected(code),
      refused: (status) => isOurs() && this.#refused(status),
      comesIn: (incoming) => isOurs() && this.#listener.comesIn(incoming),
    });
    if (!isOurs()) {
      line.close();
      return line;
    }
    this.#line = line;
    this.#uri = account.uri;
    return line;
  }

  #over(why: Ending, life: number): void {
    if (life === this.#life) this.#listener.over(why);
  }

  /** A server that is away is asked again; what it refuses is for whoever began. */
  #notBegun(reason: unknown, life: number): void {
    if (life !== this.#life) return;
    if (!isUnreachable(reason)) {
      this.#listener.over('off');
      throw reason;
    }
    this.#listener.away('lost');
    this.#tries.later();
  }

  async #tryAgain(): Promise<void> {
    const line = this.#line;
    if (!line) return this.begin(this.#force).catch(() => undefined);
    if (this.#isInDoubt) return this.#whoseIsIt();
    const life = this.#life;
    // Without an answer the next try fails as this one did.
    const account = this.#isOutdated ? await this.#account().catch(() => undefined) : undefined;
    if (life === this.#life) line.register(account?.password);
  }

  /** The line of the same seat goes on, and with it a talk; for another one it begins anew. */
  async #whoseIsIt(): Promise<void> {
    const life = this.#life;
    const asked = await settled(this.#account());
    // The PBX takes it meanwhile: it is the same one.
    if (life !== this.#life || !this.#isInDoubt) return;
    if (asked.status === 'rejected') {
      if (isUnreachable(asked.reason)) this.#tries.later();
      else this.#listener.over('off');
    } else if (asked.value.uri === this.#uri) this.#isInDoubt = false;
    else await this.begin(this.#force).catch(() => undefined);
  }

  #registered(anew: boolean): void {
    this.#isInDoubt = false;
    this.#isLost = false;
    this.#tries.worked();
    this.#listener.registered(anew);
  }

  #refused(status: number): void {
    this.#isOutdated = NOT_KNOWN.has(status);
    this.#tries.later();
    this.#listener.away('refused');
  }

  #disconnected(code: number): void {
    if (code === TAKEN_OVER) return this.#listener.over('taken-over');
    if (code === SIGNED_OUT) return this.#listener.over('off');
    this.#listener.away('lost');
    if (COME_AGAIN.has(code) && !this.#isInDoubt) {
      this.#isInDoubt = true;
      // His page may not have the answer yet that makes him another one.
      this.#tries.later();
    }
    if (this.#isInDoubt) return;
    // The line connects and registers by itself.
    this.#tries.stop();
    if (!this.#isLost) lookWhoIsSignedIn();
    this.#isLost = true;
  }
}

function isUnreachable(reason: unknown): boolean {
  return reason instanceof RefusedByApi && reason.status === 0;
}

async function settled<Value>(promise: Promise<Value>): Promise<PromiseSettledResult<Value>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}
