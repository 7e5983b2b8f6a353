import type { Call, CallFacts, Wishes } from '../call/call.ts';
import type { Source } from '../pbx/pbx.ts';

/** A caller who wants to be called back. */
export interface CallbackRequest {
  readonly id: string;
  /** The call in which he asked. */
  readonly call: string;
  readonly queue: string;
  readonly number: string;
  readonly customerId?: string;
  /** '' when unknown. */
  readonly tier: string;
  readonly language: string;
  /** UTC ms. */
  readonly at: number;
  /** His place in line: UTC ms from which his wait counts. */
  readonly since: number;
  /** How he is called; undefined for requests of a version before this one, which people call by hand. */
  readonly plan?: CallbackPlan;
}

/** How somebody is called back, at his turn. */
export interface CallbackPlan {
  readonly facts: CallFacts;
  readonly wishes?: Wishes;
  /** Who asked: the number is dialled only where he may reach it. */
  readonly source: Source;
  /** The number he asked from, '' when hidden; undefined in plans of a version before this one. */
  readonly ani?: string;
  /** The number that he dialled, and is called from. */
  readonly dnis: string;
  /** The flow that his call entered first. */
  readonly entered?: Call['entered'];
  /** So often he is dialled, at most, … */
  readonly tries: number;
  /** … so long after each other, ms … */
  readonly againMs: number;
  /** … and for so long each time, ms. */
  readonly ringMs: number;
}

/** Where requests are kept until somebody has called back. */
export interface CallbackBook {
  /** Keeps a request. Keeping the same one again changes nothing. */
  request(callback: CallbackRequest): Promise<void>;
}

/** How it went when somebody called back. */
export const CALLBACK_OUTCOMES = ['reached', 'no-answer', 'wrong-number', 'not-wanted'] as const;
export type CallbackOutcome = (typeof CALLBACK_OUTCOMES)[number];

/** A request with what became of it. */
export interface Callback extends CallbackRequest {
  /** How often he was dialled and he or his network decided how it ended. */
  readonly attempts: number;
  /** Calls that were begun for him, those included that no agent took: no id is used twice. */
  readonly calls: number;
  /** Not before this, UTC ms. `NEVER`: by hand only. */
  readonly dueAt: number;
  /** The call that is under way. */
  readonly calling?: string;
  readonly done?: CallbackDone;
}

export interface CallbackDone {
  /** An agent's id or the name of an API token; `carillon` for one that was given up. */
  readonly by: string;
  /** UTC ms. */
  readonly at: number;
  readonly outcome: CallbackOutcome;
}

/** When a callback is due that people have to call by hand: his number may not be dialled. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** A request as it gets in line. */
export function inLine(request: CallbackRequest): Callback {
  return { ...request, attempts: 0, calls: 0, dueAt: request.plan ? request.at : NEVER };
}

/** True while it waits for its turn. @param now UTC ms */
export function isDue({ done, calling, dueAt }: Callback, now: number): boolean {
  return !done && calling === undefined && dueAt <= now;
}

/** A call begins for it; `calls` names that call. */
export function called(callback: Callback, call: string): Callback {
  return { ...callback, calling: call, calls: callback.calls + 1 };
}

/** How a call that was made for it went. */
export type CallbackCallEnd =
  | { readonly end: 'reached'; readonly agent: string }
  /** No agent took it, or he was gone before the customer could answer. */
  | { readonly end: 'no-agent' }
  | { readonly end: 'unanswered' }
  /** He had no chance to answer: not dialled after all, or let go, or our side failed. */
  | { readonly end: 'broken-off' }
  | { readonly end: 'wrong-number' };

/** The call for it is over, or has reached him. @param now UTC ms */
export function callOver(callback: Callback, how: CallbackCallEnd, now: number): Callback {
  const { calling: _calling, ...resting } = callback;
  const { tries = 1, againMs = 0 } = callback.plan ?? {};
  const done = (by: string, outcome: CallbackOutcome): CallbackDone => ({ by, at: now, outcome });
  switch (how.end) {
    case 'reached':
      return { ...resting, attempts: callback.attempts + 1, done: done(how.agent, 'reached') };
    case 'no-agent':
      return resting;
    case 'broken-off':
      return { ...resting, dueAt: now + againMs };
    case 'wrong-number':
      return { ...resting, attempts: callback.attempts + 1, done: done('carillon', 'wrong-number') };
    case 'unanswered': {
      const attempts = callback.attempts + 1;
      return attempts >= tries
        ? { ...resting, attempts, done: done('carillon', 'no-answer') }
        : { ...resting, attempts, dueAt: now + againMs };
    }
  }
}
