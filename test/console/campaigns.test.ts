import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ConsoleStage } from './browser.ts';

const stage = new ConsoleStage();
const INITIATOR = { role: 'campaign' };
/** What a page that took it for its own would do. */
const HOSTILE = '<img src=x onerror="window.taken=1">';
const FORMULA = '=HYPERLINK("http://evil.example","click")';

/** Chooses in a box that opens: by its label, and the words of the choice. */
async function choose(page: Page, label: string, words: string | RegExp): Promise<void> {
  await page.getByLabel(label, { exact: true }).and(page.getByRole('combobox')).press('Enter');
  await page.getByRole('option', { name: words }).click();
}

const isTaken = (page: Page): Promise<boolean> => page.evaluate(() => 'taken' in window);

test('given_a_new_campaign_when_a_caller_keys_in_its_code_then_its_page_counts_him', async () => {
  const name = `Winter ${Date.now()} ${HOSTILE}`;
  // The code that the scripted caller knows; of a first try, too.
  const { items } = await stage.centre.api<{ items: { id: string; code: string }[] }>('/api/campaigns');
  const earlier = items.find(({ id, code }) => code === '8001' && id !== 'demo-deposit');
  if (earlier) await stage.centre.ask(`/api/campaigns/${earlier.id}`, { code: '7001' }, 'PATCH');
  const page = await stage.page(INITIATOR, '/campaigns');
  // Its code is to go to another one.
  await page.getByRole('link', { name: '春季大额存单' }).click();
  await page.getByRole('heading', { name: '春季大额存单' }).waitFor();
  await page.getByLabel('Code', { exact: true }).fill('8099');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The campaign is saved').waitFor();

  await page.goto('/campaigns');
  await page.getByRole('button', { name: 'New campaign' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Code', { exact: true }).fill('8002');
  await choose(page, 'Extension', /^2001/);
  await choose(page, 'When nobody answers', 'To a queue');
  await page.getByLabel('Queue').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This is needed.').waitFor();
  await choose(page, 'Queue', 'general');
  stage.tolerate(/409/);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('Another campaign has the code 8002').waitFor();
  await page.getByLabel('Code', { exact: true }).fill('8001');
  await page.getByLabel('Code', { exact: true }).press('Enter');
  await page.getByRole('heading', { name }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/campaigns\/m/);

  const called = page.locator('[data-figure=callers]');
  await called.getByText('0').waitFor();
  await stage.centre.api('/api/demonstration/calls', { script: 'code' });
  await called.getByText('1').waitFor({ timeout: 40_000 });
  await stage.centre.ask('/api/demonstration/calls', undefined, 'DELETE');
  await page.goto('/campaigns');
  await page.getByRole('link', { name }).waitFor();
  expect(await isTaken(page)).toBe(false);
});

test('given_an_approver_then_he_reads_a_campaign_and_changes_nothing', async () => {
  const page = await stage.page({ role: 'approver' }, '/campaigns/demo-fund');
  await page.getByText('You may look at this').waitFor();
  expect(await page.getByLabel('Code', { exact: true }).isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
});

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const ROWS = [
  'Kundennummer,Name,Tel,product',
  'C-1,王小明,13900000001,winter savings',
  `C-2,${quoted(HOSTILE)},13900000002,${quoted(FORMULA)}`,
  `C-3,${quoted(HOSTILE)},1390000,card`,
  'C-4,李静,not a number,card',
  'C-5,Emma,13900000005,card',
].join('\n');

test('given_a_list_with_bad_rows_when_it_is_uploaded_then_progress_and_refused_rows_are_seen_as_text', async () => {
  const page = await stage.page(INITIATOR, '/outbound/new');
  await page.getByLabel('Name', { exact: true }).fill('Winter calls');
  await choose(page, 'Queue', 'sales');
  await page.getByLabel('Caller number').fill('02795533');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/outbound\/o/);

  await page.getByRole('tab', { name: 'Lists' }).click();
  await page.getByLabel('Name of the list').fill('November');
  await page.getByRole('button', { name: 'Add a list' }).click();
  await page.getByRole('button', { name: 'Import a file into list November' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByLabel('CSV file')
    .setInputFiles({ name: 'november.csv', mimeType: 'text/csv', buffer: Buffer.from(ROWS) });
  await dialog.getByText('Read as utf-8, separated by commas').waitFor();
  await dialog.getByRole('cell', { name: FORMULA }).waitFor();
  await choose(page, '“Kundennummer” is', 'customer number');
  await dialog.getByRole('button', { name: 'Upload and import' }).click();
  await dialog.waitFor({ state: 'detached' });

  const row = page.locator('tr', { hasText: 'november.csv' });
  await row.getByText('finished').waitFor({ timeout: 30_000 });
  const cells = (await row.locator('td').allInnerTexts()).map((text) => text.trim());
  expect(cells.slice(2, 7)).toEqual(['5', '3', '0', '0', '2']);
  await row.getByRole('button', { name: 'Show refused rows' }).click();
  const refused = page.getByRole('dialog');
  await refused.getByText(`C-3,`, { exact: false }).waitFor();
  await refused.getByText('letters in the number').or(refused.getByText('no number')).first().waitFor();
  expect(await refused.textContent()).toContain('<img src=x onerror=');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    refused.getByRole('link', { name: 'Download refused rows' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^refused-.*\.csv$/);
  expect(await isTaken(page)).toBe(false);
});

test('given_a_campaign_when_it_is_started_paused_and_changed_then_the_page_says_how_it_stands_and_why_nobody_is_called', async () => {
  const { id } = await stage.centre.api<{ id: string }>('/api/outbound', {
    name: 'Spring calls',
    queue: 'sales',
    callerNumber: '02795533',
    validFrom: 0,
    validUntil: Date.now() + 86_400_000,
  });
  const page = await stage.page({ role: 'supervisor' }, `/outbound/${id}`);
  const status = page.locator('[data-status]');
  await status.getByText('stopped').waitFor();
  await page.getByText('It is stopped: start it.').waitFor();
  await page.getByRole('button', { name: 'Start' }).click();
  await status.getByText('running').waitFor();
  await page.getByText(/import a list|No agent of its queue/).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await status.getByText('paused').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await status.getByText('stopped').waitFor();

  const keeper = await stage.page(INITIATOR, `/outbound/${id}`);
  await keeper.getByRole('tab', { name: 'Settings' }).click();
  await choose(keeper, 'Mode', 'progressive');
  await keeper.getByRole('button', { name: 'Save' }).click();
  await keeper.getByText('The campaign is saved.').waitFor();
  expect(await stage.centre.api(`/api/outbound/${id}`)).toMatchObject({ pacing: { mode: 'progressive' } });

  await keeper.goto('/outbound');
  await keeper.getByLabel('Phone number').fill('13900001234');
  await keeper.getByRole('button', { name: 'Ask' }).click();
  // Whether it may depends on the hour in which this runs.
  await keeper.getByText(/^Spring calls: may (?:not )?call now$/).waitFor();
});
