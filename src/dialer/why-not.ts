/** Why nothing is dialled for a campaign, and what to do about it. */
export const WHY_NOT = {
  stopped: 'It is stopped: start it.',
  paused: 'It is paused: start it to go on.',
  draining: 'It is being drained: what is under way goes on, nothing new is dialled.',
  'not-yet-valid': 'Its first day has not come: see from in its file (validFrom in the API).',
  expired: 'Its last day has passed: see until in its file (validUntil in the API).',
  'outside-hours': 'None of its leads may be called at this hour: its policy has the hours and holidays.',
  'no-leads':
    'None of its leads is due: import a list, switch one on, or wait for those that are to be tried again.',
  'all-done': 'All of its leads are done: import a list.',
  'no-flow': 'Its flow is not there: whoever answered would hear nothing. See npx carillon flow check.',
  'no-queue': 'Its queue is not in the routing file: see npx carillon routing check.',
  'no-agents': 'No agent of its queue is logged in.',
  'kept-for-callers':
    'The agents who are ready are kept back for callers: callers come first. More agents, or some who take no callers, would help.',
  stopping: 'The centre is stopping: what is under way goes on, nothing new is dialled.',
  starting: 'The centre is starting: lists and policies are being read.',
  'do-not-call-import':
    'A do-not-call list is being brought in, and nobody is called before all of it is known: npx carillon status says how far it is.',
  'dial-limits':
    'The limits that class of service sets for each campaign are reached: each-campaign in dialplan/class-of-service.yaml.',
  'trunk-fails':
    'Too many dials failed in the network: one is tried again from time to time. Look at the trunk.',
  'no-channels': 'All channels that dialling may use are in use.',
  'database-behind':
    'The database takes no writes, and what cannot be written down is not dialled. Look at the disk.',
  'pbx-down': 'The PBX does not answer: npx carillon doctor',
} as const;

export type WhyNot = keyof typeof WHY_NOT;
