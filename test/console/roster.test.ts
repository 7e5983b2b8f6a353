import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { ConsoleStage } from './browser.ts';

const stage = new ConsoleStage();
/** What a page that took it for its own would do. */
const HOSTILE = '<img src=x onerror="window.taken=1">';

const isTaken = (page: Page): Promise<boolean> => page.evaluate(() => 'taken' in window);

test('given_an_admin_of_a_branch_then_he_sees_his_part_of_everything_and_adds_to_it', async () => {
  const page = await stage.page({ role: 'admin', branch: 'hubei' }, '/branches');
  await page.getByText('武汉分行').waitFor();
  await page.getByText('光谷支行').waitFor();
  expect(await page.getByText('北京分行').count()).toBe(0);
  await page.getByRole('button', { name: 'Add below 武汉分行' }).click();
  await page.getByLabel('Id', { exact: true }).fill('hankou');
  await page.getByLabel('Name').fill(`汉口 ${HOSTILE}`);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`汉口 ${HOSTILE}`).first().waitFor();

  await page.goto('/agents');
  await page.getByText('李娜').waitFor();
  expect(await page.getByText('张伟').count()).toBe(0);
  await page.goto('/customers');
  await page.getByText('吴强').waitFor();
  expect(await page.getByText('郑浩').count()).toBe(0);
  expect(await isTaken(page)).toBe(false);
});

test('given_a_supervisor_then_a_change_of_a_skill_holds_at_once_and_nothing_else_is_offered', async () => {
  const page = await stage.page({ role: 'supervisor' }, '/agents');
  await page.getByRole('button', { name: 'Edit 陈静' }).click();
  const score = page.getByRole('spinbutton', { name: /^service/ });
  await score.fill('3');
  await score.press('Tab');
  expect(await page.getByLabel('Name', { exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await stage.centre.api('/api/agents/1005')).toMatchObject({ skills: { service: 3 } });
});

test('given_a_new_phone_then_its_password_is_shown_once_and_the_pbx_knows_it', async () => {
  const page = await stage.page({ role: 'admin' }, '/phones');
  await page.getByRole('button', { name: 'New phone' }).click();
  await page.getByLabel('Extension').fill('1077');
  await page.getByLabel('Name').fill(`柜台 ${HOSTILE}`);
  await page.getByRole('button', { name: 'Save' }).click();
  const password = page.getByRole('textbox', { name: 'Password' });
  await password.waitFor();
  expect(await password.inputValue()).toMatch(/^[\w-]{24}$/);
  await page.getByRole('button', { name: 'Close' }).last().click();
  await page.getByText(`柜台 ${HOSTILE}`).waitFor();
  expect(await isTaken(page)).toBe(false);
});
