import type { Call } from '../call/call.ts';
import { OPT_OUT } from '../contact/wish.ts';
import type { EngineInput } from './input.ts';

/**
 * What a flow notes of a caller who wants no calls. Whose number is hidden, nobody can leave alone: undefined.
 * @param campaign from which, '' for all; @param at UTC ms
 */
export function optOutOf(
  { id, ani, outbound }: Call,
  campaign: string,
  at: number,
): (EngineInput & { type: 'OptedOut' }) | undefined {
  const person = outbound?.person ?? ani;
  if (person === '' && ani === '') return undefined;
  const by = { source: OPT_OUT, at, by: OPT_OUT };
  return { type: 'OptedOut', call: id, wish: { kind: 'do-not-call', campaign, person, number: ani, ...by } };
}
