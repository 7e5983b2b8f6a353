import { START } from '../store/examples.ts';
import type { Things } from './scope-lab.ts';

/**
 * How a route is asked about another branch. `hides`: its answer names what is ours and nothing of theirs; with `empty`, nothing at
 * all, because what was asked for is theirs. `unknown`: it is answered as if there were no such thing; with `onlyHis` so it is to the
 * head office too, because it is for one agent alone; with `engineKnows` only the engine, which is not there, would tell the head office.
 * `notYours`: it is refused. `saysNothingOf`: it is done, and the answer names nothing of theirs but what was sent.
 */
export type Probe =
  | { readonly hides: string; readonly empty?: true }
  | {
      readonly unknown: string;
      readonly body?: unknown;
      readonly onlyHis?: true;
      readonly engineKnows?: true;
    }
  | { readonly saysNothingOf: string; readonly body?: unknown }
  | { readonly notYours: string; readonly body?: unknown };

const TIMES = { validFrom: 0, validUntil: 1 };
const A_CAMPAIGN = {
  name: 'x',
  code: '7100',
  ...TIMES,
  reception: { kind: 'phone', extension: '2001' },
};
const A_USER = { login: 'x', name: 'x', role: 'agent', password: 'three calm herons' };
const AN_OUTBOUND = { name: 'x', queue: 'sales', callerNumber: '95533', ...TIMES };

const unknownCall = (act: string, body?: unknown): Probe[] => [
  { unknown: `/api/calls/call-theirs/${act}`, ...(body !== undefined && { body }) },
];
const unknownAgent = (act: string, body?: unknown): Probe[] => [
  { unknown: `/api/agents/agent-theirs/${act}`, ...(body !== undefined && { body }) },
];
const unknownOutbound = (act: string): Probe[] => [{ unknown: `/api/outbound/outbound-theirs/${act}` }];

