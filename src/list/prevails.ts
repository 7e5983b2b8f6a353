import type { SettledLead } from './lead.ts';

/** Reasons that only an agent, or the person himself, can give. */
const SAID: ReadonlySet<string> = new Set([
  'sale',
  'interested',
  'not-interested',
  'do-not-call',
  'wrong-number',
]);

/** Where a lead stands, as far as it decides whose word holds. */
export interface Standing {
  readonly attempts: number;
  readonly isCallback: boolean;
  /** Why it is done, if it is. */
  readonly done: string | null;
}

/**
 * True when what is told of a lead takes the place of what is known. Nobody who said that he is done is called by a rule: not by that of
 * an older attempt, nor of one that was under way when it was noted. What is noted late of an older attempt holds where nobody
 * has said anything since; that he must not be called, always.
 */
export function prevails({ attempts, fate, noted }: Omit<SettledLead, 'lead'>, standing: Standing): boolean {
  if (fate.next === 'done' && fate.reason === 'do-not-call') return true;
  const isSaid = standing.isCallback || (standing.done !== null && SAID.has(standing.done));
  const isOlder = attempts !== undefined && attempts < standing.attempts;
  if (isOlder) return noted === true && fate.next === 'done' && !isSaid;
  return noted === true || standing.done === null || !SAID.has(standing.done);
}
