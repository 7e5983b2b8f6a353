import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { until } from '../centre/centre.ts';
import { Visit } from '../centre/visit.ts';
import { Baresip } from '../phones/baresip.ts';
import { toneWav } from '../phones/tone.ts';
import { ConsoleStage } from './browser.ts';

/** What the mended greeting sounds like, Hz: no speech does. */
const GREETING = 1100;
/** Share of the power at a tone that tells it from speech and music. */
const CLEAR = 0.5;
const ADMIN = { role: 'admin' };

const stage = new ConsoleStage({
  furnish: (flows) => {
    const folder = join(flows, 'prompts/zh-CN/hotline');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'new-greeting.wav'), toneWav(GREETING, 3_000));
  },
});
const phones: Baresip[] = [];
afterEach(() => Promise.all(phones.splice(0).map((phone) => phone.stop())));

const running = async (): Promise<string> =>
  (await stage.centre.api<{ running: string }>('/api/flows/hotline/versions')).running;

async function dial(number: string): Promise<{ phone: Baresip; visit: Visit }> {
  const phone = await Baresip.start({ server: stage.centre.server, user: number });
  phones.push(phone);
  await phone.dial('95533');
  await phone.waitFor('CALL_ESTABLISHED');
  return { phone, visit: new Visit(stage.centre, number) };
}

const editor = (page: Page) => page.getByRole('textbox', { name: 'What the file says (YAML)' });
const opened = async (page: Page): Promise<string> => {
  await until('the text', async () => (await editor(page).inputValue()).includes('flow: hotline'));
  return editor(page).inputValue();
};

test('given_an_admin_breaks_a_flow_then_he_sees_where_and_callers_go_on_and_when_he_mends_it_the_next_caller_hears_it', async () => {
  const first = await running();
  const page = await stage.page(ADMIN, '/flows');
  await page.getByRole('link', { name: 'hotline', exact: true }).click();
  const text = await opened(page);
  const broken = text
    .replace('prompts:\n', 'prompts:\n  new-greeting: { zh-CN: 全新问候, en: A new greeting. }\n')
    .replace('{ say: welcome, then: quiet }', '{ say: new-greting, then: quiet }');
  await editor(page).fill(broken);
  const problem = page.getByRole('button', { name: /new-greting.*→.*new-greeting/ });
  await problem.waitFor();

  // The mistake leads to its place: what is marked there is what is wrong.
  await problem.click();
  expect(
    await editor(page).evaluate((area: HTMLTextAreaElement) =>
      area.value.slice(area.selectionStart, area.selectionEnd),
    ),
  ).toBe('new-greting');

  await page.getByRole('button', { name: 'Save all the same, without effect' }).click();
  await page.getByRole('button', { name: 'OK' }).click();
  await page.getByText('Saved, with errors: callers go on in the last good version').waitFor();
  await page.getByText('Callers do not go through this text: the last good version runs').waitFor();
  expect(await running()).toBe(first);
  const before = await dial('13000000201');
  await before.visit.sees('CallArrived', { flow: 'hotline', version: first });
  await before.phone.hangup();

  await editor(page).fill(broken.replace('say: new-greting', 'say: new-greeting'));
  await page.getByText('0 errors, 1 warnings').waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('Saved: the next caller hears it').waitFor();
  const second = await running();
  expect(second).not.toBe(first);
  const next = await dial('13000000202');
  await until('the new greeting', async () => next.phone.heard().last(500).shareAt(GREETING) > CLEAR);
  await next.visit.sees('CallArrived', { flow: 'hotline', version: second });
  await next.phone.hangup();

  // The difference, and the way back.
  await page.getByRole('tab', { name: 'Versions' }).click();
  await page
    .getByText(/the prompt "new-greeting" is said instead of|callers hear/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Put back' }).click();
  await page.getByRole('button', { name: 'OK' }).click();
  await until('the first version', async () => (await running()) === first);
});

test('given_an_unsaved_flow_then_the_admin_walks_through_it_in_the_page_and_callers_notice_nothing', async () => {
  const page = await stage.page(ADMIN, '/flows/hotline');
  const text = await opened(page);
  const before = await running();
  await editor(page).fill(text.replace(/^( {2}welcome:\n {4}zh-CN: ).*$/m, '$1这是尚未保存的问候。'));
  await page.getByRole('tab', { name: 'Try it' }).click();
  await page.getByRole('button', { name: 'Call with the text that is not saved' }).click();
  await page.getByRole('log').getByText('这是尚未保存的问候。').waitFor();
  await page.locator('#step-main.lit').waitFor();
  await page.getByRole('button', { name: 'Key 9', exact: true }).click();
  await page.locator('#step-campaign.lit').waitFor();
  await page.getByRole('button', { name: 'Hang up', exact: true }).click();
  await page.getByText('The call is over').waitFor();
  expect(await running()).toBe(before);
  expect(await stage.centre.api('/api/calls/live')).toMatchObject({ items: [] });
});

test('given_somebody_saved_meanwhile_then_the_admin_is_told_and_chooses_whose_text_stays', async () => {
  stage.tolerate(/409/);
  const page = await stage.page(ADMIN, '/flows/hotline');
  const text = await opened(page);
  await editor(page).fill(`${text}# mine\n`);
  await page.getByText('No problems').waitFor();
  writeFileSync(join(stage.centre.settings.flows, 'hotline.yaml'), `${text}# theirs\n`);
  await page.getByRole('button', { name: 'Save, to take effect' }).click();
  await page.getByText('Somebody else changed this file.').waitFor();
  await page.getByRole('button', { name: 'Drop my changes, show what it says now' }).click();
  await until('their text', async () => (await editor(page).inputValue()).endsWith('# theirs\n'));
});

test('given_a_flow_whose_words_are_a_page_then_its_picture_shows_them_as_words', async () => {
  const page = await stage.page(ADMIN, '/flows/hotline');
  await opened(page);
  const hostile = `"></text></svg><img src=x onerror="window.hacked=1"><script>window.hacked=1</script><g onload="window.hacked=1">`;
  const words = JSON.stringify(hostile);
  await editor(page).fill(
    `flow: hotline\ndescription: ${words}\nlanguages: [en]\nstart: greet\nsteps:\n  greet: { say: { en: ${words} }, then: bye }\n  bye: { hangup: {} }\n`,
  );
  await page.getByText(/^0 errors|^No problems/).waitFor();
  await page.getByRole('tab', { name: 'Picture' }).click();
  const card = page.locator('#step-greet');
  await card.waitFor();
  expect(await card.locator('title').first().textContent()).toContain(hostile);
  const found = await page.locator('.canvas').evaluate((canvas) => {
    const all = [...canvas.querySelectorAll('*')];
    const acts = all.flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith('on'));
    return { names: [...new Set(all.map(({ localName }) => localName))].sort(), acts };
  });
  expect(found).toEqual({ names: ['circle', 'g', 'path', 'rect', 'svg', 'text', 'title'], acts: [] });
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
});

