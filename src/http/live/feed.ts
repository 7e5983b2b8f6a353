import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Principal } from '../principal.ts';
import type { SocketPath } from '../sockets.ts';
import { Audience } from './audience.ts';
import { Client, type FeedSocket } from './client.ts';
import type { Topic } from './topic.ts';
import { MOST_BYTES, readWish } from './wish.ts';

export interface FeedParts {
  readonly topics: readonly Topic[];
  readonly clock: Clock;
  readonly log: Log;
}

/** Pages of one user at once, and of all users. */
const MOST_OF_ONE = 8;
const MOST_IN_ALL = 1500;
/** Messages of a page in a second: it says little. */
const WISHES_PER_SECOND = 20;
/** How often each page hears that the line is there, ms. */
const BEAT_MS = 15_000;
/** How often those who fell behind are looked at, ms. */
const CATCH_UP_MS = 250;
/** What nobody watches any more is remembered for so long, ms: who comes and goes has it not put together each time. */
const KEEP_EMPTY_MS = 1_000;
/** Whoever sends what is no wish is no page of ours. */
const NOT_UNDERSTOOD = 4400;

interface Watched {
  readonly topic: Topic;
  readonly audiences: Map<string, Audience>;
  /** Ends the wait for the next sending. */
  cancel: (() => void) | undefined;
}

/** Tells pages what changes: each of them the topics that it watches, and of these what its user may see. */
export class LiveFeed {
  readonly #topics = new Map<string, Watched>();
  readonly #clients = new Set<Client>();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #cancels: (() => void)[] = [];

  constructor({ topics, clock, log }: FeedParts) {
    this.#clock = clock;
    this.#log = log;
    for (const topic of topics)
      this.#topics.set(topic.name, { topic, audiences: new Map(), cancel: undefined });
    this.#every(BEAT_MS, (now) => this.#beat(now));
    this.#every(CATCH_UP_MS, (now) => {
      for (const client of this.#clients) client.catchUp(now);
    });
    for (const watched of this.#topics.values())
      this.#every(watched.topic.lookEveryMs, () => this.#look(watched));
  }

  /** How its sockets are opened. */
  get path(): SocketPath {
    return {
      maxMessage: MOST_BYTES,
      perSecond: WISHES_PER_SECOND,
      perUser: MOST_OF_ONE,
      inAll: MOST_IN_ALL,
      mayOpen: () => true,
      opened: (socket, { principal }) => this.join(socket, principal),
    };
  }

  /** Takes a socket whose user is known. */
  join(socket: FeedSocket, principal: Principal): void {
    const client = new Client(socket, principal);
    this.#clients.add(client);
    socket.on('close', () => this.#left(client));
    socket.on('message', (data, isBinary) => {
      if (!client.isOpen) return;
      const wish = isBinary ? undefined : readWish(data);
      if (!wish) return client.close(NOT_UNDERSTOOD, 'say {"watch":"<topic>"} or {"unwatch":"<topic>"}');
      if (wish.do === 'watch') this.#watch(client, wish.topic);
      else this.#unwatch(client, wish.topic);
    });
  }

  /** Something in a topic is not as it was. @param about only for those whom it is about */
  changed(name: string, about?: string): void {
    const watched = this.#topics.get(name);
    if (!watched) return;
    const { everyMs } = watched.topic;
    for (const audience of watched.audiences.values()) {
      if (audience.clients.size === 0 || (about !== undefined && audience.about !== about)) continue;
      audience.isStale = true;
      if (everyMs === 0) this.#send(audience);
    }
    if (everyMs > 0) this.#sendSoon(watched);
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
    for (const { cancel } of this.#topics.values()) cancel?.();
    for (const client of this.#clients) this.#left(client);
  }

  #watch(client: Client, name: string): void {
    const watched = this.#topics.get(name);
    const key = watched?.topic.audienceOf(client.principal);
    // Not a word about which of them there are.
    if (!watched || !key || client.watching.has(name)) return;
    let audience = watched.audiences.get(key.key);
    if (!audience) {
      audience = new Audience(watched.topic, key.about, client.principal);
      watched.audiences.set(key.key, audience);
    }
    this.#send(audience);
    audience.clients.add(client);
    client.watching.set(name, audience);
    const now = this.#clock.now();
    client.tell(Buffer.from(audience.whole(now)), now);
  }

  #unwatch(client: Client, name: string): void {
    const audience = client.watching.get(name);
    if (!audience) return;
    client.watching.delete(name);
    audience.clients.delete(client);
    if (audience.clients.size > 0) return;
    this.#clock.at(this.#clock.now() + KEEP_EMPTY_MS, () => this.#drop(name, audience));
  }

  #drop(name: string, audience: Audience): void {
    const audiences = this.#topics.get(name)?.audiences;
    if (!audiences || audience.clients.size > 0) return;
    for (const [key, one] of audiences) if (one === audience) audiences.delete(key);
  }

  #send(audience: Audience): void {
    const now = this.#clock.now();
    let changes: string | undefined;
    try {
      changes = audience.changes(now);
    } catch (thrown) {
      this.#log.error({ topic: audience.topic.name, error: messageOf(thrown) }, 'a view of the feed failed');
      return;
    }
    if (changes === undefined) return;
    // One text for all of them.
    const message = Buffer.from(changes);
    for (const client of audience.clients) client.tell(message, now);
  }

  #look({ topic, audiences }: Watched): void {
    if (audiences.size === 0) return;
    topic.look?.();
    this.changed(topic.name);
  }

  #sendSoon(watched: Watched): void {
    if (watched.cancel || watched.audiences.size === 0) return;
    watched.cancel = this.#clock.at(this.#clock.now() + watched.topic.everyMs, () => {
      watched.cancel = undefined;
      for (const audience of watched.audiences.values())
        if (audience.isStale && audience.clients.size > 0) this.#send(audience);
    });
  }

  /** A page cannot hear pings: what it hears of is that nothing has come for long. */
  #beat(now: number): void {
    const message = Buffer.from(`{"topic":"","at":${now}}`);
    for (const client of this.#clients) client.tell(message, now);
  }

  #left(client: Client): void {
    if (!this.#clients.delete(client)) return;
    for (const name of [...client.watching.keys()]) this.#unwatch(client, name);
  }

  #every(ms: number, act: (now: number) => void): void {
    const { length: place } = this.#cancels;
    const again = (): void => {
      this.#cancels[place] = this.#clock.at(this.#clock.now() + ms, () => {
        again();
        act(this.#clock.now());
      });
    };
    again();
  }
}
