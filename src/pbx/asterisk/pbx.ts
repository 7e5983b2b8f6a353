import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import {
  checkDigits,
  checkId,
  DETECTION_LIMITS,
  type DetectionLimits,
  type HangupCause,
  type Media,
  type OriginateRequest,
  type OverhearRequest,
  type Pbx,
  PbxError,
  type PbxEvent,
  type PbxSnapshot,
  type PhoneStatus,
  Q850,
  type RecordOptions,
} from '../pbx.ts';
import { KeyedQueue } from '../queue.ts';
import { check, checkGone } from './answers.ts';
import { type AriEvent, type AriRequest, path } from './ari-codec.ts';
import { AriLink } from './ari-link.ts';
import { Bridges } from './bridges.ts';
import { Calls } from './calls.ts';
import { Detector } from './detector.ts';
import { Dialler } from './dialler.ts';
import { BEEP, mediaUris } from './media.ts';
import { Overhearer } from './overhearer.ts';
import { Phones } from './phones.ts';
import { parseBridges, parseSnapshot } from './snapshot.ts';
import { writeSounds } from './sounds.ts';

export interface AsteriskOptions {
  /** Where Asterisk's HTTP server is: `http://127.0.0.1:8088`. */
  readonly ariUrl: string;
  readonly ariUser: string;
  readonly ariPassword: string;
  readonly amiHost: string;
  readonly amiPort: number;
  readonly amiUser: string;
  readonly amiPassword: string;
  /** Name of the Stasis application, which the dialplan hands calls to. */
  readonly app: string;
  /** Absolute directory where Asterisk writes recordings (`astspooldir`/recording). */
  readonly recordings: string;
  /** Absolute directory that we may write and Asterisk reads: our beep and silence go there. */
  readonly sounds: string;
  /** Name of the PJSIP endpoint that outside numbers are dialled through. */
  readonly trunk: string;
  /** How the ids of our legs begin; no id of Asterisk may begin so. */
  readonly idPrefix: string;
  readonly log: Log;
}

/** Asterisk 20 or newer behind the port, over ARI and AMI. */
export function asteriskPbx(options: AsteriskOptions): Pbx {
  return new AsteriskPbx(options);
}

class AsteriskPbx implements Pbx {
  readonly #options: AsteriskOptions;
  readonly #link: AriLink;
  readonly #phones: Phones;
  readonly #calls: Calls;
  readonly #detector: Detector;
  readonly #dialler: Dialler;
  readonly #bridges: Bridges;
  readonly #overhearer: Overhearer;
  /** Commands to one channel keep their order. */
  readonly #queue = new KeyedQueue();
  #listener: ((event: PbxEvent) => void) | undefined;
  /** What Asterisk said when it ended, until it is there again. */
  #ending = '';

