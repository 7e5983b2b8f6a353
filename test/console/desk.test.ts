import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { until } from '../centre/centre.ts';
import { Baresip } from '../phones/baresip.ts';
import { ConsoleStage, MICROPHONE_TONE } from './browser.ts';

const CALLER_TONE = 500;
const COLLEAGUE_TONE = 1300;
const SCRIPT = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
const GOLD = '13900139000';

const stage = new ConsoleStage();
const phones: Baresip[] = [];

afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
  const { centre } = stage;
  await until(
    'all calls over',
    async () => (await centre.api<{ items: object[] }>('/api/calls/live')).items.length === 0,
    40_000,
  );
  const { items } = await centre.api<{ items: { id: string; state: string }[] }>('/api/agents');
  for (const { id, state } of items)
    if (state !== 'logged-out') await centre.api(`/api/agents/${id}/log-out`, {});
}, 60_000);

async function phone(options: { readonly user: string; readonly tone: number; readonly password?: string }) {
  const started = await Baresip.start({
    server: stage.centre.server,
    ...options,
    ...(options.password !== undefined && { answer: 'auto' as const }),
  });
  phones.push(started);
  return started;
}

/** Somebody calls the hotline and presses these keys, each after the one before was heard. */
async function caller(ani: string, keys: string): Promise<Baresip> {
  const calling = await phone({ user: ani, tone: CALLER_TONE });
  await calling.dial('95533');
  await calling.waitFor('CALL_ESTABLISHED');
  await calling.press(keys);
  return calling;
}

/** The desk of an agent who takes calls in the page and is ready. */
async function readyDesk(agentId: string): Promise<Page> {
  const page = await stage.page({ role: 'agent', agentId }, '/desk');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('The browser phone is ready').waitFor();
  await page.getByRole('button', { name: 'Ready', exact: true }).click();
  await seatIs(page, 'Ready');
  return page;
}

