/** The centre of `bench:console`: three hundred agents, customers who are known, one queue. */
import { AgentStore } from '../../../agent/store.ts';
import { CustomerStore } from '../../../customer/store.ts';
import { EventLog } from '../../../engine/store.ts';
import { newSecret } from '../../../setup/secrets.ts';
import type { Database } from '../../../store/connect.ts';
import { type Rig, startRig } from '../rig.ts';

/** What a caller dials. */
export const NUMBER = '95597';
/** Ids of the agents and extensions of their phones. */
export const AGENTS: readonly string[] = Array.from({ length: 300 }, (_, at) => String(4001 + at));
/** Callers who are customers, of those who come first. */
const CUSTOMERS = 400;

const QUEUE = 'desk';
const FLOW = `flow: desk
numbers: ["${NUMBER}"]
languages: [en]
start: identify
steps:
  identify: { find-customer: caller-number, then: wait, otherwise: wait }
  wait: { queue: { name: ${QUEUE}, timeout: 10m }, then: { done: end }, otherwise: end }
  end: { hangup: {} }
`;
const ROUTING = `skills: [service, card, wealth, english, campaign]
queues:
  ${QUEUE}: { needs: { service: 5 }, ring: 20s, wrap-up: 2s, max-wait: 10m }
`;

/** Starts it; nobody is at work yet. */
export function startConsoleCentre(say: (line: string) => void): Promise<Rig> {
  return startRig({
    flows: { 'desk.yaml': FLOW },
    routing: ROUTING,
    furnish,
    env: { CARILLON_CALLS_PER_SECOND: '10000' },
    rtpPorts: 4000,
    say,
  });
}

/** The number of the caller who comes as the `count`th, and the name under which he is known. */
export const customerOf = (count: number): { readonly number: string; readonly name: string } => ({
  number: `136${String(count).padStart(8, '0')}`,
  name: `Customer ${count}`,
});

async function furnish(database: Database): Promise<void> {
  const events = new EventLog(database);
  const agents = new AgentStore(database, events);
  const state = { at: 'logged-out', since: 0 } as const;
  for (const id of AGENTS) {
    const name = `Agent ${id}`;
    await agents.savePhone({ extension: id, password: newSecret(), name });
    await agents.save({ id, name, homeExtension: id, skills: { service: 9 }, state });
  }
  const customers = new CustomerStore(database, events);
  for (let count = 1; count <= CUSTOMERS; count += 1) {
    const { number, name } = customerOf(count);
    const known = { tier: 'gold', language: 'en', note: 'prefers the morning', flow: '' } as const;
    await customers.save({ id: `bench-${count}`, name, numbers: [number], ...known });
  }
}
