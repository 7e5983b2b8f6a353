/**
 * What somebody may do, a user or whoever holds a token. `viewer` sees states and figures with numbers masked; `agent` serves
 * callers and moves only himself; `campaign` keeps campaigns; `approver` looks at campaigns, lists and figures and says yes to them;
 * `auditor` sees everything, the audit log too, and changes nothing; `supervisor` moves every agent and ends calls; `admin` may do all.
 */
const ROLES = ['viewer', 'agent', 'campaign', 'approver', 'auditor', 'supervisor', 'admin'] as const;
/** A monitoring system, which sees the figures of the daemon and nothing else. */
const SCRAPER = 'scraper';
/** What a user is. */
export type PersonRole = (typeof ROLES)[number];
export type Role = PersonRole | typeof SCRAPER;

/** Everybody who is a person, or acts for one: what users are, and most reads are for. */
export const EVERY_ROLE = ROLES;
/** What a token may be made for. */
export const TOKEN_ROLES = [...ROLES, SCRAPER] as const;
/** Those who serve callers, or direct those who do. */
export const STAFF = ['agent', 'campaign', 'supervisor', 'admin'] as const satisfies readonly Role[];
/** Those who see what staff see. */
export const STAFF_READERS = [...STAFF, 'approver', 'auditor'] as const satisfies readonly Role[];
export const SUPERVISORS = ['supervisor', 'admin'] as const satisfies readonly Role[];
/** Those who see what supervisors see. */
export const SUPERVISING_READERS = [...SUPERVISORS, 'auditor'] as const satisfies readonly Role[];
/** Whoever has an agent's seat, for himself, and those who direct all seats. */
export const SEATS = ['seat', ...SUPERVISORS] as const satisfies readonly (Role | 'seat')[];
export const SCRAPERS = [SCRAPER, ...SUPERVISORS] as const satisfies readonly Role[];
/** Those who say whether campaigns call people, and how fast. */
export const DIRECTORS = ['campaign', 'supervisor', 'admin'] as const satisfies readonly Role[];
/** Those who see what they say. */
export const DIRECTING_READERS = [...DIRECTORS, 'approver', 'auditor'] as const satisfies readonly Role[];
export const CAMPAIGN_KEEPERS = ['campaign', 'admin'] as const satisfies readonly Role[];
/** Those who see what they keep. */
export const KEEPING_READERS = [
  ...CAMPAIGN_KEEPERS,
  'approver',
  'auditor',
] as const satisfies readonly Role[];
export const ADMINS = ['admin'] as const satisfies readonly Role[];
export const ADMINISTERING_READERS = ['admin', 'auditor'] as const satisfies readonly Role[];

/** Whether the live wallboard is for him: also for a screen on the wall. */
export function mayWatchFloor({ role }: { readonly role: Role }): boolean {
  return role === 'viewer' || SUPERVISING_READERS.some((one) => one === role);
}

/** Whether he sees phone numbers only in part: he has no need to call anybody. */
export function seesMasked({ role }: { readonly role: Role }): boolean {
  return role === 'viewer' || role === 'approver';
}

/** Whether a user of this role may have an agent's seat; those who only look, or only say yes, change nothing there either. */
export function mayHaveSeat(role: PersonRole): boolean {
  return role !== 'viewer' && role !== 'approver' && role !== 'auditor';
}

/** Whether he directs all agents. */
export function isSupervisor({ role }: { readonly role: Role }): boolean {
  return SUPERVISORS.some((one) => one === role);
}
