import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { PAGES } from '../../src/console/navigation.ts';
import { ConsoleStage } from './browser.ts';

const stage = new ConsoleStage();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const WIDTH = 1280;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Pages about one thing: something of the demonstration centre each. */
const OF_ONE: readonly string[] = ['/flows/hotline', '/campaigns/demo-deposit'];
const plain = PAGES.filter(({ path }) => !path.includes(':')).map(({ path }) => path);

interface Finding {
  readonly rule: string;
  readonly where: string;
}

/** What axe finds that is serious, with the element. */
async function seriousIn(page: Page): Promise<Finding[]> {
  // As text and from outside: the page's own policy keeps scripts of others out.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const found = await page.evaluate((rules) => {
    const { axe } = window as unknown as { axe: { run(where: Document, how: object): Promise<AxeResults> } };
    return axe.run(document, { runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] });
  }, RULES);
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => ({ rule: id, where: html.slice(0, 200) })));
}

/** What sticks out on the right of a window of `WIDTH`: nobody has to scroll sideways to work. */
const sticksOut = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const main = document.querySelector('main');
    const inner = main ? main.scrollWidth - main.clientWidth : 0;
    return Math.max(inner, document.documentElement.scrollWidth - window.innerWidth);
  });

async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('networkidle').catch(() => undefined);
}

test.each([
  ['zh-CN', plain],
  ['en', plain],
  ['zh-CN', OF_ONE],
  ['en', OF_ONE],
] as const)(
  'in %s every page can be used by everybody, and fits a window of 1280',
  async (language, paths) => {
    const window = await stage.window({ role: 'admin', agentId: '1006' }, { language, width: WIDTH });
    const page = await window.newPage();
    const wrong: unknown[] = [];
    for (const path of paths) {
      await page.goto(path);
      await settled(page);
      expect(new URL(page.url()).pathname).toBe(path);
      const found = await seriousIn(page);
      const wide = await sticksOut(page);
      const headings = await page.locator('h1').count();
      if (found.length > 0 || wide > 1 || headings !== 1) wrong.push({ path, found, wide, headings });
    }
    expect(wrong).toEqual([]);
  },
  240_000,
);

test('given_nobody_is_signed_in_then_the_sign_in_page_can_be_used_by_everybody', async () => {
  const page = await stage.page(undefined, '/floor');
  stage.tolerate(/401/);
  await page.waitForURL(/\/sign-in/);
  await settled(page);
  expect(await seriousIn(page)).toEqual([]);
});

test('the check sees what is wrong', async () => {
  const page = await stage.page({ role: 'admin', agentId: '1006' }, '/agents');
  await settled(page);
  await page.evaluate(() => {
    document
      .querySelector('main')
      ?.insertAdjacentHTML('beforeend', '<img src="/favicon.svg"><div style="width:3000px">x</div>');
  });
  expect((await seriousIn(page)).map(({ rule }) => rule)).toContain('image-alt');
  expect(await sticksOut(page)).toBeGreaterThan(1);
});

test.each([
  ['agent', '/floor', '/desk'],
  ['campaign', '/users', '/campaigns'],
  ['supervisor', '/audit', '/'],
  ['auditor', '/desk', '/floor'],
] as const)('given_a_user_of_role_%s_who_opens_%s_then_he_is_brought_to_%s', async (role, path, home) => {
  const page = await stage.page({ role, ...(role === 'agent' && { agentId: '1008' }) }, path);
  await settled(page);
  expect(new URL(page.url()).pathname).toBe(home);
});
