import type { Agent, AgentInput } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import type { PhoneStatus } from '../pbx/pbx.ts';
import type { Queue } from '../queue/queue.ts';

/** The running centre as the API and the feature codes see it. */
export interface Centre {
  /** Calls that have not ended, oldest first. */
  liveCalls(): readonly Call[];
  agents(): readonly Agent[];
  queues(): readonly QueueStatus[];
  phones(): Promise<readonly PhoneStatus[]>;
  /** Tells the agent's state machine; resolves when the change is committed. @throws Refused */
  tellAgent(agent: string, input: AgentInput): Promise<Agent>;
  /** Ends a call for everybody in it. @throws Refused `call-not-live` */
  hangUp(call: string): Promise<void>;
  health(): Health;
}

export interface QueueStatus {
  readonly queue: Queue;
  readonly waiting: readonly { readonly call: string; readonly since: number; readonly rank: number }[];
  readonly loggedIn: number;
  readonly ready: number;
}

export interface Health {
  /** True only when a call that came in now would be answered. */
  readonly ready: boolean;
  /** One sentence each: what is wrong and what to do. */
  readonly problems: readonly string[];
  readonly pbx: string;
  readonly liveCalls: number;
}
