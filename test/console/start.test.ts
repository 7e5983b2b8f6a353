import { expect, test } from 'vitest';
import { until } from '../centre/centre.ts';
import { Baresip } from '../phones/baresip.ts';
import { ConsoleStage } from './browser.ts';

const stage = new ConsoleStage();
const VIP = '13800138000';

test('given_a_newcomer_when_he_presses_call_then_he_sees_the_call_from_the_menu_to_the_agent', async () => {
  const { centre } = stage;
  const page = await stage.page({ role: 'admin' }, '/');
  await page.getByText('A call that comes in now is answered by the menu').waitFor();
  await page.getByText('No agent is logged in now').waitFor();
  const phone = await Baresip.start({ ...centre.account('1001'), answer: 'auto' });
  try {
    await centre.api('/api/agents/1001/log-in', { extension: '1001' });
    await page.getByText('None of the agents who are logged in is ready').waitFor();
    const line = page.locator('.calls-now tr', { hasText: VIP });
    await page.locator('[data-script=vip]').click();
    await line.getByText(/in step \S+ of flow hotline/).waitFor({ timeout: 20_000 });
    // She presses 0 by herself.
    await line.getByText('waits in queue vip').waitFor({ timeout: 30_000 });
    await centre.api('/api/agents/1001/ready', {});
    await line.getByText('talks with agent 1001').waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: 'All hang up' }).click();
    await page.getByText('Nobody is on the line').waitFor({ timeout: 20_000 });
  } finally {
    await centre.api('/api/agents/1001/log-out', {});
    await phone.stop();
  }
});

test('given_the_rush_then_ten_callers_come_and_the_page_counts_them', async () => {
  const page = await stage.page({ role: 'supervisor' }, '/', { language: 'zh-CN' });
  await page.locator('[data-script=rush]').click();
  await page.getByText('正在打电话的演示客户：10').waitFor({ timeout: 30_000 });
  await until('ten calls', async () => (await page.locator('.calls-now tbody tr').count()) >= 9);
  await page.getByRole('button', { name: '全部挂断' }).click();
  await page.getByText('现在没有通话').waitFor({ timeout: 20_000 });
});

test('given_somebody_who_leads_nobody_then_the_start_page_is_not_his_and_no_caller_is_played_for_him', async () => {
  stage.tolerate(/403/);
  const page = await stage.page({ role: 'campaign' }, '/');
  await page.waitForURL((url) => url.pathname !== '/');
  const status = await page.evaluate(async () => {
    const response = await fetch('/api/demonstration/calls', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-carillon-console': '1' },
      body: JSON.stringify({ script: 'vip' }),
    });
    return response.status;
  });
  expect(status).toBe(403);
});

test('given_a_supervisor_without_a_seat_when_he_takes_one_then_he_works_at_the_desk_until_he_gets_up', async () => {
  const page = await stage.page({ role: 'supervisor' }, '/');
  await page.getByRole('button', { name: 'Take a seat' }).click();
  const dialog = page.getByRole('dialog', { name: 'Take a seat' });
  await dialog.getByRole('combobox', { name: 'Free seat' }).click({ force: true });
  await page.getByRole('option', { name: '杨帆 (1006)' }).click();
  await dialog.getByRole('button', { name: 'Sit down' }).click();
  await page.waitForURL('**/desk');
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await page.locator('header .account .el-dropdown button').click();
  await page.getByRole('menuitem', { name: 'Leave seat 1006' }).click();
  await page.waitForURL((url) => url.pathname === '/');
  await page.getByText('Sit down at a free seat').waitFor();
});

test('given_an_agent_without_a_seat_then_he_is_told_what_he_needs', async () => {
  const page = await stage.page({ role: 'agent' }, '/');
  await page.getByText('Ask an administrator to give you one').waitFor();
});
