import type { Agent, AgentInput } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import type { Director } from '../call/supervision.ts';
import type { PhoneStatus } from '../pbx/pbx.ts';
import type { Accuracy } from '../queue/estimate.ts';
import type { Queue } from '../queue/queue.ts';
import type { DirectionAsked } from './direction.ts';
import type { TalkAsked } from './talk-requests.ts';

/** The running centre as the API and the feature codes see it. */
export interface Centre {
  /** Calls that have not ended, oldest first. */
  liveCalls(): readonly Call[];
  liveCall(id: string): Call | undefined;
  agents(): readonly Agent[];
  agent(id: string): Agent | undefined;
  queues(): readonly QueueStatus[];
  phones(): Promise<readonly PhoneStatus[]>;
  /**
   * Tells the agent's state machine; resolves when the change is committed. @param by a supervisor, where it is not the agent himself
   * @throws Refused
   */
  tellAgent(agent: string, input: AgentInput, by?: Director): Promise<Agent>;
  /** Takes an agent as the administrator saved him; the state of one who is there stays. */
  saveAgent(agent: Agent): Promise<Agent>;
  /** @throws Refused `agent-logged-in` */
  removeAgent(id: string): Promise<void>;
  /** Somebody has closed this callback: nobody is called for it any more. */
  callbackClosed(callback: string): Promise<void>;
  /** Ends a call for everybody in it. @throws Refused `call-not-live` */
  hangUp(call: string): Promise<void>;
  /** Hold, transfer and the like; resolves when the change is committed. @throws Refused */
  tellTalk(call: string, asked: TalkAsked): Promise<void>;
  /** Listening in, moving who waits; resolves when the change is committed. @throws Refused */
  direct(call: string, asked: DirectionAsked): Promise<void>;
  /** The page of an agent was loaded anew: he is rung for what he has in hand. False when that is nothing, or not in his page. */
  rejoin(agent: string): Promise<boolean>;
  /** Has an agent call a number, or with `isPhone` one of our phones: his own first. @returns id of the call; @throws Refused see `agentDials` */
  dial(agent: string, number: string, isPhone?: boolean): Promise<string>;
  health(): Health;
}

export interface QueueStatus {
  readonly queue: Queue;
  readonly waiting: readonly { readonly call: string; readonly since: number; readonly rank: number }[];
  readonly loggedIn: number;
  /** Ready, or with a call. */
  readonly working: number;
  readonly ready: number;
  /** The wait of somebody who came now, ms; undefined while nobody can say. */
  readonly estimatedWaitMs: number | undefined;
  readonly accuracy: Accuracy;
}

export interface Health {
  /** True only when a call that came in now would be answered. */
  readonly ready: boolean;
  /** One sentence each: what is wrong and what to do. */
  readonly problems: readonly string[];
  readonly pbx: string;
  readonly liveCalls: number;
}
