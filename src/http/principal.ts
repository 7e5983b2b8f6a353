import type { Role } from './roles.ts';

/** Whoever asks: a user who signed in, or the holder of an API token. */
export interface Principal {
  /** Of the user or of the token. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The agent whom he speaks for. A supervisor who takes calls has one too. */
  readonly agentId?: string;
  /** He sees what lies in this branch or below it; '' is the head office, which sees all. */
  readonly branch: string;
  readonly via: 'token' | 'session';
}
