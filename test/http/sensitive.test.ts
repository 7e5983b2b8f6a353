import { expect, test } from 'vitest';
import { readRouting } from '../../src/engine/routing-file.ts';
import type { Role } from '../../src/http/roles.ts';
import { aCall, anEvent, START, theChanges } from '../store/examples.ts';
import { openApi } from './api-lab.ts';

const WOMAN = 'agent.gender == "f"';
const OLD_RULE = 'agent.faith == "x"';
const RULES = readRouting(
  `
skills: [wealth]
attributes:
  agent: { gender: { type: text, sensitive: true }, site: text }
  caller: { age: { type: number, sensitive: true }, city: text }
sensitive-use: { permit: [agent.gender, caller.age], reason: asked for by the callers of this line }
queues:
  general:
    needs: ['${WOMAN}', 'agent.site == "beijing"']
    prefers: [{ when: '${WOMAN}', score: 777 }]
`,
  'r.yaml',
).rules!;

const LOG: [type: string, data: object][] = [
  ['CallArrived', { ani: '13800138000', dnis: '95533', flow: 'hotline' }],
  [
    'CallQueued',
    {
      queue: 'general',
      tier: 'vip',
      asks: [WOMAN, 'skill.wealth >= 9', 'caller.tier == "vip"'],
      needs: [WOMAN],
      prefers: [OLD_RULE],
      attributes: { age: 91, faith: 'x', city: '武汉' },
    },
  ],
  [
    'SensitiveAttributeUsed',
    { queue: 'general', attributes: ['agent.gender'], rule: WOMAN, reason: 'asked' },
  ],
  [
    'CallOffered',
    {
      queue: 'general',
      rule: 'best-score',
      score: 777,
      fit: 2,
      considered: [{ agent: '1001', alike: 1, score: 777, idleMs: 5 }],
      removed: [
        { agent: '1002', alike: 1, by: WOMAN },
        { agent: '1003', alike: 1, by: 'agent.site == "beijing"' },
      ],
    },
  ],
  ['AgentFactsChanged', { skills: { wealth: 9 }, attributes: { gender: 'm', site: 'beijing' } }],
  [
    'RoutingRulesChanged',
    { order: 'fifo', sensitiveUse: ['agent.gender'], reason: 'asked for by the callers' },
  ],
];

async function openSensitive() {
  const api = await openApi();
  api.routing.rules = RULES;
  const call = aCall({
    phase: { at: 'queued', queue: 'general', since: START, until: START + 120_000, music: '' },
  });
  const events = LOG.map(([type, data], index) =>
    anEvent({ type, call: 'c1', agent: '1001', at: START + index, data: { ...data } }),
  );
  await api.store.commit(theChanges({ calls: [call], events }));
  api.centre.calls = [call];
  const there = (gender: string, site: string) => ({
    attributes: { gender, site },
    state: { at: 'ready', extension: '1', since: START } as const,
  });
  api.centre.staff = api.centre.staff.map((one) =>
    one.id === '1001' ? { ...one, ...there('f', 'beijing') } : { ...one, ...there('m', 'beijing') },
  );
  return api;
}

const SECRET = /gender|faith|777|"age"|91|asked/;
const ROUTES = ['/api/calls/c1/why', '/api/calls/c1', '/api/events?limit=1000'];

test.each(
  ROUTES.flatMap((url) =>
    (['viewer', 'agent', 'campaign'] as const).map((role): [string, Role] => [url, role]),
  ),
)('%s tells a %s nothing of sensitive attributes and of the rules that look at them', async (url, role) => {
  const { send } = await openSensitive();
  const { status, text } = await send(role, 'GET', url);
  expect(status).toBe(200);
  expect(text).not.toMatch(SECRET);
  expect(text).toContain('a sensitive rule');
});

test.each(
  ROUTES.flatMap((url) => (['supervisor', 'admin'] as const).map((role): [string, Role] => [url, role])),
)('%s tells a %s all of it', async (url, role) => {
  const { send } = await openSensitive();
  const { text } = await send(role, 'GET', url);
  for (const secret of ['agent.gender', 'agent.faith', '777', '91', 'asked']) expect(text).toContain(secret);
  expect(text).not.toContain('a sensitive rule');
});

test('what is not sensitive every role still reads: who was removed by which other rule, and who waits where', async () => {
  const { send } = await openSensitive();
  const { body } = await send('agent', 'GET', '/api/calls/c1/why');
  const kinds = body.moments.map(({ kind }: { kind: string }) => kind);
  expect(kinds).toEqual(['CallArrived', 'CallQueued', 'CallOffered']);
  expect(body.moments[2].says).toContain('best score of 2 who fit');
  expect(body.moments[2].because).toEqual(
    expect.arrayContaining([
      'considered 1001: idle 0.0s',
      'removed 1002: does not meet a sensitive rule',
      'removed 1003: does not meet agent.site == "beijing"',
    ]),
  );
  expect(body.moments[1].because).toContain('caller.city is 武汉');
  expect(body.moments[1].because).toContain(
    'the queue needs a sensitive rule and skill.wealth >= 9 and caller.tier == "vip"',
  );
  expect(body.standing).toMatchObject({
    able: [{ agent: '1001', score: null }],
    unable: [{ by: 'a sensitive rule' }],
  });
  expect((await send('admin', 'GET', '/api/calls/c1/why')).body.standing).toMatchObject({
    able: [{ agent: '1001', score: 777 }],
    unable: [{ by: WOMAN }],
  });
});

test('scores are shown to everybody while rules may not look at anything sensitive', async () => {
  const api = await openSensitive();
  api.routing.rules = { ...RULES, sensitiveUse: { permitted: [], reason: '' } };
  const { text } = await api.send('agent', 'GET', '/api/events?types=CallOffered');
  expect(text).toContain('"score":777');
});
