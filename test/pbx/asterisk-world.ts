import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.ts';
import { type AsteriskOptions, asteriskPbx } from '../../src/pbx/asterisk/pbx.ts';
import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { asteriskEtc, asteriskHome } from '../../src/setup/asterisk/render.ts';
import { startTestAsterisk, TEST_PHONES, type TestAsterisk } from '../asterisk/asterisk.ts';
import { Baresip } from '../phones/baresip.ts';
import { freePortBlock } from '../phones/ports.ts';
import { type Sipp, startSippCaller, startSippPhone, startTrunk } from '../phones/sipp.ts';
import { TRUNK } from '../phones/sipp-scenarios.ts';
import { Sound, toneWav } from '../phones/tone.ts';
import type { CallFrom, Party, Phone, PhoneBehaviour, World } from './world.ts';

/** How the adapter reaches the Asterisk of a test. */
export function optionsFor(asterisk: TestAsterisk): AsteriskOptions {
  const home = asteriskHome(asterisk.settings.data);
  return {
    ariUrl: `http://127.0.0.1:${asterisk.ports.ari}`,
    ariUser: 'carillon',
    ariPassword: asterisk.secrets.ariPassword,
    amiHost: '127.0.0.1',
    amiPort: asterisk.ports.ami,
    amiUser: 'carillon',
    amiPassword: asterisk.secrets.amiPassword,
    app: 'carillon',
    recordings: path.join(home, 'spool/recording'),
    sounds: path.join(home, 'sounds'),
    trunk: 'trunk',
    idPrefix: 'car-',
    log: silentLog,
  };
}

/** One ARI request of the test's own, past the adapter. */
export async function askAri(asterisk: TestAsterisk, resource: string, method = 'GET'): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`carillon:${asterisk.secrets.ariPassword}`).toString('base64')}`;
  const url = `http://127.0.0.1:${asterisk.ports.ari}/ari/${resource}`;
  const answer = await fetch(url, { method, headers: { authorization } });
  return answer.json();
}

function consoleOf({ asterisk: { program }, settings }: TestAsterisk, command: string) {
  const configuration = path.join(asteriskEtc(settings.data), 'asterisk.conf');
  const args = [...program.args, '-C', configuration, '-rx', command];
  return { program: program.command, args, env: { ...process.env, ...program.env } };
}

/** Runs a command in Asterisk's console; does not wait, because a graceful stop returns only at its end. */
export function runConsole(asterisk: TestAsterisk, command: string): void {
  const { program, args, env } = consoleOf(asterisk, command);
  spawn(program, args, { env, stdio: 'ignore' }).unref();
}

/** What a command in Asterisk's console prints. */
export function consoleSays(asterisk: TestAsterisk, command: string): string {
  const { program, args, env } = consoleOf(asterisk, command);
  return spawnSync(program, args, { env, encoding: 'utf8' }).stdout;
}

/** The only one that can be asked to answer by itself: SIPp, because baresip 1.0 cannot. */
export const DESK_PHONE = { extension: '1004', password: 'test-phone-1004', name: 'Desk Phone' };

/** A real Asterisk with baresip phones and callers, and SIPp behind the trunk. */
export async function asteriskWorld(): Promise<World> {
  const trunkPort = await freePortBlock();
  // First, so that Asterisk finds the trunk alive when it looks for the first time.
  const trunk = startTrunk(trunkPort);
  const asterisk = await startTestAsterisk({
    trunk: `127.0.0.1:${trunkPort}`,
    phones: [...TEST_PHONES, DESK_PHONE],
  });
  const world = new AsteriskWorld(asterisk, trunk);
  await world.begin();
  return world;
}

/** The voice of callers, Hz. */
export const CALLER_TONE = 500;
/** Share of the power that tells one of three voices at once. */
export const AUDIBLE = 0.1;

/** The voice of a phone, Hz. */
export function toneOf(extension: string): number {
  return 700 + (Number(extension) % 10) * 200;
}

/** What a phone hears in the next while; nothing at all when no sound comes. */
export async function heardNext(phone: Baresip): Promise<Sound> {
  const before = phone.heard().ms;
  await sleep(500);
  const heard = phone.heard();
  return heard.ms > before ? heard.last(heard.ms - before) : new Sound([]);
}

interface ChannelName {
  readonly id: string;
  readonly name: string;
  readonly number: string;
}

export const unable = async () => {
  throw new Error('SIPp does nothing but what its scenario says');
};
export const UNABLE: Party = {
  press: unable,
  hangup: unable,
  isHearing: unable,
  hears: unable,
  digitsHeard: unable,
  hasEnded: unable,
};

class AsteriskWorld implements World {
  readonly events: PbxEvent[] = [];
  readonly files: World['files'];
  readonly #asterisk: TestAsterisk;
  readonly #trunk: Sipp;
  readonly #phones = new Map<string, { phone: Baresip; behaviour: PhoneBehaviour }>();
  readonly #tones = new WeakMap<Party, number>();
  #callers: Baresip[] = [];
  #sipps: Sipp[] = [];
  #pbx: Pbx;

