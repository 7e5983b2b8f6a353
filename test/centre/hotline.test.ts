import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Baresip } from '../phones/baresip.ts';
import { Linphone } from '../phones/linphone.ts';
import { type Sipp, startSippCaller, startTrunk } from '../phones/sipp.ts';
import { RunningCentre, until } from './centre.ts';
import { Visit } from './visit.ts';

interface CallRecord {
  readonly id: string;
  readonly ani: string;
  readonly aniName: string;
  readonly endedAt: number | null;
  readonly endedBy: string;
  readonly endCause: string;
  readonly campaignId: string | null;
  readonly agentId: string | null;
  readonly legs: readonly { readonly outcome: string }[];
}

const CALLER_TONE = 500;
const CALLED_TONE = 900;
/** A sine of no frequency. */
const SILENCE = 0;
/** Share of the power at a tone that tells it from speech and music. */
const CLEAR = 0.5;

let centre: RunningCentre;
let trunk: Sipp | undefined;
const phones: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  centre = await RunningCentre.start();
}, 300_000);

afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
  await trunk?.stop();
  trunk = undefined;
  await until(
    'all calls over',
    async () => (await centre.api<{ items: unknown[] }>('/api/calls/live')).items.length === 0,
    15_000,
  );
});

afterAll(async () => {
  await centre?.stop();
});

const phone = async (
  user: string,
  more: { tone?: number; answer?: 'auto'; transport?: 'tcp' } = {},
): Promise<Baresip> => {
  const started = await Baresip.start({ ...centre.account(user), ...more });
  phones.push(started);
  return started;
};

const outsideCaller = async (user: string, displayName?: string): Promise<Baresip> => {
  const started = await Baresip.start({
    server: centre.server,
    user,
    tone: CALLER_TONE,
    ...(displayName === undefined ? {} : { displayName }),
  });
  phones.push(started);
  return started;
};

/** The record of the latest ended call from `ani`. */
const recordOf = (ani: string): Promise<CallRecord> =>
  until(`the record of ${ani}`, async () => {
    const { items } = await centre.api<{ items: CallRecord[] }>(`/api/calls?ani=${encodeURIComponent(ani)}`);
    const [latest] = items.filter((item) => item.endedAt !== null);
    return latest && centre.api<CallRecord>(`/api/calls/${latest.id}`);
  });

/** Logs the agent of this phone in by feature code. */
async function logIn(agent: Baresip, user: string): Promise<void> {
  await agent.dial('*50');
  await agent.waitFor('CALL_CLOSED', 10_000);
  expect(await centre.api(`/api/agents/${user}`)).toMatchObject({ state: 'ready' });
}

async function logOut(user: string): Promise<void> {
  await centre.api(`/api/agents/${user}/log-out`, {});
}

const hearEachOther = (
  caller: { heard(): { last(ms: number): { shareAt(hertz: number): number } } },
  called: Baresip,
): Promise<boolean> =>
  until(
    'both hear each other',
    async () =>
      caller.heard().last(500).shareAt(CALLED_TONE) > CLEAR &&
      called.heard().last(500).shareAt(CALLER_TONE) > CLEAR,
    8_000,
  );

test('given_a_running_centre_then_it_says_what_to_dial_and_how_it_is', async () => {
  // The hotline may answer a moment before that is said.
  await until('the welcome', async () => centre.output.includes('95533'));
  expect(centre.cli('status')).toMatch(/ready/i);
});

test('given_a_softphone_when_it_keys_in_a_campaign_code_then_it_talks_with_the_reception_phone', async () => {
  const reception = await phone('2001', { tone: CALLED_TONE });
  const caller = await outsideCaller('13800138000');
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await until('a spoken greeting', async () => caller.heard().last(1000).loudness > 300);
  await caller.press('98001');
  await reception.waitFor('CALL_INCOMING', 15_000);
  await reception.accept();
  await hearEachOther(caller, reception);
  await reception.hangup();
  await caller.waitFor('CALL_CLOSED', 15_000);
  expect(await recordOf('13800138000')).toMatchObject({
    endedBy: 'carillon',
    campaignId: expect.any(String),
    legs: [{ outcome: 'answered' }],
  });
  const desk = await centre.api<{
    campaign: { material: string };
    customer: { tier: string };
    contacts: { calls: unknown[] };
  }>('/api/reception?code=8001&caller=13800138000');
  expect(desk).toMatchObject({ campaign: { code: '8001' }, customer: { tier: 'vip' } });
  expect(desk.campaign.material).not.toBe('');
});