/** Every route of scope `branch`, and what it is asked about another one. */
export const PROBES: Readonly<Record<string, (theirs: Things) => readonly Probe[]>> = {
  'GET /api/branches': () => [{ hides: '/api/branches' }],
  'POST /api/branches': () => [
    { notYours: '/api/branches', body: { id: 'x', name: 'x', parent: 'theirs' } },
    { notYours: '/api/branches', body: { id: 'x', name: 'x', parent: '' } },
  ],
  'PATCH /api/branches/{id}': () => [{ unknown: '/api/branches/theirs', body: { name: 'x' } }],
  'DELETE /api/branches/{id}': () => [{ unknown: '/api/branches/theirs' }],

  'GET /api/agents': () => [{ hides: '/api/agents' }],
  'POST /api/agents': () => [
    { notYours: '/api/agents', body: { id: 'x', name: 'x', branch: 'theirs' } },
    { notYours: '/api/agents', body: { id: 'x', name: 'x', branch: '' } },
  ],
  'GET /api/agents/{id}': () => [{ unknown: '/api/agents/agent-theirs' }],
  'PATCH /api/agents/{id}': ({ phone }) => [
    { unknown: '/api/agents/agent-theirs', body: { name: 'x' } },
    { notYours: '/api/agents/agent-ours', body: { branch: 'theirs' } },
    { unknown: '/api/agents/agent-ours', body: { homeExtension: phone } },
  ],
  'DELETE /api/agents/{id}': () => [{ unknown: '/api/agents/agent-theirs' }],
  'POST /api/agents/{id}/log-in': ({ phone }) => [
    ...unknownAgent('log-in'),
    { unknown: '/api/agents/agent-ours/log-in', body: { extension: phone } },
  ],
  'POST /api/agents/{id}/log-out': () => unknownAgent('log-out'),
  'POST /api/agents/{id}/ready': () => unknownAgent('ready'),
  'POST /api/agents/{id}/not-ready': () => unknownAgent('not-ready', { reason: 'x' }),
  'GET /api/phones': () => [{ hides: '/api/phones' }],
  'GET /api/campaigns/choices': () => [{ hides: '/api/campaigns/choices' }],

  'GET /api/calls': ({ number }) => [
    { hides: '/api/calls' },
    { hides: '/api/calls?limit=1' },
    { hides: '/api/calls?customer=customer-theirs', empty: true },
    { hides: '/api/calls?agent=agent-theirs', empty: true },
    { hides: `/api/calls?ani=${number}`, empty: true },
  ],
  'GET /api/calls/live': () => [{ hides: '/api/calls/live' }],
  'GET /api/calls/{id}': () => [{ unknown: '/api/calls/call-theirs' }, { unknown: '/api/calls/live-theirs' }],
  'GET /api/calls/{id}/why': () => [
    { unknown: '/api/calls/call-theirs/why' },
    { unknown: '/api/calls/live-theirs/why' },
  ],
  'GET /api/calls/{id}/recordings': () => unknownCall('recordings'),
  'GET /api/calls/{id}/recordings/{recording}/audio': () => unknownCall('recordings/x/audio'),
  'POST /api/calls/{id}/hangup': () => unknownCall('hangup'),
  'POST /api/calls/{id}/hold': () => unknownCall('hold'),
  'POST /api/calls/{id}/resume': () => unknownCall('resume'),
  'POST /api/calls/{id}/complete': () => unknownCall('complete'),
  'POST /api/calls/{id}/cancel': () => unknownCall('cancel'),
  'POST /api/calls/{id}/conference': () => unknownCall('conference'),
  'POST /api/calls/{id}/consult': () => [
    ...unknownCall('consult', { number: '95533' }),
    { unknown: '/api/calls/live-ours/consult', body: { agent: 'agent-theirs' } },
  ],
  'POST /api/calls/{id}/transfer': () => [
    ...unknownCall('transfer', { queue: 'general' }),
    { unknown: '/api/calls/live-ours/transfer', body: { agent: 'agent-theirs' } },
  ],
  'GET /api/voicemails': () => [
    { hides: '/api/voicemails' },
    { hides: '/api/voicemails?box=box-theirs', empty: true },
  ],
  'GET /api/voicemails/{id}/audio': () => [{ unknown: '/api/voicemails/voice-theirs/audio' }],
  'GET /api/routing': () => [{ hides: '/api/routing', empty: true }],
  'GET /api/queues': () => [{ hides: '/api/queues' }],
  'GET /api/callbacks': () => [{ hides: '/api/callbacks' }],
  'POST /api/callbacks/{id}/done': () => [
    { unknown: '/api/callbacks/callback-theirs/done', body: { outcome: 'reached' } },
  ],
  'DELETE /api/callbacks/{id}': () => [{ unknown: '/api/callbacks/callback-theirs' }],
  'GET /api/events': () => [{ hides: '/api/events?limit=1000' }],

  'GET /api/customers': ({ number }) => [
    { hides: '/api/customers' },
    { hides: '/api/customers?name=C-theirs', empty: true },
    { hides: `/api/customers?number=${number}`, empty: true },
  ],
  'POST /api/customers': () => [
    { notYours: '/api/customers', body: { name: 'x', branch: 'theirs' } },
    { unknown: '/api/customers', body: { name: 'x', caseOwner: 'agent-theirs' } },
  ],
  'GET /api/customers/{id}': () => [{ unknown: '/api/customers/customer-theirs' }],
  'PATCH /api/customers/{id}': () => [
    { unknown: '/api/customers/customer-theirs', body: { name: 'x' } },
    { notYours: '/api/customers/customer-ours', body: { branch: 'theirs' } },
    { unknown: '/api/customers/customer-ours', body: { accountManager: 'agent-theirs' } },
  ],

  'GET /api/campaigns': () => [{ hides: '/api/campaigns' }],
  'POST /api/campaigns': () => [{ notYours: '/api/campaigns', body: { ...A_CAMPAIGN, branch: 'theirs' } }],
  'GET /api/campaigns/{id}': () => [{ unknown: '/api/campaigns/campaign-theirs' }],
  'PATCH /api/campaigns/{id}': () => [
    { unknown: '/api/campaigns/campaign-theirs', body: { name: 'x' } },
    { notYours: '/api/campaigns/campaign-ours', body: { branch: 'theirs' } },
  ],
  'GET /api/reception': ({ code }) => [{ unknown: `/api/reception?code=${code}` }],
  'GET /api/feedback': () => [
    { hides: '/api/feedback' },
    { hides: '/api/feedback?campaign=campaign-theirs', empty: true },
  ],
  'POST /api/feedback': ({ number }) => [
    {
      saysNothingOf: '/api/feedback',
      body: { campaignId: 'campaign-ours', interest: 'complaint', ani: number },
    },
    { unknown: '/api/feedback', body: { campaignId: 'campaign-theirs', interest: 'complaint' } },
    {
      unknown: '/api/feedback',
      body: { campaignId: 'campaign-ours', interest: 'complaint', customerId: 'customer-theirs' },
    },
    {
      unknown: '/api/feedback',
      body: { campaignId: 'campaign-ours', interest: 'complaint', callId: 'call-theirs' },
    },
  ],

  'GET /api/outbound': () => [{ hides: '/api/outbound' }],
  'POST /api/outbound': () => [{ notYours: '/api/outbound', body: { ...AN_OUTBOUND, branch: 'theirs' } }],
  'GET /api/outbound/{id}': () => [{ unknown: '/api/outbound/outbound-theirs' }],
  'PATCH /api/outbound/{id}': () => [
    { unknown: '/api/outbound/outbound-theirs', body: { name: 'x' } },
    { notYours: '/api/outbound/outbound-ours', body: { branch: 'theirs' } },
  ],
  'DELETE /api/outbound/{id}': () => [{ unknown: '/api/outbound/outbound-theirs' }],
  'POST /api/outbound/{id}/start': () => unknownOutbound('start'),
  'POST /api/outbound/{id}/pause': () => unknownOutbound('pause'),
  'POST /api/outbound/{id}/drain': () => unknownOutbound('drain'),
  'POST /api/outbound/{id}/stop': () => unknownOutbound('stop'),
  'GET /api/outbound/status': () => [{ hides: '/api/outbound/status' }],
  'GET /api/outbound/{id}/progress': () => unknownOutbound('progress'),
  'GET /api/outbound/{id}/figures': () => unknownOutbound('figures'),
  'GET /api/outbound/{id}/lists': () => unknownOutbound('lists'),
  'POST /api/outbound/{id}/lists': () => [
    { unknown: '/api/outbound/outbound-theirs/lists', body: { name: 'x' } },
  ],
  'PATCH /api/outbound/lists/{list}': () => [
    { unknown: '/api/outbound/lists/list-theirs', body: { name: 'x' } },
  ],
  'DELETE /api/outbound/lists/{list}': () => [{ unknown: '/api/outbound/lists/list-theirs' }],
  'GET /api/outbound/lists/{list}/imports': () => [{ unknown: '/api/outbound/lists/list-theirs/imports' }],
  'POST /api/outbound/lists/{list}/imports': () => [
    { unknown: '/api/outbound/lists/list-theirs/imports', body: 'number\n1' },
  ],
  'GET /api/outbound/imports/{id}': () => [{ unknown: '/api/outbound/imports/import-theirs' }],
  'POST /api/outbound/imports/{id}/cancel': () => [{ unknown: '/api/outbound/imports/import-theirs/cancel' }],
  'GET /api/outbound/imports/{id}/refused': () => [
    { unknown: '/api/outbound/imports/import-theirs/refused' },
  ],
  'GET /api/outbound/attempts': ({ number }) => [
    { hides: '/api/outbound/attempts' },
    { hides: '/api/outbound/attempts?campaign=outbound-theirs', empty: true },
    { hides: '/api/outbound/attempts?person=person-theirs', empty: true },
    { hides: `/api/outbound/attempts?number=${number}`, empty: true },
  ],
  'GET /api/outbound/attempts/{id}': () => [{ unknown: '/api/outbound/attempts/attempt-theirs' }],
  'POST /api/outbound/attempts/{id}/disposition': () => [
    { unknown: '/api/outbound/attempts/attempt-theirs/disposition', body: { result: 'sale' } },
    {
      unknown: '/api/outbound/attempts/attempt-ours/disposition',
      body: { result: 'callback', callbackAt: START + 7_200_000, callbackAgent: 'agent-theirs' },
    },
  ],
  'POST /api/outbound/preview/next': () => [
    { unknown: '/api/outbound/preview/next', body: { agent: 'agent-theirs' } },
    { unknown: '/api/outbound/preview/next', body: { agent: 'agent-ours', campaign: 'outbound-theirs' } },
  ],
  'POST /api/outbound/preview/accept': () => [
    { unknown: '/api/outbound/preview/accept', body: { agent: 'agent-theirs' } },
  ],
  'POST /api/outbound/preview/skip': () => [
    { unknown: '/api/outbound/preview/skip', body: { agent: 'agent-theirs', reason: 'x' } },
  ],
  'GET /api/outbound/why': ({ number }) => [
    { hides: `/api/outbound/why?number=${number}`, empty: true },
    { hides: '/api/outbound/why?person=person-theirs', empty: true },
  ],

  'GET /api/contact-wishes': () => [
    { hides: '/api/contact-wishes' },
    { hides: '/api/contact-wishes?person=person-theirs', empty: true },
    { hides: '/api/contact-wishes?source=source-theirs', empty: true },
  ],
  'POST /api/contact-wishes': () => [
    {
      unknown: '/api/contact-wishes',
      body: { kind: 'refused', campaign: 'outbound-theirs', person: 'x', source: 'x' },
    },
  ],
  'DELETE /api/contact-wishes/{id}': ({ wish }) => [{ unknown: `/api/contact-wishes/${wish}` }],
  'GET /api/do-not-call/imports': () => [{ hides: '/api/do-not-call/imports' }],
  'POST /api/do-not-call/imports': () => [
    { unknown: '/api/do-not-call/imports?source=x&campaign=outbound-theirs', body: 'number\n1' },
    { notYours: '/api/do-not-call/imports?source=x', body: 'number\n1' },
  ],
  'GET /api/do-not-call/imports/{id}': ({ doNotCallImport }) => [
    { unknown: `/api/do-not-call/imports/${doNotCallImport}` },
  ],

  'GET /api/tokens': () => [{ hides: '/api/tokens' }],
  'POST /api/tokens': () => [
    { notYours: '/api/tokens', body: { name: 'x', role: 'viewer', branch: 'theirs' } },
    { notYours: '/api/tokens', body: { name: 'x', role: 'admin', branch: '' } },
    { unknown: '/api/tokens', body: { name: 'x', role: 'agent', agentId: 'agent-theirs' } },
  ],
  'DELETE /api/tokens/{id}': () => [{ unknown: '/api/tokens/token-theirs' }],

  'POST /api/phones': () => [
    { notYours: '/api/phones', body: { extension: '7100', name: 'x', branch: 'theirs' } },
  ],
  'PATCH /api/phones/{extension}': ({ phone }) => [
    { unknown: `/api/phones/${phone}`, body: { name: 'x' } },
    { notYours: '/api/phones/7001', body: { branch: 'theirs' } },
  ],
  'POST /api/phones/{extension}/password': ({ phone }) => [{ unknown: `/api/phones/${phone}/password` }],
  'DELETE /api/phones/{extension}': ({ phone }) => [{ unknown: `/api/phones/${phone}` }],

  'GET /api/users': () => [{ hides: '/api/users' }, { hides: '/api/users?text=theirs', empty: true }],
  'GET /api/users/{id}': () => [{ unknown: '/api/users/user-theirs' }],
  'POST /api/users': () => [
    { notYours: '/api/users', body: { ...A_USER, branch: 'theirs' } },
    { notYours: '/api/users', body: { ...A_USER, branch: '' } },
    { unknown: '/api/users', body: { ...A_USER, agentId: 'agent-theirs' } },
  ],
  'PATCH /api/users/{id}': () => [
    { unknown: '/api/users/user-theirs', body: { name: 'x' } },
    { notYours: '/api/users/user-ours', body: { branch: 'theirs' } },
    { unknown: '/api/users/user-ours', body: { agentId: 'agent-theirs' } },
  ],
  'POST /api/users/{id}/password': () => [
    { unknown: '/api/users/user-theirs/password', body: { password: A_USER.password } },
  ],
  'POST /api/users/{id}/disable': () => [{ unknown: '/api/users/user-theirs/disable' }],
  'POST /api/users/{id}/enable': () => [{ unknown: '/api/users/user-theirs/enable' }],
  'POST /api/users/{id}/sign-out': () => [{ unknown: '/api/users/user-theirs/sign-out' }],
  'GET /api/session/seats': () => [{ hides: '/api/session/seats' }],
  'POST /api/session/seat': () => [{ unknown: '/api/session/seat', body: { agentId: 'agent-theirs' } }],
  'GET /api/audit': () => [{ hides: '/api/audit' }, { hides: '/api/audit?who=t-theirs', empty: true }],

  'POST /api/calls/{id}/listen': ({ phone }) => [
    ...unknownCall('listen'),
    { unknown: '/api/calls/live-ours/listen', body: { extension: phone }, engineKnows: true },
  ],
  'POST /api/calls/{id}/whisper': () => unknownCall('whisper'),
  'POST /api/calls/{id}/barge': () => unknownCall('barge'),
  'POST /api/calls/{id}/release': () => unknownCall('release'),
  'POST /api/calls/{id}/leave': () => unknownCall('leave'),
  'POST /api/calls/{id}/move': () => [
    ...unknownCall('move', { queue: 'general' }),
    { unknown: '/api/calls/live-ours/move', body: { agent: 'agent-theirs' }, engineKnows: true },
  ],
  'POST /api/calls/{id}/first': () => unknownCall('first'),

  'PUT /api/calls/{id}/note': () => [
    {
      unknown: '/api/calls/call-theirs/note',
      body: { version: 1, text: 'x', reason: '', sale: '' },
      onlyHis: true,
    },
  ],
  'POST /api/calls/{id}/callback': () => [
    {
      unknown: '/api/calls/call-theirs/callback',
      body: { queue: 'general', number: '13800138000' },
      onlyHis: true,
    },
  ],
  'GET /api/calls/{id}/notes': () => unknownCall('notes'),
  'GET /api/calls/{id}/contacts': () => unknownCall('contacts'),

  'GET /api/campaigns/figures': () => [{ hides: '/api/campaigns/figures' }],
  'GET /api/call-records': ({ number }) => [
    { hides: '/api/call-records' },
    { hides: '/api/call-records?customer=customer-theirs', empty: true },
    { hides: '/api/call-records?agent=agent-theirs', empty: true },
    { hides: `/api/call-records?number=${number}`, empty: true },
  ],
  'GET /api/call-records/export': () => [
    { hides: '/api/call-records/export?format=csv' },
    { hides: '/api/call-records/export?format=csv&agent=agent-theirs', empty: true },
  ],
  'GET /api/reports/agents': () => [
    { hides: '/api/reports/agents' },
    { hides: '/api/reports/agents?agents=agent-theirs', empty: true },
  ],
  'GET /api/reports/agents/export': () => [{ hides: '/api/reports/agents/export?format=csv' }],
  'GET /api/reports/intervals': () => [{ hides: '/api/reports/intervals' }],
  'GET /api/reports/intervals/export': () => [{ hides: '/api/reports/intervals/export?format=csv' }],
};
