import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '../../src/agent/agent.ts';
import { aCampaign, anAttempt } from '../dialer/examples.ts';
import { aCall, anEvent, START, theChanges } from '../store/examples.ts';
import { addUser } from './access-lab.ts';
import { type Answer, type ApiLab, openApi } from './api-lab.ts';
import { NO_COUNTS } from './fake-dialer.ts';

/** What each of the two branches has of everything; every id ends in the name of its branch. */
export interface Things {
  /** Of the campaign that calls people. */
  readonly wish: number;
  readonly doNotCallImport: string;
  readonly number: string;
  readonly phone: string;
  readonly code: string;
}

export interface ScopeLab extends ApiLab {
  readonly ours: Things;
  readonly theirs: Things;
  /** Sends a request as an admin of branch `ours`, who is the agent `agent-ours` as well. */
  ask(method: string, url: string, payload?: unknown): Promise<Answer>;
  /** The same as an admin of the head office. */
  askAsHead(method: string, url: string, payload?: unknown): Promise<Answer>;
}

/**
 * A centre with two branches that have all that a branch can have, and the admin of the first of them.
 * @param open opens the API
 */
export async function openScoped(open: () => Promise<ApiLab> = openApi): Promise<ScopeLab> {
  const api = await open();
  api.routing.wrong = ['agent agent-theirs (Agent-theirs): the skill "x" is not declared'];
  const ours = await furnish(api, 'ours', { number: '13522220001', phone: '7001', code: '7001' });
  const theirs = await furnish(api, 'theirs', { number: '13522220002', phone: '7002', code: '7002' });
  const asker = async (branch: string) => {
    const owner = { id: `t-${branch}`, name: `boss ${branch}`, role: 'admin', branch } as const;
    const token = await api.tokens.issue({
      ...owner,
      agentId: `agent-${branch || 'ours'}`,
      createdAt: START,
    });
    return (method: string, url: string, payload?: unknown): Promise<Answer> =>
      api.inject({
        method: method as 'GET',
        url,
        headers: {
          authorization: `Bearer ${token}`,
          ...(typeof payload === 'string' && { 'content-type': 'text/csv' }),
        },
        ...(payload === undefined ? {} : { payload: payload as object }),
      });
  };
  const ask = await asker('ours');
  await api.clock.advance(3_600_000);
  // The audit log has something of both.
  for (const [change, branch] of [
    [ask, 'ours'],
    [await asker('theirs'), 'theirs'],
  ] as const)
    await change('PATCH', `/api/customers/customer-${branch}`, { note: 'x' });
  return { ...api, ours, theirs, ask, askAsHead: await asker('') };
}

type Named = Pick<Things, 'number' | 'phone' | 'code'>;

async function furnish(api: ApiLab, branch: 'ours' | 'theirs', named: Named): Promise<Things> {
  await api.branches.save({ id: branch, name: `branch-${branch}`, parent: '' });
  await people(api, branch, named);
  const wish = await campaigns(api, branch, named);
  await calls(api, branch, named);
  const list = join(api.recordings, '..', `${branch}.csv`);
  writeFileSync(list, `number\n${named.number}\n`);
  const terms = { source: `source-${branch}`, campaign: `outbound-${branch}`, by: 'x' };
  return { ...named, wish, doNotCallImport: await api.contacts.importer.begin(list, terms) };
}

async function people(api: ApiLab, branch: string, { number, phone }: Named): Promise<void> {
  const agent: Agent = {
    id: `agent-${branch}`,
    name: `Agent-${branch}`,
    homeExtension: phone,
    skills: { service: 5 },
    branch,
    state: { at: 'not-ready', extension: phone, reason: 'break', since: START },
  };
  await api.agents.savePhone({ extension: phone, password: 'x', name: `phone-${branch}`, branch });
  const free: Agent = {
    ...agent,
    id: `free-${branch}`,
    homeExtension: '',
    state: { at: 'logged-out', since: START },
  };
  for (const one of [agent, free]) {
    await api.agents.save(one);
    api.centre.staff.push(one);
  }
  const plain = { tier: 'standard', language: '', note: '', flow: '' } as const;
  await api.customers.save({
    ...plain,
    id: `customer-${branch}`,
    name: `C-${branch}`,
    numbers: [number],
    branch,
  });
  await addUser(api, { login: branch, id: `user-${branch}`, branch });
  const token = { id: `token-${branch}`, name: `token-${branch}`, role: 'viewer', branch } as const;
  await api.tokens.issue({ ...token, createdAt: START });
}

