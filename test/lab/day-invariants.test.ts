import { expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import type { Call } from '../../src/call/call.ts';
import { type Changes, type EngineStore, type LogEvent, UnfitChanges } from '../../src/engine/changes.ts';
import { playDay, type Sabotage } from '../../src/lab/day/day.ts';
import type { Invariant } from '../../src/lab/day/invariants.ts';
import type { Fault, Scenario } from '../../src/lab/day/scenario.ts';
import { type Queue, skillQueue } from '../../src/queue/queue.ts';
import { type RoutingDirectory, routingRules } from '../../src/queue/rules.ts';
import { callers, scenario, team } from './day-scenario.ts';

const MINUTE_MS = 60_000;
const DEATH: Fault = { what: 'daemon-death', moment: 'now', atMs: 4 * MINUTE_MS, forMs: 1000 };
const CLOCK_BACK: Fault = { what: 'clock-step', byMs: -3_600_000, atMs: 4 * MINUTE_MS, forMs: 0 };

/** More callers than the agents can serve. */
const crowd = (more: Partial<Scenario> = {}): Scenario =>
  scenario({
    callers: [callers('retail', { calls: 200 })],
    rules: routingRules('fifo', [skillQueue('general', { service: 5 }, { maxWaitMs: 600_000 })]),
    ...more,
  });

/** The engine goes by other queues than whoever watches it. */
const otherQueues = (change: (queue: Queue) => Queue): Sabotage => ({
  routing: (routing): RoutingDirectory => {
    const rules = routing.current();
    const queues = new Map([...rules.queues].map(([name, queue]) => [name, change(queue)]));
    return { current: () => ({ ...rules, queues, helped: (queue) => queue }), onChange: () => undefined };
  },
});

/** The store is told something else. */
const otherEvents = (change: (event: LogEvent) => readonly LogEvent[]): Sabotage => ({
  store: (store): EngineStore => ({
    load: () => store.load(),
    commit: (changes: Changes, mark) =>
      store.commit({ ...changes, events: changes.events.flatMap(change) }, mark),
  }),
});

/** The next daemon finds something else than the last one left. */
const otherLoad = (
  change: (loaded: Awaited<ReturnType<EngineStore['load']>>) => Awaited<ReturnType<EngineStore['load']>>,
): Sabotage => ({
  store: (store): EngineStore => ({
    load: async () => change(await store.load()),
    commit: (changes, mark) => store.commit(changes, mark),
  }),
});

const idle = (agent: Agent): Agent =>
  'leg' in agent.state
    ? { ...agent, state: { at: 'ready', extension: `9${agent.state.extension}`, since: agent.state.since } }
    : agent;

/** Those who wait, with each other's places. */
function turnedAround(calls: readonly Call[]): Call[] {
  const places = calls.flatMap(({ phase }) => (phase.at === 'queued' ? [phase.since] : []));
  return calls.map((call) =>
    call.phase.at === 'queued' ? { ...call, phase: { ...call.phase, since: places.pop()! } } : call,
  );
}

/** The store finds the fiftieth commit unfit. */
function unfitOnce(store: EngineStore): EngineStore {
  let commits = 0;
  return {
    load: () => store.load(),
    commit: async (changes, mark) => {
      commits += 1;
      if (commits === 50) throw new UnfitChanges('unfit by the test');
      return store.commit(changes, mark);
    },
  };
}

const CASES: readonly (readonly [Invariant, string, Scenario, Sabotage])[] = [
  [
    'one-call-per-agent',
    'a daemon that takes talking agents for ready ones',
    crowd({ faults: [DEATH] }),
    otherLoad((loaded) => ({ ...loaded, agents: loaded.agents.map(idle) })),
  ],
  [
    'fit-agent-idle',
    'a matcher that overlooks those who have one skill more',
    crowd({ agents: [team('plain'), team('more', { skills: { service: 8, more: 1 } })] }),
    otherQueues((queue) => ({
      ...queue,
      ladder: [
        {
          needs: [{ text: 'nothing more', looksAt: [], holds: ({ skills }) => skills.more === undefined }],
          forMs: 0,
        },
      ],
    })),
  ],
  [
    'unfit-offer',
    'a matcher that asks for nothing',
    crowd({ agents: [team('service'), team('others', { skills: {} })] }),
    otherQueues((queue) => ({ ...queue, ladder: [{ needs: [], forMs: 0 }] })),
  ],
  [
    'out-of-line',
    'a daemon that turns the line around',
    crowd({ faults: [DEATH] }),
    otherLoad((loaded) => ({ ...loaded, calls: turnedAround(loaded.calls) })),
  ],
  [
    'no-owner',
    'a PBX that hangs up no leg',
    crowd(),
    {
      pbx: (pbx) =>
        new Proxy(pbx, {
          get: (target, name: keyof typeof pbx) => {
            if (name === 'hangup') return async () => undefined;
            const command = target[name] as (...args: unknown[]) => unknown;
            return command.bind(target);
          },
        }),
    },
  ],
  [
    'lost-callback',
    'a daemon that forgets who is to be called back',
    crowd({
      faults: [{ ...DEATH, atMs: 3 * MINUTE_MS }],
      callers: [
        callers('retail', {
          calls: 120,
          weights: [1, 0, 0],
          patience: { meanMs: 60_000, law: 'fixed', cv: 0 },
          callback: { chance: 1, after: { meanMs: 20_000, law: 'fixed', cv: 0 } },
        }),
      ],
    }),
    otherLoad((loaded) => ({ ...loaded, callbacks: [] })),
  ],
  [
    'log-differs',
    'a store that loses who was put through',
    crowd(),
    otherEvents((event) => (event.type === 'CallConnected' ? [] : [event])),
  ],
  [
    'ended-once',
    'a store that writes each end twice',
    crowd(),
    otherEvents((event) => (event.type === 'CallEnded' ? [event, event] : [event])),
  ],
  [
    'negative-time',
    'a daemon that follows the clock back',
    crowd({ faults: [CLOCK_BACK] }),
    { followsWallClock: true },
  ],
  [
    'stuck',
    'a daemon that follows the clock back',
    crowd({ faults: [CLOCK_BACK] }),
    { followsWallClock: true },
  ],
  ['fault', 'a commit that can never be written', crowd(), { store: unfitOnce }],
];

test.each(CASES)(
  'given_%s_is_to_hold_when_there_is_%s_then_it_is_seen',
  async (invariant, _what, day, sabotage) => {
    const { broken } = await playDay(day, { sabotage });
    expect(broken.map((one) => one.invariant)).toContain(invariant);
  },
);

test.each(CASES)(
  'given_%s_is_to_hold_when_there_is_no_such_thing_as_%s_then_nothing_is_seen',
  async (_invariant, _what, day) => {
    expect((await playDay(day)).broken).toEqual([]);
  },
);
