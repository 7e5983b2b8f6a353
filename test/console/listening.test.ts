import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterEach, test } from 'vitest';
import { until } from '../centre/centre.ts';
import { Visit } from '../centre/visit.ts';
import { Baresip } from '../phones/baresip.ts';
import { ConsoleStage } from './browser.ts';
import { hearsIn, withPhone } from './page-phone.ts';

const CALLER_TONE = 500;
const AGENT_TONE = 900;
/** Longer than a page is waited for, ms. */
const LONGER = 12_000;
const AGENT = '1003';
const CHIEF = '1007';

const stage = new ConsoleStage();
const phones: Baresip[] = [];

interface LiveCall {
  readonly id: string;
  readonly ani: string;
}

const live = async (): Promise<LiveCall[]> =>
  (await stage.centre.api<{ items: LiveCall[] }>('/api/calls/live')).items;

afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
  await until('all calls over', async () => (await live()).length === 0, 40_000);
  for (const id of [AGENT, CHIEF]) await stage.centre.api(`/api/agents/${id}/log-out`, {});
}, 60_000);

async function isRegistered(): Promise<boolean> {
  const { items } = await stage.centre.api<{ items: { extension: string; registered: boolean }[] }>(
    '/api/phones',
  );
  return items.some(({ extension, registered }) => extension === `web-${CHIEF}` && registered);
}

/** Until the page of the supervisor hears both. */
const hearsBoth = (page: Page): Promise<boolean> =>
  until(
    'he hears both',
    async () => (await hearsIn(page, CALLER_TONE)) && (await hearsIn(page, AGENT_TONE)),
    20_000,
  );

/** A caller talks with an agent, and a supervisor listens in his page of the floor. */
async function listened(ani: string): Promise<{ floor: Page; visit: Visit }> {
  const { centre } = stage;
  const window = await stage.window({ role: 'supervisor', agentId: CHIEF });
  await withPhone(window, { answersItself: false });
  const floor = await window.newPage();
  await floor.goto('/floor');
  await until('the phone in the page', isRegistered, 30_000);
  await centre.api(`/api/agents/${CHIEF}/log-in`, { extension: `web-${CHIEF}` });
  phones.push(await Baresip.start({ ...centre.account(AGENT), tone: AGENT_TONE, answer: 'auto' }));
  await centre.api(`/api/agents/${AGENT}/log-in`, {});
  await centre.api(`/api/agents/${AGENT}/ready`, {});
  const caller = await Baresip.start({ server: centre.server, user: ani, tone: CALLER_TONE });
  phones.push(caller);
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await caller.press('0');
  const talk = floor.getByRole('row').filter({ hasText: ani }).filter({ hasText: 'Whisper' });
  await talk.getByRole('button', { name: 'Listen' }).click();
  await says(floor);
  await hearsBoth(floor);
  return { floor, visit: new Visit(centre, ani) };
}

const says = (floor: Page): Promise<void> =>
  floor.getByRole('status').getByText('You listen to').waitFor({ timeout: 20_000 });

test('given_a_supervisor_who_listens_in_his_page_when_it_is_loaded_anew_then_he_hears_the_talk_again_and_when_it_is_closed_he_has_left', async () => {
  const { floor, visit } = await listened('13722220001');
  await floor.reload();
  await hearsBoth(floor);
  await says(floor);
  await sleep(LONGER);
  await hearsBoth(floor);
  const other = await stage.page({ role: 'supervisor' }, '/floor');
  const row = other.getByRole('row').filter({ hasText: '13722220001' });
  await row.getByText('listens').first().waitFor();
  await floor.close();
  // Nobody is there any more: he could listen himself.
  await row.getByRole('button', { name: 'Listen' }).waitFor({ timeout: 20_000 });
  await visit.sees('SupervisorLeft', { why: 'phone-gone', mode: 'listen' });
}, 150_000);

test('given_a_supervisor_who_listens_in_his_page_when_the_daemon_is_killed_then_he_goes_on_listening', async () => {
  const { floor, visit } = await listened('13722220002');
  stage.tolerate(/ERR_CONNECTION_REFUSED|WebSocket connection|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
  const killed = stage.centre.daemonPid;
  process.kill(killed, 'SIGKILL');
  await until(
    'a new daemon',
    async () => stage.centre.daemonPid !== killed && (await stage.centre.isReady()),
    20_000,
  );
  await hearsBoth(floor);
  await sleep(LONGER);
  await hearsBoth(floor);
  await says(floor);
  await floor.getByRole('button', { name: 'Leave' }).first().click();
  await visit.sees('SupervisorLeft', { why: 'left', mode: 'listen' });
}, 150_000);
