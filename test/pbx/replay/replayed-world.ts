import fs from 'node:fs';
import path from 'node:path';
import { silentLog } from '../../../src/base/log.ts';
import { freeswitchPbx } from '../../../src/pbx/freeswitch/pbx.ts';
import type { Pbx, PbxEvent } from '../../../src/pbx/pbx.ts';
import { outsideNumber } from '../../phones/sipp-scenarios.ts';
import { tidy } from '../tidy.ts';
import type { CallFrom, Party, Phone, PhoneBehaviour, TrunkBehaviour, World } from '../world.ts';
import { watchHeaders } from './headers.ts';
import { ReplayPeer } from './peer.ts';
import { SETTLED_MS } from './recorded-world.ts';
import { NotRecorded, Script } from './script.ts';
import { type Entry, readTranscript, type Transcript, transcriptFile } from './transcript.ts';
import { VirtualTime } from './virtual-time.ts';
import { WIRE_PORT } from './wire.ts';

type Done = Extract<Entry, { readonly done: string }>;

interface Waiting {
  readonly what: string;
  readonly over: PromiseWithResolvers<Done>;
}

/** What the record still has when a case ends may take so long, ms. */
const REST_MS = 3_000;

/** The surroundings of a FreeSWITCH, and itself, as they were recorded. @param folder of the transcripts */
export async function replayedWorld(folder: string): Promise<ReplayedWorld> {
  const world = new ReplayedWorld(folder);
  await world.begin();
  return world;
}

