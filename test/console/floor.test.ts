import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { until } from '../centre/centre.ts';
import { Baresip } from '../phones/baresip.ts';
import { ConsoleStage, MICROPHONE_TONE } from './browser.ts';
import { hearsIn, withPhone } from './page-phone.ts';

const CALLER_TONE = 500;
const CHIEF_TONE = 1300;
/** Share of the power at a tone that is there at all: the microphone of a page is ten times quieter than a desk phone here. */
const AUDIBLE = 0.005;
const AGENT = '1003';

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
  const { items } = await stage.centre.api<{ items: { id: string; state: string }[] }>('/api/agents');
  for (const { id, state } of items)
    if (state !== 'logged-out') await stage.centre.api(`/api/agents/${id}/log-out`, {});
}, 60_000);

async function caller(ani: string): Promise<Baresip> {
  const calling = await Baresip.start({ server: stage.centre.server, user: ani, tone: CALLER_TONE });
  phones.push(calling);
  await calling.dial('95533');
  await calling.waitFor('CALL_ESTABLISHED');
  await calling.press('0');
  return calling;
}

/** The supervisor's phone on his desk. */
async function deskPhone(user: string): Promise<Baresip> {
  const { centre } = stage;
  const phone = await Baresip.start({ ...centre.account(user), tone: CHIEF_TONE, answer: 'auto' });
  phones.push(phone);
  return phone;
}

const hears = (phone: Baresip, tone: number): boolean => phone.heard().last(500).shareAt(tone) > AUDIBLE;
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('given_an_agent_at_the_phone_in_his_page_when_a_supervisor_whispers_from_the_floor_then_the_agent_alone_hears_him', async () => {
  const window = await stage.window({ role: 'agent', agentId: AGENT });
  await withPhone(window, { answersItself: true });
  const desk = await window.newPage();
  await desk.goto('/desk');
  await until('the phone in the page', async () => {
    const { items } = await stage.centre.api<{ items: { extension: string; registered: boolean }[] }>(
      '/api/phones',
    );
    return items.some(({ extension, registered }) => extension === `web-${AGENT}` && registered);
  });
  await stage.centre.api(`/api/agents/${AGENT}/log-in`, { extension: `web-${AGENT}` });
  await stage.centre.api(`/api/agents/${AGENT}/ready`, {});
  const chief = await deskPhone('1009');
  const floor = await stage.page({ role: 'supervisor' }, '/floor');

  const calling = await caller('13711110001');
  const talk = floor.getByRole('row').filter({ hasText: '13711110001' }).filter({ hasText: 'Whisper' });
  await talk.waitFor();
  await until('the talk', async () => hears(calling, MICROPHONE_TONE) && hearsIn(desk, CALLER_TONE), 20_000);
  await floor.getByRole('combobox', { name: 'Listen at phone' }).click();
  await floor.getByRole('option', { name: /^1009 / }).click();
  await talk.getByRole('button', { name: 'Whisper' }).click();
  await floor.getByRole('status').getByText('You whisper to').waitFor();
  await until(
    'the supervisor hears both',
    async () => hears(chief, CALLER_TONE) && hears(chief, MICROPHONE_TONE),
  );
  await until('the agent hears him', () => hearsIn(desk, CHIEF_TONE));
  expect(await hearsIn(desk, CALLER_TONE)).toBe(true);
  expect(hears(calling, CHIEF_TONE)).toBe(false);
  expect(hears(calling, MICROPHONE_TONE)).toBe(true);

  await talk.getByRole('button', { name: 'Listen' }).click();
  await floor.getByRole('status').getByText('You listen to').waitFor();
  await until('the agent hears him no more', async () => !(await hearsIn(desk, CHIEF_TONE)));
  await talk.getByRole('button', { name: 'Leave' }).click();
  await talk.getByRole('button', { name: 'Leave' }).waitFor({ state: 'detached' });
  await until('his phone is free', () => chief.isIdle());
}, 120_000);

test('given_callers_who_wait_then_the_floor_shows_them_and_a_supervisor_moves_them_and_puts_them_first', async () => {
  // Somebody has to be there for a queue, or nobody is let in.
  await stage.centre.api('/api/agents/1003/log-in', { extension: '1003' });
  const floor = await stage.page({ role: 'supervisor' }, '/floor');
  await caller('13711110002');
  await caller('13711110003');
  const waits = (ani: string) => floor.getByRole('row').filter({ hasText: ani }).filter({ hasText: 'Move' });
  await waits('13711110002').waitFor();
  await waits('13711110003').getByRole('button', { name: 'Put first' }).click();
  await waits('13711110003').getByText('first', { exact: true }).waitFor();
  expect(await waits('13711110003').getByRole('button', { name: 'Put first' }).isDisabled()).toBe(true);

  await waits('13711110002').getByRole('button', { name: 'Move …' }).click();
  const dialog = floor.getByRole('dialog', { name: 'Move a caller who waits' });
  await dialog.getByRole('combobox').click();
  await floor.getByRole('option', { name: /^card / }).click();
  await dialog.getByRole('button', { name: 'Move …' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await waits('13711110002').getByRole('cell', { name: 'card', exact: true }).waitFor();

  await stage.centre.api('/api/agents/1003/log-out', {});
  await floor.getByText('nobody waits').first().waitFor();
}, 120_000);

test('given_a_supervisor_when_he_makes_an_agent_not_ready_then_the_row_says_why_and_the_log_who_it_was', async () => {
  await stage.centre.api('/api/agents/1003/log-in', { extension: '1003' });
  await stage.centre.api('/api/agents/1003/ready', {});
  const floor = await stage.page({ role: 'supervisor' }, '/floor');
  const agent = floor.getByRole('row').filter({ has: floor.getByRole('cell', { name: /1003$/ }) });
  await agent.getByText('Ready').waitFor();
  await agent.getByRole('button', { name: /^Actions for/ }).click();
  await floor.getByRole('menuitem', { name: 'Make not ready …' }).click();
  await floor.getByRole('textbox', { name: 'Reason' }).fill('coaching');
  await button(floor, 'Make not ready …').click();
  await agent.getByRole('cell', { name: 'coaching' }).waitFor();
  const { events } = await stage.centre.api<{ events: { data: object }[] }>(
    '/api/events?types=AgentDirected',
  );
  expect(events.at(-1)?.data).toMatchObject({ asked: 'GoNotReady', reason: 'coaching' });
}, 60_000);

test('given_a_viewer_then_he_sees_the_floor_and_its_wall_with_numbers_masked_and_can_do_nothing', async () => {
  await stage.centre.api('/api/agents/1003/log-in', { extension: '1003' });
  await caller('13711110004');
  const floor = await stage.page({ role: 'viewer' }, '/floor');
  await floor.getByRole('row').filter({ hasText: '0004' }).waitFor();
  expect(await floor.getByText('13711110004').count()).toBe(0);
  expect(await floor.getByRole('columnheader', { name: 'Actions' }).count()).toBe(0);
  await floor.goto('/floor/wall');
  await floor.locator('[data-figure="waiting"]').getByText('1', { exact: true }).waitFor();
  await floor.getByRole('table', { name: 'Queues' }).waitFor();
}, 60_000);
