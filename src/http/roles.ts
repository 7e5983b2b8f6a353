/**
 * Who a token is. `viewer` sees states and figures with numbers masked; `agent` serves callers and moves only himself;
 * `campaign` keeps campaigns; `supervisor` moves every agent and ends calls; `admin` may do all.
 */
const ROLES = ['viewer', 'agent', 'campaign', 'supervisor', 'admin'] as const;
/** A monitoring system, which sees the figures of the daemon and nothing else. */
const SCRAPER = 'scraper';
export type Role = (typeof ROLES)[number] | typeof SCRAPER;

/** Everybody with a token who is a person, or acts for one. */
export const EVERY_ROLE = ROLES;
/** What a token may be made for. */
export const TOKEN_ROLES = [...ROLES, SCRAPER] as const;
/** Those who serve callers, or direct those who do. */
export const STAFF = ['agent', 'campaign', 'supervisor', 'admin'] as const satisfies readonly Role[];
export const SUPERVISORS = ['supervisor', 'admin'] as const satisfies readonly Role[];
export const SCRAPERS = [SCRAPER, ...SUPERVISORS] as const satisfies readonly Role[];
/** Those who say whether campaigns call people, and how fast. */
export const DIRECTORS = ['campaign', 'supervisor', 'admin'] as const satisfies readonly Role[];
export const CAMPAIGN_KEEPERS = ['campaign', 'admin'] as const satisfies readonly Role[];
export const ADMINS = ['admin'] as const satisfies readonly Role[];
