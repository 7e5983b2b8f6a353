/** The centre of `bench:drain`: sixty agents who serve the same callers through Carillon and through the native queue. */
import { AgentStore } from '../../../agent/store.ts';
import { EventLog } from '../../../engine/store.ts';
import type { PbxKind } from '../../../setup/pbx-installation.ts';
import { newSecret } from '../../../setup/secrets.ts';
import type { Database } from '../../../store/connect.ts';
import { type Rig, startRig } from '../rig.ts';
import { addNativeQueue } from './native-queues.ts';

/** In the order in which each round takes them. */
export const SYSTEMS = ['native', 'carillon'] as const;
export type System = (typeof SYSTEMS)[number];

/** What a caller dials to wait in that system's queue. */
export const NUMBERS: Readonly<Record<System, string>> = { carillon: '95595', native: '95596' };

/** Ids of the agents and extensions of their phones. */
export const EXTENSIONS: readonly string[] = Array.from({ length: 60 }, (_, at) => String(3001 + at));

const QUEUE = 'drain';
const RING_S = 15;

const FLOW = `flow: drain
numbers: ["${NUMBERS.carillon}"]
languages: [en]
start: wait
steps:
  wait: { queue: { name: ${QUEUE}, timeout: 10m }, then: { done: end }, otherwise: end }
  end: { hangup: {} }
`;

const ROUTING = `skills: [service, card, wealth, english, campaign]
queues:
  ${QUEUE}: { needs: { service: 5 }, ring: ${RING_S}s, wrap-up: 0s, max-wait: 10m }
`;

/** Starts the centre; nobody is at the phones yet. @param strategy of the native queue */
export function startDrainCentre(pbx: PbxKind, strategy: string, say: (line: string) => void): Promise<Rig> {
  return startRig({
    flows: { 'drain.yaml': FLOW },
    pbx,
    routing: ROUTING,
    furnish,
    adjust: (etc) =>
      addNativeQueue(etc, pbx, {
        strategy,
        number: NUMBERS.native,
        name: QUEUE,
        extensions: EXTENSIONS,
        ringS: RING_S,
      }),
    // The burst is to wait in the queue, not to be sent away before it.
    env: { CARILLON_CALLS_PER_SECOND: '10000' },
    rtpPorts: 4000,
    say,
  });
}

async function furnish(database: Database): Promise<void> {
  const agents = new AgentStore(database, new EventLog(database));
  for (const id of EXTENSIONS) {
    const name = `Agent ${id}`;
    await agents.savePhone({ extension: id, password: newSecret(), name });
    await agents.save({
      id,
      name,
      homeExtension: id,
      skills: { service: 9 },
      state: { at: 'logged-out', since: 0 },
    });
  }
}