test('given_callers_in_the_flow_then_the_picture_counts_them_at_their_steps', async () => {
  const { phone, visit } = await dial('13000000203');
  await visit.isIn('hotline/main');
  const page = await stage.page(ADMIN, '/flows/hotline');
  await page.getByRole('tab', { name: 'Picture' }).click();
  await page.getByText('Today', { exact: true }).click();
  await page.locator('#step-main').click();
  const figures = page.getByRole('complementary', { name: 'main' });
  await figures.getByText('Came here').waitFor();
  await phone.hangup();
  await visit.ended();
  await until('a drop-off at the menu', async () => {
    await page.getByText('Last 7 days', { exact: true }).click();
    await page.getByText('Today', { exact: true }).click();
    const dropped = await figures.locator('dd').nth(1).textContent();
    return Number(dropped) >= 1;
  });
  await page.locator('#step-main').getByText(/^▼ \d/).waitFor();
});

test('given_a_calendar_in_the_page_when_its_hours_change_then_they_hold_and_the_file_keeps_its_comments', async () => {
  const page = await stage.page(ADMIN, '/calendars');
  await page.getByRole('button', { name: 'Change' }).first().click();
  await page.getByRole('textbox', { name: 'Hours' }).first().fill('07:00-22:00');
  await page.getByRole('button', { name: 'Show what changes' }).click();
  await page.getByText('open: { mon-sun: 07:00-22:00').waitFor();
  await page.getByRole('button', { name: 'Save, to take effect' }).click();
  await page.getByText('Saved: it holds from now on').waitFor();
  const { text } = await stage.centre.api<{ text: string }>('/api/flow-files/shared.yaml');
  expect(text).toContain('# the eve of the Spring Festival');
  const { items } = await stage.centre.api<{
    items: { name: string; days: { kind: string; hours: string[] }[] }[];
  }>('/api/calendars');
  const days = items
    .find(({ name }) => name === 'service-hours')
    ?.days.filter(({ kind }) => kind === 'weekday');
  expect(days?.[0]?.hours).toEqual(['07:00-22:00']);
});
