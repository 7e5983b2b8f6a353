import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeswitchPbx } from '../../src/pbx/freeswitch/pbx.ts';
import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { inProject } from '../../src/setup/project.ts';
import { TEST_PHONES } from '../asterisk/asterisk.ts';
import { Baresip } from '../phones/baresip.ts';
import { freePortBlock } from '../phones/ports.ts';
import { type Sipp, startSippCaller, startSippPhone, startTrunk } from '../phones/sipp.ts';
import { outsideNumber, type TRUNK } from '../phones/sipp-scenarios.ts';
import { toneWav } from '../phones/tone.ts';
import { AUDIBLE, CALLER_TONE, DESK_PHONE, heardNext, toneOf, UNABLE, unable } from './asterisk-world.ts';
import { startTestFreeswitch, type TestFreeswitch } from './freeswitch-process.ts';
import { RecordingProxy } from './replay/proxy.ts';
import { type RecordableWorld, RecordedWorld } from './replay/recorded-world.ts';
import { Tape } from './replay/tape.ts';
import { tidy } from './tidy.ts';
import type { CallFrom, Party, Phone, PhoneBehaviour, World } from './world.ts';

const PHONES = [...TEST_PHONES, DESK_PHONE];

/** A real FreeSWITCH with baresip phones and callers, and SIPp behind the trunk. @param program where it is installed */
export async function freeswitchWorld(program: string): Promise<World> {
  const { freeswitch, trunk } = await started(program);
  const world = new FreeswitchWorld(freeswitch, trunk);
  await world.begin();
  return world;
}

/** The same, and what happens in it is taken down. @param folder where the transcripts go */
export async function recordedFreeswitchWorld(program: string, folder: string): Promise<World> {
  const { freeswitch, trunk } = await started(program);
  const tape = new Tape();
  const proxy = await new RecordingProxy(tape, freeswitch.options.port).start();
  const { phoneProfile, domain, trunk: gateway, recordings, password } = freeswitch.options;
  const world = new FreeswitchWorld(
    { ...freeswitch, options: { ...freeswitch.options, port: proxy.port } },
    trunk,
  );
  await world.begin();
  return new RecordedWorld(world, {
    tape,
    proxy,
    folder,
    hidden: {
      folders: [
        [recordings, '/freeswitch/recordings'],
        [freeswitch.home, '/freeswitch'],
      ],
      secrets: [password, inProject('.')],
    },
    options: { phoneProfile, domain, trunk: gateway },
  });
}

async function started(program: string): Promise<{ freeswitch: TestFreeswitch; trunk: Sipp }> {
  const trunkPort = await freePortBlock();
  const trunk = startTrunk(trunkPort);
  return { trunk, freeswitch: await startTestFreeswitch(program, `127.0.0.1:${trunkPort}`, PHONES) };
}

class FreeswitchWorld implements RecordableWorld {
  readonly events: PbxEvent[] = [];
  readonly files: World['files'];
  readonly #freeswitch: TestFreeswitch;
  readonly #trunk: Sipp;
  readonly #phones = new Map<string, { phone: Baresip; behaviour: PhoneBehaviour }>();
  readonly #tones = new WeakMap<Party, number>();
  #callers: Baresip[] = [];
  #sipps: Sipp[] = [];
  #pbx: Pbx;

  constructor(freeswitch: TestFreeswitch, trunk: Sipp) {
    this.#freeswitch = freeswitch;
    this.#trunk = trunk;
    const folder = path.join(freeswitch.home, 'sounds');
    fs.writeFileSync(path.join(folder, 'short.wav'), toneWav(500, 500));
    fs.writeFileSync(path.join(folder, 'long.wav'), toneWav(500, 8_000));
    this.files = { short: `${folder}/short`, long: `${folder}/long`, missing: `${folder}/missing` };
    this.#pbx = freeswitchPbx(freeswitch.options);
  }

  get pbx(): Pbx {
    return this.#pbx;
  }

  async begin(): Promise<void> {
    this.#pbx.start((event) => this.events.push(event));
    const up = () => this.events.some((event) => event.type === 'LinkUp');
    if (!(await this.until(up, 5_000))) throw new Error('no link to the test FreeSWITCH');
    // The dialplan hands calls over from the first beat on.
    await sleep(1_200);
  }

  async until(holds: () => boolean, ms: number): Promise<boolean> {
    const deadline = Date.now() + ms;
    while (!holds()) {
      if (Date.now() > deadline) return false;
      await sleep(5);
    }
    return true;
  }

  async elapse(ms: number): Promise<void> {
    await sleep(ms);
  }

