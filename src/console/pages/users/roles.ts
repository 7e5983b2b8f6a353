import type { PersonRole } from '../../../http/roles.ts';

/** What a user is made, in the order in which it is offered. A viewer is somebody's wall or program, and has a token. */
export const ROLES: readonly PersonRole[] = [
  'admin',
  'supervisor',
  'agent',
  'campaign',
  'approver',
  'auditor',
];
