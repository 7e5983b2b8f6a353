import type { Call } from '../call/call.ts';
import { personaAt } from '../ivr/flow.ts';
import type { ArrivedChannel } from '../pbx/pbx.ts';
import type { Turn } from './turn.ts';

/** A caller is there. Without a flow for his number he is told so and nothing else. */
export function arrived(turn: Turn, channel: ArrivedChannel): void {
  if (turn.state.callOfChannel(channel.channel) || turn.state.open.has(channel.channel)) return;
  const flow = turn.flows.forNumber(channel.dnis, channel.source.kind === 'phone');
  if (!flow) {
    turn.state.openChannel(
      channel.channel,
      turn.now,
      channel.source.kind === 'phone' ? channel.source.extension : undefined,
    );
    turn.log('CallRefused', { ani: channel.ani, dnis: channel.dnis, reason: 'no-flow-for-number' }, {});
    turn.effect(channel.channel, { do: 'hangup', channel: channel.channel, cause: 'unallocated-number' });
    return;
  }
  const call: Call = {
    id: turn.nextId('call-'),
    channel: channel.channel,
    source: channel.source,
    ani: channel.ani,
    aniName: channel.aniName,
    dnis: channel.dnis,
    startedAt: turn.now,
    facts: {
      language: flow.languages[0] ?? 'zh-CN',
      persona: personaAt(flow, channel.dnis),
      variables: {},
    },
    entered: { flow: flow.name, version: flow.version },
    phase: { at: 'flow' },
    stack: [],
    legs: [],
    waitedMs: 0,
    talkedMs: 0,
  };
  turn.log(
    'CallArrived',
    { ani: call.ani, dnis: call.dnis, source: call.source, flow: flow.name, version: flow.version },
    { call: call.id },
  );
  turn.effect(call.id, { do: 'answer', channel: call.channel });
  turn.walk.enter(call, flow, flow.start);
}

/** He whom we called has answered. */
export function enterFlow(turn: Turn, call: Call, name: string): void {
  const flow = turn.flows.byName(name);
  if (!flow) {
    turn.log('FlowMissing', { flow: name }, { call: call.id });
    return turn.tellCall(call, { type: 'HungUp' });
  }
  const [language = 'zh-CN'] = flow.languages;
  const entered = { flow: flow.name, version: flow.version };
  turn.walk.enter({ ...call, entered, facts: { ...call.facts, language } }, flow, flow.start);
}
