import type { Agent } from '../../src/agent/agent.ts';
import type { ContactRequest, ContactVerdict, PastContact } from '../../src/contact/contact.ts';
import type { Conduct } from '../../src/contact/data.ts';
import type { NewWish } from '../../src/contact/wish.ts';
import type { OutboundCampaign, PacingSettings } from '../../src/dialer/outbound.ts';
import type { Changes } from '../../src/engine/changes.ts';
import { MemoryLeads } from '../../src/lab/memory-leads.ts';
import { MemoryAttempts, MemoryStore } from '../../src/lab/memory-store.ts';
import type { Lead, SettledLead } from '../../src/list/lead.ts';
import { agent, CentreLab, type LabOptions, queue } from './centre-lab.ts';

export const lead = (id: string, number: string, more: Partial<Lead> = {}): Lead => ({
  id,
  list: 'list',
  campaign: 'o1',
  person: number,
  name: '',
  numbers: [{ number, zones: ['Asia/Shanghai'] }],
  fields: {},
  attempts: 0,
  dueAt: 0,
  ...more,
});

const PACING: PacingSettings = {
  mode: 'progressive',
  ratio: 1,
  minAgents: 5,
  maxAbandonment: 0.03,
  rollingWindow: false,
  connectWithinMs: 2000,
  cancels: false,
  minRingMs: 15_000,
};

export const outbound = (
  more: Partial<Omit<OutboundCampaign, 'pacing'>> & { pacing?: Partial<PacingSettings> } = {},
): OutboundCampaign => ({
  id: 'o1',
  name: 'deposits',
  status: 'running',
  queue: 'sales',
  flow: 'outbound',
  callerNumber: '95533',
  policy: '',
  validFrom: 0,
  validUntil: Number.MAX_SAFE_INTEGER,
  ringMs: 25_000,
  retry: { 'no-answer': { afterMs: 60_000, tries: 3, nextNumber: false } },
  weight: 1,
  script: '',
  ...more,
  pacing: { ...PACING, ...more.pacing },
});

/** Lists in memory that remember what they were told. */
export class TestLeads extends MemoryLeads {
  readonly settled: SettledLead[] = [];

  override async settle(settled: readonly SettledLead[]): Promise<void> {
    const known = await this.lastSettledSeq();
    await super.settle(settled);
    for (const { seq, lead: id, outcome, fate } of settled)
      if (seq === undefined || seq > known)
        this.settled.push({ lead: id, fate, ...(outcome && { outcome }) });
  }
}

/** A gate that lets everybody pass but those whom a test names. */
export class TestGate {
  readonly noted: PastContact[] = [];
  readonly wishes: NewWish[] = [];
  readonly asked: ContactRequest[] = [];
  wanted: Conduct | undefined;
  readonly refused = new Map<string, ContactVerdict & { allowed: false }>();

  judge(request: ContactRequest): ContactVerdict {
    const { number } = request;
    this.asked.push(request);
    return this.refused.get(number) ?? { allowed: true };
  }

  isOpen(): boolean {
    return true;
  }

  note(contact: PastContact): void {
    this.noted.push(contact);
  }

  wished(wish: NewWish): void {
    this.wishes.push(wish);
  }

  conduct(): Conduct | undefined {
    return this.wanted;
  }
}

/** A store that tells what is committed. */
class WatchedStore extends MemoryStore {
  onCommit: (changes: Changes) => void = () => undefined;
  /** True for one that does not stop a drained campaign. */
  keepsDraining = false;

  override async commit(changes: Changes): Promise<void> {
    await super.commit(changes);
    this.onCommit(changes);
  }
}

const FLOW = `flow: outbound
languages: [en]
start: agent
steps:
  agent: { campaign-agent: {}, then: { done: end, timeout: sorry } }
  sorry: { menu: { say: { en: sorry }, wrong: { en: wrong }, tries: 1, timeout: 5s, keys: { 9: opt-out } }, otherwise: end }
  opt-out: { opt-out: {}, then: end }
  end: { hangup: {} }
`;

export interface DialerLabOptions extends Partial<LabOptions> {
  readonly leads?: readonly Lead[];
  readonly campaigns?: never;
  readonly outbound?: readonly OutboundCampaign[];
  readonly flow?: string;
  readonly agents?: readonly Agent[];
}

/** The whole engine with a dialer, in virtual time. */
export class DialerLab extends CentreLab {
  override readonly store: WatchedStore;
  readonly leads: TestLeads;
  readonly gate: TestGate;
  /** Campaigns that were to be stopped because they are drained, each time that it was tried. */
  readonly drained: readonly string[];
  /** Campaigns that a do-not-call list keeps from calling. */
  readonly held: Set<string>;
  /** As the store of campaigns has them. */
  campaigns: readonly OutboundCampaign[];

  constructor({ leads = [], outbound: campaigns = [outbound()], flow = FLOW, ...options }: DialerLabOptions) {
    const store = new WatchedStore(
      options.agents ?? [agent('1001', { sales: 8 }), agent('1002', { sales: 6 })],
    );
    const source = new TestLeads(leads);
    const gate = new TestGate();
    const held = new Set<string>();
    const drained: string[] = [];
    const now = { campaigns };
    super({
      flows: [flow],
      queues: [queue('sales', { sales: 5 }), queue('general', { service: 5 })],
      store,
      dialler: () => ({
        campaigns: async () => now.campaigns,
        leads: source,
        gate,
        held: (campaign) => (held.has(campaign) ? 'do-not-call-import' : ''),
        attempts: new MemoryAttempts(store),
        zone: () => 'Asia/Shanghai',
        drained: async (id) => {
          drained.push(id);
          if (store.keepsDraining) return;
          now.campaigns = now.campaigns.map((one) => (one.id === id ? { ...one, status: 'stopped' } : one));
        },
        dialsPerSecond: 20,
        channels: 1000,
      }),
      ...options,
    });
    this.store = store;
    this.leads = source;
    this.gate = gate;
    this.held = held;
    this.drained = drained;
    this.campaigns = campaigns;
    Object.defineProperty(this, 'campaigns', {
      get: () => now.campaigns,
      set: (changed: readonly OutboundCampaign[]) => {
        now.campaigns = changed;
      },
    });
  }

  attempts = () => [...this.store.attempts.values()];
  dialledNumbers = () => this.attempts().map(({ number }) => number);

  /** An agent whose phone answers by itself. */
  async works(id: string): Promise<void> {
    this.pbx.setPhone(id, { ringAfterMs: 10, autoAnswerMs: 30 });
    await this.engine.tellAgent(id, { type: 'LogIn', extension: id });
    await this.engine.tellAgent(id, { type: 'GoReady' });
  }
}

export const dialerLab = (options: DialerLabOptions): DialerLab => new DialerLab(options);
