import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import type { PbxEvent } from '../../src/pbx/pbx.ts';
import type { Behaviour, Detection, SimulatedParty } from '../../src/pbx/simulated/party.ts';
import { SimulatedPbx } from '../../src/pbx/simulated/pbx.ts';
import type { CallFrom, Party, Phone, PhoneBehaviour, TrunkBehaviour, World } from './world.ts';

const FILES = { short: '/prompts/short', long: '/prompts/long', missing: '/prompts/missing' };
const LENGTHS: Readonly<Record<string, number>> = { [FILES.short]: 500, [FILES.long]: 8_000 };

const TRUNK: Readonly<Record<TrunkBehaviour, Behaviour>> = {
  answers: { ringAfterMs: 10, answerAfterMs: 300 },
  rings: { ringAfterMs: 10 },
  earlyMedia: { ringAfterMs: 10, answerAfterMs: 500 },
  busy: refusing(486),
  unallocated: refusing(404),
  congested: refusing(503),
  declined: refusing(603),
  failing: refusing(500),
  longGreeting: answering({ verdict: 'machine', reason: 'long-greeting', afterMs: 1_800 }),
  hello: answering({ verdict: 'human', reason: 'short-greeting', afterMs: 1_500 }),
  wordless: answering({ verdict: 'machine', reason: 'silence', afterMs: 2_500 }),
  soundless: answering({ verdict: 'unsure', reason: 'too-long', afterMs: 5_000 }),
};
const NUMBERS = Object.keys(TRUNK) as TrunkBehaviour[];

function refusing(sipCode: number): Behaviour {
  return { refuse: { afterMs: 20, sipCode } };
}

function answering(detection: Detection): Behaviour {
  return { ringAfterMs: 10, answerAfterMs: 300, detection };
}

function phoneBehaviour(behaviour: PhoneBehaviour): Behaviour {
  if (behaviour === 'rings') return { ringAfterMs: 10 };
  if (behaviour === 'refuses') return refusing(486);
  if (behaviour === 'answersWhenAsked') return { ringAfterMs: 10, autoAnswerMs: 20 };
  return { ringAfterMs: 10, answerAfterMs: 10 + behaviour.answerAfterMs };
}

/** The PBX that exists only in memory; its time passes as fast as it can. */
export async function simulatedWorld(): Promise<World> {
  const world = new SimulatedWorld();
  await world.startAdapter();
  return world;
}

class SimulatedWorld implements World {
  readonly events: PbxEvent[] = [];
  readonly files = FILES;
  readonly pbx: SimulatedPbx;
  readonly #clock = new VirtualClock();
  #parties: SimulatedParty[] = [];

  constructor() {
    this.pbx = new SimulatedPbx(this.#clock, {
      realPaths: true,
      durationOf: (file) => LENGTHS[file],
      trunk: (number) => TRUNK[NUMBERS[Number(number.slice(-2))] ?? 'unallocated'],
    });
  }

  until(holds: () => boolean, ms: number): Promise<boolean> {
    return this.#clock.advanceUntil(holds, ms);
  }

  elapse(ms: number): Promise<void> {
    return this.#clock.advance(ms);
  }

  async call({ ani, name, dnis }: CallFrom): Promise<Party> {
    const caller = this.pbx.call({ source: { kind: 'outside' }, ani, aniName: name, dnis });
    this.#parties.push(caller);
    return partyOf(() => caller);
  }

  callHostile(from: CallFrom): Promise<Party> {
    return this.call(from);
  }

  async phone(extension: string, behaviour: PhoneBehaviour): Promise<Phone> {
    this.pbx.setPhone(extension, phoneBehaviour(behaviour));
    return Object.assign(
      partyOf(() => this.pbx.dialled(extension)),
      {
        behave: (next: PhoneBehaviour) => this.pbx.setPhone(extension, phoneBehaviour(next)),
        dial: async (dnis: string) => {
          const source = { kind: 'phone', extension } as const;
          this.#parties.push(this.pbx.call({ source, ani: extension, aniName: '', dnis }));
        },
      },
    );
  }

  async unregister(extension: string): Promise<void> {
    this.pbx.setPhone(extension, undefined);
    await this.elapse(10);
  }

  outside(behaviour: TrunkBehaviour): string {
    return `138001000${String(NUMBERS.indexOf(behaviour)).padStart(2, '0')}`;
  }

  stopAdapter(): Promise<void> {
    return this.pbx.stop();
  }

  async startAdapter(): Promise<void> {
    this.pbx.start((event) => this.events.push(event));
    await this.elapse(10);
  }

  async drain(on: boolean): Promise<void> {
    this.pbx.setDraining(on);
  }

  async calm(): Promise<void> {
    for (const party of this.#parties.splice(0)) if (!party.ended) party.hangup();
    const left = await this.pbx.snapshot();
    for (const overhearing of left.overhearings) await this.pbx.stopOverhearing(overhearing);
    for (const { bridge } of left.bridges) await this.pbx.disconnect(bridge);
    for (const { channel } of left.channels) await this.pbx.hangup(channel, 'normal');
  }

  stop(): Promise<void> {
    return this.pbx.stop();
  }
}

/** Who is behind each party. */
const behind = new WeakMap<Party, () => SimulatedParty | undefined>();

function partyOf(find: () => SimulatedParty | undefined): Party {
  const existing = (): SimulatedParty => {
    const party = find();
    if (!party) throw new Error('this party is in no call');
    return party;
  };
  const party: Party = {
    press: async (digits) => existing().press(digits),
    hangup: async () => existing().hangup(),
    hasEnded: async () => find()?.ended ?? true,
    isHearing: async () => {
      const { talkingWith, heard } = existing();
      const music = heard.findLast((sound) => sound.startsWith('music'));
      return talkingWith.length > 0 || (music !== undefined && music !== 'music-stopped');
    },
    hears: async (other) => existing().hears.includes(behind.get(other)?.()?.channel ?? ''),
    digitsHeard: async () =>
      existing()
        .heard.filter((sound) => sound.startsWith('digits:'))
        .map((sound) => sound.slice('digits:'.length))
        .join(''),
  };
  behind.set(party, find);
  return party;
}
