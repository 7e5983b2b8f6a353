import type { AgentState, InHand, Rest } from './agent.ts';

/** A state as an earlier version stored it: there, whoever was chosen was `offered`, whether or not his phone rang. */
export type StoredState =
  | AgentState
  | ({ readonly at: 'offered'; readonly before: Rest } & Omit<InHand, 'after'>);

/** Reads a stored state of this version or an earlier one. */
export function storedState(stored: StoredState): AgentState {
  if (stored.at !== 'offered') return stored;
  const { before, ...rest } = stored;
  return { ...rest, at: 'ringing', after: before };
}