async function campaigns(api: ApiLab, branch: string, { number, phone, code }: Named): Promise<number> {
  await api.campaigns.save({
    id: `campaign-${branch}`,
    name: `campaign-${branch}`,
    code,
    checkDigit: false,
    validFrom: START,
    validUntil: START + 1e9,
    reception: { kind: 'phone', extension: phone },
    receptionRingMs: 20_000,
    fallback: { kind: 'none' },
    material: '',
    persona: '',
    branch,
  });
  const said = { interest: 'complaint', note: '', by: 'x', at: START } as const;
  await api.campaigns.addFeedback({
    ...said,
    id: `feedback-${branch}`,
    campaignId: `campaign-${branch}`,
    ani: number,
  });
  const outbound = `outbound-${branch}`;
  await api.dialer.campaigns.save(aCampaign({ id: outbound, name: outbound, branch, status: 'stopped' }));
  const list = { id: `list-${branch}`, campaign: outbound, name: `list-${branch}`, isOn: true };
  api.dialer.lists.kept.push({ ...list, position: 0, createdAt: START, counts: NO_COUNTS });
  const none = { rows: 0, added: 0, changed: 0, unchanged: 0, refused: 0, numbersRefused: 0, bytes: 0 };
  const progress = { ...none, bytesRead: 0, share: 0, problem: '', encoding: '' as const, startedAt: START };
  const file = { id: `import-${branch}`, list: list.id, fileName: 'x.csv', status: 'waiting' } as const;
  api.dialer.lists.progress.set(file.id, { ...progress, ...file });
  const made = { campaign: outbound, list: list.id, person: `person-${branch}`, number: `+86${number}` };
  api.dialer.write(anAttempt({ id: `attempt-${branch}`, lead: `lead-${branch}`, ...made }));
  const { person } = made;
  const wish = {
    kind: 'refused',
    campaign: outbound,
    person,
    number: made.number,
    source: `source-${branch}`,
  } as const;
  return (await api.contacts.wishes.add({ ...wish, at: START, by: 'x' })).id;
}

async function calls(api: ApiLab, branch: string, { number }: Named): Promise<void> {
  const facts = { language: '', persona: '', variables: {} };
  const customerId = `customer-${branch}`;
  const ended = aCall({
    id: `call-${branch}`,
    channel: `channel-${branch}`,
    ani: number,
    facts: { ...facts, customerId, agentId: `agent-${branch}` },
    phase: { at: 'ended' },
    endedAt: START + 1000,
  });
  const live = aCall({
    id: `live-${branch}`,
    channel: `ch-live-${branch}`,
    ani: number,
    facts: { ...facts, customerId, queue: 'general' },
    phase: {
      at: 'queued',
      queue: 'general',
      since: START,
      until: START + 1e6,
      run: 1,
      rank: 0,
      music: 'default',
    } as never,
  });
  const arrived = [ended, live].map(({ id }) => anEvent({ call: id, data: { ani: number } }));
  const changed = anEvent({ type: 'AgentChanged', call: undefined, agent: `agent-${branch}`, data: {} });
  const term = { since: START, from: '', tier: '', goal: 0.8, targetMs: 20_000 };
  const queued = anEvent({ type: 'CallQueued', call: live.id, data: { ...term, queue: `queue-${branch}` } });
  const state = { state: 'not-ready', reason: 'break' };
  const rests = anEvent({
    type: 'AgentStateChanged',
    call: undefined,
    agent: `agent-${branch}`,
    data: state,
  });
  const gave = { call: live.id, at: START + 60_000, data: { abandoned: true } };
  const left = anEvent({ type: 'CallEnded', ...gave });
  const events = [...arrived, changed, queued, rests, left];
  await api.store.commit(theChanges({ calls: [ended, live], events }));
  api.centre.calls.push(live);
  const general = api.centre.queueStatuses.findIndex(({ queue }) => queue.name === 'general');
  const status = api.centre.queueStatuses[general]!;
  const waiting = [...status.waiting, { call: live.id, since: START, rank: 0 }];
  api.centre.queueStatuses[general] = { ...status, waiting };
  mkdirSync(api.recordings, { recursive: true });
  const file = join(api.recordings, `voice-${branch}.wav`);
  writeFileSync(file, Buffer.alloc(44));
  const message = { callId: ended.id, box: `box-${branch}`, ani: number, durationMs: 5000, at: START };
  await api.calls.keepVoicemail({ id: `voice-${branch}`, file, ...message });
  const asked = { call: ended.id, queue: 'general', number, customerId, tier: '', language: '' };
  await api.callbacks.request({ id: `callback-${branch}`, ...asked, at: START, since: START });
}
