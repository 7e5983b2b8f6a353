import { Refused } from '../../src/base/errors.ts';
import { type Log, silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { PolicyGate } from '../../src/contact/gate.ts';
import { DISPOSITIONS } from '../../src/dialer/attempt.ts';
import type { OutboundCampaign } from '../../src/dialer/outbound.ts';
import type { DiallerParts } from '../../src/engine/dialler.ts';
import { Life, newSpool, writeSpooled } from '../../src/lab/day/life.ts';
import { noFaults } from '../../src/lab/faulty-pbx.ts';
import { MemoryContacts } from '../../src/lab/memory-contacts.ts';
import { MemoryLeads, type NewLead } from '../../src/lab/memory-leads.ts';
import { MemoryAttempts, type MemoryStore } from '../../src/lab/memory-store.ts';
import type { Lead, LeadSource } from '../../src/list/lead.ts';
import type { Behaviour, SimulatedParty } from '../../src/pbx/simulated/party.ts';
import { policyWith } from '../contact/policies.ts';
import { agent, type CentreLab, centreLab, queue } from './centre-lab.ts';
import { outbound } from './dialer-lab.ts';

export const GAP_MS = 20_000;
const AGENTS = [
  agent('1001', { sales: 8, service: 8 }),
  agent('1002', { sales: 6 }),
  agent('1003', { cards: 8, service: 6 }),
  agent('1004', { cards: 7, sales: 5 }),
];
export const QUEUES = [
  queue('sales', { sales: 5 }, { ringMs: 8000, wrapUpMs: 2000 }),
  queue('cards', { cards: 5 }, { ringMs: 6000, wrapUpMs: 0 }),
  queue('service', { service: 5 }, { ringMs: 8000, wrapUpMs: 1000, maxWaitMs: 20_000 }),
];
const AGAIN = { afterMs: 3000, tries: 3, nextNumber: true };
const RETRY = {
  'no-answer': AGAIN,
  busy: AGAIN,
  unknown: { ...AGAIN, tries: 4 },
  failed: AGAIN,
  'invalid-number': AGAIN,
};
const CAMPAIGNS = [
  outbound({ id: 'calm', flow: 'listens', retry: RETRY, ringMs: 16_000 }),
  outbound({ id: 'risky', queue: 'cards', retry: RETRY, pacing: { mode: 'ratio', ratio: 2.6 } }),
  outbound({ id: 'shown', retry: RETRY, pacing: { mode: 'preview' } }),
];
const FLOWS = [
  `flow: outbound
languages: [en]
start: agent
steps:
  agent: { campaign-agent: {}, then: { done: end, timeout: sorry } }
  sorry: { menu: { say: { en: sorry }, wrong: { en: sorry }, tries: 1, timeout: 2s, keys: { 9: opt-out } }, otherwise: end }
  opt-out: { opt-out: {}, then: end }
  end: { hangup: {} }
`,
  `flow: listens
languages: [en]
start: hear
steps:
  hear: { detect-machine: {}, then: { human: agent, machine: recorded } }
  recorded: { say: { en: recorded }, then: end }
  agent: { campaign-agent: {}, then: { done: end, timeout: sorry } }
  sorry: { menu: { say: { en: sorry }, wrong: { en: sorry }, tries: 1, timeout: 2s, keys: { 9: opt-out } }, otherwise: end }
  opt-out: { opt-out: {}, then: end }
  end: { hangup: {} }
`,
  `flow: hotline
numbers: ["95533"]
languages: [en]
start: agent
steps:
  agent: { queue: { name: service }, otherwise: end }
  end: { hangup: {} }
`,
];

const numberAt = (index: number): string => `+86139${String(index).padStart(8, '0')}`;
const to = (index: number) => ({ number: numberAt(index), zones: ['Asia/Shanghai'] });

/** Some persons are on several lists, some have two numbers, some share one. */
export function leadsOf(campaign: string, first: number, below: (limit: number) => number): NewLead[] {
  return Array.from({ length: 14 }, (_, index) => {
    const place = below(3) === 0 ? below(20) : first + index;
    const numbers = below(3) === 0 ? [to(place), to(place + 500)] : [to(place)];
    const person = below(4) === 0 ? `person-${below(6)}` : numberAt(place);
    return { id: `${campaign}-${index}`, list: `list-${campaign}`, campaign, person, numbers };
  });
}

/** What the watchers of a run want to know of. */
export interface Watched {
  /** A command to dial somebody outside. */
  dialled(leg: string, number: string): void;
  /** A command to hang up. */
  hungUp(channel: string): void;
  wrong(text: string): void;
}

/** A centre that calls people, and all who take part in it, by the seed. */
export class DiallerWorld {
  readonly random: () => number;
  readonly lab: CentreLab;
  readonly faults = noFaults();
  readonly leads: MemoryLeads;
  /** Which attempts the lists were told of in this life, by their numbers. */
  readonly told: number[] = [];
  life!: Life;
  lives = 0;
  /** When the present daemon came. */
  since = 0;
  campaigns: OutboundCampaign[] = CAMPAIGNS;
  listsFail = false;
  /** Calls that somebody asked to hang up, and leads that somebody asked to be called at another time. */
  readonly askedToEnd = new Set<string>();
  readonly asked = new Set<string>();
  readonly pressed = new Set<string>();
  readonly #spool = newSpool();
  readonly #watched: Watched;
  readonly #callers: SimulatedParty[] = [];

  constructor(seed: number, watched: Watched) {
    this.random = seededRandom(seed * 6007);
    this.#watched = watched;
    this.leads = new MemoryLeads(
      CAMPAIGNS.flatMap(({ id }, index) => leadsOf(id, (index + 1) * 20, (limit) => this.below(limit))),
    );
    const log: Log = {
      ...silentLog,
      error: (fields, message) => {
        if (!EXPECTED.includes(message))
          watched.wrong(`error in the log: ${message} ${JSON.stringify(fields, errorText)}`);
      },
    };
    this.lab = centreLab({
      agents: AGENTS,
      queues: QUEUES,
      flows: FLOWS,
      log,
      pbx: { trunk: () => this.#customer() },
      connect: (pbx, store, clock) => {
        this.life = new Life({
          pbx,
          store,
          clock,
          spool: this.#spool,
          faults: this.faults,
          chance: this.random,
          committed: () => undefined,
        });
        const { line, store: own, clock: its, spool } = this.life;
        const [originate, hangup] = [line.originate.bind(line), line.hangup.bind(line)];
        line.originate = (request) => {
          if (request.to.kind === 'outside') watched.dialled(request.leg, request.to.number);
          return originate(request);
        };
        line.hangup = (channel, cause) => {
          watched.hungUp(channel);
          return hangup(channel, cause);
        };
        return { pbx: line, store: own, clock: its, spool };
      },
      dialler: (_clock, store) => this.#parts(store),
    });
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** What is asked of the centre may be refused, and nothing else. */
  tell(what: Promise<unknown>): void {
    what.catch((thrown: unknown) => {
      if (!(thrown instanceof Refused)) this.#watched.wrong(`not a refusal: ${String(thrown)}`);
    });
  }

  works(id: string): void {
    this.tell(this.lab.engine.tellAgent(id, { type: 'LogIn', extension: id }));
    this.tell(this.lab.engine.tellAgent(id, { type: 'GoReady' }));
  }

  get agentIds(): string[] {
    return AGENTS.map(({ id }) => id);
  }

  get callers(): readonly SimulatedParty[] {
    return this.#callers;
  }

  /** The customers who are up, and whoever called. */
  customers(): SimulatedParty[] {
    return this.lab.pbx.parties().filter(({ to }) => to?.kind !== 'phone');
  }

  /** What people do, whether or not anybody drives the PBX. */
  people(): void {
    const { lab } = this;
    const customers = this.customers();
    const chance = this.random();
    if (chance < 0.15) {
      if (customers.length < 8) this.#callers.push(lab.caller(`1370000000${this.below(10)}`));
    } else if (chance < 0.55) {
      if (customers.length > 0) this.pick(customers).hangup();
    } else if (chance < 0.7) {
      for (const one of customers) {
        if (!one.heard.includes('en/sorry')) continue;
        this.pressed.add(one.channel);
        one.press('9');
      }
    } else if (chance < 0.85) {
      const party = lab.pbx.dialled(this.pick(AGENTS).id);
      if (this.random() < 0.2) party?.vanish();
      else party?.hangup();
    } else lab.pbx.setPhone(this.pick(AGENTS).id, this.random() < 0.15 ? undefined : this.#phone());
  }

  /** What agents and their supervisors want. */
  wishes(): void {
    const { engine, store } = this.lab;
    const { id } = this.pick(AGENTS);
    const wish = this.pick([
      'in',
      'ready',
      'ready',
      'break',
      'out',
      'next',
      'next',
      'accept',
      'accept',
      'skip',
      'note',
      'campaign',
    ]);
    const dialler = engine.dialler!;
    if (wish === 'in') this.works(id);
    else if (wish === 'ready') this.tell(engine.tellAgent(id, { type: 'GoReady' }));
    else if (wish === 'break') this.tell(engine.tellAgent(id, { type: 'GoNotReady', reason: 'break' }));
    else if (wish === 'out') this.tell(engine.tellAgent(id, { type: 'LogOut' }));
    else if (wish === 'next') this.tell(dialler.previewNext(id, ''));
    else if (wish === 'accept') this.tell(dialler.previewAccept(id));
    else if (wish === 'skip') this.tell(dialler.previewSkip(id, 'no'));
    else if (wish === 'campaign') {
      const status = this.pick(['running', 'running', 'paused', 'stopped', 'draining'] as const);
      const changed = this.below(this.campaigns.length);
      this.campaigns = this.campaigns.map((one, index) => (index === changed ? { ...one, status } : one));
      this.tell(dialler.campaignsChanged());
    } else {
      const attempt = this.pick([...store.attempts.values()]);
      if (!attempt) return;
      const at = this.lab.clock.now();
      const result = this.pick([...DISPOSITIONS, 'callback', 'callback'] as const);
      const callback = result === 'callback' && {
        callbackAt: at + this.below(30_000),
        callbackAgent: this.pick([id, undefined]),
      };
      this.asked.add(attempt.lead);
      const disposition = { result, note: '', by: id, at, ...(callback && known(callback)) };
      this.tell(dialler.dispose(attempt.id, disposition));
    }
  }

  hangUpOne(): void {
    const { id } = this.pick(this.lab.engine.liveCalls()) ?? {};
    if (id === undefined) return;
    this.askedToEnd.add(id);
    this.tell(this.lab.engine.hangUp(id));
  }

  /** Changes that the database has not taken yet. */
  get unsaved(): number {
    return this.#spool.size;
  }

  /** A new daemon takes over from the present one, which must be dead by now. */
  async succeed(): Promise<void> {
    this.life.die();
    this.lab.store.failing = false;
    await writeSpooled(this.#spool, this.lab.store);
    this.told.length = 0;
    this.lives += 1;
    await this.lab.succeed();
    this.since = this.lab.clock.now();
  }

  /** Somebody fresh to call, who answers. */
  addLead(campaign: string, number: string): void {
    this.leads.add({
      id: `fresh-${number}`,
      list: 'fresh',
      campaign,
      numbers: [{ number, zones: ['Asia/Shanghai'] }],
    });
  }

  setPhones(): void {
    for (const { id } of AGENTS) this.lab.pbx.setPhone(id, { ringAfterMs: 10, autoAnswerMs: 30 });
  }

  #phone(): Behaviour {
    return this.pick<Behaviour>([
      { ringAfterMs: 10, autoAnswerMs: 30 },
      { ringAfterMs: 10, autoAnswerMs: 30, answerAfterMs: 900 },
      { ringAfterMs: 10, autoAnswerMs: 400, hangupAfterMs: 3000 },
      { ringAfterMs: 20, answerAfterMs: 3500 },
      { ringAfterMs: 20 },
      { refuse: { afterMs: 30, sipCode: 486 } },
    ]);
  }

  allAnswer = false;

  #customer(): Behaviour | 'down' {
    const ringAfterMs = this.pick([50, 300, 3000]);
    if (this.allAnswer) return { ringAfterMs: 50, answerAfterMs: 500 };
    const answerAfterMs = ringAfterMs + 200 + this.below(this.pick([2000, 16_000]));
    return this.pick<Behaviour | 'down'>([
      { ringAfterMs, answerAfterMs },
      { ringAfterMs, answerAfterMs },
      { ringAfterMs, answerAfterMs, hangupAfterMs: this.below(2000) },
      {
        ringAfterMs,
        answerAfterMs,
        detection: { verdict: 'machine', reason: 'long-greeting', afterMs: 1500 },
      },
      { ringAfterMs, answerAfterMs, detection: { verdict: 'unsure', reason: 'too-long', afterMs: 3500 } },
      { ringAfterMs },
      { ringAfterMs },
      { refuse: { afterMs: 100 + this.below(3000), sipCode: this.pick([486, 603, 480]) } },
      { ringAfterMs: 9000, refuse: { afterMs: 100 + this.below(3000), sipCode: this.pick([404, 503]) } },
      { ringAfterMs, refuse: { afterMs: 5000, sipCode: 486 } },
      'down',
    ]);
  }

  #parts(store: MemoryStore): DiallerParts {
    const record = new MemoryContacts();
    for (const { id, ...about } of store.attempts.values()) record.note({ ...about, attempt: id });
    const gap = { numberMs: GAP_MS, personMs: GAP_MS };
    const gate = new PolicyGate({
      policies: { policy: () => policyWith({ gaps: gap }) },
      record,
      campaign: () => ({ policy: '', validFrom: 0, validUntil: Number.MAX_SAFE_INTEGER }),
    });
    return {
      campaigns: async () => this.campaigns,
      leads: this.#listsFor(this.life),
      gate,
      attempts: new MemoryAttempts(store),
      zone: () => 'Asia/Shanghai',
      dialsPerSecond: 20,
      channels: 200,
    };
  }

  /** The lists answer late, or not at all, and nobody who is dead. */
  #listsFor(life: Life): LeadSource {
    const { leads } = this;
    const late = async <T>(work: () => Promise<T>, delays = [0, 0, 5, 300]): Promise<T> => {
      const wait = (ms: number) =>
        new Promise<void>((resolve) => this.lab.clock.at(this.lab.clock.now() + ms, resolve));
      const delayMs = this.pick(delays);
      if (delayMs > 0) await wait(delayMs);
      if (this.listsFail) throw new Error('the lists do not answer (by the script)');
      if (life.isDead) return new Promise<T>(() => undefined);
      const result = await work();
      if (delayMs > 0) await wait(1);
      return life.isDead ? new Promise<T>(() => undefined) : result;
    };
    return {
      zones: (campaign) => late(() => leads.zones(campaign)),
      next: (query) => late<readonly Lead[]>(() => leads.next(query)),
      settle: (settled) =>
        late(async () => {
          for (const { seq } of settled) if (seq !== undefined) this.told.push(seq);
          await leads.settle(settled);
        }, [0, 5, 300, 3000]),
      lastSettledSeq: () => late(() => leads.lastSettledSeq()),
      rewind: (seq) => late(() => leads.rewind(seq)),
      counts: (campaign) => leads.counts(campaign),
    };
  }
}

/** What the daemon says of faults that the run makes on purpose. */
const EXPECTED = [
  'the lists of leads do not answer',
  'the database takes no writes; changes wait',
  'not begun, because the database takes no writes',
];

function known<T extends object>(values: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}

function errorText(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value;
}