  async call(from: CallFrom): Promise<Party> {
    const caller = await Baresip.start({
      server: this.#freeswitch.outsideSip,
      user: from.ani,
      displayName: from.name,
      tone: CALLER_TONE,
    });
    this.#callers.push(caller);
    await caller.dial(from.dnis);
    return this.#party(caller, CALLER_TONE);
  }

  async callHostile(from: CallFrom): Promise<Party> {
    const caller = { server: this.#freeswitch.outsideSip, dnis: from.dnis, user: from.ani, name: from.name };
    this.#sipps.push(await startSippCaller(caller));
    return UNABLE;
  }

  async phone(extension: string, behaviour: PhoneBehaviour): Promise<Phone> {
    if (behaviour === 'answersWhenAsked') return this.#deskPhone(extension);
    const known = this.#phones.get(extension);
    const one = known ?? { phone: await this.#register(extension), behaviour };
    one.behaviour = behaviour;
    this.#phones.set(extension, one);
    return Object.assign(this.#party(one.phone, toneOf(extension)), {
      dial: (dnis: string) => one.phone.dial(dnis),
      behave: (next: PhoneBehaviour) => {
        one.behaviour = next;
      },
    });
  }

  async unregister(extension: string): Promise<void> {
    const known = this.#phones.get(extension);
    this.#phones.delete(extension);
    await known?.phone.stop();
    await this.elapse(100);
  }

  outside(behaviour: keyof typeof TRUNK): string {
    return outsideNumber(behaviour);
  }

  async stopAdapter(): Promise<void> {
    await this.#pbx.stop();
  }

  async startAdapter(): Promise<void> {
    this.#pbx = freeswitchPbx(this.#freeswitch.options);
    this.#pbx.start((event) => this.events.push(event));
  }

  async drain(on: boolean): Promise<void> {
    await this.#freeswitch.ask(`api fsctl ${on ? 'pause' : 'resume'}`);
  }

  async crash(): Promise<void> {
    await this.#freeswitch.kill();
  }

  async revive(): Promise<void> {
    await this.#freeswitch.restart();
  }

  async calm(): Promise<void> {
    await this.everybodyHangsUp();
    await tidy(this.#pbx);
    await this.clearAway();
  }

  async everybodyHangsUp(): Promise<void> {
    await Promise.all(this.#callers.splice(0).map((caller) => caller.stop()));
    for (const { phone } of this.#phones.values()) if (!(await phone.isIdle())) await phone.hangup();
    await this.elapse(50);
  }

  async clearAway(): Promise<void> {
    await Promise.all(this.#sipps.splice(0).map((caller) => caller.stop()));
  }

  async stop(): Promise<void> {
    await this.#pbx.stop();
    await Promise.all([...this.#phones.values()].map(({ phone }) => phone.stop()));
    await this.#trunk.stop();
    await this.#freeswitch.stop();
  }

  async #deskPhone(extension: string): Promise<Phone> {
    await this.unregister(extension);
    this.#sipps.push(await startSippPhone({ server: this.#freeswitch.phoneSip, ...login(extension) }));
    // FreeSWITCH gives a call up at once when nobody listens at the port yet.
    await this.elapse(300);
    return { ...UNABLE, dial: unable, behave: () => undefined };
  }

  async #register(extension: string): Promise<Baresip> {
    const phone: Baresip = await Baresip.start({
      server: this.#freeswitch.phoneSip,
      user: extension,
      password: login(extension).password,
      tone: toneOf(extension),
      onEvent: ({ type }) => {
        const behaviour = this.#phones.get(extension)?.behaviour;
        if (type !== 'CALL_INCOMING' || behaviour === undefined) return;
        if (behaviour === 'refuses') void phone.hangup();
        if (typeof behaviour === 'object') setTimeout(() => void phone.accept(), behaviour.answerAfterMs);
      },
    });
    return phone;
  }

  #party(phone: Baresip, tone: number): Party {
    const party: Party = {
      press: (digits) => phone.press(digits),
      hangup: () => phone.hangup(),
      hasEnded: () => phone.isIdle(),
      isHearing: async () => {
        const before = phone.heard().ms;
        await sleep(250);
        return phone.heard().ms - before >= 80;
      },
      digitsHeard: async () =>
        phone.events
          .filter((event) => event.type === 'CALL_DTMF_START')
          .map((event) => event.param)
          .join(''),
      hears: async (other) => (await heardNext(phone)).shareAt(this.#tones.get(other) ?? 0) > AUDIBLE,
    };
    this.#tones.set(party, tone);
    return party;
  }
}

function login(extension: string): { extension: string; password: string } {
  const found = PHONES.find((one) => one.extension === extension);
  if (!found) throw new Error(`no phone ${extension}`);
  return found;
}