  constructor(asterisk: TestAsterisk, trunk: Sipp) {
    this.#asterisk = asterisk;
    this.#trunk = trunk;
    const folder = path.join(asteriskHome(asterisk.settings.data), 'sounds');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'short.wav'), toneWav(500, 500));
    fs.writeFileSync(path.join(folder, 'long.wav'), toneWav(500, 8_000));
    this.files = { short: `${folder}/short`, long: `${folder}/long`, missing: `${folder}/missing` };
    this.#pbx = asteriskPbx(optionsFor(asterisk));
  }

  get pbx(): Pbx {
    return this.#pbx;
  }

  async begin(): Promise<void> {
    this.#pbx.start((event) => this.events.push(event));
    const up = () => this.events.some((event) => event.type === 'LinkUp');
    if (!(await this.until(up, 5_000))) throw new Error('no link to the test Asterisk');
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
      server: this.#asterisk.sip,
      user: from.ani,
      displayName: from.name,
      tone: CALLER_TONE,
    });
    this.#callers.push(caller);
    await caller.dial(from.dnis);
    return this.#party(
      caller,
      CALLER_TONE,
      ({ id, number }) => number === from.ani && !id.startsWith('car-'),
    );
  }

  async #deskPhone(extension: string): Promise<Phone> {
    await this.unregister(extension);
    const phone = await startSippPhone({ server: this.#asterisk.sip, ...this.#login(extension) });
    this.#sipps.push(phone);
    return { ...UNABLE, dial: unable, behave: () => undefined };
  }

  async callHostile(from: CallFrom): Promise<Party> {
    const caller = await startSippCaller({
      server: this.#asterisk.sip,
      dnis: from.dnis,
      user: from.ani,
      name: from.name,
    });
    this.#sipps.push(caller);
    return UNABLE;
  }

  async phone(extension: string, behaviour: PhoneBehaviour): Promise<Phone> {
    if (behaviour === 'answersWhenAsked') return this.#deskPhone(extension);
    const known = this.#phones.get(extension);
    const one = known ?? { phone: await this.#register(extension), behaviour };
    one.behaviour = behaviour;
    this.#phones.set(extension, one);
    const { phone } = one;
    return Object.assign(
      this.#party(phone, toneOf(extension), ({ name }) => name.startsWith(`PJSIP/${extension}-`)),
      {
        dial: (dnis: string) => phone.dial(dnis),
        behave: (next: PhoneBehaviour) => {
          one.behaviour = next;
        },
      },
    );
  }

  async unregister(extension: string): Promise<void> {
    const known = this.#phones.get(extension);
    this.#phones.delete(extension);
    await known?.phone.stop();
    await this.elapse(100);
  }

  outside(behaviour: keyof typeof TRUNK): string {
    return `138001${TRUNK[behaviour]}`;
  }

  async stopAdapter(): Promise<void> {
    await this.#pbx.stop();
  }

  async startAdapter(): Promise<void> {
    this.#pbx = asteriskPbx(optionsFor(this.#asterisk));
    this.#pbx.start((event) => this.events.push(event));
  }

  async drain(on: boolean): Promise<void> {
    runConsole(this.#asterisk, on ? 'core stop gracefully' : 'core abort shutdown');
    await this.elapse(300);
  }

  async calm(): Promise<void> {
    const callers = this.#callers.splice(0);
    await Promise.all(callers.map((caller) => caller.stop()));
    for (const { phone } of this.#phones.values()) if (!(await phone.isIdle())) await phone.hangup();
    await this.elapse(50);
    const left = await this.#pbx.snapshot();
    for (const overhearing of left.overhearings) await this.#pbx.stopOverhearing(overhearing);
    for (const { bridge } of left.bridges) await this.#pbx.disconnect(bridge);
    for (const { channel } of left.channels) await this.#pbx.hangup(channel, 'normal');
    await Promise.all(this.#sipps.splice(0).map((caller) => caller.stop()));
  }

  async stop(): Promise<void> {
    await this.#pbx.stop();
    await Promise.all([...this.#phones.values()].map(({ phone }) => phone.stop()));
    await this.#trunk.stop();
    await this.#asterisk.stop();
  }

  #login(extension: string): { extension: string; password: string } {
    const login = this.#asterisk.phones.find((one) => one.extension === extension);
    if (!login) throw new Error(`no phone ${extension}`);
    return login;
  }

  async #register(extension: string): Promise<Baresip> {
    const phone: Baresip = await Baresip.start({
      server: this.#asterisk.sip,
      user: extension,
      password: this.#login(extension).password,
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

  #party(phone: Baresip, tone: number, isItsChannel: (channel: ChannelName) => boolean): Party {
    const party: Party = {
      press: (digits) => phone.press(digits),
      hangup: () => phone.hangup(),
      hasEnded: () => phone.isIdle(),
      isHearing: async () => {
        const before = await this.#packetsTo(isItsChannel);
        await sleep(150);
        return (await this.#packetsTo(isItsChannel)) - before >= 4;
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

  /** RTP packets that Asterisk has sent to a party. */
  async #packetsTo(isItsChannel: (channel: ChannelName) => boolean): Promise<number> {
    const channels = (await askAri(this.#asterisk, 'channels')) as {
      id: string;
      name: string;
      caller: { number: string };
    }[];
    const channel = channels.find(({ id, name, caller }) =>
      isItsChannel({ id, name, number: caller.number }),
    );
    if (!channel) throw new Error('the party has no channel');
    const statistics = (await askAri(this.#asterisk, `channels/${channel.id}/rtp_statistics`)) as {
      txcount: number;
    };
    return statistics.txcount;
  }
}