  constructor(options: AsteriskOptions) {
    this.#options = options;
    const { log } = options;
    this.#calls = new Calls({
      idPrefix: options.idPrefix,
      log,
      emit: (event) => this.#listener?.(event),
      giveBack: (channel) =>
        this.#attempt(
          this.#link.requestSlow({ method: 'POST', path: path('channels', channel, 'continue') }),
        ),
      hangup: (channel) => this.#attempt(this.hangup(channel, 'normal')),
      stopRecording: (recording) => this.#attempt(this.stopRecording(recording)),
      fileOf: (recording) => `${options.recordings}/${recording}.wav`,
    });
    this.#link = new AriLink(
      { url: options.ariUrl, user: options.ariUser, password: options.ariPassword, app: options.app, log },
      {
        up: (version, restarted) => {
          this.#ending = '';
          this.#listener?.({ type: 'LinkUp', pbx: `Asterisk ${version}`, restarted });
        },
        down: (reason) => {
          this.#calls.forget();
          this.#bridges.forget();
          this.#listener?.({ type: 'LinkDown', reason: this.#ending || reason });
        },
        event: (event) => this.#take(event),
      },
    );
    this.#dialler = new Dialler(options, this.#link, this.#calls, () => this.#phones.isDraining());
    this.#detector = new Detector(this.#link, this.#calls, options.idPrefix);
    this.#bridges = new Bridges(this.#link, log);
    this.#overhearer = new Overhearer(options, this.#link, this.#bridges);
    this.#phones = new Phones(
      {
        host: options.amiHost,
        port: options.amiPort,
        user: options.amiUser,
        password: options.amiPassword,
        trunk: options.trunk,
        log,
      },
      {
        changed: (extension, registered) =>
          this.#listener?.({ type: 'PhoneStatusChanged', extension, registered }),
        trouble: (trouble, sentence) => this.#listener?.({ type: 'PbxTrouble', trouble, sentence }),
        ending: (restarts) => {
          this.#ending = restarts ? 'Asterisk restarts' : 'Asterisk was stopped';
        },
      },
    );
  }

  start(listener: (event: PbxEvent) => void): void {
    this.#listener = listener;
    writeSounds(this.#options.sounds, this.#options.log);
    this.#link.start();
    this.#phones.start();
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
    this.#calls.forget();
    await Promise.all([this.#link.stop(), this.#phones.stop()]);
  }

  async snapshot(): Promise<PbxSnapshot> {
    const { app, trunk, idPrefix } = this.#options;
    // Never over the websocket: Asterisk 22 crashed while it sent the list of a thousand channels there.
    const [channels, bridges, application] = await Promise.all([
      this.#link.requestSlow({ method: 'GET', path: 'channels' }),
      this.#link.requestSlow({ method: 'GET', path: 'bridges' }),
      this.#link.requestSlow({ method: 'GET', path: path('applications', app) }),
    ]);
    for (const answer of [channels, bridges, application]) check(answer, 'snapshot');
    this.#bridges.seen(parseBridges(bridges.body));
    return parseSnapshot(channels.body, bridges.body, application.body, { app, trunk, idPrefix });
  }

  answer(channel: string): Promise<void> {
    return this.#queue.run([channel], async () => {
      await this.#silence([channel]);
      const request: AriRequest = { method: 'POST', path: path('channels', channel, 'answer') };
      check(await this.#link.requestSlow(request), `answer ${channel}`);
    });
  }

  ring(channel: string): Promise<void> {
    return this.#command(channel, { method: 'POST', path: path('channels', channel, 'ring') });
  }

  async hangup(channel: string, cause: HangupCause): Promise<void> {
    const request: AriRequest = {
      method: 'DELETE',
      path: path('channels', channel),
      query: { reason_code: Q850[cause] },
    };
    this.#calls.hangupAsked(channel, Q850[cause]);
    const end = async () => checkGone(await this.#link.request(request), `hangup ${channel}`);
    // A hangup waits for nothing but the creation of its leg: what is not there yet cannot be hung up.
    await (this.#calls.isCreating(channel) ? this.#queue.run([channel], end) : end());
  }

  play(channel: string, playback: string, media: readonly Media[]): Promise<void> {
    return this.#queue.run([channel], async () => {
      checkId(playback);
      const uris = mediaUris(media, this.#options.sounds);
      this.#calls.playbacks.add(channel, playback);
      try {
        const request: AriRequest = {
          method: 'POST',
          path: path('channels', channel, 'play', playback),
          body: { media: uris },
        };
        check(await this.#link.request(request), `play on ${channel}`);
      } catch (error) {
        this.#calls.playbacks.refused(playback);
        throw error;
      }
    });
  }

  async stopPlayback(playback: string): Promise<void> {
    const answer = await this.#link.request({ method: 'DELETE', path: path('playbacks', playback) });
    checkGone(answer, `stop playback ${playback}`);
    if (answer.status < 300) this.#calls.playbacks.stopped(playback);
  }

  startMusic(channel: string, musicClass: string): Promise<void> {
    return this.#queue.run([channel], async () => {
      if (channel.startsWith(this.#options.idPrefix)) {
        await this.#silence([channel]);
        await this.#bridges.release(channel);
      }
      const body = { mohClass: musicClass };
      const request: AriRequest = { method: 'POST', path: path('channels', channel, 'moh'), body };
      check(await this.#link.request(request), `music on ${channel}`);
    });
  }

  stopMusic(channel: string): Promise<void> {
    return this.#queue.run([channel], async () => {
      const answer = await this.#link.request({ method: 'DELETE', path: path('channels', channel, 'moh') });
      checkGone(answer, `stop music on ${channel}`);
    });
  }

  record(channel: string, recording: string, options: RecordOptions): Promise<void> {
    return this.#queue.run([channel], async () => {
      checkId(recording);
      const { endKey } = options;
      if (!/^[0-9A-D*#]?$/.test(endKey)) throw new PbxError('refused', `"${endKey}" is not one key`);
      const native = endKey === '#' || endKey === '*';
      if (endKey && !native) this.#calls.watchEndKey(channel, recording, endKey);
      if (options.beep) await this.#beep(channel, recording);
      const body = {
        name: recording,
        format: 'wav',
        maxDurationSeconds: Math.ceil(options.maxMs / 1_000),
        maxSilenceSeconds: Math.ceil(options.maxSilenceMs / 1_000),
        ifExists: 'fail',
        terminateOn: native ? endKey : 'none',
      };
      const request: AriRequest = { method: 'POST', path: path('channels', channel, 'record'), body };
      check(await this.#link.request(request), `record ${channel}`);
    });
  }

  async stopRecording(recording: string): Promise<void> {
    const request: AriRequest = { method: 'POST', path: path('recordings', 'live', recording, 'stop') };
    checkGone(await this.#link.request(request), `stop recording ${recording}`);
  }

  async sendDigits(channel: string, digits: string): Promise<void> {
    checkDigits(digits);
    const body = { dtmf: digits };
    await this.#command(channel, { method: 'POST', path: path('channels', channel, 'dtmf'), body });
  }

  originate(request: OriginateRequest): Promise<void> {
    return this.#queue.run([request.leg], () => this.#dialler.originate(request));
  }

  async connect(bridge: string, channels: readonly string[]): Promise<void> {
    await this.#silence(channels);
    await this.#queue.run(channels, async () => {
      await this.#silence(channels);
      await this.#bridges.connect(bridge, channels);
    });
  }

  disconnect(bridge: string): Promise<void> {
    return this.#bridges.disconnect(bridge);
  }

  detectMachine(leg: string, limits: Partial<DetectionLimits> = {}): Promise<void> {
    return this.#queue.run([leg], async () => {
      await this.#silence([leg]);
      await this.#detector.listen(leg, { ...DETECTION_LIMITS, ...limits });
    });
  }

  overhear(request: OverhearRequest): Promise<void> {
    const { overhearing, leg } = request;
    return this.#queue.run([leg, overhearing], async () => {
      await this.#silence([leg]);
      await this.#overhearer.begin(request);
    });
  }

  stopOverhearing(overhearing: string): Promise<void> {
    return this.#queue.run([overhearing], () => this.#overhearer.end(overhearing));
  }

  phones(): Promise<readonly PhoneStatus[]> {
    return this.#phones.list();
  }

  /** Asterisk's own beep ends a recording at once where the prompt package is not installed. */
  async #beep(channel: string, recording: string): Promise<void> {
    const playback = `${recording}.beep`;
    this.#calls.playbacks.hide(playback);
    const request: AriRequest = {
      method: 'POST',
      path: path('channels', channel, 'play', playback),
      body: { media: [`sound:${this.#options.sounds}/${BEEP}`] },
    };
    check(await this.#link.request(request), `beep on ${channel}`);
  }

  #command(channel: string, request: AriRequest): Promise<void> {
    return this.#queue.run([channel], async () => {
      check(await this.#link.request(request), `${request.method} ${request.path}`);
    });
  }

  #take(event: AriEvent): void {
    if (event.type === 'StasisEnd') this.#bridges.channelEnded(event.channel.id);
    if (this.#overhearer.takes(event)) return;
    this.#calls.take(event);
    if (event.type === 'ApplicationReplaced') this.#attempt(this.stop());
  }

  /** A channel is answered, and joins a bridge, only when what it plays is over: so long these commands would wait. */
  async #silence(channels: readonly string[]): Promise<void> {
    for (const channel of channels) {
      for (const playback of this.#calls.playbacks.of(channel)) await this.stopPlayback(playback);
    }
  }

  /** For commands that nobody waits for. */
  #attempt(command: Promise<unknown>): void {
    command.catch((error) =>
      this.#options.log.debug({ error: messageOf(error) }, 'a tidying command failed'),
    );
  }
}
