/**
 * Who a token is. `viewer` sees states and figures with numbers masked; `agent` serves callers and moves only himself;
 * `campaign` keeps campaigns; `supervisor` moves every agent and ends calls; `admin` may do all.
 */
const ROLES = ['viewer', 'agent', 'campaign', 'supervisor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Everybody with a token. */
export const EVERY_ROLE = ROLES;
/** Those who serve callers, or direct those who do. */
export const STAFF = ['agent', 'campaign', 'supervisor', 'admin'] as const satisfies readonly Role[];
export const SUPERVISORS = ['supervisor', 'admin'] as const satisfies readonly Role[];
export const CAMPAIGN_KEEPERS = ['campaign', 'admin'] as const satisfies readonly Role[];
export const ADMINS = ['admin'] as const satisfies readonly Role[];
