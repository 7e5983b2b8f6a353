import type { Component } from 'vue';
import type { Role } from '../http/roles.ts';

/** A page of the console, and who sees it. */
export interface Page {
  /** Key of its name in `texts/navigation.ts`, and its name for the router. */
  readonly name: string;
  readonly path: string;
  /** Where it stands in the menu; undefined: only links lead there. */
  readonly group?: 'service' | 'marketing' | 'administration';
  /** `seat`: whoever has an agent's seat, whatever his role. */
  readonly for: readonly (Role | 'seat')[];
  readonly show: () => Promise<Component>;
}

const LEADERS = ['supervisor', 'admin', 'auditor'] as const;
const MARKETING = ['campaign', 'approver', 'supervisor', 'admin', 'auditor'] as const;

/** All pages, in the order of the menu. */
export const PAGES: readonly Page[] = [
  {
    name: 'start',
    path: '/',
    group: 'service',
    for: ['supervisor', 'admin'],
    show: () => import('./pages/start/Start.vue'),
  },
  {
    name: 'desk',
    path: '/desk',
    group: 'service',
    for: ['seat'],
    show: () => import('./pages/desk/Desk.vue'),
  },
  {
    name: 'floor',
    path: '/floor',
    group: 'service',
    for: [...LEADERS, 'viewer'],
    show: () => import('./pages/floor/Floor.vue'),
  },
  {
    name: 'calls',
    path: '/calls',
    group: 'service',
    for: LEADERS,
    show: () => import('./pages/calls/Calls.vue'),
  },
  {
    name: 'callRecord',
    path: '/calls/:id',
    for: LEADERS,
    show: () => import('./pages/calls/CallRecord.vue'),
  },
  {
    name: 'reports',
    path: '/reports',
    group: 'service',
    for: LEADERS,
    show: () => import('./pages/reports/Reports.vue'),
  },
  {
    name: 'customers',
    path: '/customers',
    group: 'service',
    for: ['supervisor', 'campaign', 'admin', 'auditor'],
    show: () => import('./pages/customers/Customers.vue'),
  },
  {
    name: 'campaigns',
    path: '/campaigns',
    group: 'marketing',
    for: MARKETING,
    show: () => import('./pages/campaigns/Campaigns.vue'),
  },
  {
    name: 'campaign',
    path: '/campaigns/:id',
    for: MARKETING,
    show: () => import('./pages/campaigns/Campaign.vue'),
  },
  {
    name: 'outbound',
    path: '/outbound',
    group: 'marketing',
    for: MARKETING,
    show: () => import('./pages/outbound/OutboundCampaigns.vue'),
  },
  {
    name: 'attempts',
    path: '/outbound/attempts',
    for: MARKETING,
    show: () => import('./pages/outbound/Attempts.vue'),
  },
  {
    name: 'outboundCampaign',
    path: '/outbound/:id',
    for: MARKETING,
    show: () => import('./pages/outbound/OutboundCampaign.vue'),
  },
  {
    name: 'doNotCall',
    path: '/do-not-call',
    group: 'marketing',
    for: MARKETING,
    show: () => import('./pages/do-not-call/DoNotCall.vue'),
  },
  {
    name: 'flows',
    path: '/flows',
    group: 'administration',
    for: LEADERS,
    show: () => import('./pages/flows/Flows.vue'),
  },
  {
    name: 'flow',
    path: '/flows/:file',
    for: LEADERS,
    show: () => import('./pages/flows/Flow.vue'),
  },
  {
    name: 'queues',
    path: '/queues',
    group: 'administration',
    for: LEADERS,
    show: () => import('./pages/queues/Queues.vue'),
  },
  {
    name: 'calendars',
    path: '/calendars',
    group: 'administration',
    for: LEADERS,
    show: () => import('./pages/calendars/Calendars.vue'),
  },
  {
    name: 'agents',
    path: '/agents',
    group: 'administration',
    for: LEADERS,
    show: () => import('./pages/agents/Agents.vue'),
  },
  {
    name: 'reasons',
    path: '/reasons',
    group: 'administration',
    for: ['admin', 'auditor'],
    show: () => import('./pages/reasons/Reasons.vue'),
  },
  {
    name: 'phones',
    path: '/phones',
    group: 'administration',
    for: ['admin', 'auditor'],
    show: () => import('./pages/phones/Phones.vue'),
  },
  {
    name: 'branches',
    path: '/branches',
    group: 'administration',
    for: ['admin', 'auditor'],
    show: () => import('./pages/branches/Branches.vue'),
  },
  {
    name: 'users',
    path: '/users',
    group: 'administration',
    for: ['admin', 'auditor'],
    show: () => import('./pages/users/Users.vue'),
  },
  {
    name: 'audit',
    path: '/audit',
    group: 'administration',
    for: ['admin', 'auditor'],
    show: () => import('./pages/audit/Audit.vue'),
  },
];

/** Whether `page` is for this user. */
export function isFor(page: Page, user: { readonly role: Role; readonly agentId: string | null }): boolean {
  return page.for.some((one) => (one === 'seat' ? user.agentId !== null : one === user.role));
}

/** Where somebody begins whose first page in the menu is not the one that he works on. */
const FIRST: Readonly<Partial<Record<Role, string>>> = {
  agent: 'desk',
  campaign: 'campaigns',
  approver: 'campaigns',
};

/** The page that a user comes to first, undefined when there is none for him. */
export function homeOf(user: { readonly role: Role; readonly agentId: string | null }): Page | undefined {
  const own = PAGES.filter((page) => isFor(page, user));
  return own.find(({ name }) => name === FIRST[user.role]) ?? own.find(({ group }) => group !== undefined);
}
