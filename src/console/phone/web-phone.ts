import { whenSignedOut } from '../api.ts';
import { chooseDevice, type DeviceKind, Microphone } from './microphone.ts';
import { askToRejoin } from './rejoin.ts';
import { SignOn } from './sign-on.ts';
import type { Incoming } from './sip-line.ts';
import type { PhoneState, Softphone } from './softphone.ts';
import { Sound } from './sound.ts';
import { Talk } from './talk.ts';

/** States in which it can be started. */
const STARTS: ReadonlySet<PhoneState> = new Set(['off', 'no-microphone', 'lost', 'refused']);
const ANSWERS_ITSELF = 'carillon-answers-itself';

/** The telephone in the page, by WebRTC. One for each page. */
export class WebPhone implements Softphone {
  readonly #microphone = new Microphone({
    lost: () => this.#microphoneLost(),
    changed: () => this.#devicesChanged(),
  });
  readonly #signOn = new SignOn(this.#microphone, {
    registered: (anew) => this.#registered(anew),
    away: (why) => this.#isAway(why),
    over: (why) => this.#end(why, why === 'no-microphone' ? 'close' : 'abandon'),
    comesIn: (incoming) => this.#comesIn(incoming),
  });
  readonly #sound = new Sound();
  readonly #listeners = new Set<() => void>();
  #talk: Talk | undefined;
  #state: PhoneState = 'off';
  #connected = false;
  #away: 'lost' | 'refused' = 'lost';
  #muted = false;
  /** Ends with the last change of the microphone. */
  #lastChange: Promise<void> = Promise.resolve();
  #answersItself = localStorage.getItem(ANSWERS_ITSELF) === 'yes';

  constructor() {
    whenSignedOut(() => this.#end('off', 'abandon'));
  }

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

  get silent(): boolean {
    return this.#microphone.isSilent;
  }

  async start(): Promise<void> {
    if (STARTS.has(this.#state)) await this.#begin(false);
  }

  async takeOver(): Promise<void> {
    if (!this.#signOn.hasLine) await this.#begin(true);
  }

  stop(): void {
    this.#end('off', 'close');
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
    this.#changed();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #begin(force: boolean): Promise<void> {
    this.#become('connecting');
    await this.#signOn.begin(force);
  }

  #registered(anew: boolean): void {
    this.#connected = true;
    this.#become(this.#stateOfTalk());
    if (!anew) return;
    if (this.#talk?.isUp) this.#talk.renew();
    else this.#rejoin();
  }

  #isAway(why: 'lost' | 'refused'): void {
    this.#connected = false;
    this.#away = why;
    this.#become(this.#talk?.isUp ? 'talking' : why);
  }

  #rejoin(): void {
    const [{ life }, before] = [this.#signOn, this.#talk];
    const isMissed = (): boolean =>
      life === this.#signOn.life && this.#connected && this.#talk === before && !before?.isUp;
    // FreeSWITCH says goodbye to where the phone was before the connection was lost.
    const isOver = (): void => {
      if (this.#talk === before && before?.isUp) before.hangUp();
    };
    void askToRejoin(isMissed, isOver);
  }

  #comesIn(incoming: Incoming): void {
    const talk = new Talk(incoming, {
      hears: (stream) => this.#sound.play(stream),
      answered: () => this.#answered(),
      over: (wanted) => this.#over(wanted),
      broken: () => this.#rejoin(),
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
    // Nobody is to be rung who cannot speak.
    if (this.#microphone.isSilent) return this.#end('no-microphone', 'close');
    this.#become(this.#stateOfTalk());
    if (!wanted && this.#connected) this.#rejoin();
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
    return this.#connected ? 'registered' : this.#away;
  }

  /** The microphone was pulled out: that of the system is taken. A talk goes on without, when there is none. */
  async #openAgain(): Promise<void> {
    const { life } = this.#signOn;
    const isOpen = await this.#microphone.change(this.#talk?.connection).then(
      () => true,
      () => false,
    );
    if (life !== this.#signOn.life) return;
    // Whoever was about to change it for a better one keeps it.
    if (!isOpen && this.#microphone.isLive) return;
    if (!isOpen && !this.#talk) return this.#end('no-microphone', 'close');
    if (!isOpen) await this.#microphone.fallSilent(this.#talk?.connection);
    this.#changed();
  }

  #microphoneLost(): void {
    this.#inTurn(() => this.#openAgain());
  }

  /** There may be another microphone now, or the chosen one may be back. */
  #devicesChanged(): void {
    if (this.#state === 'no-microphone') return void this.start().catch(() => undefined);
    this.#inTurn(async () => {
      if (this.#microphone.isSilent || (await this.#microphone.isAnotherChosen())) await this.#openAgain();
    });
  }

  /** A device that comes or goes says so several times: each change sees what the one before it left. */
  #inTurn(change: () => Promise<void>): void {
    this.#lastChange = this.#lastChange.then(change).catch(() => undefined);
  }

  /** Is no phone any more. @param how see `SignOn` */
  #end(state: PhoneState, how: 'close' | 'abandon'): void {
    // What becomes of it is told nobody; a line that is closed hangs up.
    this.#talk?.leave();
    this.#signOn.end(how);
    this.#connected = false;
    this.#forgetTalk();
    this.#microphone.close();
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
