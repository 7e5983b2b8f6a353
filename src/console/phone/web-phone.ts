import type { RejoinView, WebPhoneView } from '../../http/desk-phone.ts';
import { get, post, RefusedByApi } from '../api.ts';
import { chooseDevice, type DeviceKind, Microphone } from './microphone.ts';
import { type Incoming, SipLine } from './sip-line.ts';
import type { PhoneState, Softphone } from './softphone.ts';
import { Sound } from './sound.ts';
import { TabLock } from './tab-lock.ts';
import { Talk } from './talk.ts';

/** Codes with which the server says that this page is not the phone any more. */
const SIGNED_OUT = 4401;
const TAKEN_OVER = 4409;
/** Between two tries to reach a server that is away, ms. */
const TRY_AGAIN_MS = 1_500;
/** The server rings at once; what did not come by then got lost, ms. */
const ASK_AGAIN_MS = 4_000;
const ANSWERS_ITSELF = 'carillon-answers-itself';

/** The telephone in the page, by WebRTC. One for each page. */
export class WebPhone implements Softphone {
  readonly #microphone = new Microphone(() => void this.#openAgain());
  readonly #sound = new Sound();
  readonly #lock = new TabLock(() => this.#leave('taken-over'));
  readonly #listeners = new Set<() => void>();
  #line: SipLine | undefined;
  #talk: Talk | undefined;
  #state: PhoneState = 'off';
  #connected = false;
  #muted = false;
  #answersItself = localStorage.getItem(ANSWERS_ITSELF) === 'yes';
  /** Counts starts and stops: what belongs to an earlier one is late. */
  #life = 0;

  get state(): PhoneState {
    return this.#state;
  }

  get muted(): boolean {
    return this.#muted;
  }

  get connected(): boolean {
    return this.#connected;
  }

  get call(): string {
    return this.#talk?.call ?? '';
  }

  get answersItself(): boolean {
    return this.#answersItself;
  }

  start(): Promise<void> {
    return this.#state === 'off' || this.#state === 'no-microphone' ? this.#begin(false) : Promise.resolve();
  }

  takeOver(): Promise<void> {
    return this.#line ? Promise.resolve() : this.#begin(true);
  }

  stop(): void {
    this.#line?.close();
    this.#end('off');
  }

