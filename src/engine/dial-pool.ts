import type { Agent } from '../agent/agent.ts';
import { lendable, usualKeepBack } from '../agent/blend.ts';
import { OccupancyMeter } from '../dialer/occupancy.ts';
import type { AgentPhase, Pacer } from '../dialer/pacing.ts';

/** An agent of a pool as the engine sees him. */
interface Member {
  readonly phase: AgentPhase;
  readonly since: number;
  /** He takes callers too. */
  readonly blended: boolean;
  /** What the pacer was told. */
  told?: AgentPhase | undefined;
  toldSince?: number;
}

/** The agents who take the calls of the same campaigns, with whoever decides how many are dialled for them. */
export class DialPool {
  readonly queue: string;
  readonly pacer: Pacer;
  /** How the agents spend their time. */
  readonly meter = new OccupancyMeter();
  /** True when whoever is idle is kept back for callers. */
  areKept = false;
  readonly #members = new Map<string, Member>();

  constructor(queue: string, pacer: Pacer) {
    this.queue = queue;
    this.pacer = pacer;
  }

  get size(): number {
    return this.#members.size;
  }

  has(agent: string): boolean {
    return this.#members.has(agent);
  }

  /** @param free his phone is not in use and he may be rung; @param callsOut whether the call that he has in hand is a campaign's */
  put(agent: Agent, free: boolean, callsOut: boolean, blended: boolean): void {
    const phase = phaseOf(agent, free, callsOut);
    const known = this.#members.get(agent.id);
    // Hold and talk are one; a talk began when it did.
    const since = known?.phase === phase && phase !== 'idle' ? known.since : agent.state.since;
    const told = known && { told: known.told, toldSince: known.toldSince };
    this.#members.set(agent.id, { phase, since, blended, ...told } as Member);
    if (phase !== 'idle') this.#tell(agent.id);
  }

  remove(agent: string): void {
    if (!this.#members.delete(agent)) return;
    this.pacer.setAgent(agent, undefined, 0);
  }

  /** Who is free to dial for: callers come first, by the threshold rule. @param waiting callers whom these agents could serve */
  lend(waiting: number): void {
    const idle = [...this.#members].filter(([, member]) => member.phase === 'idle');
    const blended = [...this.#members.values()].filter((member) => member.blended).length;
    // Where there is one agent only, he could never call anybody.
    const keepBack = Math.min(usualKeepBack(blended), Math.max(0, blended - 1));
    const ready = idle.filter(([, member]) => member.blended).length;
    const lent = lendable({ mayDial: ready, ready, keepBack, waiting });
    this.areKept = idle.length > 0 && lent === 0 && ready === idle.length;
    let left = ready - lent;
    for (const [id, member] of idle) {
      const kept = member.blended && left > 0;
      if (kept) left -= 1;
      this.#tell(id, kept ? 'away' : 'idle');
    }
  }

  /** How many are in each phase. */
  counts(): Record<AgentPhase, number> {
    const counts: Record<AgentPhase, number> = { idle: 0, reserved: 0, talking: 0, 'wrap-up': 0, away: 0 };
    for (const { phase } of this.#members.values()) counts[phase] += 1;
    return counts;
  }

  /** An agent of it who has nothing to do. */
  isIdle(agent: string): boolean {
    return this.#members.get(agent)?.phase === 'idle';
  }

  #tell(id: string, phase = this.#members.get(id)?.phase): void {
    const member = this.#members.get(id);
    if (!member || phase === undefined) return;
    if (member.told === phase && member.toldSince === member.since) return;
    member.told = phase;
    member.toldSince = member.since;
    this.pacer.setAgent(id, phase, member.since);
  }
}

function phaseOf(agent: Agent, free: boolean, callsOut: boolean): AgentPhase {
  switch (agent.state.at) {
    case 'ready':
      return free ? 'idle' : 'away';
    case 'reserved':
    case 'ringing':
      return callsOut ? 'reserved' : 'talking';
    case 'talking':
    case 'hold':
      return 'talking';
    case 'wrap-up':
      return 'wrap-up';
    default:
      return 'away';
  }
}
