import { computed, type Ref } from 'vue';
import type { AlertRow } from '../../../supervise/floor-alerts.ts';
import type { DialerRow } from '../../../supervise/floor-dialer.ts';
import type {
  AgentRow,
  CallRow,
  CentreRow,
  QueueRow,
  ServiceRow,
  TierRow,
  TrunkRow,
} from '../../../supervise/floor-rows.ts';
import { useLive } from '../../live.ts';
import { me } from '../../session.ts';

/** What the live topic `floor` tells. */
interface FloorView {
  readonly agents?: Readonly<Record<string, AgentRow>>;
  readonly calls?: Readonly<Record<string, CallRow>>;
  readonly queues?: Readonly<Record<string, QueueRow>>;
  readonly tiers?: Readonly<Record<string, TierRow>>;
  readonly trunks?: Readonly<Record<string, TrunkRow>>;
  readonly dialer?: Readonly<Record<string, DialerRow>>;
  readonly alerts?: Readonly<Record<string, AlertRow>>;
  readonly centre?: Readonly<Record<string, CentreRow>>;
}

/** Those who can be given a call now, or have one, come first. */
const STATE_ORDER: readonly AgentRow['state'][] = [
  'ringing',
  'reserved',
  'talking',
  'hold',
  'wrap-up',
  'ready',
  'not-ready',
  'logged-out',
];

export interface Floor {
  readonly isThere: Readonly<Ref<boolean>>;
  readonly centre: Readonly<Ref<CentreRow | undefined>>;
  readonly trunk: Readonly<Ref<TrunkRow | undefined>>;
  readonly queues: Readonly<Ref<readonly QueueRow[]>>;
  readonly tiers: Readonly<Ref<readonly TierRow[]>>;
  readonly agents: Readonly<Ref<readonly AgentRow[]>>;
  /** Who waits, in the order in which they would be served if all were alike. */
  readonly waiting: Readonly<Ref<readonly CallRow[]>>;
  readonly talks: Readonly<Ref<readonly CallRow[]>>;
  readonly dialer: Readonly<Ref<readonly DialerRow[]>>;
  readonly alerts: Readonly<Ref<readonly AlertRow[]>>;
  /** The talk that I am with, or am rung for. */
  readonly mine: Readonly<Ref<CallRow | undefined>>;
  readonly callsById: Readonly<Ref<Readonly<Record<string, CallRow>>>>;
  /** By id, for names. */
  readonly agentsById: Readonly<Ref<Readonly<Record<string, AgentRow>>>>;
}

/** The floor as it is now. Call it within a component's setup. */
export function useFloor(): Floor {
  const { view, isThere } = useLive<FloorView>('floor');
  const calls = computed(() => Object.values(view.calls ?? {}));
  return {
    isThere: computed(() => isThere.value),
    centre: computed(() => view.centre?.all),
    trunk: computed(() => view.trunks?.trunk),
    queues: computed(() =>
      Object.values(view.queues ?? {}).toSorted(
        (a, b) => b.waiting - a.waiting || a.name.localeCompare(b.name),
      ),
    ),
    tiers: computed(() => Object.values(view.tiers ?? {}).toSorted((a, b) => a.targetMs - b.targetMs)),
    agents: computed(() =>
      Object.values(view.agents ?? {}).toSorted(
        (a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || a.id.localeCompare(b.id),
      ),
    ),
    waiting: computed(() =>
      calls.value
        .filter(({ is }) => is === 'waiting')
        .toSorted((a, b) => Number(b.isFirst) - Number(a.isFirst) || a.since - b.since),
    ),
    talks: computed(() =>
      calls.value.filter(({ is }) => is === 'talking').toSorted((a, b) => a.since - b.since),
    ),
    dialer: computed(() => Object.values(view.dialer ?? {}).toSorted((a, b) => a.name.localeCompare(b.name))),
    alerts: computed(() =>
      Object.values(view.alerts ?? {}).toSorted(
        (a, b) => Number(b.severity === 'serious') - Number(a.severity === 'serious'),
      ),
    ),
    mine: computed(() => calls.value.find(({ supervision }) => supervision?.by === me.value?.id)),
    callsById: computed(() => view.calls ?? {}),
    agentsById: computed(() => view.agents ?? {}),
  };
}

/** Whether he may do something here, and does not only look. */
export const mayDirect = computed(() => me.value?.role === 'supervisor' || me.value?.role === 'admin');

/** How a service level stands against its goal. */
export function standingOf(level: ServiceRow['level'], goal: number): 'met' | 'below' | 'noCallers' {
  if (level === null) return 'noCallers';
  return level >= goal ? 'met' : 'below';
}

/** A sign for each state, so that it is not told by its colour alone. */
export const STATE_SIGNS: Readonly<Record<AgentRow['state'], string>> = {
  'logged-out': '○',
  'not-ready': '■',
  ready: '●',
  reserved: '◎',
  ringing: '◎',
  talking: '☎',
  hold: '‖',
  'wrap-up': '✎',
};

/** The colour of each state, as Element Plus names it. */
export const STATE_TONES: Readonly<Record<AgentRow['state'], 'success' | 'warning' | 'info' | 'primary'>> = {
  'logged-out': 'info',
  'not-ready': 'warning',
  ready: 'success',
  reserved: 'primary',
  ringing: 'primary',
  talking: 'primary',
  hold: 'warning',
  'wrap-up': 'info',
};