test('given_a_linphone_when_it_keys_in_a_campaign_code_then_it_talks_with_the_reception_phone', async () => {
  const reception = await phone('2001', { tone: CALLED_TONE, answer: 'auto' });
  const caller = await Linphone.start({ ...centre.account('1009'), tone: CALLER_TONE });
  phones.push(caller);
  await caller.call('95533');
  await sleep(1_000);
  await caller.press('98001');
  await reception.waitFor('CALL_ESTABLISHED', 15_000);
  await hearEachOther(caller, reception);
  await caller.hangup();
  expect(await recordOf('1009')).toMatchObject({ endedBy: 'caller', legs: [{ outcome: 'answered' }] });
});

test('given_a_campaign_whose_reception_is_an_ordinary_phone_then_the_caller_reaches_it_through_the_trunk', async () => {
  trunk = startTrunk(centre.settings.trunk.port);
  const caller = await outsideCaller('13700137000');
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('98002');
  await until(
    'connected',
    async () => {
      const { items } = await centre.api<{ items: { phase: string }[] }>('/api/calls/live');
      return items[0]?.phase === 'connected';
    },
    20_000,
  );
  await caller.hangup();
  expect(await recordOf('13700137000')).toMatchObject({
    endedBy: 'caller',
    legs: [{ outcome: 'answered', toKind: 'outside', toNumber: '02787654321' }],
  });
});

test('given_a_trunk_that_is_down_then_the_caller_hears_so_and_leaves_a_message', async () => {
  const caller = await outsideCaller('13600136000');
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('98002');
  const box = async () =>
    (
      await centre.api<{ items: { ani: string; durationMs: number; id: string }[] }>(
        '/api/voicemails?box=campaign',
      )
    ).items;
  await sleep(8_000);
  expect(caller.heard().last(5_000).loudness).toBeGreaterThan(100);
  await until(
    'recording',
    async () => {
      const { items } = await centre.api<{ items: { step: string }[] }>('/api/calls/live');
      return items[0]?.step === 'campaign-other-way';
    },
    45_000,
  );
  await sleep(9_000);
  await caller.hangup();
  const [message] = await until('the message', async () => {
    const messages = await box();
    return messages.length > 0 && messages;
  });
  expect(message).toMatchObject({ ani: '13600136000' });
  expect(message?.durationMs).toBeGreaterThan(1_000);
}, 90_000);

test('given_a_caller_who_says_nothing_after_the_tone_then_no_message_is_kept', async () => {
  const caller = await Baresip.start({ server: centre.server, user: '13000130000', tone: SILENCE });
  phones.push(caller);
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('0');
  const visit = new Visit(centre, '13000130000');
  await visit.isIn('agent/busy');
  await caller.press('3');
  await caller.waitFor('CALL_CLOSED', 40_000);
  expect((await visit.steps()).slice(-4)).toEqual([
    'agent/message',
    'agent/done',
    'hotline/goodbye',
    'hotline/end',
  ]);
  expect((await visit.events()).map((event) => event.type)).not.toContain('VoicemailLeft');
});

test('given_an_agent_on_a_tcp_phone_who_logged_in_by_feature_code_when_a_caller_presses_0_then_they_talk_and_wrap_up_follows', async () => {
  const agent = await phone('1003', { tone: CALLED_TONE, answer: 'auto', transport: 'tcp' });
  await logIn(agent, '1003');
  const caller = await outsideCaller('13500135000');
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('0');
  await hearEachOther(caller, agent);
  await caller.hangup();
  expect(await recordOf('13500135000')).toMatchObject({
    endedBy: 'caller',
    agentId: '1003',
    legs: [{ outcome: 'answered' }],
  });
  expect(await centre.api('/api/agents/1003')).toMatchObject({ state: 'wrap-up' });
  await logOut('1003');
});

