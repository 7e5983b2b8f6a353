import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Baresip } from '../phones/baresip.ts';
const BASE = 'http://127.0.0.1:18104';
const token = process.env.TOKEN!;
const phones = JSON.parse(readFileSync('/tmp/w/7/floor/phones.json', 'utf8')) as { user: string; password: string }[];
const api = async (p: string, body?: object) => { const r = await fetch(BASE + p, { method: body ? 'POST' : 'GET', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) }); return r.json(); };
const up: Baresip[] = [];
const start = async (o: any) => { const b = await Baresip.start({ server: '127.0.0.1:15104', ...o }); up.push(b); return b; };
try {
  for (const [user, tone] of [['1003', 900], ['1004', 1100]] as const) {
    await start({ user, password: phones.find((p) => p.user === user)!.password, tone, answer: 'auto' });
    await api(`/api/agents/${user}/log-in`, {}); await api(`/api/agents/${user}/ready`, {});
  }
  await start({ user: '1009', password: phones.find((p) => p.user === '1009')!.password, tone: 1300, answer: 'auto' });
  for (const ani of ['13800138000', '13900139000', '13712345678', '13612345678', '13512345678']) {
    const c = await start({ user: ani, tone: 500 }); await c.dial('95533'); await c.waitFor('CALL_ESTABLISHED'); await sleep(700); await c.press('0'); await sleep(1200);
  }
  await sleep(8000);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  for (const lang of ['zh-CN', 'en']) {
    const ctx = await browser.newContext({ viewport: { width: 1280, height: 1500 }, locale: lang });
    const page = await ctx.newPage();
    page.on('console', (m) => m.type() === 'error' && console.log('console:', m.text()));
    page.on('pageerror', (e) => console.log('pageerror', e.message));
    await page.goto(BASE + '/sign-in');
    await page.locator('input').first().fill('supervisor');
    await page.locator('input[type=password]').fill(process.env.PASS!);
    await page.keyboard.press('Enter');
    await page.waitForURL((u) => !u.pathname.startsWith('/sign-in'));
    await page.goto(BASE + '/floor');
    await page.waitForSelector('.tiles', { timeout: 10000 });
    await sleep(1500);
    if (lang === 'en') {
      const calls = (await api('/api/calls/live')).items;
      const talk = calls.find((c: any) => c.phase === 'connected');
      if (talk) { 
        // listen through the page
        await page.locator('.phone').click(); await page.getByRole('option', { name: /1009/ }).click();
        await page.getByRole('button', { name: 'Whisper', exact: true }).first().click();
        await sleep(3000);
      }
    }
    await page.screenshot({ path: `/tmp/w/7/floor/floor-${lang}.png`, fullPage: true });
    console.log(lang, 'width', await page.evaluate('document.documentElement.scrollWidth'));
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.goto(BASE + '/floor/wall'); await page.waitForSelector('.tiles'); await sleep(1200);
    await page.screenshot({ path: `/tmp/w/7/floor/wall-${lang}.png` });
    const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
    for (const path of ['/floor', '/floor/wall']) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.goto(BASE + path); await page.waitForSelector('.tiles'); await sleep(1000);
      const found: any = await page.evaluate(`(() => { const module = undefined, exports = undefined; ${axe}; return axe.run(document, { runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa'] }); })()`);
      console.log(lang, path, found.violations.map((v: any) => [v.id, v.impact, v.nodes.length, v.nodes[0].html.slice(0, 200)]));
    }
    await ctx.close();
  }
  await browser.close();
} finally { await Promise.all(up.map((b) => b.stop())); for (const user of ['1003', '1004']) await api(`/api/agents/${user}/log-out`, {}); }
