import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { readSecrets } from '../../src/setup/secrets.ts';
import { ConsoleStage } from './browser.ts';

const stage = new ConsoleStage();

/** A name that a page must show and never run. */
const SCRIPT = '<img src=x onerror="window.hacked = true">';

const setUpPassword = (): string => readSecrets(stage.centre.settings.data).consolePassword;

/** By keyboard alone, from where the page puts the cursor. */
async function type(page: Page, login: string, password: string): Promise<void> {
  await page.locator('#login:focus').waitFor();
  await page.keyboard.type(login);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

async function isHacked(page: Page): Promise<boolean> {
  return page.evaluate(() => 'hacked' in window);
}

test('given_a_wrong_password_then_it_is_refused_in_words_and_the_right_one_leads_where_somebody_wanted_to_go', async () => {
  stage.tolerate(/401/);
  const page = await stage.page(undefined, '/users', { language: 'zh-CN' });
  await type(page, 'admin', 'not the password');
  await page.getByText('用户名或密码不正确。').waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText('The user name or the password is not right.').waitFor();
  await page.locator('#password').fill(setUpPassword());
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Users' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/users');
}, 60_000);

test.each(['//evil.example/x', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)'])(
  'given_a_link_to_the_sign_in_page_with_%s_then_nobody_is_sent_away',
  async (to) => {
    stage.tolerate(/401/);
    const page = await stage.page(undefined, `/sign-in?to=${encodeURIComponent(to)}`);
    await type(page, 'admin', setUpPassword());
    await page.locator('nav').waitFor();
    expect(new URL(page.url()).origin).toBe(stage.url);
  },
  60_000,
);

test('given_a_new_colleague_with_a_script_for_a_name_then_he_works_changes_his_password_and_is_kept_out', async () => {
  stage.tolerate(/401/, /403 .*\/api\/session/);
  const login = `colleague-${Date.now()}`;
  const admin = await stage.page({ role: 'admin' }, '/users');
  await admin.getByRole('button', { name: 'New user' }).click();
  await admin.getByLabel('User name', { exact: true }).fill(login);
  await admin.getByLabel('Name', { exact: true }).fill(SCRIPT);
  await admin.getByRole('button', { name: 'Save' }).click();
  await admin.getByText('An agent needs a seat.').waitFor();
  await admin.locator('#user-role').press('Enter');
  await admin.getByRole('option', { name: 'Supervisor' }).click();
  const first = await admin.locator('#new-password').inputValue();
  await admin.getByRole('button', { name: 'Save' }).click();
  const row = admin.getByRole('row').filter({ hasText: login });
  await row.getByText(SCRIPT).waitFor();

  const his = await stage.page(undefined, '/');
  await type(his, login, first);
  await his.getByRole('button', { name: SCRIPT }).click();
  await his.getByText('Change password').click();
  await his.getByLabel('Present password').fill(first);
  await his.getByLabel('New password', { exact: true }).fill('seven blue kettles');
  await his.getByLabel('New password again').fill('seven blue kettles');
  await his.getByRole('button', { name: 'Save' }).click();
  await his.getByText('Your password is changed').waitFor();

  await row.getByRole('button', { name: 'More for' }).click();
  await admin.getByRole('menuitem', { name: 'Disable' }).click();
  await admin.getByRole('button', { name: 'OK' }).click();
  await row.getByText('disabled').waitFor();
  await his.reload();
  await his.waitForURL(/sign-in/);
  await type(his, login, 'seven blue kettles');
  await his.getByText('This user is disabled').waitFor();

  await admin.goto('/audit');
  for (const what of ['User disabled', 'Own password', 'New user'])
    await admin.getByRole('row').filter({ hasText: what }).first().waitFor();
  await admin.getByLabel('User', { exact: true }).fill(login);
  await admin.keyboard.press('Enter');
  const made = admin.getByRole('row').filter({ hasText: 'New user' });
  await expect.poll(() => made.count(), { timeout: 15_000 }).toBe(0);
  await admin.getByRole('row').filter({ hasText: 'Sign-in' }).filter({ hasText: SCRIPT }).first().waitFor();
  expect([await isHacked(admin), await isHacked(his)]).toEqual([false, false]);
}, 90_000);

test('given_an_auditor_then_he_reads_users_and_log_and_finds_nothing_to_change', async () => {
  const page = await stage.page({ role: 'auditor' }, '/users');
  await page.getByRole('row').filter({ hasText: 'zhangwei' }).waitFor();
  expect(await page.getByRole('button', { name: /New user|Edit|More for/ }).count()).toBe(0);
  await page.goto('/audit');
  await page.getByRole('heading', { name: 'Audit log' }).waitFor();
}, 60_000);

test('given_a_session_that_ends_on_the_server_then_the_page_says_so_and_signing_in_leads_back', async () => {
  // What the page asks just then is refused.
  stage.tolerate(/401/);
  const who = { role: 'supervisor' };
  const window = await stage.window(who);
  const page = await window.newPage();
  await page.goto('/floor');
  await page.getByRole('heading', { name: 'Floor', exact: true }).waitFor();
  const [session] = await window.cookies();
  await fetch(`${stage.url}/api/session`, {
    method: 'DELETE',
    headers: {
      cookie: `${session?.name}=${session?.value}`,
      'x-carillon-console': '1',
      origin: stage.url,
    },
  });
  await page.getByText('Your session has ended.').waitFor();
  const { login, password } = await stage.userFor(who);
  await type(page, login, password);
  await page.getByRole('heading', { name: 'Floor', exact: true }).waitFor();
  expect(await page.getByText('Your session has ended.').count()).toBe(0);
}, 60_000);
