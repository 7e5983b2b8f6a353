import { chosenDevice } from './microphone.ts';

/** Chinese ringing: 450 Hz, a second on, four off. */
const RING = { hertz: 450, onMs: 1_000, everyMs: 5_000, loudness: 0.15 } as const;

/** What the agent hears of his phone: its ringing, and whoever talks with him. */
export class Sound {
  readonly #voice = new Audio();
  #context: AudioContext | undefined;
  #stopRinging: () => void = () => undefined;

  constructor() {
    this.#voice.autoplay = true;
  }

  /** Lets him hear the other side. */
  play(stream: MediaStream): void {
    this.#voice.srcObject = stream;
    void this.toChosenSpeaker();
    // Refused only where nobody ever touched the page: he hears it from his first click on.
    this.#voice.play().catch(() => {
      addEventListener('pointerdown', () => void this.#voice.play(), { once: true });
    });
  }

  silence(): void {
    this.#voice.srcObject = null;
  }

  /** Where the browser can choose. */
  async toChosenSpeaker(): Promise<void> {
    const speaker = chosenDevice('speaker');
    // One that was pulled out is no reason to hear nothing.
    if ('setSinkId' in this.#voice) await this.#voice.setSinkId(speaker).catch(() => undefined);
  }

  ring(): void {
    this.hush();
    this.#context ??= new AudioContext();
    const context = this.#context;
    void context.resume();
    const once = (): void => ringOnce(context);
    once();
    const timer = setInterval(once, RING.everyMs);
    this.#stopRinging = () => {
      clearInterval(timer);
      void context.suspend();
    };
  }

  hush(): void {
    this.#stopRinging();
    this.#stopRinging = () => undefined;
  }
}

function ringOnce(context: AudioContext): void {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = RING.hertz;
  volume.gain.value = RING.loudness;
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + RING.onMs / 1_000);
}
