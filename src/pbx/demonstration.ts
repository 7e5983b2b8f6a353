/** What a scripted caller of a demonstration can do; each is an extension of the PBX's own dialplan for them. */
export const CALLER_SCRIPTS = ['vip', 'code', 'english', 'impatient', 'loss'] as const;
export type CallerScript = (typeof CALLER_SCRIPTS)[number];

/**
 * Callers of a demonstration, whom the switch plays itself: it calls its own door from outside. Apart from `Pbx`, because for
 * the centre they are customers like others: it neither makes these legs nor knows them.
 */
export interface ScriptedCallers {
  /** Resolves when he is on his way. Rejects with `PbxError`. */
  call(caller: ScriptedCaller & { readonly callerNumber: string; readonly dialled: string }): Promise<void>;
  /** Those who have not hung up yet. Rejects with `PbxError`. */
  present(): Promise<readonly ScriptedCaller[]>;
  /** They hang up now; harmless for those who have. Rejects with `PbxError`. */
  hangUp(callers: readonly ScriptedCaller[]): Promise<void>;
}

export interface ScriptedCaller {
  /** Letters and digits. */
  readonly id: string;
  readonly script: CallerScript;
}