const seatIs = (page: Page, state: string): Promise<void> =>
  page.getByLabel('My seat').getByRole('status').getByText(state, { exact: true }).waitFor();
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('given_a_caller_who_pressed_keys_when_offered_then_the_agent_sees_answers_holds_asks_and_transfers', async () => {
  const page = await readyDesk('1002');
  const colleague = await phone({ ...stage.centre.account('1001'), tone: COLLEAGUE_TONE });
  await stage.centre.api('/api/agents/1001/log-in', {});
  await caller(GOLD, '0');
  await page.locator('[data-test=who]').getByText('吴强').waitFor();
  expect(await page.getByLabel('The customer').textContent()).toContain('金卡客户');
  await page.locator('[data-test=trail]').getByText('pressed 0').waitFor();
  expect(await page.locator('[data-test=why]').textContent()).toContain('Why me');
  // The work is where the focus is.
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Answer');
  await page.keyboard.press('Enter');
  await seatIs(page, 'Talking');
  await page.keyboard.press('h');
  await seatIs(page, 'On hold');
  await page.keyboard.press('h');
  await seatIs(page, 'Talking');
  await page.keyboard.press('t');
  await page.getByLabel('Find an agent or queue, or type a number').fill('1001');
  await page.locator('[data-agent="1001"]').getByRole('button', { name: 'Ask first' }).click();
  await page.getByText('Talking with 1001').waitFor();
  await button(page, 'Complete transfer').click();
  await seatIs(page, 'Wrap-up');
  await until('they talk', async () => colleague.heard().last(500).shareAt(CALLER_TONE) > 0.5, 15_000);
  await page.getByRole('combobox', { name: 'Reason of the call' }).click({ force: true });
  await page.getByRole('option', { name: 'Investment' }).click();
  await page.getByText('Offered', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Note' }).fill('wants a fund');
  await button(page, 'Done and ready').click();
  await seatIs(page, 'Ready');
  const { events } = await stage.centre.api<{ events: { data: object }[] }>(
    '/api/events?types=CallNoted&after=0',
  );
  expect(events.at(-1)).toMatchObject({ agent: '1002', data: { reason: 'investment', sale: 'offered' } });
});

test('given_a_caller_by_code_when_offered_then_the_campaign_and_its_material_are_there', async () => {
  const page = await readyDesk('2001');
  await caller('13700137000', '98001#');
  const campaign = page.locator('[data-test=campaign]');
  await campaign.getByText('8001').waitFor();
  const { items } = await stage.centre.api<{ items: { code: string; material: string; name: string }[] }>(
    '/api/campaigns',
  );
  const { material, name } = items.find(({ code }) => code === '8001')!;
  expect(await campaign.textContent()).toContain(name);
  expect(await campaign.textContent()).toContain(material.split('\n')[0]!);
  await page.keyboard.press('a');
  await seatIs(page, 'Talking');
  await page.getByRole('combobox', { name: 'Feedback on the campaign' }).click({ force: true });
  await page.getByRole('option', { name: 'Interested', exact: true }).click();
  await page.getByRole('textbox', { name: 'What the customer said' }).fill('asks for a leaflet');
  // Nothing was sent yet: it is typed in this tab only.
  await page.reload();
  await campaign.getByText('8001').waitFor();
  const said = page.getByRole('textbox', { name: 'What the customer said' });
  await expect.poll(() => said.inputValue()).toBe('asks for a leaflet');
  await button(page, 'Save feedback').click();
  await page.locator('[data-test=history]').getByText('Interested').waitFor();
});

test('given_a_reload_in_mid_call_then_call_draft_and_voice_are_there_again', async () => {
  const page = await readyDesk('1002');
  const calling = await caller('13700137000', '0');
  await button(page, 'Answer').click();
  await seatIs(page, 'Talking');
  await page.getByRole('textbox', { name: 'Note' }).fill('half a sent');
  await page.getByText('Draft kept').waitFor();
  await button(page, 'Callback').click();
  await page.getByRole('textbox', { name: 'Number to call' }).fill('13600136000');
  await page.reload();
  await page.locator('[data-test=who]').getByText('郑浩').waitFor();
  await expect.poll(() => page.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('half a sent');
  expect(await page.getByRole('textbox', { name: 'Number to call' }).inputValue()).toBe('13600136000');
  await seatIs(page, 'Talking');
  await page.getByText('The browser phone is in a call').waitFor();
  const before = calling.heard().ms;
  await until('the voice is back', async () => {
    const heard = calling.heard();
    return heard.ms - before > 500 && heard.last(500).shareAt(MICROPHONE_TONE) > 0.5;
  });
  await page.keyboard.press('x');
  await seatIs(page, 'Wrap-up');
});

test('given_script_in_a_name_and_a_note_then_it_is_shown_as_text', async () => {
  const response = await stage.centre.ask(
    '/api/customers/demo-gold',
    { name: SCRIPT.slice(0, 80), note: SCRIPT },
    'PATCH',
  );
  expect(response.status).toBe(200);
  const page = await readyDesk('1002');
  await caller(GOLD, '0');
  await page.locator('[data-test=who]').getByText('<img src=x').waitFor();
  await page.getByLabel('The customer').getByText('<script>').first().waitFor();
  expect(await page.locator('section img').count()).toBe(0);
  expect(await page.title()).toContain('Carillon');
  await button(page, 'Decline').click();
  await seatIs(page, 'Not ready');
});

test('given_the_shortcut_list_then_every_key_is_named_and_none_works_while_typing', async () => {
  const page = await readyDesk('1003');
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Hold or resume').waitFor();
  await page.keyboard.press('Escape');
  const field = page.getByLabel('Dial a number');
  await field.click();
  await page.keyboard.type('n?r');
  expect(await field.inputValue()).toBe('n?r');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await page.getByRole('menuitem', { name: 'Break' }).click();
  await seatIs(page, 'Not ready');
});

test('given_a_dialog_then_keys_are_its_own_until_it_is_closed', async () => {
  const page = await stage.page({ role: 'agent', agentId: '1002' }, '/desk');
  await button(page, 'Log in').click();
  await seatIs(page, 'Not ready');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await help.waitFor();
  await page.keyboard.press('r');
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'hidden' });
  expect(asked.filter((path) => path.endsWith('/ready'))).toEqual([]);
  await page.keyboard.press('r');
  await seatIs(page, 'Ready');
});
