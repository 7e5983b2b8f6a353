import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { AgentStore } from '../../../agent/store.ts';
import { EventLog } from '../../../engine/store.ts';
import { wavHeader } from '../../../setup/hold-tone.ts';
import { inProject } from '../../../setup/project.ts';
import { newSecret } from '../../../setup/secrets.ts';
import type { Database } from '../../../store/connect.ts';
import { type Centre, type CentreOptions, startCentre } from '../faults/centre.ts';

/** How long the message for those lasts for whom nobody is there, ms. */
export const MESSAGE_MS = 3000;
/** And how long he may still press the key after it, ms. */
export const KEY_WAIT_MS = 1500;
export const QUEUE = 'outbound';

const RATE = 8000;
const TONE_HZ = 700;

const flow = (name: string, first: string): string => `flow: ${name}
languages: [en]
start: ${first}
prompts:
  sorry: { en: "Sorry" }
steps:
  hear: { detect-machine: {}, then: { human: agent, machine: end } }
  agent: { campaign-agent: {}, then: { done: end, timeout: sorry } }
  sorry:
    menu: { say: sorry, tries: 1, timeout: ${KEY_WAIT_MS}ms, keys: { 9: opt-out } }
    otherwise: end
  opt-out: { opt-out: { from: everything }, then: end }
  end: { hangup: {} }
`;

/** Flows for whoever answers; with a recording, so that nothing has to be spoken. */
const FLOWS: Readonly<Record<string, string | Uint8Array>> = {
  'answered.yaml': flow('answered', 'agent').replace(/^ {2}hear: .*\n/m, ''),
  'listened.yaml': flow('listened', 'hear'),
  ...Object.fromEntries(['answered', 'listened'].map((name) => [`prompts/en/${name}/sorry.wav`, message()])),
};

/** Calls at every hour, as often as one likes; who called is said all the same. */
const POLICY = `usual: bench
policies:
  bench:
    regulator: us
    calling-hours: { open: { mon-sun: 00:00-24:00 } }
`;

/** @param talk how the agents' phones are set: how long they need after a call, s */
export interface OutboundCentreOptions extends Pick<CentreOptions, 'say' | 'pbx' | 'nodeOptions'> {
  readonly agents: number;
  readonly wrapUpS: number;
}

/** Ids of the agents and extensions of their phones. */
export const deskNumbers = (agents: number): string[] =>
  Array.from({ length: agents }, (_, at) => String(3001 + at));

/** The whole product with agents for campaigns; nobody is at the phones yet. */
export function startOutboundCentre({ agents, wrapUpS, ...options }: OutboundCentreOptions): Promise<Centre> {
  return startCentre({
    ...options,
    flows: FLOWS,
    routing: `skills: [service, card, wealth, english, campaign, outbound]
queues:
  ${QUEUE}: { needs: { outbound: 5 }, ring: 8s, wrap-up: ${wrapUpS}s }
`,
    furnish: (database) => furnish(database, deskNumbers(agents)),
    env: {
      CARILLON_CONTACT_POLICY: writeOpenPolicy(inProject('.carillon-bench/dialer')),
      CARILLON_DIALS_PER_SECOND: '50',
    },
  });
}

/** Writes a policy by which everybody may be called at every hour, as often as one likes. @returns the file */
export function writeOpenPolicy(folder: string): string {
  mkdirSync(`${folder}/regulators`, { recursive: true });
  writeFileSync(`${folder}/regulators/us.yaml`, readFileSync(inProject('dialer/regulators/us.yaml'), 'utf8'));
  writeFileSync(`${folder}/contact-policy.yaml`, POLICY);
  return `${folder}/contact-policy.yaml`;
}

async function furnish(database: Database, desks: readonly string[]): Promise<void> {
  const agents = new AgentStore(database, new EventLog(database));
  for (const id of desks) {
    const name = `Agent ${id}`;
    await agents.savePhone({ extension: id, password: newSecret(), name });
    const state = { at: 'logged-out', since: 0 } as const;
    await agents.save({ id, name, homeExtension: id, skills: { outbound: 9 }, state });
  }
}

function message(): Uint8Array {
  const samples = Int16Array.from({ length: (MESSAGE_MS / 1000) * RATE }, (_, index) =>
    Math.round(8000 * Math.sin((2 * Math.PI * TONE_HZ * index) / RATE)),
  );
  return Buffer.concat([wavHeader(samples.byteLength), new Uint8Array(samples.buffer)]);
}
