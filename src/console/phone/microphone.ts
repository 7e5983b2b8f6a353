/** Where the devices are kept that somebody chose in this browser. */
const KEPT_AS = { microphone: 'carillon-microphone', speaker: 'carillon-speaker' } as const;

export type DeviceKind = keyof typeof KEPT_AS;

/** A microphone or speaker of this machine. */
export interface Device {
  readonly id: string;
  readonly label: string;
}

/** The device that was chosen, '' for that of the system. */
export function chosenDevice(kind: DeviceKind): string {
  return localStorage.getItem(KEPT_AS[kind]) ?? '';
}

export function chooseDevice(kind: DeviceKind, id: string): void {
  localStorage.setItem(KEPT_AS[kind], id);
}

/** The devices that there are; their names are known once the microphone was permitted. */
export async function devices(): Promise<Readonly<Record<DeviceKind, readonly Device[]>>> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const ofKind = (kind: MediaDeviceKind): Device[] =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  return { microphone: ofKind('audioinput'), speaker: ofKind('audiooutput') };
}

export interface MicrophoneListener {
  /** It was pulled out, or its permission was taken back. */
  lost(): void;
  /** The devices of this machine are others than before. */
  changed(): void;
}

/**
 * The microphone, held open from the first call of `open` to `close`: then a call is answered without waiting for it, and the browser
 * does not put a hidden page to sleep.
 */
export class Microphone {
  #stream: MediaStream | undefined;
  /** Makes the silence that is sent in its place. */
  #silence: AudioContext | undefined;
  /** Counts closings: what was opened before one is late. */
  #closed = 0;
  readonly #listener: MicrophoneListener;

  constructor(listener: MicrophoneListener) {
    this.#listener = listener;
    navigator.mediaDevices?.addEventListener('devicechange', () => listener.changed());
  }

  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  /** It is gone, and silence goes out. */
  get isSilent(): boolean {
    return this.#silence !== undefined;
  }

  /** It is there, and is no silence. */
  get isLive(): boolean {
    return !this.isSilent && this.#tracks().some((track) => track.readyState === 'live');
  }

  /** Whether the chosen one is plugged in while another one is in use. */
  async isAnotherChosen(): Promise<boolean> {
    const chosen = chosenDevice('microphone');
    const [track] = this.#tracks();
    if (chosen === '' || !track || track.getSettings().deviceId === chosen) return false;
    return (await devices()).microphone.some(({ id }) => id === chosen);
  }

  /** @throws DOMException when there is none, it is not permitted, or it was closed meanwhile */
  async open(): Promise<void> {
    if (this.#tracks().some((track) => track.readyState === 'live')) return;
    await this.#exchange(await this.#openChosen(), undefined);
  }

  /**
   * Takes the chosen one in place of the present one, which stays when that fails.
   * @param connection of a talk that goes on with it
   * @throws DOMException as `open`
   */
  async change(connection: RTCPeerConnection | undefined): Promise<void> {
    if (this.#stream) await this.#exchange(await this.#openChosen(), connection);
  }

  /** Sends silence: a talk whose sound stops would be taken for dead. */
  async fallSilent(connection: RTCPeerConnection | undefined): Promise<void> {
    if (this.#silence) return;
    const silence = new AudioContext();
    const source = silence.createConstantSource();
    source.offset.value = 0;
    const { stream } = source.connect(
      silence.createMediaStreamDestination(),
    ) as MediaStreamAudioDestinationNode;
    source.start();
    await this.#exchange(stream, connection, silence);
  }

  /** After a talk, the next one begins audible. */
  unmute(): void {
    for (const track of this.#tracks()) track.enabled = true;
  }

  close(): void {
    this.#closed += 1;
    this.#stopper()();
    this.#stream = undefined;
    this.#silence = undefined;
  }

  #tracks(): readonly MediaStreamTrack[] {
    return this.#stream?.getAudioTracks() ?? [];
  }

  /** The talk has the next one before the last is stopped. */
  async #exchange(
    next: MediaStream,
    connection: RTCPeerConnection | undefined,
    silence?: AudioContext,
  ): Promise<void> {
    const [track] = next.getAudioTracks();
    const sender = connection?.getSenders().find((one) => one.track?.kind === 'audio');
    // Whoever was muted stays so.
    if (track && sender?.track) track.enabled = sender.track.enabled;
    if (track && !silence) track.onended = () => this.#listener.lost();
    const stopLast = this.#stopper();
    this.#stream = next;
    this.#silence = silence;
    // A talk that ended meanwhile needs none.
    if (track) await sender?.replaceTrack(track).catch(() => undefined);
    stopLast();
  }

  /** Stops what is open now. */
  #stopper(): () => void {
    const [stream, silence] = [this.#stream, this.#silence];
    return () => {
      for (const track of stream?.getTracks() ?? []) {
        track.onended = null;
        track.stop();
      }
      void silence?.close();
    };
  }

  async #openChosen(): Promise<MediaStream> {
    // Pages that did not come over an encrypted connection or from this machine have none.
    if (!navigator.mediaDevices)
      throw new DOMException('no microphone for insecure pages', 'NotAllowedError');
    const closed = this.#closed;
    const stream = await chosenOne();
    if (closed === this.#closed) return stream;
    for (const track of stream.getTracks()) track.stop();
    throw new DOMException('the phone was stopped meanwhile', 'AbortError');
  }
}

/** The chosen one, or that of the system when it is not there any more. */
async function chosenOne(): Promise<MediaStream> {
  const id = chosenDevice('microphone');
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  if (id !== '') {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: { ...audio, deviceId: { exact: id } } });
    } catch (error) {
      if (!(error instanceof DOMException) || !MISSING.has(error.name)) throw error;
    }
  }
  return navigator.mediaDevices.getUserMedia({ audio });
}

const MISSING: ReadonlySet<string> = new Set(['NotFoundError', 'OverconstrainedError']);
