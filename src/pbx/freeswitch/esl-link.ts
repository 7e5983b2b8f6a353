import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { backoffMs } from '../backoff.ts';
import { PbxError } from '../pbx.ts';
import { Wakefulness } from '../wakefulness.ts';
import { type EslEvent, parseEvent } from './esl-codec.ts';
import { type App, encodeApi, encodeFilters, encodeSubscription } from './esl-encoder.ts';
import { EslSocket, type EslSocketOptions } from './esl-socket-link.ts';

export interface EslLinkOptions extends EslSocketOptions {
  readonly log: Log;
  /** What is told; what calls need when it is not given. */
  readonly wants?: EslWants;
}

/** Kinds of events. */
export interface EslWants {
  readonly events: readonly string[];
  readonly custom: readonly string[];
  /** Applications whose end is told; all when it is not given. */
  readonly apps?: readonly App[];
  /** They are fetched at once. */
  readonly atOnce: boolean;
}

/** What the link tells its owner. Events come only between `up` and `down`, in FreeSWITCH's order. */
export interface EslLinkListener {
  up(): void;
  down(reason: string): void;
  event(event: EslEvent): void;
  /** Once a second while it is up. */
  beat(): void;
}

/** Never all of them: a client that does not keep up with a flood of events stops the whole of FreeSWITCH. */
const FOR_CALLS: EslWants = {
  events: [
    'CHANNEL_OUTGOING',
    'CHANNEL_PROGRESS',
    'CHANNEL_PROGRESS_MEDIA',
    'CHANNEL_ANSWER',
    'CHANNEL_PARK',
    'CHANNEL_BRIDGE',
    'CHANNEL_EXECUTE_COMPLETE',
    'CHANNEL_HANGUP_COMPLETE',
    'DTMF',
    'BACKGROUND_JOB',
    'SHUTDOWN',
  ],
  custom: ['sofia::register', 'sofia::unregister', 'sofia::expire'],
  apps: ['playback', 'record', 'eavesdrop'],
  atOnce: true,
};
const BEAT_EVERY_MS = 1_000;
/** Costs 3 % of a core here and 1 % over there; events come 1 ms later in the mean. */
const NUDGE_EVERY_MS = 2;
/** A wrong password does not mend itself in seconds. */
const HOPELESS_RETRY_MS = 10_000;

/**
 * Two connections that live and die together: one for events, whose replies would hold them up, and one for commands. They connect again
 * for ever until `stop`.
 */
export class EslLink {
  readonly #options: EslLinkOptions;
  readonly #listener: EslLinkListener;
  #commands: EslSocket | undefined;
  #events: EslSocket | undefined;
  #up = false;
  #stopped = false;
  #attempt = 0;
  #wakefulness = new Wakefulness(BEAT_EVERY_MS, performance.now());
  #retry: NodeJS.Timeout | undefined;
  #timers: NodeJS.Timeout[] = [];
  /** Why it could not come up, said once each. */
  readonly #reasons = new Set<string>();

  constructor(options: EslLinkOptions, listener: EslLinkListener) {
    this.#options = options;
    this.#listener = listener;
  }

  start(): void {
    let ready = 0;
    const open = (event: (body: string | undefined) => void) => {
      const socket: EslSocket = new EslSocket(this.#options, {
        ready: () => {
          ready += 1;
          if (ready === 2) this.#subscribe();
        },
        event,
        closed: (reason, hopeless) => {
          if (socket === this.#commands || socket === this.#events) this.#drop(reason, hopeless);
        },
      });
      return socket;
    };
    this.#commands = open(() => undefined);
    this.#events = open((body) => this.#take(body));
  }

  /** Closes the link for good; calls stay as they are. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#drop('stopped', false);
  }

  /** Breaks the link and connects anew. */
  cut(reason: string): void {
    this.#commands?.close(reason);
  }

  /** Commands leave in the order of the calls. Resolves with any reply; rejects with `PbxError` 'link-down' or 'timeout'. */
  send(command: string): Promise<string> {
    this.#checkAwake();
    if (!this.#up || !this.#commands)
      return Promise.reject(new PbxError('link-down', 'no link to FreeSWITCH'));
    return this.#commands.send(command);
  }

  #subscribe(): void {
    this.#wakefulness = new Wakefulness(BEAT_EVERY_MS, performance.now());
    const events = this.#events;
    if (!events) return;
    const { wants = FOR_CALLS } = this.#options;
    const filters = wants.apps ? encodeFilters(wants.apps) : [];
    const commands = [encodeSubscription(wants.events, wants.custom), ...filters];
    Promise.all(commands.map((command) => events.send(command))).then(
      (replies) => {
        if (this.#events !== events) return;
        const refusal = replies.find((reply) => !reply.startsWith('+OK'));
        if (refusal !== undefined) return events.close(`FreeSWITCH tells no events: ${refusal}`);
        this.#up = true;
        this.#attempt = 0;
        this.#reasons.clear();
        this.#timers = [setInterval(() => this.#beat(), BEAT_EVERY_MS)];
        if (wants.atOnce) this.#timers.push(setInterval(() => this.#events?.nudge(), NUDGE_EVERY_MS));
        this.#tell(() => this.#listener.up());
      },
      (error) => events.close(messageOf(error)),
    );
  }

  /** Each connection has a thread of its own over there; one that hangs misses its deadline, and the link is dropped. */
  #beat(): void {
    this.#checkAwake();
    if (!this.#up) return;
    this.#tell(() => this.#listener.beat());
    this.#events
      ?.send(encodeApi('uuid_exists', 'nobody'))
      .catch((error) => this.#options.log.debug({ error: messageOf(error) }, 'no heartbeat of FreeSWITCH'));
  }

  #take(body: string | undefined): void {
    const event = body === undefined ? undefined : parseEvent(body);
    if (!event)
      this.#options.log.warn({ bytes: body?.length ?? 'too many' }, 'dropped an event of FreeSWITCH');
    else if (this.#up) this.#tell(() => this.#listener.event(event));
  }

  #drop(reason: string, hopeless: boolean): void {
    const sockets = [this.#commands, this.#events];
    this.#commands = undefined;
    this.#events = undefined;
    this.#up = false;
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of sockets) socket?.close(reason);
    if (this.#stopped) return;
    const delay = hopeless ? HOPELESS_RETRY_MS : backoffMs(this.#attempt, Math.random());
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.start(), delay);
    if (this.#reasons.has(reason)) return;
    this.#reasons.add(reason);
    this.#tell(() => this.#listener.down(reason));
  }

  /** After this process stood still, nothing goes out and nothing comes in on the old link. */
  #checkAwake(): void {
    const stood = this.#up ? this.#wakefulness.look(performance.now()) : '';
    if (stood) this.cut(stood);
  }

  /** A listener that throws is a bug above; the link and the calls on it go on. */
  #tell(say: () => void): void {
    try {
      say();
    } catch (error) {
      this.#options.log.error({ error: messageOf(error) }, 'a PBX event listener threw');
    }
  }
}