test('given_two_people_talking_when_the_daemon_is_killed_then_nobody_is_dropped_and_the_new_one_takes_the_call_over', async () => {
  const agent = await phone('1004', { tone: CALLED_TONE, answer: 'auto' });
  await logIn(agent, '1004');
  const caller = await outsideCaller('13400134000');
  const inMenu = await outsideCaller('13300133000');
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('0');
  await hearEachOther(caller, agent);
  await inMenu.dial('95533');
  await inMenu.waitFor('CALL_ESTABLISHED');
  await sleep(500);

  const killed = centre.daemonPid;
  process.kill(killed, 'SIGKILL');
  await until('a new daemon', async () => centre.daemonPid !== killed && centre.isReady(), 15_000);
  await hearEachOther(caller, agent);
  expect(caller.events.map((event) => event.type)).not.toContain('CALL_CLOSED');
  expect(inMenu.events.map((event) => event.type)).not.toContain('CALL_CLOSED');
  // Whoever was in the menu hears it again, and its keys work: only the new daemon can do that.
  const steps = async (): Promise<string[]> => {
    const { items } = await centre.api<{ items: { id: string; ani: string }[] }>('/api/calls/live');
    const { events } = await centre.api<{ events: { type: string; data: { step: string } }[] }>(
      `/api/calls/${items.find((item) => item.ani === '13300133000')?.id}`,
    );
    return events.filter((event) => event.type === 'StepEntered').map((event) => event.data.step);
  };
  await until('the step again', async () => {
    const taken = await steps();
    return taken.at(-1) === taken.at(-2);
  });
  await inMenu.press('8');
  await until('english', async () => (await steps()).includes('to-english'), 5_000);
  const live = await centre.api<{ items: { ani: string }[] }>('/api/calls/live');
  expect(live.items.map((item) => item.ani).sort()).toEqual(['13300133000', '13400134000']);

  await caller.hangup();
  await inMenu.hangup();
  expect(await recordOf('13400134000')).toMatchObject({
    endedBy: 'caller',
    endCause: 'normal',
    legs: [{ outcome: 'answered' }],
  });
  expect(await recordOf('13300133000')).toMatchObject({ endedBy: 'caller', endCause: 'normal' });
  await logOut('1004');
}, 90_000);

test('given_hostile_caller_names_then_the_call_is_answered_and_nothing_of_them_is_stored', async () => {
  const caller = await startSippCaller({
    server: centre.server,
    dnis: '95533',
    user: '138%0d%0aX-Evil',
    name: "<script>alert(1)</script>';DROP TABLE call;--$" + '{SHELL(id)}',
  });
  const [live] = await until('the call', async () => {
    const { items } = await centre.api<{ items: { id: string; ani: string; aniName: string }[] }>(
      '/api/calls/live',
    );
    return items.length > 0 && items;
  });
  expect(live?.ani).toBe('');
  expect(live?.aniName).not.toMatch(/[\r\n]/);
  await centre.api(`/api/calls/${live?.id}/hangup`, {});
  expect(await caller.done).toBe(0);
});

test('given_a_flood_of_digits_then_the_call_lives_and_ends_cleanly', async () => {
  const caller = await outsideCaller('13200132000');
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('7#*ABCD5'.repeat(5));
  await caller.waitFor('CALL_CLOSED', 60_000);
  expect(await recordOf('13200132000')).toMatchObject({ endCause: 'normal' });
});

test('given_a_number_that_leads_nowhere_then_the_caller_is_told_so_by_the_network', async () => {
  const caller = await outsideCaller('13100131000');
  await caller.dial('*50');
  const closed = await caller.waitFor('CALL_CLOSED', 5_000);
  expect(closed.param).toMatch(/404|403/);
});

// Last: it stops the centre.
test('given_ctrl_c_then_daemon_and_PBX_end_and_the_second_start_is_quick', async () => {
  const pids = [centre.daemonPid, centre.pbxPid];
  expect(await centre.interrupt()).toBe(0);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
  await centre.launch();
  expect(await centre.isReady()).toBe(true);
});