  answer(): void {
    const { stream } = this.#microphone;
    if (!this.#talk || !stream) return;
    this.#sound.hush();
    this.#talk.answer(stream);
  }

  hangUp(): void {
    this.#talk?.hangUp();
  }

  mute(on: boolean): void {
    if (!this.#talk?.isUp) return;
    this.#talk.mute(on);
    this.#muted = on;
    this.#changed();
  }

  sendDigit(digit: string): void {
    if (this.#talk?.isUp) this.#talk.sendDigit(digit);
  }

  answerItself(on: boolean): void {
    this.#answersItself = on;
    localStorage.setItem(ANSWERS_ITSELF, on ? 'yes' : 'no');
    this.#changed();
  }

  async choose(kind: DeviceKind, id: string): Promise<void> {
    chooseDevice(kind, id);
    if (kind === 'speaker') return this.#sound.toChosenSpeaker();
    await this.#microphone.change(this.#talk?.connection);
    if (this.#muted) this.#talk?.mute(true);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #begin(force: boolean): Promise<void> {
    this.#life += 1;
    const life = this.#life;
    this.#become('connecting');
    if (!(await this.#lock.take(force))) return this.#end('taken-over', life);
    const [account, microphone] = await Promise.allSettled([
      get<WebPhoneView>('/api/desk/phone'),
      this.#microphone.open(),
    ]);
    if (life !== this.#life) return;
    if (microphone.status === 'rejected') return this.#end('no-microphone', life);
    if (account.status === 'rejected') return this.#notBegun(account.reason, force);
    const line = await SipLine.open(account.value, {
      registered: (anew) => this.#registered(anew, life),
      disconnected: (code) => this.#disconnected(code, life),
      refused: () => this.#become('lost'),
      comesIn: (incoming) => this.#comesIn(incoming),
    });
    if (life === this.#life) this.#line = line;
    else line.close();
  }

  /** A server that is away is asked again; what it refuses is for whoever started. */
  #notBegun(reason: unknown, force: boolean): void {
    if (!(reason instanceof RefusedByApi) || reason.status !== 0) {
      this.#end('off');
      throw reason;
    }
    this.#become('lost');
    const life = this.#life;
    setTimeout(() => {
      if (life === this.#life) void this.#begin(force).catch(() => undefined);
    }, TRY_AGAIN_MS);
  }

  #registered(anew: boolean, life: number): void {
    if (life !== this.#life) return;
    this.#connected = true;
    this.#become(this.#stateOfTalk());
    if (!anew) return;
    if (this.#talk?.isUp) this.#talk.renew();
    else void this.#rejoin();
  }

  #disconnected(code: number, life: number): void {
    if (life !== this.#life) return;
    this.#connected = false;
    if (code === TAKEN_OVER) return this.#leave('taken-over');
    if (code === SIGNED_OUT) return this.#leave('off');
    this.#become(this.#talk?.isUp ? 'talking' : 'lost');
  }

  /** The agent may be in a talk whose sound was here before the page was loaded anew: the server rings us for it. */
  async #rejoin(): Promise<void> {
    const life = this.#life;
    // Away again: it is asked at the next registration.
    const answer = await post<RejoinView>('/api/desk/phone/rejoin').catch(() => undefined);
    if (!answer?.rejoins) return;
    const before = this.#talk;
    setTimeout(() => {
      if (life === this.#life && this.#connected && this.#talk === before && !before?.isUp)
        void this.#rejoin();
    }, ASK_AGAIN_MS);
  }

  #comesIn(incoming: Incoming): void {
    const talk = new Talk(incoming, {
      hears: (stream) => this.#sound.play(stream),
      answered: () => this.#answered(),
      over: (wanted) => this.#over(wanted),
      broken: () => void this.#rejoin(),
    });
    // The server rings one call at a time: this one has the place of the one before, if that is not over yet.
    this.#talk?.leave();
    this.#talk = talk;
    if (talk.answersItself || this.#answersItself) return this.answer();
    this.#sound.ring();
    this.#become('ringing');
  }

  #answered(): void {
    this.#sound.hush();
    if (this.#muted) this.#talk?.mute(true);
    this.#become('talking');
  }

  #over(wanted: boolean): void {
    this.#forgetTalk();
    this.#become(this.#stateOfTalk());
    if (!wanted && this.#connected) void this.#rejoin();
  }

  #forgetTalk(): void {
    this.#talk = undefined;
    this.#muted = false;
    this.#sound.hush();
    this.#sound.silence();
    this.#microphone.unmute();
  }

  #stateOfTalk(): PhoneState {
    if (this.#talk) return this.#talk.isUp ? 'talking' : 'ringing';
    return this.#connected ? 'registered' : 'lost';
  }

  /** The microphone was pulled out: that of the system is taken, if there is one. */
  async #openAgain(): Promise<void> {
    try {
      await this.#microphone.change(this.#talk?.connection);
      if (this.#muted) this.#talk?.mute(true);
    } catch {
      this.#line?.close();
      this.#end('no-microphone');
    }
  }

  /** Without a word to the PBX, so that the call can go on in another page. */
  #leave(state: PhoneState): void {
    this.#talk?.leave();
    this.#line?.abandon();
    this.#end(state);
  }

  #end(state: PhoneState, life = this.#life): void {
    if (life !== this.#life) return;
    this.#life += 1;
    this.#line = undefined;
    this.#connected = false;
    this.#talk?.leave();
    this.#forgetTalk();
    this.#microphone.close();
    this.#lock.letGo();
    this.#become(state);
  }

  #become(state: PhoneState): void {
    this.#state = state;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
