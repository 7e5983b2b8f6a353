import type { Duplex } from 'node:stream';
import { frame, reply } from '../fake-esl.ts';
import { CommandReader } from './commands.ts';
import { Names } from './names.ts';
import { NotRecorded, Script } from './script.ts';
import { type Entry, isQuestion } from './transcript.ts';
import { Wire } from './wire.ts';

const PASSWORD = 'replay';

/** A command and the answer to it, which goes out when all before it on the same socket went out. */
interface Slot {
  readonly command: string;
  answer: string | undefined;
  /** Of the answer to a question. */
  place: number | undefined;
}

interface Link {
  readonly socket: Duplex;
  readonly reader: CommandReader;
  readonly slots: Slot[];
  on: 'events' | undefined;
}

/** FreeSWITCH's event socket as it was recorded. */
export class ReplayPeer {
  readonly #links = new Set<Link>();
  readonly #wire = new Wire((socket) => this.#linked(socket));
  readonly #waiting = new Map<number, Slot>();
  #script = new Script([]);
  #names = new Names();
  #isLost = false;
  /** Grows with all that happens on the sockets, nudges left out. */
  traffic = 0;

  get password(): string {
    return PASSWORD;
  }

  stop(): void {
    this.#cut();
    this.#wire.close();
  }

  /** Another case begins. */
  load(script: Script): void {
    this.#cut();
    this.#script = script;
    this.#names = new Names();
    this.#waiting.clear();
    this.#isLost = false;
  }

  /** Says what is due by now. Returns what of it is for the world. */
  tick(now: number): Extract<Entry, { readonly done: string }>[] {
    const done: Extract<Entry, { readonly done: string }>[] = [];
    for (let next = this.#script.next(); next && next.dueMs <= now; next = this.#script.next()) {
      this.#script.take(now);
      const { entry } = next;
      if ('done' in entry) done.push(entry);
      else if ('event' in entry) this.#tell(entry.event);
      else if ('reply' in entry) this.#answer(entry.reply, entry.got);
      else this.#link(entry.link);
    }
    for (const link of this.#links) this.#flush(link);
    return done;
  }

  #tell(event: unknown): void {
    const body = this.#names.now(JSON.stringify(event));
    for (const { on, socket } of this.#links) {
      if (on === undefined) continue;
      this.traffic += 1;
      socket.write(frame('text/event-json', body));
    }
  }

  #answer(number: number, got: string): void {
    const slot = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (slot) slot.answer = got;
  }

  #link(link: 'lost' | 'back'): void {
    this.#isLost = link === 'lost';
    if (this.#isLost) this.#cut();
  }

  #cut(): void {
    this.traffic += 1;
    for (const { socket } of this.#links) socket.destroy();
    this.#links.clear();
  }

  #linked(socket: Duplex): void {
    this.traffic += 1;
    socket.on('error', () => undefined);
    if (this.#isLost) {
      socket.destroy();
      return;
    }
    const link: Link = { socket, reader: new CommandReader(), slots: [], on: undefined };
    this.#links.add(link);
    socket.on('close', () => this.#links.delete(link));
    socket.on('data', (bytes) => {
      for (const command of link.reader.push(bytes.toString())) this.#take(link, command);
    });
    socket.write('Content-Type: auth/request\n\n');
  }

  #take(link: Link, command: string): void {
    this.traffic += 1;
    if (command.startsWith('auth ')) {
      link.socket.write(reply(command === `auth ${PASSWORD}` ? '+OK accepted' : '-ERR invalid'));
      return;
    }
    if (command.startsWith('event ')) link.on = 'events';
    const isFilter = command.startsWith('filter ');
    const slot: Slot = { command, answer: isFilter ? '+OK filter added.' : undefined, place: undefined };
    link.slots.push(slot);
    if (isFilter) return this.#flush(link);
    const said = this.#names.ofCommand(command);
    try {
      if (isQuestion(said)) slot.place = this.#script.ask(said, performance.now());
      else this.#waiting.set(this.#script.say(said, link.on, performance.now()), slot);
    } catch (error) {
      // No answer: the case has failed already.
      if (!(error instanceof NotRecorded)) throw error;
    }
    this.#flush(link);
  }

  /** Answers leave in the order of the commands. */
  #flush({ socket, slots }: Link): void {
    for (let slot = slots[0]; slot; slot = slots[0]) {
      if (slot.place !== undefined) slot.answer = this.#script.answerAt(slot.place, performance.now());
      if (slot.answer === undefined) return;
      const got = this.#names.now(slot.answer);
      socket.write(slot.command.startsWith('api ') ? frame('api/response', got) : reply(got));
      this.traffic += 1;
      slots.shift();
    }
  }
}
