import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messageOf } from '../../src/base/errors.ts';
import type { AttemptView } from '../../src/http/outbound-views.ts';
import { Town } from '../../src/lab/bench/faults/town.ts';
import { writeOpenPolicy } from '../../src/lab/bench/outbound/outbound-centre.ts';
import type { CalledCall } from '../../src/lab/bench/sip/called-call.ts';
import { inProject } from '../../src/setup/project.ts';
import { readSecrets } from '../../src/setup/secrets.ts';
import { RunningCentre, until } from './centre.ts';
import { PBX_UNDER_TEST } from './pbx-under-test.ts';

/** Those who sell. */
const AGENTS = ['1004', '1006'];
const [ANSWERS, BUSY, ABSENT, MACHINE] = ['13900000001', '13900000002', '13900000003', '13900000004'];
const CROWD = ['13900000011', '13900000012', '13900000013'];
const QUICK = { afterMs: 2000, tries: 2, nextNumber: false };
const LISTENS = `flow: listens
languages: [en]
start: hear
prompts:
  beep: { en: We called you. }
steps:
  hear: { detect-machine: {}, then: { human: agent, machine: end } }
  agent: { campaign-agent: {}, then: { done: end, timeout: who } }
  who: { say: beep, then: end }
  end: { hangup: {} }
`;

let centre: RunningCentre;
let town: Town;
/** The calls that the agents took, by their phone. */
const taken: CalledCall[] = [];

beforeAll(async () => {
  const policy = writeOpenPolicy(inProject('.carillon-test/dialer'));
  const furnish = (flows: string): void => writeFileSync(join(flows, 'listens.yaml'), LISTENS);
  centre = await RunningCentre.start(furnish, { CARILLON_CONTACT_POLICY: policy });
  const phones = AGENTS.map((extension) => ({ ...centre.account(extension), extension, name: extension }));
  town = await Town.open({ ...centre, server: centre.server, settings: centre.settings, phones }, customer);
  for (const id of AGENTS) {
    await town.addPhone(id, (call) => {
      taken.push(call);
      call.audio.talks = true;
      call.answer();
    });
    // Whoever takes callers too would be kept back for them.
    const changed = await centre.ask(`/api/agents/${id}`, { skills: { sales: 8 } }, 'PATCH');
    expect(changed.ok).toBe(true);
  }
}, 300_000);
afterAll(async () => {
  town?.close();
  await centre?.stop();
});

function customer(call: CalledCall): void {
  const number = call.number.slice(-11);
  if (number === BUSY) call.refuse('486 Busy Here');
  else if (number === MACHINE) {
    call.audio.talks = true;
    call.answer();
  } else if (number !== ABSENT) setTimeout(() => call.answer(), 500);
}

async function ready(id: string): Promise<void> {
  await centre.api(`/api/agents/${id}/log-in`, {});
  await centre.api(`/api/agents/${id}/ready`, {});
}

