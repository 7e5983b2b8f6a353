import { z } from 'zod';
import type { Agent, AgentInput } from '../../agent/agent.ts';
import { Refused } from '../../base/errors.ts';
import { type StepKind, stepKind } from '../step.ts';

/** What a phone may do to the agent who uses it. */
export interface AgentDesk {
  /** The agent who is logged in at that phone, else the one whose own phone it is. */
  agentAt(extension: string): Agent | undefined;
  /** @throws Refused */
  tellAgent(agent: string, input: AgentInput): Promise<Agent>;
}

/** Log-in, ready, not ready, wrap-up and log-out from the telephone: what feature-code flows are made of. */
export function agentStateStep(desk: AgentDesk): StepKind {
  return stepKind({
    verb: 'agent',
    summary: 'Changes the state of the agent at the calling phone.',
    args: z.enum(['log-in', 'ready', 'not-ready', 'end-wrap-up', 'log-out']),
    waiting: 'none',
    exits: () => ['done', 'refused', 'no-agent'],
    async run(step, wanted) {
      const { source } = step.call;
      const agent = source.kind === 'phone' ? desk.agentAt(source.extension) : undefined;
      if (source.kind !== 'phone' || !agent) return { exit: 'no-agent' };
      try {
        for (const input of inputsFor(wanted, source.extension)) await desk.tellAgent(agent.id, input);
        return { exit: 'done' };
      } catch (thrown) {
        if (thrown instanceof Refused) return { exit: 'refused' };
        throw thrown;
      }
    },
  });
}

type Wanted = 'log-in' | 'ready' | 'not-ready' | 'end-wrap-up' | 'log-out';

function inputsFor(wanted: Wanted, extension: string): readonly AgentInput[] {
  switch (wanted) {
    case 'log-in':
      return [{ type: 'LogIn', extension }, { type: 'GoReady' }];
    case 'ready':
    case 'end-wrap-up':
      return [{ type: 'GoReady' }];
    case 'not-ready':
      return [{ type: 'GoNotReady', reason: 'by-phone' }];
    case 'log-out':
      return [{ type: 'LogOut' }];
  }
}
