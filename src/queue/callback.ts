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
  readonly done?: CallbackDone;
}

export interface CallbackDone {
  /** An agent's id or the name of an API token. */
  readonly by: string;
  /** UTC ms. */
  readonly at: number;
  readonly outcome: CallbackOutcome;
}