/** Adds a campaign with a list, as an administrator does, and starts it. */
async function campaign(numbers: readonly string[], more: object): Promise<string> {
  const now = Date.now();
  const { id } = await centre.api<{ id: string }>('/api/outbound', {
    name: 'deposits',
    queue: 'sales',
    callerNumber: '95533',
    validFrom: now - 60_000,
    validUntil: now + 3_600_000,
    ringMs: 16_000,
    ...more,
  });
  const list = await centre.api<{ id: string }>(`/api/outbound/${id}/lists`, { name: 'first' });
  const { httpPort, data } = centre.settings;
  const sent = await fetch(
    `http://127.0.0.1:${httpPort}/api/outbound/lists/${list.id}/imports?name=first.csv`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${readSecrets(data).adminToken}`, 'content-type': 'text/csv' },
      body: `客户号,手机\n${numbers.map((number) => `c-${number},${number}`).join('\n')}\n`,
    },
  );
  const { id: imported } = (await sent.json()) as { id: string };
  await until('the list', async () => {
    const { status } = await centre.api<{ status: string }>(`/api/outbound/imports/${imported}`);
    return status === 'finished';
  });
  await centre.api(`/api/outbound/${id}/start`, {});
  return id;
}

/** As `until`; says of the campaign why nothing comes of it. */
async function untilOf<Found>(
  id: string,
  what: string,
  look: () => Promise<Found | undefined | false>,
  ms?: number,
): Promise<Found> {
  try {
    return await until(what, look, ms);
  } catch (thrown) {
    const ask = (path: string) => centre.api(path).catch(String);
    const paths = [`/api/outbound/${id}`, `/api/outbound/attempts?campaign=${id}&limit=100`, '/api/agents'];
    const answers = await Promise.all(paths.map(ask));
    const calls = town.called.map(({ number, isUp, audio }) => ({ number, isUp, packets: audio.packets }));
    throw new Error(`${messageOf(thrown)}: ${JSON.stringify([...answers, calls])}`);
  }
}

const callsTo = (number: string): CalledCall[] => town.called.filter((call) => call.number.endsWith(number));

async function attemptsOf(id: string, number: string): Promise<AttemptView[]> {
  const { items } = await centre.api<{ items: AttemptView[] }>(
    `/api/outbound/attempts?campaign=${id}&limit=100`,
  );
  return items.filter((one) => one.number.endsWith(number)).toReversed();
}

const ended = (id: string, number: string, tries: number, ms?: number): Promise<AttemptView[]> =>
  until(
    `${tries} attempts to ${number}`,
    async () => {
      const all = await attemptsOf(id, number);
      return all.filter(({ endedAt }) => endedAt !== null).length === tries && all;
    },
    ms,
  );

test('given_a_list_and_agents_when_the_campaign_starts_then_who_answers_has_an_agent_in_two_seconds_and_the_others_are_retried_by_rule', async () => {
  for (const id of AGENTS) await ready(id);
  const retry = { busy: QUICK };
  const id = await campaign([ANSWERS!, BUSY!, ABSENT!], { pacing: { mode: 'progressive' }, retry });
  const call = await untilOf(id, 'the talk', async () =>
    callsTo(ANSWERS!).find(({ audio }) => audio.voiceAt),
  );
  expect(call.from).toBe('95533');
  const [talk] = await attemptsOf(id, ANSWERS!);
  expect(talk!.connectedAt! - talk!.answeredAt!).toBeLessThan(2000);
  call.hangUp();
  expect(await ended(id, ANSWERS!, 1)).toMatchObject([
    { outcome: 'connected', next: { reason: 'connected' } },
  ]);

  const [first, second] = await ended(id, BUSY!, 2, 30_000);
  expect([first!.outcome, second!.outcome]).toEqual(['busy', 'busy']);
  expect(second!.at - first!.endedAt!).toBeGreaterThanOrEqual(QUICK.afterMs);
  expect(callsTo(BUSY!)).toHaveLength(2);

  const [absent] = await ended(id, ABSENT!, 1, 30_000);
  expect(absent).toMatchObject({ outcome: 'no-answer', next: { reason: 'no-answer' } });
  expect(absent!.endedAt! - absent!.ringingAt!).toBeGreaterThanOrEqual(15_000);
  await centre.api(`/api/outbound/${id}/stop`, {});
});

/** A campaign that listens first calls an answering machine. Returns how many agents took calls meanwhile, once `over`. */
async function machineCalled(over: (id: string) => Promise<unknown>): Promise<number> {
  const before = taken.length;
  const id = await campaign([MACHINE!], { flow: 'listens', pacing: { mode: 'progressive' }, retry: {} });
  await over(id);
  await centre.api(`/api/outbound/${id}/stop`, {});
  return taken.length - before;
}

test.runIf(PBX_UNDER_TEST === 'asterisk')(
  'given_a_flow_that_listens_when_a_machine_answers_then_no_agent_is_troubled',
  async () => {
    const outcome = { outcome: 'machine', detected: 'machine' };
    const over = async (id: string) => expect(await ended(id, MACHINE!, 1, 30_000)).toMatchObject([outcome]);
    expect(await machineCalled(over)).toBe(0);
  },
);

test.runIf(PBX_UNDER_TEST === 'freeswitch')(
  'given_a_PBX_that_tells_no_machine_from_a_person_when_one_answers_then_an_agent_has_the_call',
  async () => {
    const over = async (id: string) => {
      const call = await until(
        'the talk',
        async () => callsTo(MACHINE!).find(({ audio }) => audio.voiceAt),
        30_000,
      );
      call.hangUp();
      expect(await ended(id, MACHINE!, 1, 30_000)).toMatchObject([{ outcome: 'connected' }]);
    };
    expect(await machineCalled(over)).toBe(1);
  },
);

test('given_one_agent_for_three_who_answer_then_the_others_hear_who_called_and_whoever_presses_9_is_never_called_again', async () => {
  await centre.api('/api/agents/1006/not-ready', { reason: 'break' });
  await centre.api('/api/agents/1004/ready', {});
  const again = { afterMs: 1000, tries: 5, nextNumber: false };
  const id = await campaign(CROWD, {
    pacing: { mode: 'ratio', ratio: 3, minRingMs: 15_000 },
    retry: { abandoned: again },
  });
  // The agent's voice is a tone; words are what is left.
  const left = await untilOf(
    id,
    'two who hear words',
    async () => {
      const up = CROWD.flatMap((number) => callsTo(number)).filter((call) => call.isUp);
      const alone = up.filter(({ audio }) => audio.voiceAt === undefined && audio.packets > 150);
      return alone.length === 2 && alone;
    },
    20_000,
  );
  const [one] = left;
  const number = one!.number.slice(-11);
  one!.press('9');
  await until('the wish', async () => {
    const { items } = await centre.api<{ items: { kind: string; source: string }[] }>('/api/contact-wishes');
    return items.some(({ kind, source }) => kind === 'do-not-call' && source === 'opt-out');
  });
  for (const call of CROWD.flatMap(callsTo)) if (call.audio.voiceAt !== undefined) call.hangUp();
  const [abandoned] = await ended(id, number, 1, 30_000);
  expect(abandoned).toMatchObject({ outcome: 'abandoned', connectedAt: null });
  await until(
    'his lead is held back',
    async () => {
      const { events } = await centre.api<{
        events: { data: { rule: string; leads: { lead: string }[] } }[];
      }>('/api/events?after=0&limit=1000&types=LeadsHeldBack');
      return events.some(
        ({ data }) => data.rule === 'do-not-call' && data.leads.some(({ lead }) => lead === abandoned!.lead),
      );
    },
    30_000,
  );
  expect(callsTo(number)).toHaveLength(1);
  const story = centre.cli('why', `+86${number}`);
  expect(story).toContain('opt-out');
  expect(story).toMatch(/does not want|do-not-call|不/);
});
