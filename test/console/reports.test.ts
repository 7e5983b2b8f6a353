import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { strFromU8, unzipSync } from 'fflate';
import type { Download, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { CentreStore, EventLog } from '../../src/engine/store.ts';
import { storeFile } from '../../src/setup/prepare.ts';
import { connect } from '../../src/store/connect.ts';
import { aCall, anEvent, theChanges } from '../store/examples.ts';
import { ConsoleStage } from './browser.ts';

const stage = new ConsoleStage();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCRIPT = '<img src=x onerror=alert(1)>';
/** Noon of a day on the clocks of the centre, in the past. */
const DAY = '2026-03-02';
const NOON = Date.parse(`${DAY}T04:00:00Z`);

beforeAll(async () => {
  const database = connect(storeFile(stage.centre.settings.data));
  const store = new CentreStore(database, new EventLog(database));
  const call = (id: string, agentId: string | undefined, at: number) =>
    aCall({
      id,
      channel: id,
      aniName: agentId === undefined ? '=1+1' : SCRIPT,
      startedAt: at,
      phase: { at: 'ended' },
      endedAt: at + 60_000,
      endedBy: 'caller',
      ...(agentId !== undefined && { connectedAt: at + 5_000, talkedMs: 55_000 }),
      facts: {
        language: 'zh-CN',
        persona: '',
        variables: {},
        queue: 'general',
        ...(agentId !== undefined && { agentId }),
      },
    });
  const queued = (id: string, at: number) =>
    anEvent({
      type: 'CallQueued',
      at,
      call: id,
      data: { queue: 'general', tier: 'gold', since: at, goal: 0.8, targetMs: 20_000 },
    });
  const state = (at: number, is: string) =>
    anEvent({ type: 'AgentStateChanged', at, call: undefined, agent: '1001', data: { state: is } });
  await store.commit(
    theChanges({
      calls: [call('call-r-1', '1001', NOON), call('call-r-2', undefined, NOON + 60_000)],
      events: [
        state(NOON - 60_000, 'ready'),
        queued('call-r-1', NOON),
        anEvent({
          type: 'CallConnected',
          at: NOON + 5_000,
          call: 'call-r-1',
          agent: '1001',
          data: { queue: 'general', queueWaitedMs: 5_000 },
        }),
        state(NOON + 5_000, 'talking'),
        state(NOON + 60_000, 'logged-out'),
        anEvent({
          type: 'CallEnded',
          at: NOON + 60_000,
          call: 'call-r-1',
          data: { by: 'caller', cause: 'normal', abandoned: false, waitedMs: 5_000, talkedMs: 55_000 },
        }),
        queued('call-r-2', NOON + 60_000),
        anEvent({
          type: 'CallEnded',
          at: NOON + 90_000,
          call: 'call-r-2',
          data: { by: 'caller', cause: 'normal', abandoned: true, waitedMs: 30_000, talkedMs: 0 },
        }),
      ],
    }),
  );
  database.close();
}, 60_000);

async function serious(page: Page): Promise<string[]> {
  // Colours are looked at as they are in the end, not on their way.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => {
    const { axe } = window as unknown as { axe: { run(where: Document, how: object): Promise<AxeResults> } };
    return axe.run(document, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
      resultTypes: ['violations'],
    });
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
}

async function saved(page: Page, format: RegExp): Promise<Buffer> {
  const begun = page.waitForEvent('download');
  await page.getByRole('button', { name: /^(Export|导出)/ }).click();
  await page.getByRole('menuitem', { name: format }).click();
  const download: Download = await begun;
  const file = join(stage.centre.settings.data, await download.suggestedFilename());
  await download.saveAs(file);
  return readFileSync(file);
}

test.each([
  ['en', 'Calls', 'Answered'],
  ['zh-CN', '通话查询', '已接听'],
] as const)(
  'given_a_supervisor_in_%s_when_she_looks_for_calls_then_she_finds_opens_and_saves_them',
  async (language, title, answered) => {
    const page = await stage.page({ role: 'supervisor' }, `/calls?from=${DAY}&to=${DAY}`, { language });
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    const rows = page.locator('main tbody tr');
    await rows.filter({ hasText: answered }).getByText(SCRIPT).waitFor();
    expect(await rows.count()).toBe(2);
    expect(await serious(page)).toEqual([]);
    const text = (await saved(page, /CSV/)).toString('utf8');
    expect(text).toContain("'=1+1");
    expect(text.split('\r\n')).toHaveLength(4);
    const xlsx = unzipSync(new Uint8Array(await saved(page, /XLSX/)));
    expect(strFromU8(xlsx['xl/worksheets/sheet1.xml']!)).toContain('call-r-1');
    await page.locator('form input').nth(2).fill('13900000000');
    await page.keyboard.press('Enter');
    await page.waitForURL(/number=13900000000/);
    await page.getByText(/No call is like that|没有符合条件的通话/).waitFor();
    await page.goto(`/calls?from=${DAY}&to=${DAY}&outcome=answered`);
    await rows.filter({ hasText: answered }).waitFor();
    expect(await rows.count()).toBe(1);
    await rows.getByRole('link').first().click();
    await page
      .getByText(/offered|waited|1001 answered/)
      .first()
      .waitFor();
    expect(await serious(page)).toEqual([]);
  },
);

test.each(['en', 'zh-CN'] as const)(
  'given_a_day_with_callers_then_the_report_in_%s_plots_and_tells_it',
  async (language) => {
    const page = await stage.page(
      { role: 'supervisor' },
      `/reports?from=${DAY}&to=${DAY}&interval=60&by=queue&compare=yes`,
      { language },
    );
    const total = page.locator('main tbody tr').first();
    await total.getByText('50.0%').first().waitFor();
    await page.locator('[role=img] svg').waitFor();
    await page.locator('main tbody tr').filter({ hasText: '12:00' }).getByText('general').waitFor();
    expect(await serious(page)).toEqual([]);
    await page
      .getByText(language === 'en' ? 'Agents' : '坐席报表', { exact: true })
      .last()
      .click();
    await page.waitForURL(/kind=agents/);
    await page.locator('main tbody tr').filter({ hasText: '1001' }).getByText('0:55').first().waitFor();
    expect(await serious(page)).toEqual([]);
    const sheet = strFromU8(
      unzipSync(new Uint8Array(await saved(page, /XLSX/)))['xl/worksheets/sheet1.xml']!,
    );
    expect(sheet).toContain(language === 'en' ? 'Opportunity rate' : '销售机会率');
  },
);

test('given_days_the_wrong_way_round_then_the_page_says_so', async () => {
  stage.tolerate(/400/);
  const page = await stage.page({ role: 'auditor' }, `/reports?from=2026-03-03&to=${DAY}`);
  await page.getByText('is the first before the last').waitFor();
});

test('given_a_day_without_callers_then_the_page_says_so', async () => {
  const page = await stage.page({ role: 'admin' }, '/reports?from=2025-01-01&to=2025-01-01');
  await page.getByText('Nothing happened in these days').waitFor();
});
