/**
 * Who a token is. `viewer` sees states and figures with numbers masked; `agent` serves callers and moves only himself;
 * `campaign` keeps campaigns; `supervisor` moves every agent and ends calls; `admin` may do all.
 */
export const ROLES = ['viewer', 'agent', 'campaign', 'supervisor', 'admin'] as const;
export type Role = (typeof ROLES)[number];
