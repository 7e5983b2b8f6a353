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

/**
 * The microphone, held open from the first call of `open` to `close`: then a call is answered without waiting for it, and the browser
 * does not put a hidden page to sleep.
 */
export class Microphone {
  #stream: MediaStream | undefined;
  readonly #lost: () => void;

  /** @param lost is called when it is pulled out, or its permission is taken back */
  constructor(lost: () => void) {
    this.#lost = lost;
  }

  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  /** @throws DOMException when there is none, or it is not permitted */
  async open(): Promise<void> {
    if (this.#stream?.getAudioTracks().some((track) => track.readyState === 'live')) return;
    // Pages that did not come over an encrypted connection or from this machine have none.
    if (!navigator.mediaDevices)
      throw new DOMException('no microphone for insecure pages', 'NotAllowedError');
    this.#take(await this.#openChosen());
  }

  /** Takes the chosen one in place of the present one. @param connection of a talk that goes on with it */
  async change(connection: RTCPeerConnection | undefined): Promise<void> {
    if (!this.#stream) return;
    this.close();
    await this.open();
    const [track] = this.#stream?.getAudioTracks() ?? [];
    const sender = connection?.getSenders().find((one) => one.track?.kind === 'audio');
    if (track) await sender?.replaceTrack(track);
  }

  /** After a talk, the next one begins audible. */
  unmute(): void {
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = true;
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.#stream = undefined;
  }

  /** The chosen one, or that of the system when it is not there any more. */
  async #openChosen(): Promise<MediaStream> {
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

  #take(stream: MediaStream): void {
    this.#stream = stream;
    for (const track of stream.getAudioTracks()) track.onended = () => this.#lost();
  }
}

const MISSING: ReadonlySet<string> = new Set(['NotFoundError', 'OverconstrainedError']);
