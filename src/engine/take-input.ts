import { Refused, unreachable } from '../base/errors.ts';
import type { CallInput } from '../call/call.ts';
import { callOfRecording } from '../call/voicemail.ts';
import { calmAt, calmed } from './admission.ts';
import { agentRemoved, agentSaved, agentTold, lookAtDuty } from './agent-desk.ts';
import { agentDials } from './agent-dialling.ts';
import { arrived } from './arrivals.ts';
import { CALLBACK, dropCallback, lookAtCallback, takeCallback } from './callback-desk.ts';
import { takeDialling } from './dial-requests.ts';
import { takeDirection } from './direction.ts';
import type { EngineInput } from './input.ts';
import { pageChanged, pageRejoins } from './page-phones.ts';
import { reconcile } from './reconcile.ts';
import type { CentreState } from './state.ts';
import { takeTalkRequest } from './talk-requests.ts';
import type { Turn } from './turn.ts';

/** Name of the deadline at which an overload may be over. */
const OVERLOAD = 'overload';

/** While nobody knows whether he has answered, whoever is rung is let go no sooner than this from now, ms. */
const NOT_BLINDLY_MS = 1000;

/** What an input means for the turn that takes it. @throws Refused when somebody asked for what the rules forbid; nothing has changed then */
export function takeInput(turn: Turn, input: EngineInput): void {
  const { state } = turn;
  switch (input.type) {
    case 'ChannelArrived':
      return arrived(turn, input);
    case 'LegRinging':
    case 'LegAnswered': {
      const call = state.callOfLeg(input.channel);
      if (call) return turn.tellCall(call, { type: input.type, leg: input.channel });
      // Nobody's leg any more: it must not stay up alone.
      if (input.type === 'LegAnswered')
        turn.effect(input.channel, { do: 'hangup', channel: input.channel, cause: 'cancelled' });
      return;
    }
    case 'DigitPressed': {
      const call = state.callOfLeg(input.channel);
      if (call) turn.tellCall(call, { type: 'LegPressed', leg: input.channel, digit: input.digit });
      return;
    }
    case 'ChannelEnded': {
      state.closeChannel(input.channel, turn.now);
      const ended = state.callOfChannel(input.channel);
      if (ended)
        return turn.tellCall(ended, { type: 'CallerEnded', cause: input.cause, sipCode: input.sipCode });
      const call = state.callOfLeg(input.channel);
      if (call)
        turn.tellCall(call, {
          type: 'LegEnded',
          leg: input.channel,
          cause: input.cause,
          sipCode: input.sipCode,
        });
      return;
    }
    case 'LegRefused':
    case 'ConnectFailed': {
      if (input.type === 'LegRefused') state.closeChannel(input.leg, turn.now);
      const call = state.callOfLeg(input.leg);
      if (call) turn.tellCall(call, input);
      return;
    }
    case 'RecordingEnded': {
      const call = state.calls.get(callOfRecording(input.recording) ?? '');
      if (call) turn.tellCall(call, input);
      return;
    }
    case 'OverloadBegan':
      turn.log('OverloadBegan', { reason: input.reason }, {});
      return calmDown(turn);
    case 'StepReported': {
      const call = state.calls.get(input.call);
      if (call) turn.walk.reported(call, input);
      return;
    }
    case 'LineLeft': {
      const call = state.calls.get(input.call);
      if (call?.cursor?.run === input.run) turn.tellCall(call, { type: 'LeftQueue', exit: input.exit });
      return;
    }
    case 'CallbackAsked':
      return takeCallback(turn, input.callback);
    case 'CallbackClosed':
      return dropCallback(turn, input.callback);
    case 'StepNoted':
      return turn.log(input.note.type, input.note.data, { call: input.note.call });
    case 'OptedOut':
      return turn.optedOut(input.call, input.wish);
    case 'AgentTold':
      return agentTold(turn, input.agent, input.input, input.by);
    case 'HangUpAsked': {
      const call = state.calls.get(input.call);
      if (!call) throw new Refused('call-not-live', `there is no live call ${input.call}`);
      return turn.tellCall(call, { type: 'HungUp' });
    }
    case 'DialHeldBack': {
      const call = state.calls.get(input.call);
      if (call) turn.tellCall(call, { type: 'NotDialled' });
      return;
    }
    case 'PageChanged':
      return pageChanged(turn, input);
    case 'PhonesKnown':
      state.arePhonesUnknown = false;
      return;
    case 'RejoinAsked':
      return input.rejoins(pageRejoins(turn, input.agent));
    case 'DirectionAsked':
      return takeDirection(turn, input);
    case 'OverhearFailed': {
      const call = state.callOfLeg(input.leg);
      if (call) turn.tellCall(call, input);
      return;
    }
    case 'TalkAsked':
      return takeTalkRequest(turn, input);
    case 'DialAsked':
      return input.made(agentDials(turn, input.agent, input.number, input.isPhone));
    case 'TimePassed':
      return timePassed(turn);
    case 'Reconciled':
      lookAtDuty(turn);
      state.isBlind = false;
      return reconcile(turn, input);
    case 'LeadsCame':
    case 'CampaignsChanged':
    case 'DiallingEnds':
    case 'PreviewAsked':
    case 'Disposed':
      return takeDialling(turn, turn.dialling, input);
    case 'RulesChanged':
      turn.dialling?.takeRules(input.rules);
      state.floor.takeRules(input.rules, state.agents.values(), state.calls.values());
      for (const { id } of [...state.callbacks.values()]) lookAtCallback(turn, id);
      return;
    case 'AgentSaved':
      return agentSaved(turn, input.agent);
    case 'AgentRemoved':
      return agentRemoved(turn, input.agent);
    default:
      return unreachable(input);
  }
}

/** An overload is over when nobody was refused for a while. */
function calmDown(turn: Turn): void {
  const { state } = turn;
  if (!state.admission?.overload) return;
  const calm = calmAt(state.admission);
  if (calm !== undefined && calm > turn.now) return state.deadlines.set(OVERLOAD, calm);
  const { since, refused } = state.admission.overload;
  turn.log('OverloadEnded', { since, refused }, {});
  state.admission = calmed(state.admission);
}

function timePassed(turn: Turn): void {
  for (const key of turn.state.deadlines.takeDue(turn.now)) {
    if (key === OVERLOAD) calmDown(turn);
    if (key.startsWith(CALLBACK)) lookAtCallback(turn, key.slice(CALLBACK.length));
    const call = turn.state.calls.get(key.slice('call:'.length));
    if (key.startsWith('call:') && call) {
      const rings = call.phase.at === 'reaching' || call.phase.at === 'calling';
      if (rings && turn.state.isBlind) turn.state.deadlines.set(key, turn.now + NOT_BLINDLY_MS);
      else turn.tellCall(call, timeUp(turn.state));
      continue;
    }
    const agent = turn.state.agents.get(key.slice('agent:'.length));
    if (key.startsWith('agent:') && agent) turn.tellAgent(agent, { type: 'TimeUp' });
  }
}

function timeUp({ arePhonesUnknown, isBlind }: CentreState): CallInput {
  return { type: 'TimeUp', ...((arePhonesUnknown || isBlind) && { phonesUnknown: true }) };
}
