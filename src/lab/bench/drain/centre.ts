/** The centre of `bench:drain`: sixty agents who serve the same callers through Carillon and through the native queue. */
import { AgentStore } from '../../../agent/store.ts';
import { EventLog } from '../../../engine/store.ts';
import { newSecret } from '../../../setup/secrets.ts';
import type { Database } from '../../../store/connect.ts';
import { type Rig, startRig } from '../rig.ts';

/** In the order in which each round takes them. */
export const SYSTEMS = ['native', 'carillon'] as const;
export type System = (typeof SYSTEMS)[number];

/** Of app_queue, those that find the next agent fast and fairly. */
export const STRATEGIES = ['leastrecent', 'rrmemory', 'fewestcalls', 'linear', 'random'] as const;
export type Strategy = (typeof STRATEGIES)[number];

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

/** Starts the centre; nobody is at the phones yet. */
export function startDrainCentre(strategy: Strategy, say: (line: string) => void): Promise<Rig> {
  return startRig({
    flows: { 'drain.yaml': FLOW },
    routing: ROUTING,
    furnish,
    appendix: { 'extensions.conf': DIALPLAN, 'queues.conf': nativeQueue(strategy) },
    // The burst is to wait in the queue, not to be sent away before it.
    env: { CARILLON_CALLS_PER_SECOND: '10000' },
    rtpPorts: 4000,
    say,
  });
}

const DIALPLAN = `[from-outside](+)
exten => ${NUMBERS.native},1,Answer()
 same => n,Queue(${QUEUE})
 same => n,Hangup()
`;

/** At its fastest: one second is the shortest `retry` that app_queue knows, 0 means its default of five. */
function nativeQueue(strategy: Strategy): string {
  const members = EXTENSIONS.map((extension) => `member => PJSIP/${extension},0,${extension}\n`);
  return `[${QUEUE}]
strategy = ${strategy}
musicclass = default
timeout = ${RING_S}
retry = 1
wrapuptime = 0
autofill = yes
ringinuse = no
joinempty = yes
leavewhenempty = no
reportholdtime = no
announce-frequency = 0
announce-position = no
announce-holdtime = no
periodic-announce-frequency = 0
memberdelay = 0
${members.join('')}`;
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
