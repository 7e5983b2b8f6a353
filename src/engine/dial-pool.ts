import type { Agent } from '../agent/agent.ts';
import { OccupancyMeter } from '../dialer/occupancy.ts';
import type { PacingSettings } from '../dialer/outbound.ts';
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
  /** True while there is somebody to dial for its agents. */
  hasWork = false;
  /** True when whoever is idle is kept back for callers. */
  areKept = false;
  /** Agents at work who take its calls, also those who count in another pool. */
  readonly takers = new Set<string>();
  /** Campaigns of which the pacer was told. */
  readonly #enlisted = new Set<string>();
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

  /** A campaign may be dialled for now, with these settings; undefined: not now. */
  enlist(campaign: string, settings: (PacingSettings & { readonly weight: number }) | undefined): void {
    this.#enlisted.add(campaign);
    this.pacer.setCampaign(campaign, settings);
  }

  /** Campaigns that have left are dialled for no more. @param staying ids of the others */
  keepCampaigns(staying: ReadonlySet<string>): void {
    for (const campaign of this.#enlisted) {
      if (staying.has(campaign)) continue;
      this.#enlisted.delete(campaign);
      this.pacer.setCampaign(campaign, undefined);
    }
  }

  /** Those who have nothing to do. */
  idle(): { readonly id: string; readonly blended: boolean }[] {
    const idle: { id: string; blended: boolean }[] = [];
    for (const [id, { phase, blended }] of this.#members) if (phase === 'idle') idle.push({ id, blended });
    return idle;
  }

  /** How many of them take callers too. */
  get blended(): number {
    let count = 0;
    for (const { blended } of this.#members.values()) if (blended) count += 1;
    return count;
  }

  /** Of the idle ones, these are there for callers: nobody is dialled for them. */
  keep(kept: ReadonlySet<string>): void {
    const idle = this.idle();
    this.areKept = idle.length > 0 && idle.every(({ id }) => kept.has(id));
    for (const { id } of idle) this.#tell(id, kept.has(id) ? 'away' : 'idle');
  }

  /** How many are in each phase. */
  counts(): Record<AgentPhase, number> {
    const counts: Record<AgentPhase, number> = { idle: 0, reserved: 0, talking: 0, 'wrap-up': 0, away: 0 };
    for (const { phase } of this.#members.values()) counts[phase] += 1;
    return counts;
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
