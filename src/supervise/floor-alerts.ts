import type { AgentRow, CallRow } from './floor-rows.ts';

/** Something that a supervisor should look at. The page words it. */
export type AlertRow =
  /** `text`: what is wrong with the centre, a sentence. */
  | { readonly kind: 'problem'; readonly severity: Severity; readonly text: string }
  /** Callers of a queue who wait for longer than they were promised. `since`: when the first of them was over it. */
  | {
      readonly kind: 'over-target';
      readonly severity: Severity;
      readonly queue: string;
      readonly count: number;
      readonly since: number;
    }
  /** An agent is in a state for very long. `since`: when he came into it. */
  | {
      readonly kind: 'agent-long';
      readonly severity: Severity;
      readonly agent: string;
      readonly name: string;
      readonly state: AgentRow['state'];
      readonly since: number;
    };

type Severity = 'warning' | 'serious';

const MINUTE_MS = 60_000;

/** How long an agent may be in a state before somebody should ask, ms. */
const LONG_MS: Readonly<Partial<Record<AgentRow['state'], number>>> = {
  'not-ready': 30 * MINUTE_MS,
  ringing: MINUTE_MS,
  talking: 20 * MINUTE_MS,
  hold: 3 * MINUTE_MS,
  'wrap-up': 5 * MINUTE_MS,
};

/** So many callers over their target are serious. */
const MANY = 5;

/** @param problems of the centre, a sentence each @param ready a call that came in now would be answered @param now UTC ms */
export function alertRows(
  problems: readonly string[],
  ready: boolean,
  agents: Iterable<AgentRow>,
  calls: Iterable<CallRow>,
  now: number,
): Map<string, AlertRow> {
  const alerts = new Map<string, AlertRow>();
  for (const text of problems)
    alerts.set(`problem ${text}`, { kind: 'problem', severity: ready ? 'warning' : 'serious', text });
  for (const [queue, { count, since }] of overTarget(calls, now)) {
    const severity = count >= MANY ? 'serious' : 'warning';
    alerts.set(`over-target ${queue}`, { kind: 'over-target', severity, queue, count, since });
  }
  for (const { id, name, state, since } of agents) {
    const longMs = LONG_MS[state];
    if (longMs === undefined || now - since < longMs) continue;
    alerts.set(`agent ${id}`, { kind: 'agent-long', severity: 'warning', agent: id, name, state, since });
  }
  return alerts;
}

function overTarget(calls: Iterable<CallRow>, now: number): Map<string, { count: number; since: number }> {
  const queues = new Map<string, { count: number; since: number }>();
  for (const { due, queue, kind } of calls) {
    if (due === null || due > now || kind !== 'inbound') continue;
    const known = queues.get(queue) ?? { count: 0, since: due };
    queues.set(queue, { count: known.count + 1, since: Math.min(known.since, due) });
  }
  return queues;
}