export class ReplayedWorld implements World {
  readonly events: PbxEvent[] = [];
  readonly files = {
    short: '/freeswitch/sounds/short',
    long: '/freeswitch/sounds/long',
    missing: '/freeswitch/sounds/missing',
  };
  readonly #folder: string;
  readonly #peer = new ReplayPeer();
  readonly #time = new VirtualTime(
    () => this.#peer.traffic,
    (now) => this.#tick(now),
  );
  readonly #names = new WeakMap<Party, string>();
  #unwatch: () => void = () => undefined;
  #waiting: Waiting[] = [];
  #script = new Script([]);
  #transcript: Transcript | undefined;
  #callers = 0;
  #pbx: Pbx | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async begin(): Promise<void> {
    this.#unwatch = watchHeaders(({ kind, header }) => {
      const headers = this.#transcript?.header.headers[kind];
      if (this.#transcript && !headers?.includes(header))
        this.#script.fail(`the adapter reads ${header} of ${kind}, which the record leaves out`);
    });
    this.#time.start();
  }

  get pbx(): Pbx {
    if (!this.#pbx) throw new Error('no case has begun');
    return this.#pbx;
  }

  async beginCase(part: string, name: string): Promise<void> {
    await this.#pbx?.stop();
    this.#transcript = readTranscript(transcriptFile(this.#folder, part));
    const entries = this.#transcript?.cases.get(name);
    this.#script = new Script(entries ?? []);
    if (!entries) throw this.#script.fail(`there is no record of "${part}: ${name}"`);
    this.#peer.load(this.#script);
    this.#waiting = [];
    this.#callers = 0;
    const told = this.events.length;
    this.#start();
    await this.until(() => this.events.slice(told).some(({ type }) => type === 'LinkUp'), 5_000);
    await this.elapse(SETTLED_MS);
  }

  async endCase(): Promise<void> {
    const deadline = performance.now() + REST_MS;
    while (!this.#script.isOver && performance.now() < deadline) await this.elapse(20);
    const wrong = this.#script.fault || this.#script.missing();
    if (wrong) throw this.#script.fail(wrong);
  }

  async until(holds: () => boolean, ms: number): Promise<boolean> {
    const deadline = performance.now() + ms;
    while (!holds()) {
      if (performance.now() > deadline) return false;
      await this.elapse(5);
    }
    return true;
  }

  async elapse(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (this.#script.fault) throw new NotRecorded(this.#script.fault);
  }

  outside(behaviour: TrunkBehaviour): string {
    return outsideNumber(behaviour);
  }

  async call(from: CallFrom): Promise<Party> {
    this.#callers += 1;
    const name = `caller-${this.#callers}`;
    await this.#do(`${name} calls ${JSON.stringify(from)}`);
    return this.#party(name);
  }

  async callHostile(from: CallFrom): Promise<Party> {
    await this.#do(`somebody hostile calls ${JSON.stringify(from)}`);
    return this.#party('somebody hostile');
  }

  async phone(extension: string, behaviour: PhoneBehaviour): Promise<Phone> {
    const name = `phone-${extension}`;
    await this.#do(`${name} is there ${JSON.stringify(behaviour)}`);
    return Object.assign(this.#party(name), {
      dial: async (dnis: string) => void (await this.#do(`${name} dials ${dnis}`)),
      behave: () => undefined,
    });
  }

  async unregister(extension: string): Promise<void> {
    await this.#do(`phone-${extension} goes away`);
  }

  async stopAdapter(): Promise<void> {
    const done = this.#do('stopAdapter');
    await this.pbx.stop();
    await done;
  }

  async startAdapter(): Promise<void> {
    const done = this.#do('startAdapter');
    this.#start();
    await done;
  }

  async drain(on: boolean): Promise<void> {
    await this.#do(`drain ${on}`);
  }

  async crash(): Promise<void> {
    await this.#do('FreeSWITCH is killed');
  }

  async revive(): Promise<void> {
    await this.#do('FreeSWITCH begins anew');
  }

  async calm(): Promise<void> {
    await this.#do('everybody hangs up');
    await tidy(this.pbx);
  }

  async stop(): Promise<void> {
    await this.#pbx?.stop();
    this.#unwatch();
    this.#time.stop();
    this.#peer.stop();
  }

  #start(): void {
    const { options } = this.#transcript?.header ?? {};
    if (!options) throw new Error('no case has begun');
    this.#pbx = freeswitchPbx({
      ...options,
      host: '127.0.0.1',
      port: WIRE_PORT,
      password: this.#peer.password,
      recordings: '/freeswitch/recordings',
      idPrefix: 'car-',
      log: silentLog,
    });
    this.#pbx.start((event) => this.events.push(event));
  }

  /** Resolves with what was seen, as soon as it was in the record; rejects when something is not as recorded. */
  async #do(what: string): Promise<unknown> {
    this.#script.act(what, performance.now());
    const over = Promise.withResolvers<Done>();
    this.#waiting.push({ what, over });
    const { is, failed } = await over.promise;
    if (failed !== undefined) throw new Error(failed);
    return is;
  }

  #tick(now: number): void {
    for (const done of this.#peer.tick(now)) this.#takeWaiting(done.done)?.over.resolve(done);
    if (!this.#script.fault) return;
    for (const { over } of this.#waiting.splice(0)) over.reject(new NotRecorded(this.#script.fault));
  }

  #takeWaiting(what: string): Waiting | undefined {
    const at = this.#waiting.findIndex((one) => one.what === what);
    return at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
  }

  #party(name: string): Party {
    const party: Party = {
      press: async (digits) => void (await this.#do(`${name} presses ${digits}`)),
      hangup: async () => void (await this.#do(`${name} hangs up`)),
      hasEnded: async () => (await this.#do(`${name} has ended`)) === true,
      isHearing: async () => (await this.#do(`${name} hears something`)) === true,
      digitsHeard: async () => String(await this.#do(`${name} heard digits`)),
      hears: async (other) => (await this.#do(`${name} hears ${this.#names.get(other)}`)) === true,
    };
    this.#names.set(party, name);
    return party;
  }
}

/** Of what and of when the transcripts are, in words. Throws when there are none. */
export function recordIn(folder: string): string {
  const headers = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readTranscript(path.join(folder, name))?.header ?? []);
  const days = headers.map(({ recorded }) => recorded).sort();
  const versions = new Set(headers.map(({ pbx }) => pbx));
  return `a real ${[...versions].join(' and ')}, ${[...new Set([days[0], days.at(-1)])].join(' to ')}`;
}
