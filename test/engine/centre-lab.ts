import { readdirSync, readFileSync } from 'node:fs';
import type { Agent } from '../../src/agent/agent.ts';
import type { Campaign } from '../../src/campaign/campaign.ts';
import type { Customer } from '../../src/customer/customer.ts';
import type { SourceFile } from '../../src/ivr/flow-set.ts';
import { Stage, type StageOptions } from '../../src/lab/stage.ts';
import { type Queue, skillQueue, USUAL_LANE } from '../../src/queue/queue.ts';

export const agent = (id: string, skills: Record<string, number>, homeExtension = id): Agent => ({
  id,
  name: `agent ${id}`,
  homeExtension,
  skills,
  state: { at: 'logged-out', since: 0 },
});

/** The higher the tier, the sooner. */
const LANES = {
  '': USUAL_LANE,
  gold: { ...USUAL_LANE, targetMs: 10_000 },
  vip: { ...USUAL_LANE, targetMs: 5000 },
};

export const queue = (name: string, needs: Record<string, number>, more: Partial<Queue> = {}): Queue =>
  skillQueue(name, needs, { lanes: LANES, ...more });

const VALID = { validFrom: 0, validUntil: Number.MAX_SAFE_INTEGER };

export const campaign = (code: string, more: Partial<Campaign> = {}): Campaign => ({
  id: `campaign-${code}`,
  name: code,
  code,
  checkDigit: false,
  ...VALID,
  reception: { kind: 'phone', extension: '2001' },
  receptionRingMs: 20_000,
  fallback: { kind: 'none' },
  material: '',
  persona: '',
  ...more,
});

export const customer = (id: string, number: string, more: Partial<Customer> = {}): Customer => ({
  id,
  name: id,
  tier: 'standard',
  language: '',
  numbers: [number],
  note: '',
  flow: '',
  ...more,
});

export interface LabOptions extends Partial<StageOptions> {
  /** Texts of flow files instead of the shipped ones. */
  readonly flows?: readonly string[];
}

/** The whole engine on the simulated PBX in virtual time, with flows of its own unless others are given. */
export class CentreLab extends Stage {
  constructor({ flows, ...options }: LabOptions = {}) {
    super({
      agents: [agent('1001', { service: 8 }), agent('1002', { service: 6, wealth: 9.5 })],
      queues: [queue('general', { service: 5 }), queue('vip', { wealth: 9 }), queue('card', { card: 5 })],
      campaigns: [campaign('8001')],
      files: flows?.map((text, index) => ({ file: `flow-${index}.yaml`, text })) ?? testFlows(),
      ...options,
    });
  }

  override caller(ani = '13812345678', dnis = '95533') {
    return super.caller(ani, dnis);
  }

  types = () => this.store.events.map((event) => event.type);
  record = () => [...this.store.calls.values()].at(-1)!;
}

export const centreLab = (options?: LabOptions): CentreLab => new CentreLab(options);

/** A small hotline of their own: what admins ship must not break the tests of the engine. */
function testFlows(): SourceFile[] {
  const folder = new URL('flows/', import.meta.url);
  return readdirSync(folder).map((name) => ({
    file: `flows/${name}`,
    text: readFileSync(new URL(name, folder), 'utf8'),
  }));
}
