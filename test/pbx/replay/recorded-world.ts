import type { Pbx, PbxEvent } from '../../../src/pbx/pbx.ts';
import { tidy } from '../tidy.ts';
import type { CallFrom, Party, Phone, PhoneBehaviour, World } from '../world.ts';
import { watchHeaders } from './headers.ts';
import type { RecordingProxy } from './proxy.ts';
import type { Private, Tape } from './tape.ts';
import type { RecordedOptions } from './transcript.ts';

export interface Recording {
  readonly tape: Tape;
  readonly proxy: RecordingProxy;
  /** Where the transcripts go. */
  readonly folder: string;
  readonly hidden: Private;
  readonly options: RecordedOptions;
}

/** A world that calms in parts: what the adapter does in between is taken down by itself. */
export interface RecordableWorld extends World {
  crash(): Promise<void>;
  revive(): Promise<void>;
  everybodyHangsUp(): Promise<void>;
  /** Ends the programs of those who could not hang up. */
  clearAway(): Promise<void>;
}

/** The looks after the link came up are over by then, so that no case begins among them. */
export const SETTLED_MS = 1_000;

/** A world whose adapter goes through a recording proxy: takes down what the test does in it and sees of it. */
export class RecordedWorld implements World {
  readonly #inner: RecordableWorld;
  readonly #recording: Recording;
  readonly #order = new Map<string, readonly string[]>();
  readonly #unwatch: () => void;
  /** The parties of this world by their name in the transcript, and as the inner world knows them. */
  readonly #inners = new WeakMap<Party, readonly [string, Party]>();
  #callers = 0;

  constructor(inner: RecordableWorld, recording: Recording) {
    this.#inner = inner;
    this.#recording = recording;
    this.#unwatch = watchHeaders((reading) => recording.tape.read(reading));
  }

  get pbx(): Pbx {
    return this.#inner.pbx;
  }

  get events(): readonly PbxEvent[] {
    return this.#inner.events;
  }

  get files(): World['files'] {
    return this.#inner.files;
  }

  until(holds: () => boolean, ms: number): Promise<boolean> {
    return this.#inner.until(holds, ms);
  }

  elapse(ms: number): Promise<void> {
    return this.#inner.elapse(ms);
  }

  outside(behaviour: Parameters<World['outside']>[0]): string {
    return this.#inner.outside(behaviour);
  }

  async beginCase(part: string, name: string, all: readonly string[]): Promise<void> {
    this.#order.set(part, all);
    this.#callers = 0;
    await this.#inner.stopAdapter();
    this.#recording.tape.begin(part, name);
    const told = this.events.length;
    await this.#inner.startAdapter();
    const up = () => this.events.slice(told).find((event) => event.type === 'LinkUp');
    await this.until(() => up() !== undefined, 5_000);
    this.#recording.tape.pbx = up()?.pbx ?? this.#recording.tape.pbx;
    await this.elapse(SETTLED_MS);
  }

  async endCase(passed: boolean): Promise<void> {
    this.#recording.tape.end(passed);
  }

  async call(from: CallFrom): Promise<Party> {
    this.#callers += 1;
    const name = `caller-${this.#callers}`;
    return this.#party(
      name,
      await this.#do(`${name} calls ${JSON.stringify(from)}`, () => this.#inner.call(from)),
    );
  }

  callHostile(from: CallFrom): Promise<Party> {
    return this.#do(`somebody hostile calls ${JSON.stringify(from)}`, () => this.#inner.callHostile(from));
  }

  async phone(extension: string, behaviour: PhoneBehaviour): Promise<Phone> {
    const name = `phone-${extension}`;
    const what = `${name} is there ${JSON.stringify(behaviour)}`;
    const phone = await this.#do(what, () => this.#inner.phone(extension, behaviour));
    return Object.assign(this.#party(name, phone), {
      dial: (dnis: string) => this.#do(`${name} dials ${dnis}`, () => phone.dial(dnis)),
      behave: (next: PhoneBehaviour) => phone.behave(next),
    });
  }

  unregister(extension: string): Promise<void> {
    return this.#do(`phone-${extension} goes away`, () => this.#inner.unregister(extension));
  }

  stopAdapter(): Promise<void> {
    return this.#do('stopAdapter', () => this.#inner.stopAdapter());
  }

  startAdapter(): Promise<void> {
    return this.#do('startAdapter', () => this.#inner.startAdapter());
  }

  drain(on: boolean): Promise<void> {
    return this.#do(`drain ${on}`, () => this.#inner.drain(on));
  }

  crash(): Promise<void> {
    return this.#do('FreeSWITCH is killed', () => this.#inner.crash());
  }

  revive(): Promise<void> {
    return this.#do('FreeSWITCH begins anew', () => this.#inner.revive());
  }

  async calm(): Promise<void> {
    await this.#do('everybody hangs up', () => this.#inner.everybodyHangsUp());
    await tidy(this.pbx);
    await this.#inner.clearAway();
  }

  async stop(): Promise<void> {
    const { tape, proxy, folder, hidden, options } = this.#recording;
    await this.#inner.stop();
    await proxy.stop();
    this.#unwatch();
    tape.write(folder, hidden, options, this.#order);
  }

  async #do<Result>(what: string, act: () => Promise<Result>): Promise<Result> {
    const { tape } = this.#recording;
    tape.add({ do: what });
    try {
      const result = await act();
      const seen = typeof result === 'boolean' || typeof result === 'string';
      tape.add({ done: what, ...(seen && { is: result }) });
      return result;
    } catch (error) {
      tape.add({ done: what, failed: String(error) });
      throw error;
    }
  }

  #party(name: string, inner: Party): Party {
    const party: Party = {
      press: (digits) => this.#do(`${name} presses ${digits}`, () => inner.press(digits)),
      hangup: () => this.#do(`${name} hangs up`, () => inner.hangup()),
      hasEnded: () => this.#do(`${name} has ended`, () => inner.hasEnded()),
      isHearing: () => this.#do(`${name} hears something`, () => inner.isHearing()),
      digitsHeard: () => this.#do(`${name} heard digits`, () => inner.digitsHeard()),
      hears: (other) => {
        const [whom, its] = this.#inners.get(other) ?? ['somebody', other];
        return this.#do(`${name} hears ${whom}`, () => inner.hears(its));
      },
    };
    this.#inners.set(party, [name, inner]);
    return party;
  }
}
