import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { Refused } from '../../../base/errors.ts';
import { Sight } from '../faults/api.ts';
import { Town } from '../faults/town.ts';
import type { Rig } from '../rig.ts';
import { quantile } from '../routing/sample.ts';
import { AGENTS, customerOf, NUMBER } from './centre.ts';

const PASSWORD = 'a good password for benches';
const WARM_UP = 5;
const OFFERS = 100;
const PATIENCE_MS = 10_000;
/** How often the first page is loaded into an empty browser. */
const LOADS = 5;

export interface Pops {
  readonly offers: number;
  /** From the first INVITE of the caller to the frame in which his number is on the page. */
  readonly popP50Ms: number;
  readonly popP95Ms: number;
  /** The same until the customer's name and story are there. */
  readonly storyP50Ms: number;
  readonly storyP95Ms: number;
}

export interface FirstLoad {
  /** As sent, compressed. */
  readonly firstLoadKilobytes: number;
  /** Until the desk shows the agent's seat; median. */
  readonly usableMs: number;
}

/** A signed-in agent's browser on the desk; `end` closes it. */
export async function withBrowser<Result>(
  rig: Rig,
  act: (open: () => Promise<BrowserContext>, base: string) => Promise<Result>,
): Promise<Result> {
  const base = `http://localhost:${rig.settings.httpPort}`;
  const [agentId] = AGENTS;
  const user = { login: 'bench', password: PASSWORD };
  const sight = new Sight(rig);
  await sight.api('/api/users', { ...user, name: 'Bench', role: 'agent', agentId });
  const cookie = await signIn(base, user);
  const browser = await chromium.launch({
    executablePath: chromiumProgram(),
    chromiumSandbox: false,
    args: [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  try {
    return await act(async () => {
      const context = await browser.newContext({
        baseURL: base,
        locale: 'en',
        viewport: { width: 1280, height: 800 },
        permissions: ['microphone'],
      });
      await context.addCookies([{ ...cookie, url: base }]);
      return context;
    }, base);
  } finally {
    await browser.close();
  }
}

/** How soon an agent sees whom he is offered: callers one after the other, on the real PBX, to his browser's phone. */
export async function pops(rig: Rig, context: BrowserContext, say: (line: string) => void): Promise<Pops> {
  const town = await Town.open(rig);
  const page = await context.newPage();
  const seen: number[] = [];
  const told: number[] = [];
  try {
    await page.addInitScript(WATCH_POPS);
    await page.goto('/desk');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('The browser phone is ready').waitFor();
    await page.getByRole('button', { name: 'Ready', exact: true }).click();
    for (let count = 1; count <= WARM_UP + OFFERS; count += 1) {
      await page.locator('.seat .el-tag', { hasText: /^Ready$/ }).waitFor();
      const { number, name } = customerOf(count);
      const call = await town.dial(NUMBER);
      const from = Date.now() - (performance.now() - call.startedAt);
      const [popAt, storyAt] = await Promise.all([seenAt(page, number), seenAt(page, name)]);
      call.hangUp();
      if (count <= WARM_UP) continue;
      seen.push(popAt - from);
      told.push(storyAt - from);
      if (seen.length % 25 === 0) say(`${seen.length} of ${OFFERS} pops`);
    }
  } finally {
    town.hangUpAll();
    await sleep(500);
    town.close();
    await page.close();
    await new Sight(rig).api(`/api/agents/${AGENTS[0]}/log-out`, {});
  }
  return {
    offers: seen.length,
    popP50Ms: Math.round(quantile(seen, 0.5)),
    popP95Ms: Math.round(quantile(seen, 0.95)),
    storyP50Ms: Math.round(quantile(told, 0.5)),
    storyP95Ms: Math.round(quantile(told, 0.95)),
  };
}

/** What the first page costs somebody whose browser knows nothing of it yet. */
export async function firstLoad(open: () => Promise<BrowserContext>): Promise<FirstLoad> {
  const usable: number[] = [];
  let kilobytes = 0;
  for (let load = 0; load < LOADS; load += 1) {
    const context = await open();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await session.send('Network.enable');
    const from = performance.now();
    await page.goto('/');
    await page.locator('.seat .el-tag').waitFor();
    usable.push(performance.now() - from);
    await page.waitForLoadState('networkidle').catch(() => undefined);
    kilobytes = Math.max(kilobytes, bytes / 1000);
    await context.close();
  }
  return { firstLoadKilobytes: Math.round(kilobytes), usableMs: Math.round(quantile(usable, 0.5)) };
}

/** Runs in the page: notes when each text of the call's part was in a frame for the first time. */
const WATCH_POPS = `{
  const at = {};
  window.seenAt = at;
  const look = () => {
    const who = document.querySelector('[data-test="who"]');
    const [number = ''] = /136\\d{8}/.exec(who?.closest('section')?.textContent ?? '') ?? [];
    const news = [number, who?.textContent.trim() ?? ''].filter((text) => !(text in at));
    if (news.length === 0) return;
    requestAnimationFrame(() => {
      for (const text of news) at[text] ??= Date.now();
    });
  };
  document.addEventListener('DOMContentLoaded', () =>
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true }),
  );
}`;

async function seenAt(page: Page, text: string): Promise<number> {
  const seen = await page.waitForFunction(
    (wanted) => (globalThis as { seenAt?: Readonly<Record<string, number>> }).seenAt?.[wanted],
    text,
    { timeout: PATIENCE_MS, polling: 20 },
  );
  return Number(await seen.jsonValue());
}

async function signIn(base: string, user: object): Promise<{ name: string; value: string }> {
  const response = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-carillon-console': '1', origin: base },
    body: JSON.stringify(user),
  });
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(response.headers.getSetCookie()[0] ?? '') ?? [];
  if (name === undefined || value === undefined)
    throw new Error(`nobody can sign in: ${response.status} ${await response.text()}`);
  return { name, value };
}

function chromiumProgram(): string {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find((file) => existsSync(file));
  if (found === undefined)
    throw new Refused(
      'no-chromium',
      'Chromium, which shows the pages, is missing. Run: sudo apt-get install chromium',
    );
  return found;
}
