import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { CampaignStatus } from '../../dialer/dialling.ts';
import type { OutboundCampaign } from '../../dialer/outbound.ts';
import type { Centre } from '../../engine/centre.ts';
import type { EngineGauges } from '../../engine/observer.ts';
import type { RoutingDirectory } from '../../queue/rules.ts';
import { type AlertRow, alertRows } from '../../supervise/floor-alerts.ts';
import { type DialerRow, dialerRow } from '../../supervise/floor-dialer.ts';
import type {
  AgentRow,
  CallRow,
  CentreRow,
  QueueRow,
  TierRow,
  TrunkRow,
} from '../../supervise/floor-rows.ts';
import { agentRow, callRow, centreRow, queueRow, tierRows, trunkRow } from '../../supervise/floor-view.ts';
import type { ServiceTally } from '../../supervise/service-tally.ts';
import type { TrunkTally } from '../../supervise/trunk-tally.ts';
import { numbersFor, textFor } from '../fields.ts';
import { withoutFolders } from '../health.ts';
import type { DialerParts } from '../outbound.ts';
import type { Principal } from '../principal.ts';
import { mayWatchFloor, seesMasked } from '../roles.ts';
import type { Scopes } from '../scope.ts';
import { Kept } from './kept.ts';
import type { AudienceKey, Rows, Topic } from './topic.ts';

export interface FloorParts {
  readonly centre: Centre & { gauges(): EngineGauges };
  readonly routing: Pick<RoutingDirectory, 'current'>;
  readonly scopes: Pick<Scopes, 'of'>;
  readonly services: ServiceTally;
  readonly trunks: TrunkTally;
  /** Undefined in a centre that calls nobody. */
  readonly dialer?: Pick<DialerParts, 'campaigns' | 'dialling'> | undefined;
  /** Channels that the audio ports allow. */
  readonly mostChannels: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Everything there is to see. */
export interface FloorRows {
  readonly agents: ReadonlyMap<string, AgentRow>;
  readonly calls: ReadonlyMap<string, CallRow>;
  readonly queues: ReadonlyMap<string, QueueRow>;
  readonly tiers: ReadonlyMap<string, TierRow>;
  readonly trunks: ReadonlyMap<string, TrunkRow>;
  readonly dialer: ReadonlyMap<string, DialerRow>;
  readonly alerts: ReadonlyMap<string, AlertRow>;
  readonly centre: ReadonlyMap<string, CentreRow>;
}

/** The topic `floor`: the wallboard. Figures are those of the whole centre; who is named lies in one's own branch or below it. */
export class FloorTopic implements Topic {
  readonly name = 'floor';
  readonly everyMs = 250;
  readonly lookEveryMs = 1_000;
  readonly #parts: FloorParts;
  /** By whether numbers are masked: the rows, and what they were made of. */
  readonly #shown = { masked: new Made(), whole: new Made() };
  #campaigns: readonly OutboundCampaign[] = [];
  #dialling: readonly CampaignStatus[] = [];
  /** Told that something may have changed. */
  changed: () => void = () => undefined;

  constructor(parts: FloorParts) {
    this.#parts = parts;
  }

  audienceOf(principal: Principal): AudienceKey | undefined {
    const { branch, agentId = '' } = principal;
    if (!mayWatchFloor(principal)) return undefined;
    const key = seesMasked(principal) ? 'masked' : 'whole';
    // Whoever sees only a part sees himself and his own call too.
    return { key: branch === '' ? key : `${key} ${branch} ${agentId}` };
  }

  rows(principal: Principal): Rows {
    const scope = this.#parts.scopes.of(principal);
    const all = this.#all(principal);
    if (scope.isWhole) return { ...all };
    const agents = filtered(all.agents, (id) => scope.seesAgent(id));
    return {
      ...all,
      agents,
      calls: filtered(all.calls, (id) => scope.seesCall(id)),
      dialer: filtered(all.dialer, (id) => scope.seesOutbound(id)),
      alerts: filtered(all.alerts, (_id, alert) => alert.kind !== 'agent-long' || agents.has(alert.agent)),
    };
  }

  /** A turn has been committed. */
  committed(): void {
    this.#stale();
    this.changed();
  }

  /** Estimates, alerts and the dialer move with time alone. */
  look(): void {
    this.#stale();
    const { dialer, log } = this.#parts;
    if (!dialer) return;
    this.#dialling = dialer.dialling.status().campaigns;
    dialer.campaigns.list().then(
      (campaigns) => {
        this.#campaigns = campaigns;
      },
      (error: unknown) => log.warn({ error: messageOf(error) }, 'the floor cannot read the campaigns now'),
    );
  }

  #stale(): void {
    for (const made of Object.values(this.#shown)) made.rows = undefined;
  }

  #all(principal: Principal): FloorRows {
    const made = this.#shown[seesMasked(principal) ? 'masked' : 'whole'];
    made.rows ??= this.#make(made, principal);
    return made.rows;
  }

  #make(made: Made, principal: Principal): FloorRows {
    const { centre, routing, services, trunks, mostChannels, clock } = this.#parts;
    const now = clock.now();
    const { queues } = routing.current();
    const live = centre.liveCalls();
    const shown = { number: numbersFor(principal), text: textFor(principal) };
    const keptAgent = made.agents.pass();
    const agents = new Map(
      centre.agents().map((agent) => {
        const call = 'call' in agent.state ? centre.liveCall(agent.state.call) : undefined;
        return [
          agent.id,
          keptAgent(agent.id, [agent, call?.supervision], () => agentRow(agent, call, shown)),
        ];
      }),
    );
    const keptCall = made.calls.pass();
    const calls = new Map<string, CallRow>();
    for (const call of live) {
      const row = keptCall(call.id, [call, queues], () => callRow(call, queues, shown));
      if (row) calls.set(call.id, row);
    }
    const lanes = services.lanes(now);
    const waiting = [...calls.values()].filter((call) => call.is === 'waiting');
    const health = centre.health();
    return {
      agents,
      calls,
      queues: new Map(centre.queues().map((status) => [status.queue.name, queueRow(status, lanes)])),
      tiers: new Map(tierRows([...queues.values()], lanes, waiting).map((row) => [row.tier, row])),
      trunks: new Map([
        ['trunk', trunkRow(live, trunks.count(now), { channels: centre.gauges().channels, mostChannels })],
      ]),
      dialer: this.#dialer(),
      alerts: alertRows(
        health.problems.map(withoutFolders),
        health.ready,
        agents.values(),
        calls.values(),
        now,
      ),
      centre: new Map([['all', centreRow(live, lanes, health)]]),
    };
  }

  #dialer(): ReadonlyMap<string, DialerRow> {
    const rows = new Map<string, DialerRow>();
    for (const campaign of this.#campaigns) {
      const status = this.#dialling.find((one) => one.campaign === campaign.id);
      if (status) rows.set(campaign.id, dialerRow(campaign, status));
    }
    return rows;
  }
}

/** What was made for those who see the same. */
class Made {
  readonly agents = new Kept<AgentRow>();
  readonly calls = new Kept<CallRow | undefined>();
  rows: FloorRows | undefined;
}

function filtered<Row>(
  rows: ReadonlyMap<string, Row>,
  sees: (id: string, row: Row) => boolean,
): ReadonlyMap<string, Row> {
  return new Map([...rows].filter(([id, row]) => sees(id, row)));
}
